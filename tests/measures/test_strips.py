"""Strips and walls: the strengths they show, and what their rows and columns are."""

import numpy as np
import pytest

from sefa_widget import Directions, factorize
from sefa_widget.measures.sliders import Measuring, Setting, Unedited
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


def measured(generator, directions, setting, rows):
    measuring = Measuring(generator, directions, rows, Unedited(generator, setting))
    while measuring.step():
        pass
    return measuring.range.ends.tolist()


def test_the_ends_are_those_of_the_first_start_and_of_the_rows_that_move(tiny_style):
    found = factorize(tiny_style, k=2)
    start = Start(4, label=3, truncation_psi=0.5, truncation_cutoff=2)
    (end,) = measured(tiny_style, found[1], Setting(3, 0.5, 2), [1])
    drawn = strip(tiny_style, found, 1, seeds=[start, 5], rows=[1])
    assert [edit["parts"][0]["strengths"]["1"] for edit in drawn.recipe["edits"] if edit["parts"]] == (
        pytest.approx([-end, -end / 2, end / 2, end])
    )
    assert drawn.tiles.shape[:2] == (2, 5)
    edits = [Edit(found, {1: share * end}, [1]) for share in (-1, -0.5, 0, 0.5, 1)]
    assert np.array_equal(drawn.tiles, sheet(tiny_style, [start, 5], edits).tiles)
    ends = measured(tiny_style, found, Setting(3, 0.5, 2), [1])
    shown = wall(tiny_style, found, seed=start, rows=[1])
    edits = [Edit(found, {n: side * ends[n]}, [1]) for n in (0, 1) for side in (-1, 1)]
    assert np.array_equal(shown.tiles.reshape(1, 4, 8, 8, 3), sheet(tiny_style, start, edits).tiles)


def test_other_rows_have_other_ends(tiny_style):
    found = factorize(tiny_style, k=1)
    rows = [[0], [0, 1, 2]]
    ends = [
        strip(tiny_style, found, 0, seeds=1, rows=some).recipe["edits"][0]["parts"][0]["strengths"]["0"]
        for some in rows
    ]
    assert ends == [-measured(tiny_style, found, Setting(), some)[0] for some in rows]
    assert ends[0] != ends[1]


def test_unless_told_otherwise_a_strip_has_three_people_and_a_wall_ten_directions_of_the_first(tiny):
    found = factorize(tiny, k=8)
    seeds = [start["seed"] for start in strip(tiny, found, 0, strengths=[1.0]).recipe["starts"]]
    assert seeds == [0, 1, 2]
    many = Directions.from_vectors(np.eye(8)[[*range(8), *range(4)]], generator=tiny)
    drawn = wall(tiny, many)
    assert drawn.tiles.shape[:2] == (10, 2)
    assert drawn.recipe["starts"][0]["seed"] == 0


def test_progress_is_told_after_every_picture(tiny, directions):
    told = []
    strip(tiny, directions, 0, seeds=[1], strengths=[0, 1], progress=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]
    told.clear()
    wall(tiny, directions, k=1, progress=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]


def test_a_wall_is_of_one_start_and_needs_a_generator_and_directions(tiny, directions):
    with pytest.raises(ValueError, match="There are 3 starts; a wall is of one seed or Start"):
        wall(tiny, directions, seed=[1, 2, 3])
    for draw in (lambda *of: strip(*of, 0), wall):
        with pytest.raises(ValueError, match="generator is"):
            draw("tiny", directions)
        with pytest.raises(ValueError, match="directions is"):
            draw(tiny, [1])
    with pytest.raises(ValueError, match="strengths is"):
        strip(tiny, directions, 0, strengths=1.0)
