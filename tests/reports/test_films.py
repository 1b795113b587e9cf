import numpy as np

from sefa_widget import Edit, sheet
from sefa_widget.reports.films import count_pictures, draw_films
from tests.reports.conftest import quick


def test_a_strip_goes_from_end_to_end_and_its_middle_is_not_edited(tiny_style, groups):
    settings = quick(tiny_style)
    films = draw_films(tiny_style, groups, settings)
    group, direction, seed = 1, 1, 1
    end = groups[group].end(direction)
    edits = [Edit(groups[group].directions, {direction: share * end}) for share in (-1, -0.5, 0, 0.5, 1)]
    expected = sheet(tiny_style, settings.starts, edits).tiles[seed]
    assert np.abs(films.strips[group][direction][seed].astype(int) - expected).max() <= 1
    assert len(films.strips) == 2
    assert [len(strips) for strips in films.strips[0]] == [2, 2]


def test_a_wall_has_the_ends_of_more_directions_on_the_first_seed(tiny_style, groups):
    settings = quick(tiny_style)
    films = draw_films(tiny_style, groups, settings)
    assert [len(wall) for wall in films.walls] == [3, 3]
    assert np.array_equal(films.walls[0][0], films.strips[0][0][0][[0, -1]])
    end = groups[0].end(2)
    edits = [Edit(groups[0].directions, {2: side * end}) for side in (-1, 1)]
    expected = sheet(tiny_style, settings.starts[0], edits).tiles[0]
    assert np.abs(films.walls[0][2].astype(int) - expected).max() <= 1


def test_every_picture_is_counted_once(tiny_style, groups):
    settings, told = quick(tiny_style), []
    films = draw_films(tiny_style, groups, settings, lambda done, total: told.append((done, total)))
    count = count_pictures(2, settings)
    assert told == [(done, count) for done in range(1, count + 1)]
    assert len(films.all) == 2 * 2 * 2 + 2 * 3
