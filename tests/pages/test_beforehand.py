import pytest

from sefa_widget.pages import Drawn


def test_the_first_directions_are_drawn_after_those_that_are_wanted():
    assert Drawn(directions=4).chosen_directions([7, 2, 99], 10) == (0, 1, 2, 7)
    assert Drawn(directions=4).chosen_directions([], 3) == (0, 1, 2)
    assert Drawn(directions=[5, 1, 5]).chosen_directions([7], 10) == (1, 5)
    with pytest.raises(ValueError, match="A direction is 10"):
        Drawn(directions=[10]).chosen_directions([], 10)


def test_pairs_are_those_that_are_wanted_then_all_of_the_first_directions():
    assert Drawn().chosen_pairs((0, 1, 2, 5), []) == ((0, 1), (0, 2), (1, 2), (0, 5), (1, 5), (2, 5))
    assert Drawn(pairs=2).chosen_pairs((0, 1, 2, 5), [(5, 1), (1, 9)]) == ((1, 5), (0, 1))
    assert Drawn(pairs=0).chosen_pairs((0, 1), [(0, 1)]) == ()
    assert Drawn(pairs=[(5, 0), (0, 5)]).chosen_pairs((0, 5), []) == ((0, 5),)
    with pytest.raises(ValueError, match=r"The pair \(0, 3\) needs direction 3; drawn are 0, 5"):
        Drawn(pairs=[(0, 3)]).chosen_pairs((0, 5), [])


def test_strengths_of_a_pair_are_some_of_those_of_one():
    assert (Drawn().stride, Drawn(grid=9).stride, Drawn(grid=3).stride) == (2, 1, 4)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"directions": 0}, "directions is 0"),
        ({"directions": "3"}, "directions is '3'"),
        ({"directions": []}, "directions is empty"),
        ({"directions": [-1]}, "One of directions is -1"),
        ({"seeds": 0}, "seeds is 0"),
        ({"seeds": [2**32]}, "One of seeds is 4294967296"),
        ({"strengths": 8}, "strengths is 8; it must be odd"),
        ({"strengths": 99}, "strengths is 99"),
        ({"grid": 4}, "grid is 4; it must be odd"),
        ({"grid": 11}, "grid is 11"),
        ({"strengths": 7}, "strengths - 1 must be a multiple of grid - 1"),
        ({"pairs": -1}, "pairs is -1"),
        ({"pairs": [(1, 1)]}, "it must be two different directions"),
        ({"pairs": [3]}, "A pair is an int"),
        ({"pixels": 4}, "pixels is 4"),
        ({"codec": "wepb"}, "Did you mean 'webp'"),
        ({"megabytes": 0.1}, "megabytes is 0.1"),
    ],
)
def test_what_is_wrong_is_said(given, message):
    with pytest.raises(ValueError, match=message):
        Drawn(**given)
