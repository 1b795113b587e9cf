import contextvars

import numpy as np
import pytest
import torch

from sefa_widget import Edit, Start, sheet
from sefa_widget.panel.intents import Look
from sefa_widget.panel.looking import Looks, Scene
from sefa_widget.panel.session import Session
from sefa_widget.panel.worker import Ending


def look(*items, name="ends", view="v", size=16):
    return Look(view, name, size, list(items))


def pictures(looks):
    """All that is left to draw: look, item and picture, in the order of drawing."""
    found = []
    while (seen := looks.step()) is not None:
        found += [(seen.look, item, pixels) for item, pixels in zip(seen.items, seen.pixels, strict=True)]
    return found


def test_a_picture_is_the_present_edit_with_one_direction_elsewhere(tiny):
    session = Session(tiny, {"starts": [3, 4], "strengths": {0: 1.0, 2: 0.5}, "original": True})
    looks = Looks(session)
    looks.want(look((1, 2, -2.0), (0, 1, 2.0)))
    drawn = {item: pixels for _, item, pixels in pictures(looks)}
    directions = session.directions()
    wanted = [(4, {0: 1.0, 2: -2.0}), (3, {0: 1.0, 1: 2.0, 2: 0.5})]
    for item, (seed, strengths) in enumerate(wanted):
        expected = sheet(tiny, Start(seed), Edit(directions, strengths)).tiles[0, 0]
        assert np.abs(drawn[item].astype(int) - expected).max() <= 1


def test_pictures_come_start_by_start_in_the_order_of_the_items(tiny):
    looks = Looks(Session(tiny, {"starts": [3, 4]}))
    looks.want(look((1, 0, 1.0), (0, 0, 1.0), (1, 1, 1.0)))
    assert [item for _, item, _ in pictures(looks)] == [0, 2, 1]


def test_the_newest_look_is_drawn_first_and_takes_the_place_of_its_older_one(tiny):
    looks = Looks(Session(tiny))
    ends, strip = look((0, 0, 1.0)), look((0, 1, 1.0), name="strip")
    again = look((0, 2, 1.0))
    for one in (ends, strip, again):
        looks.want(one)
    assert [one for one, _, _ in pictures(looks)] == [again, strip]
    assert not looks.wanted


def test_a_look_without_items_ends_the_one_before(tiny):
    looks = Looks(Session(tiny))
    looks.want(look((0, 0, 1.0)))
    looks.want(look())
    assert pictures(looks) == []


def test_a_look_ends_when_the_pictures_change_and_not_when_only_the_chosen_start_does(tiny):
    session = Session(tiny, {"starts": [3, 4]})
    looks = Looks(session)
    looks.want(look((0, 0, 1.0)))
    session.apply({"chosen": 1})
    assert len(pictures(looks)) == 1
    looks.want(look((0, 0, 1.0)))
    session.apply({"strengths": {1: 1.0}})
    assert pictures(looks) == []
    assert not looks.wanted


def test_a_view_that_goes_takes_its_looks_along(tiny):
    looks = Looks(Session(tiny))
    looks.want(look((0, 0, 1.0)))
    stays = look((0, 1, 1.0), view="w")
    looks.want(stays)
    looks.drop("v")
    assert [one for one, _, _ in pictures(looks)] == [stays]


def test_starts_and_directions_that_there_are_none_of_are_left_out(tiny):
    looks = Looks(Session(tiny))
    looks.want(look((1, 0, 1.0), (0, 8, 1.0), (0, 7, 1.0)))
    assert [item for _, item, _ in pictures(looks)] == [2]


@pytest.mark.parametrize(("size", "height"), [(64, 16), (16, 16), (9, 16), (8, 8), (5, 5), (1, 1)])
def test_pictures_are_made_smaller_but_not_smaller_than_wanted(tiny, size, height):
    looks = Looks(Session(tiny))
    looks.want(look((0, 0, 1.0), size=size))
    ((_, _, pixels),) = pictures(looks)
    assert pixels.shape == (height, height, 3)


def test_a_smaller_picture_has_the_mean_colours(tiny):
    session = Session(tiny)
    looks = Looks(session)
    for size in (16, 4):
        looks.want(look((0, 0, 1.0), size=size))
        ((_, _, pixels),) = pictures(looks)
        if size == 16:
            whole = pixels
    mean = torch.from_numpy(whole).double().reshape(4, 4, 4, 4, 3).mean(dim=(1, 3))
    assert np.abs(pixels - mean.numpy()).max() <= 1


def test_what_cannot_be_drawn_is_told_once(tiny, monkeypatch):
    looks = Looks(Session(tiny))
    looks.want(look((0, 0, 1.0)))
    monkeypatch.setattr(tiny, "stages", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        looks.step()
    assert looks.step() is None


def test_pictures_seen_before_are_not_drawn_again(tiny, monkeypatch):
    looks = Looks(Session(tiny))
    looks.want(look((0, 0, 1.0)))
    before = pictures(looks)
    runs = []
    tiny.convolutions[0].register_forward_pre_hook(lambda *_: runs.append(1))
    looks.want(look((0, 0, 1.0)))
    assert np.array_equal(pictures(looks)[0][2], before[0][2])
    assert runs == []


def test_a_panel_that_is_closed_has_nothing_to_draw_and_cannot_want_anything(tiny):
    looks = Looks(Session(tiny))
    looks.want(look((0, 0, 1.0)))
    looks.study = Scene({0: Start(3)}, range(1), lambda index, strength: Edit())
    looks.forget()
    assert not looks.wanted
    assert looks.study is None
    assert looks.step() is None
    with pytest.raises(Ending):
        looks.want(look((0, 0, 1.0)))


def test_what_is_kept_of_looks_goes_with_the_panel(tiny, monkeypatch):
    looks = Looks(Session(tiny))
    cleared = []
    monkeypatch.setattr(looks._kept, "clear", lambda: cleared.append(True))
    looks.forget()
    assert cleared == [True]


def test_a_picture_tells_of_which_state_and_which_context_it_is(tiny):
    session = Session(tiny)
    session.apply({"truncation_psi": 0.5})
    session.apply({"truncation_psi": 0.6})
    looks, mark = Looks(session), contextvars.ContextVar("mark", default="")

    def want():
        mark.set("of the view")
        looks.want(look((0, 0, 1.0)))

    contextvars.Context().run(want)
    seen = looks.step()
    assert seen.revision == 2
    assert seen.context.run(mark.get) == "of the view"


def scene(session, count=2):
    """Two questions about the first directions, on seed 7."""
    found = session.directions()
    return Scene({0: Start(7)}, range(count), lambda index, share: Edit(found, {index: 2.0 * share}))


def study_look(*items):
    return Look("v", "study", 16, list(items), True)


def test_items_of_a_study_are_of_its_scene_and_stay_when_the_state_changes(tiny):
    session = Session(tiny)
    looks = Looks(session)
    looks.study = scene(session)
    looks.want(study_look((0, 1, 0.5), (0, 2, 1.0), (1, 0, 1.0)))
    session.apply({"strengths": {0: 3.0}, "seed": 5})
    ((_, item, pixels),) = pictures(looks)
    assert item == 0
    expected = sheet(tiny, Start(7), Edit(session.directions(), {1: 1.0})).tiles[0, 0]
    assert np.abs(pixels.astype(int) - expected).max() <= 1


def test_pictures_of_a_study_carry_the_revision_of_the_state_behind_it(tiny):
    session = Session(tiny)
    looks = Looks(session)
    looks.study = scene(session)
    looks.want(study_look((0, 0, 1.0)))
    session.apply({"seed": 5})
    assert looks.step().revision == 1


def test_looks_of_a_study_that_does_not_run_are_not_wanted_and_end_with_it(tiny):
    session = Session(tiny)
    looks = Looks(session)
    looks.want(study_look((0, 0, 1.0)))
    assert not looks.wanted
    looks.study = scene(session)
    looks.want(study_look((0, 0, 1.0)))
    looks.want(look((0, 0, 1.0)))
    assert looks.wanted
    looks.study = None
    assert [one.name for one, _, _ in pictures(looks)] == ["ends"]


def test_the_sliders_own_looks_are_drawn_while_a_study_runs_too(tiny):
    session = Session(tiny, {"strengths": {2: 1.0}})
    looks = Looks(session)
    looks.study = scene(session)
    looks.want(look((0, 1, 0.5)))
    ((_, _, pixels),) = pictures(looks)
    expected = sheet(tiny, Start(0), Edit(session.directions(), {1: 0.5, 2: 1.0})).tiles[0, 0]
    assert np.abs(pixels.astype(int) - expected).max() <= 1


def test_a_look_comes_batch_by_batch_and_goes_on_where_it_was(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", 16**2)
    looks = Looks(Session(tiny))
    looks.want(look((0, 0, 1.0), (0, 1, 1.0)))
    assert looks.step().items == (0,)
    looks.want(look((0, 2, 1.0), name="strip"))
    assert looks.step().look.name == "strip"
    assert looks.step().items == (1,)
    assert looks.step() is None


def test_a_look_that_was_replaced_while_it_was_drawn_leaves_its_successor_alone(tiny):
    looks = Looks(Session(tiny))
    looks.want(look((0, 0, 1.0)))
    (key, job) = next(iter(looks._jobs.items()))
    newer = look((0, 1, 1.0))
    looks.want(newer)
    looks._end(key, job)
    assert [one for one, _, _ in pictures(looks)] == [newer]


def visited_look(*places):
    return Look("v", "visited 1", 16, [(place, place, 0.0) for place in places], visited=True)


def test_items_of_visited_steps_are_the_large_pictures_of_then(tiny):
    session = Session(tiny, {"starts": [3, 4], "original": True})
    session.apply({"strengths": {0: 2.0}, "chosen": 1})
    session.directions()
    session.apply({"truncation_psi": 0.2, "seed": 9})
    looks = Looks(session)
    looks.want(visited_look(1, 0, 7))
    drawn = {item: pixels for _, item, pixels in pictures(looks)}
    assert set(drawn) == {0, 1}  # there is no step 7
    expected = sheet(tiny, Start(4), Edit(session.directions(), {0: 2.0})).tiles[0, 0]
    assert np.abs(drawn[0].astype(int) - expected).max() <= 1
    expected = sheet(tiny, Start(3), Edit()).tiles[0, 0]
    assert np.abs(drawn[1].astype(int) - expected).max() <= 1


def test_no_directions_are_searched_for_the_small_picture_of_a_step(tiny, monkeypatch):
    session = Session(tiny, {"strengths": {0: 2.0}})
    session.apply({"strengths": {0: 0.0}})
    looks = Looks(session)
    monkeypatch.setattr("sefa_widget.directions.Search.find", lambda *_, **__: pytest.fail("it was searched"))
    looks.want(visited_look(0, 1))
    assert [item for _, item, _ in pictures(looks)] == [1]


def test_a_look_of_visited_steps_ends_when_the_state_changes(tiny):
    session = Session(tiny)
    looks = Looks(session)
    looks.want(visited_look(0))
    session.apply({"seed": 5})
    assert pictures(looks) == []
