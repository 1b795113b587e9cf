"""Each check of a field, at the edges of what it takes."""

from types import SimpleNamespace

import pytest

from sefa_widget.panel import checks
from sefa_widget.panel.fields import Scope

NAN = float("nan")


@pytest.fixture
def scope(tiny_style):
    return Scope(tiny_style, ["sefa", "pca", "mine"], (0, 2), True)


@pytest.mark.parametrize(
    ("check", "value", "found"),
    [
        (checks.whole_number(0, 5), 0, 0),
        (checks.whole_number(0, 5), 5.0, 5),
        (checks.real_number(-2, 2), -2, -2.0),
        (checks.real_number(-2, 2), 2, 2.0),
        (checks.one_of((1, 2, 5)), 5.0, 5),
        (checks.one_word(["a", "b"]), "b", "b"),
        (checks.truth, False, False),
        (checks.optional(checks.truth), None, None),
        (checks.optional(checks.truth), True, True),
        (checks.picture_box, [0, 0, 1, 1], (0.0, 0.0, 1.0, 1.0)),
        (checks.picture_box, (0.123456, 0.2, 0.5, 0.6), (0.1235, 0.2, 0.5, 0.6)),
        (checks.code_row, 0, 0),
        (checks.code_row, 3, 3),
        (checks.method_name, "mine", "mine"),
        (checks.class_number, 3, 3),
        (checks.class_number, 0, 0),
        (checks.layer_range, [0, 3], (0, 3)),
        (checks.layer_range, (2, 3), (2, 3)),
        (checks.strength_by_direction, {"1": 2, 3: -1e6}, {1: 2.0, 3: -1e6}),
        (checks.range_by_direction, {"1": 1e-9}, {1: 1e-9}),
    ],
)
def test_the_edges_of_what_is_allowed_are_taken(scope, check, value, found):
    taken = check(value, "The field", scope)
    assert taken == found
    assert type(taken) is type(found)


@pytest.mark.parametrize(
    ("check", "value", "text"),
    [
        (checks.whole_number(0, 5), 6, "The field is 6"),
        (checks.whole_number(0, 5), -1, "The field is -1"),
        (checks.real_number(-2, 2), 2.01, "The field is 2.01"),
        (checks.real_number(-2, 2), NAN, "The field is nan"),
        (checks.one_of((1, 2, 5)), 3, "The field is 3; it must be 1, 2 or 5"),
        (checks.one_of((1, 2, 5)), True, "The field is True"),
        (checks.one_word(["a", "b"]), "c", "The field is 'c'"),
        (checks.truth, 1, "The field is 1"),
        (checks.picture_box, (0.5, 0, 0.5, 1), "with top above bottom"),
        (checks.picture_box, (0, 0.5, 1, 0.5), "left before right"),
        (checks.picture_box, (0, 0, 1), "it must be .top, left, bottom, right"),
        (checks.picture_box, (0, 0, 1, 1.01), "An edge of The field is 1.01"),
        (checks.code_row, 4, "The field is 4"),
        (checks.method_name, "magic", "Method 'magic' cannot read 'tinystyle'; sefa, pca, mine can"),
        (checks.method_name, 3, "Method 3"),
        (checks.class_number, 4, "The field of 'tinystyle' is 4"),
        (checks.class_number, None, "The field of 'tinystyle'"),
        (checks.layer_range, (1, 1), "The field 1:1 is outside 0:3"),
        (checks.layer_range, (-1, 2), "The field -1:2 is outside 0:3"),
        (checks.layer_range, (0, 4), "The field 0:4 is outside 0:3"),
        (checks.layer_range, 3, "it must be .start, stop."),
        (checks.layer_range, (1, 2, 3), "it must be .start, stop."),
        (checks.strength_by_direction, {0: 1e6 + 1}, "The strength of direction 0 is"),
        (checks.range_by_direction, {2: 0}, "The end of slider 2 is 0; it must be above 0"),
        (checks.range_by_direction, {2: -1}, "The end of slider 2 is -1"),
        (checks.direction_numbers, 3, "The field are 3; they must be numbers, for example .0, 3.."),
        (checks.direction_numbers, {0: 1}, "The field are .0: 1.; they must be numbers"),
        (checks.direction_numbers, [0, 6], "The field is 6; it must be 0 to 5"),
        (checks.option_by_name, {1: 2}, "The field are .1: 2.; they must be .name: value."),
    ],
)
def test_what_is_beyond_is_refused_with_what_was_given(scope, check, value, text):
    with pytest.raises(ValueError, match=text):
        check(value, "The field", scope)


def test_a_generator_without_classes_takes_no_class(tiny):
    scope = SimpleNamespace(generator=tiny)
    assert checks.class_number(None, "The class", scope) is None
    with pytest.raises(ValueError, match="'tiny' has no classes; there is no class 0"):
        checks.class_number(0, "The class", scope)
