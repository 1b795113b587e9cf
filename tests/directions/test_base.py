"""Directions as values: made of any vectors, named, cut, and held against a generator."""

import warnings
from dataclasses import replace

import numpy as np
import pytest
import torch

from sefa_widget import Directions, factorize
from sefa_widget.directions import Search
from sefa_widget.directions.base import check_directions, check_fit
from sefa_widget.directions.value import Value


@pytest.fixture
def found():
    """Three directions of size 4 with the eigenvalues 6, 3 and 1 of 20."""
    return Directions(
        vectors=torch.eye(4, dtype=torch.float64)[:3],
        eigenvalues=torch.tensor([6.0, 3.0, 1.0], dtype=torch.float64),
        trace=20.0,
        rows=12,
        search=Search("sefa", (0, 1, 2), True),
        fingerprint="abc",
        edit_rows=(0, 1),
        value=Value("share", "λ", "trace"),
        names=("a", "b", "c"),
    )


def test_given_vectors_become_unit_rows_of_no_known_generator():
    found = Directions.from_vectors([[3.0, -4.0], [0.0, 2.0]], names=["x", "y"])
    assert found.vectors.dtype == found.eigenvalues.dtype == torch.float64
    assert torch.allclose(found.vectors, torch.tensor([[0.6, -0.8], [0, 1]], dtype=torch.float64))
    assert found.eigenvalues.tolist() == [1, 1]
    assert (found.trace, found.rows, found.fingerprint) == (2.0, 0, "")
    assert (found.search, found.edit_rows, found.value) == (Search("given", None, None), None, None)
    assert found.names == ("x", "y")
    assert Directions.from_vectors([[1.0, 0.0]]).names == ()


def test_given_vectors_may_be_one_an_array_or_a_tensor_that_learns():
    one = Directions.from_vectors(torch.tensor([0.0, 5.0], requires_grad=True))
    assert one.vectors.tolist() == [[0, 1]]
    assert not one.vectors.requires_grad
    assert Directions.from_vectors(np.array([[0, 2]], np.float32)).vectors.tolist() == [[0, 1]]


def test_given_vectors_of_a_generator_are_edited_where_its_layers_read(tiny_style):
    found = Directions.from_vectors(np.eye(6), generator=tiny_style, layers=[2, 0])
    assert (found.layers, found.edit_rows) == ((0, 2), (0, 2))
    assert found.fingerprint == tiny_style.fingerprint
    every = Directions.from_vectors(np.eye(6), generator=tiny_style)
    assert (every.layers, every.edit_rows) == ((0, 1, 2), (0, 1, 2))


@pytest.mark.parametrize(
    ("vectors", "text"),
    [
        ("words", "vectors is 'words'; it must be numbers"),
        ([[1.0], [1.0, 2.0]], "vectors is .*; it must be numbers"),
        (None, "vectors is None; it must be numbers"),
        ([[1.0, 0.0], [0.0, 0.0]], r"vectors has shape \[2, 2\]"),
        ([[1.0, 0.0], [0.0, float("inf")]], r"vectors has shape \[2, 2\]"),
        ([[[1.0]]], r"vectors has shape \[1, 1, 1\]"),
        (np.ones((0, 3)), r"vectors has shape \[0, 3\]"),
        (np.ones((3, 0)), r"vectors has shape \[3, 0\]"),
    ],
)
def test_what_is_no_vectors_is_refused(vectors, text):
    with pytest.raises(ValueError, match=text):
        Directions.from_vectors(vectors)


def test_what_is_no_generator_of_that_size_is_refused(tiny_style):
    with pytest.raises(ValueError, match="generator is"):
        Directions.from_vectors([1.0], generator="tiny")
    with pytest.raises(ValueError, match="The vectors have size 2; 'tinystyle' takes size 6"):
        Directions.from_vectors([1.0, 0.0], generator=tiny_style)


def test_how_they_were_found_is_told_in_plain_values(found):
    assert (found.method, found.layers, found.normalized, found.options) == ("sefa", (0, 1, 2), True, {})
    other = replace(found, search=Search(None, None, None, (("n", 3),)))
    assert (other.method, other.layers, other.normalized, other.options) == ("", (), None, {"n": 3})


def test_names_are_given_and_taken_away(found):
    assert found.named(["x", "y", "z"]).names == ("x", "y", "z")
    assert found.named([]).names == ()
    assert found.named(iter("xyz")).names == ("x", "y", "z")
    assert found.names == ("a", "b", "c")


@pytest.mark.parametrize("names", [["x", "y"], ["x", "y", "y"], ["x", "y", ""], ["w", "x", "y", "z"]])
def test_there_is_a_different_name_for_each_or_none(found, names):
    with pytest.raises(ValueError, match="it must be 3 different texts, one for each"):
        found.named(names)


def test_names_are_texts_in_a_list(found):
    with pytest.raises(ValueError, match="A name is"):
        found.named(["x", "y", 3])
    with pytest.raises(ValueError, match="names is"):
        found.named("xyz")


def test_a_direction_has_a_number_from_0_and_may_have_a_name(found):
    assert [found.index(key) for key in (0, 2, "a", "c")] == [0, 2, 0, 2]
    for key in (-1, 3, 0.5):
        with pytest.raises(ValueError, match="A direction is"):
            found.index(key)
    with pytest.raises(ValueError, match="There is no direction 'd': they are called a, b, c"):
        found.index("d")
    with pytest.raises(ValueError, match="There is no direction 'a': they have no names"):
        found.named([]).index("a")


def test_a_part_has_vectors_eigenvalues_and_names_of_its_own_and_all_else_of_the_whole(found):
    for key, places in (
        (1, [1]),
        (-1, [2]),
        (-3, [0]),
        ("b", [1]),
        (slice(1, None), [1, 2]),
        (slice(None, None, 2), [0, 2]),
        (np.int64(2), [2]),
    ):
        part = found[key]
        assert len(part) == len(places)
        assert torch.equal(part.vectors, found.vectors[places])
        assert torch.equal(part.eigenvalues, found.eigenvalues[places])
        assert part.names == tuple("abc"[place] for place in places)
        assert (part.trace, part.rows, part.search) == (found.trace, found.rows, found.search)


@pytest.mark.parametrize("key", [3, -4])
def test_a_number_that_there_is_none_of_ends_a_loop(found, key):
    with pytest.raises(IndexError, match=f"Direction {key} is outside 0:3"):
        found[key]
    assert [part.names for part in found] == [("a",), ("b",), ("c",)]


def test_the_first_k_are_all_where_there_are_fewer(found):
    assert [len(found.first(k)) for k in (1, 2, 3, 9, None)] == [1, 2, 3, 3, 3]
    assert found.first(2).names == ("a", "b")
    for k in (0, -1, 1.5):
        with pytest.raises(ValueError, match="k is"):
            found.first(k)


@pytest.mark.parametrize(("per", "whole"), [("rows", 12), ("trace", 20), ("one", 1)])
def test_values_are_eigenvalues_by_what_their_kind_says(found, per, whole):
    valued = replace(found, value=Value("share", "λ", per))
    assert valued.values.tolist() == pytest.approx([6 / whole, 3 / whole, 1 / whole])


def test_values_are_shares_of_the_trace_unless_told_otherwise_and_none_without_a_kind(found):
    assert Value("share", "λ").per == "trace"
    assert replace(found, value=None).values is None


def test_where_there_is_nothing_to_share_values_are_zero(found):
    assert replace(found, trace=0.0).values.tolist() == [0, 0, 0]
    assert replace(found, rows=0, value=Value("share", "λ", "rows")).values.tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({}, "Directions(3 of size 4, sefa of layers 0-2, unit rows, top λ 0.3)"),
        ({"search": Search("sefa", (0, 2), False)}, "Directions(3 of size 4, sefa of layers 0,2, top λ 0.3)"),
        ({"value": None}, "Directions(3 of size 4, sefa of layers 0-2, unit rows)"),
        (
            {"search": Search("pca", None, None, (("n", 50),)), "trace": 7.0},
            "Directions(3 of size 4, pca(n=50), top λ 0.857)",
        ),
    ],
)
def test_they_are_shown_in_one_line(found, change, text):
    assert repr(replace(found, **change)) == text


def test_what_is_no_directions_is_named(found):
    assert check_directions(found) is found
    with pytest.raises(ValueError, match=r"directions is a list .*; it must be Directions, as factorize"):
        check_directions([1])


def test_directions_of_another_size_are_refused(found, tiny_style):
    with pytest.raises(ValueError, match="These have size 4; 'tinystyle' takes size 6"):
        check_fit(found, tiny_style, "These")
    with pytest.raises(ValueError, match="directions is"):
        check_fit([1], tiny_style, "These")
    with pytest.raises(ValueError, match="generator is"):
        check_fit(found, "tiny", "These")


def test_directions_of_another_generator_are_warned_of_where_they_are_used(tiny_style):
    found = factorize(tiny_style)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_fit(found, tiny_style, "These")
        check_fit(replace(found, fingerprint=""), tiny_style, "These")

    stranger = replace(found, fingerprint="abc")

    def using(*stacklevel):
        check_fit(stranger, tiny_style, "These", *stacklevel)

    inside = using.__code__.co_firstlineno + 1
    for stacklevel, own in (((), False), ((2,), False), ((1,), True)):
        with pytest.warns(
            UserWarning, match=r"These were found in another generator \(fingerprint abc\)"
        ) as told:
            using(*stacklevel)
        assert told[0].filename == __file__
        assert (told[0].lineno == inside) is own
