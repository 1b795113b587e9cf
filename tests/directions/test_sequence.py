"""Directions as a sequence of directions with numbers and names."""

import numpy as np
import pytest
import torch

from sefa_widget import Directions, factorize, load_directions, save_directions


def test_parts_of_directions_are_directions_with_the_same_source(tiny):
    found = factorize(tiny)
    assert [len(found), len(found[3]), len(found[2:5]), len(found[-1])] == [8, 1, 3, 1]
    assert torch.allclose(found[3].vectors, found.vectors[3:4])
    assert torch.allclose(found[2:5].eigenvalues, found.eigenvalues[2:5])
    assert found[3].values[0] == found.values[3]
    assert (found[3].method, found[3].edit_rows) == ("sefa", (0,))
    assert [float(one.eigenvalues[0]) for one in found] == found.eigenvalues.tolist()
    with pytest.raises(IndexError, match="Direction 8 is outside 0:8"):
        found[8]


def test_a_direction_is_found_by_its_name_in_every_part_and_file(tiny, tmp_path):
    found = factorize(tiny, k=3).named(["smile", "age", "yaw"])
    assert torch.allclose(found["age"].vectors, found.vectors[1:2])
    assert found[1:].names == ("age", "yaw")
    assert found.first(1).names == ("smile",)
    read = load_directions(save_directions(found, tmp_path / "named.safetensors"))
    assert read.names == found.names
    with pytest.raises(ValueError, match="no direction 'agee': they are called smile, age, yaw"):
        found["agee"]


@pytest.mark.parametrize("names", [["a"], ["a", "a", "b"], ["a", "b", ""], "abc", ["a", "b", 3]])
def test_names_must_be_one_text_for_each(tiny, names):
    with pytest.raises(ValueError, match="name"):
        factorize(tiny, k=3).named(names)


def test_any_vectors_become_directions_of_unit_length_with_their_signs(tiny_style):
    rows = np.array([[-3.0, 0, 4, 0, 0, 0], [0, -2, 0, 0, 0, 0]])
    given = Directions.from_vectors(rows, names=["a", "b"], generator=tiny_style, layers=(1, 3))
    assert torch.allclose(given.vectors[0], torch.tensor([-0.6, 0, 0.8, 0, 0, 0], dtype=torch.float64))
    assert (given.edit_rows, given.values, given.names) == ((1, 2), None, ("a", "b"))
    assert len(Directions.from_vectors([1.0, 2.0])) == 1


@pytest.mark.parametrize("vectors", ["x", [[0.0, 0.0]], [[float("nan"), 1.0]], [[[1.0]]], []])
def test_what_is_no_direction_is_refused(vectors):
    with pytest.raises(ValueError, match=r"vectors (is|has)"):
        Directions.from_vectors(vectors)


def test_vectors_of_another_size_are_refused(tiny):
    with pytest.raises(ValueError, match="The vectors have size 3; 'tiny' takes size 8"):
        Directions.from_vectors([[1.0, 0, 0]], generator=tiny)
