import pytest

from sefa_widget.directions import Search
from sefa_widget.panel.carried import Carried, carried_edits, merged
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
