"""Each check of a field, at the edges of what it takes."""

from types import SimpleNamespace

import pytest

from sefa_widget.directions import Search
from sefa_widget.panel import fields
from sefa_widget.panel.fields import Field, Scope

NAN = float("nan")


@pytest.fixture
def scope(tiny_style):
    return Scope(tiny_style, ["sefa", "pca", "mine"], (0, 2), True)


@pytest.mark.parametrize(
    ("check", "value", "found"),
    [
        (fields.whole_number(0, 5), 0, 0),
        (fields.whole_number(0, 5), 5.0, 5),
        (fields.real_number(-2, 2), -2, -2.0),
        (fields.real_number(-2, 2), 2, 2.0),
        (fields.one_of((1, 2, 5)), 5.0, 5),
        (fields.one_word(["a", "b"]), "b", "b"),
        (fields.truth, False, False),
        (fields.optional(fields.truth), None, None),
        (fields.optional(fields.truth), True, True),
        (fields.picture_box, [0, 0, 1, 1], (0.0, 0.0, 1.0, 1.0)),
        (fields.picture_box, (0.123456, 0.2, 0.5, 0.6), (0.1235, 0.2, 0.5, 0.6)),
        (fields.code_row, 0, 0),
        (fields.code_row, 3, 3),
        (fields.method_name, "mine", "mine"),
        (fields.class_number, 3, 3),
        (fields.class_number, 0, 0),
        (fields.layer_range, [0, 3], (0, 3)),
        (fields.layer_range, (2, 3), (2, 3)),
        (fields.strength_by_direction, {"1": 2, 3: -1e6}, {1: 2.0, 3: -1e6}),
        (fields.range_by_direction, {"1": 1e-9}, {1: 1e-9}),
    ],
)
def test_the_edges_of_what_is_allowed_are_taken(scope, check, value, found):
    taken = check(value, "The field", scope)
    assert taken == found
    assert type(taken) is type(found)


@pytest.mark.parametrize(
    ("check", "value", "text"),
    [
        (fields.whole_number(0, 5), 6, "The field is 6"),
        (fields.whole_number(0, 5), -1, "The field is -1"),
        (fields.real_number(-2, 2), 2.01, "The field is 2.01"),
        (fields.real_number(-2, 2), NAN, "The field is nan"),
        (fields.one_of((1, 2, 5)), 3, "The field is 3; it must be 1, 2 or 5"),
        (fields.one_of((1, 2, 5)), True, "The field is True"),
        (fields.one_word(["a", "b"]), "c", "The field is 'c'"),
        (fields.truth, 1, "The field is 1"),
        (fields.picture_box, (0.5, 0, 0.5, 1), "with top above bottom"),
        (fields.picture_box, (0, 0.5, 1, 0.5), "left before right"),
        (fields.picture_box, (0, 0, 1), "it must be .top, left, bottom, right"),
        (fields.picture_box, (0, 0, 1, 1.01), "An edge of The field is 1.01"),
        (fields.code_row, 4, "The field is 4"),
        (fields.method_name, "magic", "Method 'magic' cannot read 'tinystyle'; sefa, pca, mine can"),
        (fields.method_name, 3, "Method 3"),
        (fields.class_number, 4, "The field of 'tinystyle' is 4"),
        (fields.class_number, None, "The field of 'tinystyle'"),
        (fields.layer_range, (1, 1), "The field 1:1 is outside 0:3"),
        (fields.layer_range, (-1, 2), "The field -1:2 is outside 0:3"),
        (fields.layer_range, (0, 4), "The field 0:4 is outside 0:3"),
        (fields.layer_range, 3, "it must be .start, stop."),
        (fields.layer_range, (1, 2, 3), "it must be .start, stop."),
        (fields.strength_by_direction, {0: 1e6 + 1}, "The strength of direction 0 is"),
        (fields.range_by_direction, {2: 0}, "The end of slider 2 is 0; it must be above 0"),
        (fields.range_by_direction, {2: -1}, "The end of slider 2 is -1"),
        (fields.given_search, 3, "The field is 3; it must be a dict"),
        (fields.given_search, {"layer": (0, 1)}, "'layer'"),
    ],
)
def test_what_is_beyond_is_refused_with_what_was_given(scope, check, value, text):
    with pytest.raises(ValueError, match=text):
        check(value, "The field", scope)


def test_a_generator_without_classes_takes_no_class(tiny):
    scope = SimpleNamespace(generator=tiny)
    assert fields.class_number(None, "The class", scope) is None
    with pytest.raises(ValueError, match="'tiny' has no classes; there is no class 0"):
        fields.class_number(0, "The class", scope)


def test_a_second_search_has_what_it_leaves_open_of_the_first(scope):
    assert fields.given_search("pca", "Second", scope).layers == (0, 1)
    found = fields.given_search({"method": "sefa", "layers": [1, 3], "normalize": False}, "Second", scope)
    assert (found.layers, found.normalize) == ((1, 2), False)
    assert fields.given_search({"method": "sefa"}, "Second", scope).normalize is True


def test_a_search_is_given_by_its_parts_and_back(scope):
    found = fields.search_of("pca", (1, 3), False, {"n": 500})
    parts = fields.search_parts(found, "Second")
    assert parts["method"] == "pca"
    assert parts["layers"] == (1, 3)
    assert parts["options"]["n"] == 500
    assert fields.given_search(found, "Second", scope) == found
    with pytest.raises(ValueError, match="a panel takes a range without gaps"):
        fields.search_parts(Search.of("sefa", layers=[0, 2]), "Second")


def test_options_need_a_method_that_has_them(scope):
    with pytest.raises(ValueError, match="the method is chosen by the layers and has none"):
        fields.search_of(None, (0, 1), True, {"n": 3})
    with pytest.raises(ValueError, match="the method is 'mine' and has none"):
        fields.search_of("mine", (0, 1), True, {"n": 3})
    with pytest.raises(ValueError, match="magic"):
        fields.search_of("pca", (0, 1), True, {"magic": 3})
    assert fields.search_of("mine", (0, 2), True, {}) == Search("mine", (0, 1), None)


def test_a_first_value_is_one_or_made_of_the_generator(tiny):
    fixed, made = (Field("x", "y", fields.truth, first) for first in (3, lambda generator: generator.name))
    assert fixed.first_of(tiny) == 3
    assert made.first_of(tiny) == "tiny"
