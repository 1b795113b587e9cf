"""A label holds all that is needed to find its direction again, and refuses what it cannot be."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from sefa_widget import Label, factorize
from sefa_widget.labels.directions import of_direction
from sefa_widget.labels.fields import KINDS


def test_every_field_of_a_label_has_a_kind_and_every_kind_a_field():
    assert {field.name for field in dataclasses.fields(Label)} == set(KINDS)


def test_a_label_of_a_direction_knows_where_it_is_from(tiny, found):
    label = of_direction(found, 2, "smile", tiny, rater="Ada", seeds=[1, 2])
    assert torch.equal(label.vector, found.vectors[2])
    assert (label.index, label.search, label.rows) == (2, found.search, found.edit_rows)
    assert label.value == float(found.values[2])
    assert (label.generator, label.family) == ("tiny", "dcgan")
    assert label.fingerprint == tiny.fingerprint
    assert (label.space, len(label.sketch)) == ("z", 64)
    assert label.time.endswith("Z")


def test_a_direction_can_be_named_by_its_name(found):
    assert of_direction(found.first(2).named(["a", "b"]), "b", "smile").index == 1


def test_a_label_gives_its_direction_with_the_end_that_the_name_says_positive(tiny, found):
    label = of_direction(found, 1, "smile", tiny, sign=-1)
    one = label.directions()
    assert torch.allclose(one.vectors[0], -found.vectors[1])
    assert (one.names, one.fingerprint, one.edit_rows) == (("smile",), tiny.fingerprint, found.edit_rows)


def test_a_generator_that_the_directions_are_not_of_is_refused(tiny, tiny_style):
    with pytest.raises(ValueError, match="were found in another generator"):
        of_direction(factorize(tiny_style), 0, "smile", tiny)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", 3, "name is an int .*; it must be a text"),
        ("name", "x" * 201, "name has 201 characters; it may have at most 200"),
        ("name", "a\0b", "cannot be written"),
        ("note", "\ud800", "cannot be written"),
        ("vector", [0.0, 0.0], "it must be \\[d\\], finite and not zero"),
        ("vector", [math.nan, 0.0], "it must be \\[d\\], finite and not zero"),
        ("vector", [[1.0]], "it must be \\[d\\]"),
        ("vector", "up", "vector is a str; it must be numbers"),
        ("sign", 2, "sign is 2; it must be 1 or -1"),
        ("range", (3, -3), "range is 3 to -3; the lower strength must come first"),
        ("range", (1,), "range has 1 numbers; it must be two strengths"),
        ("layers", "0-3", "layers is a str .*; it must be a list of numbers"),
        ("layers", [-1], "A number of layers is -1; it must be 0 to"),
        ("value", math.inf, "value is inf; it must be a finite number"),
        ("index", 1.5, "index is 1.5; it must be a whole number"),
        ("search", "sefa", "search is a str .*; it must be a Search"),
        ("obvious", "yes", "obvious is 'yes'; it must be True or False"),
        ("confirmed", None, "confirmed is None; it must be True or False"),
        ("seeds", [2**64], "A number of seeds is 18446744073709551616"),
        ("space", "x", "space is 'x'; it must be one of '', 'z', 'w'"),
        ("id", "", "id is empty"),
    ],
)
def test_what_a_field_cannot_be_is_refused_with_what_it_may_be(field, value, message):
    with pytest.raises(ValueError, match=message):
        Label(**{"name": "a", "vector": [1.0], field: value})


def test_vectors_of_any_library_become_unit_vectors_and_keep_their_sign():
    for vector in ([-3, 4], np.array([-3.0, 4.0]), torch.tensor([-3.0, 4.0])):
        assert Label(name="a", vector=vector).vector.tolist() == pytest.approx([-0.6, 0.8])


def test_labels_are_equal_if_all_fields_are():
    label = Label(name="a", vector=[1.0, 2.0])
    assert label == label.replaced(name="a")
    assert label != label.replaced(note="b")
    assert hash(label) == hash(label.replaced(note="b"))
    with pytest.raises(ValueError, match="The field 'id' is unknown"):
        label.replaced(id="x")
