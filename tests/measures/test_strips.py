"""Strips and walls: the strengths they show, and what their rows and columns are."""

import numpy as np
import pytest

from sefa_widget import factorize
from sefa_widget.measures.strips import strip, wall
from sefa_widget.panel.session import Session
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.sheet import sheet
from sefa_widget.pictures.starts import Start


@pytest.fixture
def directions(tiny):
    return factorize(tiny, k=3).named(["a", "b", "c"])


def test_a_strip_has_starts_as_rows_and_strengths_as_columns(tiny, directions):
    drawn = strip(tiny, directions, "b", seeds=[4, 5], strengths=[-1, 0, 2.5])
    edits = [Edit(directions, {1: -1.0}), UNEDITED, Edit(directions, {1: 2.5})]
    assert np.array_equal(drawn.tiles, sheet(tiny, [4, 5], edits).tiles)


def panel_ends(tiny, directions) -> list[float]:
    session = Session(tiny, directions={"mine": directions})
    state = session.apply({"method": "mine"})
    while session.finder.measure_range(state):
        pass
    return session.found().range.ends.tolist()


def test_without_strengths_a_strip_goes_from_end_to_end_of_the_panels_slider(tiny, directions):
    end = panel_ends(tiny, directions)[2]
    drawn = strip(tiny, directions, 2, seeds=4)
    expected = strip(tiny, directions, 2, seeds=4, strengths=[-end, -end / 2, 0, end / 2, end])
    assert np.abs(drawn.tiles.astype(int) - expected.tiles).max() <= 2
    assert drawn.tiles.shape[:2] == (1, 5)


def test_a_wall_has_both_ends_of_each_direction_on_one_start(tiny, directions):
    ends = panel_ends(tiny, directions)
    drawn = wall(tiny, directions, k=2, seed=Start(4))
    assert drawn.tiles.shape[:2] == (2, 2)
    for row in range(2):
        expected = strip(tiny, directions, row, seeds=4, strengths=[-ends[row], ends[row]])
        assert np.abs(drawn.tiles[row].astype(int) - expected.tiles[0]).max() <= 2
    assert len(wall(tiny, directions, k=50).tiles) == 3


def test_wrong_choices_are_refused(tiny, directions):
    with pytest.raises(ValueError, match="no direction 'd'"):
        strip(tiny, directions, "d")
    with pytest.raises(ValueError, match="A strength is nan"):
        strip(tiny, directions, 0, strengths=[float("nan")])
    with pytest.raises(ValueError, match="k is 0"):
        wall(tiny, directions, k=0)
