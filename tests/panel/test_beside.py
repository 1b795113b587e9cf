import numpy as np
import pytest

from sefa_widget import Edit, Labels, SefaWidget, factorize, sheet
from sefa_widget.panel.beside import FILM_FRAMES, FRAMES, end, strip, wall

STATE = {"starts": [3, 4], "strengths": {0: 1.0, 2: 0.5}, "focused": 2, "chosen": 1}


@pytest.fixture
def panel(tiny, recorded_comms):
    with SefaWidget(tiny, state=STATE, labels=Labels()) as panel:
        yield panel


def ends(panel):
    return panel._session.found().range.ends.tolist()


def test_a_strip_goes_from_end_to_end_of_the_focused_direction_for_every_start(panel, tiny):
    far, found = ends(panel)[2], factorize(tiny)
    edits = [Edit(found, {0: 1.0, 2: share * far}) for share in np.linspace(-1, 1, FRAMES).tolist()]
    assert np.array_equal(panel.strip().tiles, sheet(tiny, [3, 4], edits).tiles)
    panel.focused = None
    with pytest.raises(ValueError, match="No direction is focused"):
        panel.strip()


def test_a_strip_is_of_another_direction_where_one_is_named_and_stretches_with_the_sliders(panel, tiny):
    far, found = ends(panel)[1], factorize(tiny)
    panel.stretch = 2
    last = Edit(found, {0: 1.0, 1: 2 * far, 2: 0.5})
    assert np.array_equal(panel.strip(1).tiles[:, -1:], sheet(tiny, [3, 4], last).tiles)
    with pytest.raises(ValueError, match="A direction is 99"):
        panel.strip(99)


def test_a_wall_has_both_ends_of_the_first_directions_on_the_chosen_start(panel, tiny):
    found = factorize(tiny)
    wall = panel.wall(3)
    assert wall.tiles.shape[:2] == (3, 2)
    edits = [Edit(found, {0: 1.0, 1: side * ends(panel)[1], 2: 0.5}) for side in (-1, 1)]
    assert np.array_equal(wall.tiles[1:2], sheet(tiny, 4, edits).tiles)
    assert panel.wall().tiles.shape[:2] == (len(found), 2)
    with pytest.raises(ValueError, match="k is 0"):
        panel.wall(0)


def test_a_strip_is_found_by_the_name_that_a_person_gave(panel):
    panel.name(2, "smile")
    assert np.array_equal(panel.strip("smile").tiles, panel.strip(2).tiles)
    with pytest.raises(ValueError, match="There is no direction 'frown'"):
        panel.strip("frown")


def test_a_strip_and_a_wall_are_of_the_first_search_alone(panel):
    strip, wall = panel.strip(1).tiles, panel.wall(2).tiles
    panel.change(second="random", original=True)
    assert np.array_equal(panel.strip(1).tiles, strip)
    assert np.array_equal(panel.wall(2).tiles, wall)


def test_the_image_is_the_large_edited_picture_unless_the_unedited_one_is_wanted(panel, tiny):
    edited, plain = (
        sheet(tiny, 4, edit).tiles[0, 0] for edit in (Edit(factorize(tiny), {0: 1.0, 2: 0.5}), None)
    )
    assert np.array_equal(np.asarray(panel.image()), edited)
    assert np.array_equal(np.asarray(panel.image(unedited=True)), plain)
    assert not np.array_equal(edited, plain)


def test_a_slider_ends_where_a_person_put_its_end_or_where_it_was_measured(panel):
    contents = panel._session.contents()
    measured = contents.found.range.ends.tolist()
    assert [end(contents, index) for index in range(8)] == measured
    panel.change(ranges={1: 2.5}, stretch=5)
    contents = panel._session.contents()
    assert (end(contents, 1), end(contents, 3)) == (2.5, 5 * measured[3])


def test_a_strip_has_as_many_pictures_as_are_wanted_evenly_spaced(panel, tiny):
    contents, told = panel._session.contents(), []
    drawn = strip(tiny, contents, 1, lambda done, total: told.append((done, total)), 3)
    far, found = end(contents, 1), factorize(tiny)
    edits = [Edit(found, {0: 1.0, 1: strength, 2: 0.5}) for strength in (-far, 0.0, far)]
    assert np.array_equal(drawn.tiles, sheet(tiny, [3, 4], edits).tiles)
    assert told[-1] == (6, 6)
    assert (FRAMES, FILM_FRAMES) == (7, 25)


def test_a_wall_has_its_ends_in_order_low_then_high_for_each_direction(panel, tiny):
    contents, told = panel._session.contents(), []
    drawn = wall(tiny, contents, 2, lambda done, total: told.append((done, total)))
    found = factorize(tiny)
    for index in range(2):
        for column, side in enumerate((-1, 1)):
            edit = Edit(found, {0: 1.0, 2: 0.5, index: side * end(contents, index)})
            assert np.array_equal(drawn.tiles[index, column], sheet(tiny, 4, edit).tiles[0, 0])
    assert told[-1] == (4, 4)
    assert wall(tiny, contents, 99).tiles.shape[:2] == (8, 2)
