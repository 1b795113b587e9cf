import re

import pytest

from sefa_widget.directions import Search
from sefa_widget.panel.carried import MOST_CARRIED, Carried, carried_edits, described_edit, merged
from sefa_widget.panel.fields import Scope

NINE = [
    {"layers": [n, n + 1], "edit_layers": [m, m + 1], "strengths": {0: 1}} for n in range(3) for m in range(3)
]
ONE = Search.of("sefa", layers=(0, 1))


@pytest.fixture
def scope(tiny_style):
    return Scope(tiny_style, ["sefa", "random"], (0, 3), True)


def take(scope, value):
    return carried_edits(value, "The carried edits", scope)


def test_edits_along_the_same_directions_are_added_up():
    edits = [Carried.of(ONE, {0: 1.0, 2: 1.0}, None), Carried.of(ONE, {1: 0.5, 2: -1.0}, None)]
    assert merged(edits) == (Carried(ONE, ((0, 1.0), (1, 0.5))),)


def test_edits_of_other_layers_stay_apart():
    edits = [Carried.of(ONE, {0: 1.0}, None), Carried.of(ONE, {0: 1.0}, (1, 2))]
    assert merged(edits) == tuple(edits)


def test_an_edit_without_strength_is_left_out():
    assert merged([Carried.of(ONE, {0: 0.0}, None)]) == ()


def test_a_dict_without_a_part_has_that_of_the_state(scope):
    (edit,) = take(scope, [{"method": "sefa", "strengths": {"3": 1}}])
    assert edit == Carried(Search.of("sefa", layers=(0, 3)), ((3, 1.0),))


def test_a_carried_edit_is_taken_as_it_is(scope):
    edit = Carried(Search.of("random", layers=(1, 2), seed=3), ((0, 2.0),), (0, 2))
    assert take(scope, [edit]) == (edit,)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "must be a list"),
        ({"method": "sefa"}, "must be a list"),
        ([3], "A carried edit"),
        ([{"strenghts": {}}], "strenghts"),
        ([{"method": "pca", "strengths": {0: 1}}], "pca"),
        ([{"strengths": {"x": 1}}], "direction"),
        ([{"strengths": {0: float("nan")}}], "strength of direction 0"),
        ([{"edit_layers": [0, 9], "strengths": {0: 1}}], "0:9"),
        (NINE, "9 searches; a panel carries 8"),
    ],
)
def test_what_is_no_carried_edit_is_refused(scope, value, message):
    with pytest.raises(ValueError, match=message):
        take(scope, value)


def test_a_carried_edit_is_sorted_without_zeros_and_described_by_its_parts():
    edit = Carried.of(ONE, {3: 1.0, 0: -2.0, 1: 0.0}, (1, 2))
    assert edit.strengths == ((0, -2.0), (3, 1.0))
    assert described_edit(edit) == {
        "method": "sefa",
        "layers": (0, 1),
        "normalize": True,
        "options": {},
        "strengths": {0: -2.0, 3: 1.0},
        "edit_layers": (1, 2),
    }


def test_edits_are_one_if_they_move_along_the_same_directions_and_layers():
    one = Carried.of(ONE, {0: 1.0}, (0, 1))
    assert one.moved == Carried.of(ONE, {2: 5.0}, (0, 1)).moved
    assert one.moved != Carried.of(ONE, {0: 1.0}, None).moved
    assert one.moved != Carried.of(Search.of("conv", layers=(0, 1)), {0: 1.0}, (0, 1)).moved


def test_edits_that_take_each_other_back_are_gone_and_the_others_keep_their_order():
    other = Search.of("random", layers=(0, 1))
    edits = [
        Carried.of(ONE, {0: 1.0}, None),
        Carried.of(other, {1: 1.0}, None),
        Carried.of(ONE, {0: -1.0}, None),
    ]
    assert merged(edits) == (Carried(other, ((1, 1.0),)),)
    again = Carried.of(ONE, {0: 3.0}, None)
    assert [edit.search for edit in merged([*edits, again])] == [ONE, other]
    assert merged([*edits, again])[0].strengths == ((0, 3.0),)


def test_as_many_edits_as_a_panel_carries_are_taken(scope):
    assert len(take(scope, NINE[:MOST_CARRIED])) == MOST_CARRIED == 8
    with pytest.raises(
        ValueError, match=r"^The carried edits would be of 9 searches; a panel carries 8 at most"
    ):
        take(scope, NINE)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "The carried edits must be a list of edits as panel.state has them; [] removes them."),
        ([3], "A carried edit is an int (3); it must be a dict, as panel.state has it."),
        ([{"colour": 1}], "A carried edit's field 'colour' is unknown"),
        ([{"method": "magic"}], "Method 'magic' cannot read"),
        ([{"layers": (0, 9)}], "A carried edit's layer range 0:9 is outside 0:3"),
        ([{"strengths": 3}], "Strengths are 3; they must be"),
        ([{"edit_layers": (1, 1)}], "The edited layer range 1:1 is outside 0:3"),
    ],
)
def test_what_is_wrong_with_a_carried_edit_is_named(scope, value, text):
    with pytest.raises(ValueError, match="^" + re.escape(text)):
        take(scope, value)


def test_an_edit_that_says_nothing_moves_nothing(scope):
    assert take(scope, [{}]) == ()
    assert take(scope, ({"strengths": {1: 2.0}, "edit_layers": None},))[0].edit_layers is None
