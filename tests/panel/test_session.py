import json
import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from sefa_widget import edit, factorize, load_generator
from sefa_widget.directions import Search
from sefa_widget.evaluation import fresh_latents
from sefa_widget.measures.aligned import align
from sefa_widget.measures.sliders.range import Z_SPREADS
from sefa_widget.panel.history import History
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import FIELDS, State
from sefa_widget.pictures.frames import to_pixels
from tests.locks import Watched, held
from tests.pictures.counting import Counted


def sheet(session, **options):
    """Draw the whole sheet as the panel does: tiles by row and column."""
    contents, drawn = session.contents(**options), {}
    for part in session.draw(contents, list(range(len(contents.starts)))):
        drawn.update(zip(part.places, part.pixels, strict=True))
    return drawn


def picture(session, **options):
    """Draw the first tile."""
    return sheet(session, **options)[0, 0]


def rows_moved(session, state):
    return session.finder.edited_rows(state.search, state.edit_layers)


def test_a_new_session_factorises_all_layers_that_read_the_latent(tiny, tiny_style):
    assert Session(tiny).state.layers == (0, 1)
    assert Session(tiny_style).state.layers == (0, 3)
    assert Session(tiny_style).state.label == 0


def test_what_is_drawn_is_the_edit_of_the_seeds_latent(tiny_style):
    session = Session(tiny_style)
    session.apply({"seed": 7, "strengths": {1: 1.5}, "label": 2, "truncation_psi": 0.5})
    latent = tiny_style.sample(7, labels=[2], truncation_psi=0.5)
    expected = tiny_style.synthesize(edit(latent, factorize(tiny_style), {1: 1.5}))[0]
    assert np.array_equal(picture(session), to_pixels(expected))
    unedited = tiny_style.synthesize(latent)[0]
    assert np.array_equal(picture(session, unedited=True), to_pixels(unedited))


def test_only_the_factorised_layers_are_edited_until_another_range_is_named(tiny_style):
    session = Session(tiny_style)
    assert rows_moved(session, session.apply({"layers": [1, 2]})) == (1,)
    assert rows_moved(session, session.apply({"edit_layers": [0, 2]})) == (0, 1)
    assert rows_moved(session, session.apply({"edit_layers": None})) == (1,)


def test_layers_that_do_not_read_the_latent_edit_the_code_all_the_same(tiny):
    session = Session(tiny)
    state = session.apply({"layers": [1, 3], "strengths": {0: 2}})
    assert session.finder.edited_rows(state.search, state.edit_layers) == (0,)
    assert session.found().directions.method == "composed"


def test_strengths_merge_and_zeros_are_left_out(tiny):
    session = Session(tiny)
    session.apply({"strengths": {"0": 1, "3": 2.5}})
    session.apply({"strengths": {0: 0.0, 5: -1}})
    assert dict(session.state.strengths) == {3: 2.5, 5: -1.0}


def test_each_change_has_a_higher_revision_and_no_change_has_none(tiny):
    session = Session(tiny)
    first = session.apply({"seed": 3})
    assert first.revision == 1
    assert session.apply({"seed": 3}).revision == 1
    assert session.apply({"seed": 4.0}).revision == 2


def test_a_described_state_goes_through_json_into_another_session(tiny_style):
    session = Session(tiny_style)
    session.apply({"seed": 9, "strengths": {2: -1.25}, "layers": (1, 3), "edit_layers": (0, 1), "label": 3})
    described = json.loads(json.dumps(session.describe()))
    again = Session(tiny_style, described)
    assert again.state == session.state
    assert np.array_equal(picture(again), picture(session))


BAD = [
    ({"seed": -1}, "The seed is -1; it must be 0 to"),
    ({"seed": 1.5}, "The seed is 1.5; it must be a whole number"),
    ({"seed": math.nan}, "it must be a whole number"),
    ({"seed": True}, "The seed is True; it must be a whole number"),
    ({"layers": (2, 9)}, "Layer range 2:9 is outside 0:3 of 'tiny'"),
    ({"layers": (1, 1)}, "Layer range 1:1"),
    ({"layers": "01"}, "Layer range is '01'; it must be .start, stop."),
    ({"edit_layers": (2, 9)}, "Edited layer range 2:9 is outside 0:3 of 'tiny'"),
    ({"strengths": {0: math.nan}}, "strength of direction 0 is nan"),
    ({"strengths": {0: math.inf}}, "strength of direction 0 is inf"),
    ({"strengths": {0: "2"}}, "strength of direction 0 is .2.; it must be a finite number"),
    ({"strengths": {8: 1}}, "A direction is 8; it must be 0 to 7"),
    ({"strengths": {"x": 1}}, "A direction is .* it must be a whole number"),
    ({"strengths": [1]}, "Strengths are"),
    ({"normalize": 1}, "normalize is .* it must be True or False"),
    ({"method": "magic"}, "Method 'magic' cannot read 'tiny'; sefa, conv, composed"),
    ({"label": 1}, "'tiny' has no classes"),
    ({"truncation_psi": 1e9}, "truncation_psi is"),
    ({"truncation_psi": 2.01}, "truncation_psi is 2.01; it must be .* -2"),
    ({"truncation_psi": -2.01}, "truncation_psi is -2.01"),
    ({"strengths": {0: 1.1e6}}, "strength of direction 0 is 1100000"),
    ({"truncation_cutoff": 5}, "truncation_cutoff is 5; it must be 0 to 1"),
    ({"stretch": 3}, "stretch is 3; it must be 1, 2 or 5"),
    ({"stretch": True}, "stretch is True; it must be 1, 2 or 5"),
    ({"stretch": [1]}, "stretch is .1.; it must be 1, 2 or 5"),
    ({"starts": []}, "The starts are 0; a panel shows 1 to 64"),
    ({"starts": list(range(65))}, "The starts are 65; a panel shows 1 to 64"),
    ({"starts": [{"name": "Max"}]}, "it must have a seed"),
    ({"starts": [{"seed": 1, "sed": 2}]}, "A start's field 'sed' is unknown"),
    ({"starts": [{"seed": 1, "name": "a" * 61}]}, "of 60 characters at most"),
    ({"starts": [{"seed": 1, "name": 3}]}, "The name of a start is"),
    ({"starts": [1, 1.5]}, "The seed is 1.5; it must be a whole number"),
    ({"second": "magic"}, "Method 'magic' cannot read 'tiny'"),
    ({"second": {"layers": [2, 9]}}, "The second search's layer range 2:9 is outside 0:3"),
    ({"second": {"colour": 1}}, "The second search's field 'colour' is unknown"),
    ({"second": 3}, "The second search is 3; it must be a dict"),
    ({"original": 1}, "original is .* it must be True or False"),
    ({"colour": 1}, "The state's field 'colour' is unknown; known are starts, chosen, strengths"),
    ({"seeed": 1}, "Did you mean 'seed'"),
]


@pytest.mark.parametrize(("patch", "text"), BAD)
def test_a_wrong_value_says_what_is_allowed_and_changes_nothing(tiny, patch, text):
    session = Session(tiny, {"seed": 5, "strengths": {1: 1.0}})
    before = session.state
    with pytest.raises(ValueError, match=text):
        session.apply({"seed": 6, **patch} if "seed" not in patch else patch)
    assert session.state is before


def test_a_state_that_is_no_dict_is_refused(tiny):
    with pytest.raises(
        ValueError, match=r"The state is a list .* it must be a dict, as panel.state gives it"
    ):
        Session(tiny, [1])


def test_a_state_carries_the_name_and_the_fingerprint_of_its_generator(tiny):
    described = Session(tiny, {"seed": 3}).describe()
    assert (described["generator"], described["fingerprint"]) == ("tiny", tiny.fingerprint)


def test_a_state_of_another_generator_is_refused_and_both_are_named(tiny, tiny_style):
    described = Session(tiny_style, {"seed": 3}).describe()
    with pytest.raises(ValueError, match="explore") as refused:
        Session(tiny, described)
    for name in ("'tinystyle'", tiny_style.fingerprint, "'tiny'", tiny.fingerprint):
        assert name in str(refused.value)
    session = Session(tiny)
    with pytest.raises(ValueError, match="this panel explores 'tiny'"):
        session.apply({"seed": 4, "fingerprint": tiny_style.fingerprint})
    assert session.state.seed == 0


def test_a_state_goes_to_the_same_generator_under_another_name_and_back(tiny):
    described = Session(tiny, {"seed": 3}).describe()
    tiny.name = "renamed"
    again = Session(tiny, described)
    assert (again.state.seed, again.describe()["generator"]) == (3, "renamed")


def test_a_state_without_a_fingerprint_is_taken(tiny):
    assert Session(tiny, {"generator": "other", "fingerprint": None, "seed": 3}).state.seed == 3


def test_the_fingerprint_is_not_computed_before_directions_are_found(tiny):
    session = Session(tiny, {"seed": 3})
    assert session.state.fingerprint is None
    picture(session)
    assert session.state.fingerprint == tiny.fingerprint
    assert session.state.revision == 0


def test_strengths_are_merged_or_replaced(tiny):
    session = Session(tiny, {"strengths": {1: 1.0}})
    session.apply({"strengths": {2: 2.0}})
    assert dict(session.state.strengths) == {1: 1.0, 2: 2.0}
    session.apply({"strengths": {3: 3.0}}, merge=False)
    assert dict(session.state.strengths) == {3: 3.0}


def test_help_describes_every_field_of_the_state():
    for name, field in FIELDS.items():
        assert f"\n{name} : " in State.__doc__
        assert field.about in State.__doc__
        assert field.about.endswith(".")


def test_a_class_outside_the_model_is_refused(tiny_style):
    with pytest.raises(ValueError, match=r"class of 'tinystyle' is 4; it must be 0 to 3"):
        Session(tiny_style).apply({"label": 4})


def test_going_back_to_a_layer_range_does_not_factorise_again(tiny):
    session = Session(tiny)
    first = session.directions()
    session.apply({"layers": (0, 2)})
    session.directions()
    session.apply({"layers": (0, 1)})
    assert session.directions() is first


def test_strengths_of_directions_that_a_method_does_not_find_wait_for_one_that_does(tiny_style):
    few = factorize(tiny_style, method="random", k=2)
    session = Session(tiny_style, {"method": "few", "strengths": {5: 2.0}}, directions={"few": few})
    assert np.array_equal(picture(session), picture(session, unedited=True))
    assert session.apply({"method": None}).carried[0].strengths == ((5, 2.0),)
    assert np.array_equal(picture(session), picture(session, unedited=True))
    assert session.apply({"method": "few"}).strengths == {5: 2.0}


def test_the_same_seed_gives_the_same_picture_on_every_device(tiny, device):
    pixels = picture(Session(tiny))
    moved = picture(Session(tiny.to(device)))
    assert np.abs(moved.astype(int) - pixels).max() <= 1
    assert tiny.sample(3).codes.device.type == torch.device(device).type


def test_a_second_search_is_drawn_beside_the_first_along_matched_directions(tiny):
    session = Session(tiny)
    session.apply({"method": "sefa", "second": "jacobian", "strengths": {1: 2.0}, "seed": 4})
    drawn = sheet(session)
    assert sorted(drawn) == [(0, 0), (0, 1)]
    alone = Session(tiny, {"method": "sefa", "strengths": {1: 2.0}, "seed": 4})
    assert np.array_equal(drawn[0, 0], picture(alone))
    aligned = align(factorize(tiny, method="sefa"), factorize(tiny, method="jacobian"))
    moved = edit(tiny.sample(4), aligned.directions, {1: 2.0})
    assert np.array_equal(drawn[0, 1], to_pixels(tiny.synthesize(moved)[0]))
    unedited = sheet(session, unedited=True)
    assert np.array_equal(unedited[0, 0], unedited[0, 1])


def test_a_second_search_of_other_layers_moves_the_rows_of_those(tiny_style):
    session = Session(tiny_style)
    state = session.apply({"layers": [0, 1], "second": {"layers": [1, 3]}, "strengths": {0: 1.0}})
    assert session.finder.edited_rows(state.search, state.edit_layers) == (0,)
    assert session.finder.edited_rows(state.second, state.edit_layers) == (1, 2)
    found = session.found()
    strengths = found.second.strengths({0: 1.0}, found.range)
    moved = edit(tiny_style.sample(0, labels=[0]), found.second.aligned.directions, strengths, rows=[1, 2])
    assert np.array_equal(sheet(session)[0, 1], to_pixels(tiny_style.synthesize(moved)[0]))


def test_a_second_search_without_all_its_parts_has_those_of_the_first(tiny_style):
    session = Session(tiny_style, {"layers": (0, 2), "normalize": False})
    assert session.apply({"second": "conv"}).second == Search.of("conv", layers=(0, 2), normalize=False)
    assert session.apply({"second": {"layers": (1, 3), "normalize": True}}).second == Search.of(layers=(1, 3))
    given = Search.of("conv", layers=(1, 3), normalize=False)
    assert session.apply({"second": given}).second == given
    assert Session(tiny_style, session.describe()).state.second == given


def test_a_second_search_with_gaps_between_its_layers_is_refused(tiny_style):
    with pytest.raises(ValueError, match="is of layers 0,2; a panel takes a range without gaps"):
        Session(tiny_style, {"second": Search.of("conv", layers=[0, 2])})


def test_a_described_second_search_has_its_options(tiny):
    session = Session(tiny, {"second": {"method": "jacobian", "options": {"n": 2}}})
    described = json.loads(json.dumps(session.describe()))["second"]
    assert described == {"method": "jacobian", "layers": [0, 1], "options": {"n": 2}}


def test_every_start_is_drawn_with_the_same_edit(tiny_style):
    starts = [3, {"seed": 4, "label": 2, "name": "Max"}, Pin(5, 1)]
    session = Session(tiny_style, {"starts": starts, "strengths": {1: 1.5}, "truncation_psi": 0.5})
    drawn = sheet(session)
    assert sorted(drawn) == [(0, 0), (1, 0), (2, 0)]
    for row, (seed, label) in enumerate([(3, 0), (4, 2), (5, 1)]):
        latent = tiny_style.sample(seed, labels=[label], truncation_psi=0.5)
        expected = tiny_style.synthesize(edit(latent, factorize(tiny_style), {1: 1.5}))[0]
        assert np.abs(drawn[row, 0].astype(int) - to_pixels(expected)).max() <= 1


def test_the_original_stands_before_the_edited_picture(tiny):
    session = Session(tiny, {"strengths": {1: 2.0}, "original": True, "second": "random"})
    drawn = sheet(session)
    assert sorted(drawn) == [(0, 0), (0, 1), (0, 2)]
    assert np.array_equal(drawn[0, 0], sheet(session, unedited=True)[0, 1])
    assert not np.array_equal(drawn[0, 0], drawn[0, 1])
    assert np.array_equal(session.sheet(chosen=True).tiles[0, 0], drawn[0, 1])
    assert session.sheet().tiles.shape[:2] == (1, 3)


def test_seed_and_class_are_those_of_the_chosen_start(tiny_style):
    session = Session(tiny_style, {"starts": [3, {"seed": 4, "name": "Max"}], "chosen": 1})
    assert (session.state.seed, session.state.label) == (4, 0)
    session.apply({"label": 2})
    assert session.state.starts == (Pin(3, 0), Pin(4, 2, "Max"))
    session.apply({"seed": 9})
    assert session.state.starts == (Pin(3, 0), Pin(9, 2))


def test_if_there_are_fewer_starts_the_last_one_is_chosen(tiny):
    session = Session(tiny, {"starts": [3, 4, 5], "chosen": 2})
    assert session.apply({"starts": [6, 7]}).chosen == 1
    with pytest.raises(ValueError, match="The chosen start is 2; it must be 0 to 1"):
        session.apply({"chosen": 2})


def test_changes_that_no_picture_depends_on_keep_the_pictures(tiny):
    session = Session(tiny, {"starts": [3, 4]})
    before = session.contents().key
    session.apply({"chosen": 1, "stretch": 2})
    assert session.contents().key == before
    session.apply({"truncation_psi": 0.5})
    assert session.contents().key != before


def test_options_of_the_method_are_checked_used_and_gone_with_another_method(tiny):
    session = Session(tiny, {"method": "jacobian", "options": {"n": 2, "seed": 0}})
    assert dict(session.state.options) == {"n": 2}
    assert session.directions().options["n"] == 2
    assert dict(session.apply({"method": "jacobian"}).options) == {"n": 2}
    for options, text in [({"n": 0}, "n is 0"), ({"m": 1}, "has no option 'm'"), ([1], "Options are")]:
        with pytest.raises(ValueError, match=text):
            session.apply({"options": options})
    assert dict(session.apply({"method": "random"}).options) == {}
    with pytest.raises(ValueError, match="the method is chosen by the layers"):
        session.apply({"method": None, "options": {"n": 2}})


def test_a_method_that_cannot_read_the_layers_is_refused_and_so_are_layers_that_it_cannot_read(tiny):
    session = Session(tiny, {"layers": (0, 2)})
    text = r"Layer 1 .* reads no latent, so 'sefa' cannot factorise it; method='composed' can"
    with pytest.raises(ValueError, match=text):
        session.apply({"method": "sefa"})
    with pytest.raises(ValueError, match=text):
        session.apply({"second": "sefa"})
    session.apply({"method": "sefa", "layers": (0, 1)})
    with pytest.raises(ValueError, match=text):
        session.apply({"layers": (0, 2)})
    assert session.apply({"layers": (0, 2), "method": None}).layers == (0, 2)


def test_every_change_can_be_undone_and_done_again(tiny):
    session = Session(tiny)
    first = session.state
    session.apply({"strengths": {0: 1.0}}, step="drag")
    session.apply({"strengths": {0: 2.0}}, step="drag")
    session.apply({"seed": 5})
    assert session.undoable() == ("The starts", None)
    assert session.undo()
    assert (session.state.seed, dict(session.state.strengths)) == (0, {0: 2.0})
    assert session.undoable() == ("Strengths", "The starts")
    assert session.undo()
    assert session.state == first
    assert session.state.revision == 5
    assert session.undo() is False
    assert session.undo(redo=True)
    assert session.undo(redo=True)
    assert (session.state.seed, dict(session.state.strengths)) == (5, {0: 2.0})
    assert not session.undo(redo=True)


def test_a_wrong_patch_is_no_step(tiny):
    session = Session(tiny)
    with pytest.raises(ValueError, match="The seed is -1"):
        session.apply({"seed": -1})
    session.apply({"seed": 0})
    assert session.undoable() == (None, None)


def measure(session, state):
    while session.finder.measure_range(state):
        pass
    return session.finder.found(state)


def test_the_ends_of_both_methods_are_measured_by_the_same_rule(tiny):
    session = Session(tiny)
    state = session.apply({"method": "sefa", "second": "random"})
    assert session.found().range.rounded() == [Z_SPREADS] * 8
    found = measure(session, state)
    assert session.found() is found
    assert found.range.change == found.second.range.change
    latents = fresh_latents(tiny, 8)
    base = tiny.synthesize(latents).clamp(-1, 1)
    others = found.second.aligned.directions, found.second.range
    for directions, known in ((found.directions, found.range), others):
        assert known.measured == tuple(range(8))
        for index, end in enumerate(known.ends.tolist()):
            sides = [edit(latents, directions, {index: side * end}) for side in (1, -1)]
            moved = torch.stack([tiny.synthesize(side).clamp(-1, 1) - base for side in sides])
            change = float(moved.square().mean().sqrt())
            if known.stops[index] == "change":
                assert change == pytest.approx(known.change, rel=0.02)
            else:
                assert change < known.change


def test_a_slider_moves_both_methods_by_the_same_share_of_their_ranges(tiny):
    session = Session(tiny)
    found = measure(session, session.apply({"method": "sefa", "second": "random"}))
    ratio = float(found.second.range.ends[2] / found.range.ends[2])
    assert ratio != pytest.approx(1, rel=0.01)
    assert found.second.strengths({2: 1.5}, found.range) == {2: pytest.approx(1.5 * ratio)}


def test_class_truncation_and_edited_layers_have_ends_of_their_own_and_going_back_finds_them(tiny_style):
    session = Session(tiny_style)
    first = measure(session, session.state).range
    changes = [{"label": 2}, {"truncation_psi": 0.5}, {"truncation_cutoff": 1}, {"edit_layers": [2, 3]}]
    seen = {tuple(first.rounded())}
    for change in changes:
        seen.add(tuple(measure(session, session.apply(change)).range.rounded()))
    assert len(seen) == 5
    session.apply({"label": 0, "truncation_psi": 1, "truncation_cutoff": None, "edit_layers": None})
    assert session.found().range is first
    assert not session.finder.measure_range(session.state)


def test_seed_strengths_and_stretch_leave_the_ends_alone(tiny):
    session = Session(tiny)
    known = measure(session, session.state).range
    session.apply({"seed": 5, "strengths": {0: 1}, "stretch": 5})
    assert session.found().range is known


def test_the_first_directions_of_both_methods_are_measured_before_the_others(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.measures.sliders.measuring.FIRST", 2)
    monkeypatch.setattr("sefa_widget.measures.sliders.unedited.BATCH_PIXELS", 16 * 16**2)
    session = Session(tiny)
    state = session.apply({"method": "sefa", "second": "random"})
    while session.finder.measure_range(state):
        found = session.finder.found(state)
        if len(found.range.measured) > 2:
            assert len(found.second.range.measured) >= 2


def test_directions_given_by_name_are_chosen_like_a_method(tiny):
    given = factorize(tiny, method="random", k=3)
    session = Session(tiny, directions={"mine": given})
    assert session.methods[-1] == "mine"
    session.apply({"method": "mine", "strengths": {1: 2.0, 5: 1.0}})
    assert session.directions() is given
    moved = tiny.synthesize(edit(tiny.sample(0), given, {1: 2.0}))[0]
    assert np.array_equal(picture(session), to_pixels(moved))
    session.apply({"method": "sefa", "second": "mine"})
    assert len(session.found().second.aligned.directions) == 3


@pytest.mark.parametrize(("name", "size"), [("sefa", 8), ("", 8), ("mine", 5)])
def test_given_directions_must_fit_and_have_a_name_of_their_own(tiny, name, size):
    wrong = replace(factorize(tiny), vectors=torch.eye(size, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"no method's name|have size 5"):
        Session(tiny, directions={name: wrong})


def test_given_directions_of_another_generator_are_taken_with_a_warning(tiny):
    other = replace(factorize(tiny), fingerprint="0123456789abcdef")
    with pytest.warns(UserWarning, match=r"'mine' were found in another generator .fingerprint 0123"):
        Session(tiny, directions={"mine": other})


def test_given_directions_move_the_rows_of_their_own_layers_until_edited_layers_are_chosen(tiny_style):
    given = factorize(tiny_style, layers=(1, 2), k=2)
    session = Session(tiny_style, directions={"mine": given})
    state = session.apply({"method": "mine", "strengths": {0: 2.0}})
    assert session.finder.edited_rows(state.search, state.edit_layers) == (1,)
    expected = tiny_style.synthesize(edit(tiny_style.sample(0), given, {0: 2.0}))[0]
    assert np.array_equal(picture(session), to_pixels(expected))
    assert rows_moved(session, session.apply({"edit_layers": (0, 3)})) == (0, 1, 2)


def test_what_threads_share_is_used_under_the_lock(tiny):
    class Checked(Session):
        @property
        def state(self):
            return self.__dict__["state"]

        @state.setter
        def state(self, value):
            assert not hasattr(self, "_history") or held(self._lock), "The state is set without the lock."
            self.__dict__["state"] = value

    session = Checked(tiny)
    session._history = Watched(session._lock, session._history)
    session.apply({"seed": 3})
    assert session.undo()
    assert session.undoable() == (None, "The starts")
    assert session.describe()["fingerprint"] == tiny.fingerprint
    assert session._history.used


def test_what_was_drawn_is_not_drawn_again(tiny, monkeypatch):
    session = Session(tiny, {"starts": [3, 4], "strengths": {0: 1.0}})
    before = sheet(session)
    counted = Counted(tiny, monkeypatch)
    again = sheet(session)
    assert not any(counted.look())
    assert all(np.array_equal(before[place], again[place]) for place in before)


def test_drawing_is_timed_batch_by_batch_without_what_is_done_with_a_batch(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", 16**2)
    now = iter([1.0, 1.25, 5.0, 5.5, 9.0])
    session = Session(tiny, {"starts": [3, 4]})
    contents = session.contents()
    monkeypatch.setattr("sefa_widget.panel.session.time", SimpleNamespace(perf_counter=lambda: next(now)))
    parts = list(session.draw(contents, [1, 0]))
    assert [(part.places, part.render_ms) for part in parts] == [(((1, 0),), 250.0), (((0, 0),), 500.0)]


def test_pictures_are_known_by_all_that_they_depend_on(tiny_style):
    session = Session(tiny_style, {"second": "random", "strengths": {0: 1.0}})
    keys = [session.contents().key, session.contents(unedited=True).key]
    for patch in (
        {"seed": 1},
        {"label": 2},
        {"strengths": {0: 2.0}},
        {"layers": (0, 2)},
        {"edit_layers": (0, 1)},
        {"method": "random"},
        {"options": {"seed": 3}},
        {"second": None},
        {"original": True},
        {"truncation_psi": 0.5},
        {"truncation_cutoff": 1},
    ):
        session.apply(patch)
        keys.append(session.contents().key)
    tiny_style.map.weight.data.mul_(0.5)
    keys.append(session.contents().key)
    assert len(set(keys)) == len(keys)


def test_the_second_picture_is_another_one_when_its_slider_has_another_end(tiny):
    session = Session(tiny, {"method": "sefa", "second": "random", "strengths": {2: 1.0}})
    before = session.contents()
    measure(session, session.state)
    after = session.contents()
    assert after.key != before.key
    assert after.edits[1].strengths != before.edits[1].strengths


def test_the_focused_direction_is_no_step_of_undo_and_stays_when_something_is_undone(tiny):
    session = Session(tiny)
    session.apply({"strengths": {0: 1.0}})
    session.apply({"focused": 3})
    assert session.undoable() == ("Strengths", None)
    assert session.undo()
    assert (dict(session.state.strengths), session.state.focused) == ({}, 3)
    session.apply({"focused": None})
    assert session.undoable() == (None, "Strengths")
    with pytest.raises(ValueError, match="The focused direction is 99; it must be 0 to 7"):
        session.apply({"focused": 99})


def test_an_edit_is_carried_over_to_other_directions(tiny_style):
    session = Session(tiny_style)
    session.apply({"seed": 3, "layers": [0, 2], "strengths": {1: 2.0}})
    before = picture(session)
    state = session.apply({"layers": [1, 3]})
    assert state.strengths == {}
    assert np.array_equal(picture(session), before)
    session.apply({"strengths": {0: 1.0}})
    first = edit(tiny_style.sample(3, labels=[0]), factorize(tiny_style, layers=(0, 2)), {1: 2.0})
    both = edit(first, factorize(tiny_style, layers=(1, 3)), {0: 1.0})
    assert np.array_equal(picture(session), to_pixels(tiny_style.synthesize(both)[0]))


def test_an_edit_is_back_on_the_sliders_with_its_own_directions(tiny_style):
    session = Session(tiny_style)
    session.apply({"strengths": {1: 2.0}})
    session.apply({"method": "random"})
    session.apply({"strengths": {0: 1.0}})
    state = session.apply({"method": "sefa"})  # the automatic method, by its name
    assert state.strengths == {1: 2.0}
    assert [dict(edit.strengths) for edit in state.carried] == [{0: 1.0}]
    assert session.apply({"method": "random"}).strengths == {0: 1.0}


def test_the_same_directions_by_another_name_carry_nothing_over(tiny_style):
    session = Session(tiny_style)
    session.apply({"strengths": {1: 2.0}})
    state = session.apply({"method": "sefa"})
    assert (state.strengths, state.carried) == ({1: 2.0}, ())


def test_one_step_undoes_what_carried_an_edit_over(tiny_style):
    session = Session(tiny_style)
    session.apply({"strengths": {1: 2.0}})
    session.apply({"layers": [1, 3]})
    assert session.undoable()[0] == "Layer range"
    assert session.undo()
    assert (session.state.strengths, session.state.carried) == ({1: 2.0}, ())


def test_strengths_that_come_with_other_directions_are_of_those(tiny_style):
    session = Session(tiny_style)
    session.apply({"strengths": {1: 2.0}})
    state = session.apply({"layers": [1, 3], "strengths": {0: 1.0}})
    assert (state.strengths, state.carried) == ({0: 1.0}, ())


def test_what_is_carried_over_can_be_removed_and_restored_from_a_description(tiny_style):
    session = Session(tiny_style)
    session.apply({"strengths": {1: 2.0}})
    session.apply({"method": "random", "options": {"seed": 2}})
    again = Session(tiny_style, json.loads(json.dumps(session.describe())))
    assert again.state.carried == session.state.carried != ()
    assert np.array_equal(picture(again), picture(session))
    assert session.apply({"carried": []}).carried == ()
    assert np.array_equal(picture(session), picture(session, unedited=True))


def test_carried_edits_are_drawn_in_both_searches_and_not_in_the_original(tiny_style):
    session = Session(tiny_style)
    session.apply({"strengths": {1: 2.0}, "original": True})
    session.apply({"layers": [1, 3], "second": {"method": "random"}})
    drawn = sheet(session)
    assert np.array_equal(drawn[0, 1], drawn[0, 2])
    assert not np.array_equal(drawn[0, 0], drawn[0, 1])


def test_more_carried_edits_than_are_kept_are_refused_and_nothing_is_lost(tiny_style):
    session = Session(tiny_style)
    for seed in range(8):
        session.apply({"method": "random", "options": {"seed": seed}})
        session.apply({"strengths": {0: 1.0}})
    session.apply({"options": {"seed": 8}, "method": "random"})
    before = session.apply({"strengths": {0: 1.0}})
    with pytest.raises(ValueError, match="9 searches; a panel carries 8"):
        session.apply({"method": "sefa"})
    assert session.state == before


def test_a_carried_edit_is_spread_over_sliders_that_can_do_the_same(tiny_style):
    session = Session(tiny_style)
    session.apply({"strengths": {1: 2.0, 2: -1.0}})
    before = picture(session)
    session.apply({"method": "random"})
    session.spread()
    assert session.state.carried == ()
    latent, strengths = tiny_style.sample(0, labels=[0]), session.state.strengths
    moved = edit(latent, session.directions(), strengths).codes
    exact = edit(latent, factorize(tiny_style), {1: 2.0, 2: -1.0}).codes
    assert (moved - exact).norm() < 0.04 * (exact - latent.codes).norm()
    assert np.abs(picture(session).astype(int) - before).mean() < 4
    assert session.undo()
    assert session.state.strengths == {}


def test_sliders_that_cannot_do_the_same_leave_a_carried_edit_as_it_is(tiny_style):
    few = factorize(tiny_style, method="random", k=1)
    session = Session(tiny_style, directions={"few": few})
    session.apply({"strengths": {1: 2.0}})
    carried = session.apply({"method": "few"}).carried
    with pytest.raises(ValueError, match="1 sliders hold"):
        session.spread()
    session.apply({"method": None, "layers": [0, 1], "carried": carried})
    with pytest.raises(ValueError, match="same code rows"):
        session.spread()
    assert session.state.carried == carried


def test_an_earlier_step_is_visited_as_a_new_one_and_nothing_is_forgotten(tiny):
    session = Session(tiny)
    session.apply({"strengths": {0: 1.0}})
    session.apply({"seed": 5})
    session.visit(1)
    assert (session.state.seed, session.state.strengths) == (0, {0: 1.0})
    assert session.visited().names == ("start", "#0 +1.00", "seed 5", "seed 0")
    assert session.visited().place == 3
    assert session.undo()
    assert session.state.seed == 5
    session.visit(2)
    assert session.visited().names[-1] == "seed 0"  # where one is already is no step
    with pytest.raises(ValueError, match="There is no step 9; steps 0 to 3"):
        session.visit(9)


def test_the_jacobian_takes_the_box_of_the_panel_as_its_region(tiny):
    box = [0.0, 0.0, 0.5, 1.0]
    session = Session(tiny, {"method": "jacobian", "options": {"n": 2, "region": box}, "region": box})
    expected = factorize(tiny, method="jacobian", layers=session.state.layers, n=2, region=tuple(box))
    assert torch.allclose(session.directions().vectors, expected.vectors)
    whole = Session(tiny, {"method": "jacobian", "options": {"n": 2}}).directions()
    assert not torch.allclose(whole.vectors, expected.vectors)


def test_steps_that_are_forgotten_cannot_be_visited_and_which_can_is_said(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.panel.session.History", lambda state: History(state, most=2))
    session = Session(tiny)
    for seed in range(1, 6):
        session.apply({"seed": seed})
    steps = session.visited()
    assert (steps.first, steps.place, steps.names) == (3, 5, ("earlier", "seed 4", "seed 5"))
    for place in (-1, 2, 6):
        with pytest.raises(ValueError, match=rf"^There is no step {place}; steps 3 to 5 can be visited\.$"):
            session.visit(place)
    with pytest.raises(ValueError, match=r"^The step is 'x'; it must be a whole number"):
        session.visit("x")
    session.visit(3)
    assert session.state.seed == 3


def test_a_state_that_is_gone_back_to_is_a_new_one_with_what_stands_beside_the_pictures_now(tiny):
    session = Session(tiny)
    session.apply({"seed": 5})
    session.apply({"view": "wall", "sort": "effect", "projector": True})
    session.identified()
    for go, seed in ((lambda: session.undo(), 0), (lambda: session.visit(1), 5)):
        revision = session.state.revision
        go()
        state = session.state
        assert (state.seed, state.revision) == (seed, revision + 1)
        assert (state.view, state.sort, state.projector) == ("wall", "effect", True)
        assert state.fingerprint == tiny.fingerprint


def test_what_is_no_step_is_kept_by_the_step_that_it_came_in(tiny):
    session = Session(tiny)
    session.apply({"seed": 5})
    session.apply({"view": "wall"})
    session.apply({"seed": 6})
    assert session.undo()
    assert session.state.view == "wall"
    assert len(session.visited().names) == 3


def test_undo_and_redo_say_what_they_would_change(tiny_style):
    session = Session(tiny_style)
    session.apply({"strengths": {0: 1.0}, "truncation_psi": 0.5})
    assert session.undoable() == ("Strengths, truncation_psi", None)
    session.apply({"method": "random"})
    assert session.undoable() == ("The method", None)
    assert session.undo()
    assert session.undoable() == ("Strengths, truncation_psi", "The method")
    session.apply({"carried": [{"method": "conv", "strengths": {0: 1}}], "strengths": {0: 2.0}})
    assert session.undoable() == ("Strengths, The carried edits", None)


@pytest.mark.parametrize("patch", [{"layers": (1, 3)}, {"normalize": False}, {"method": "random"}])
def test_what_is_carried_over_is_not_named_beside_what_asked_for_other_directions(tiny_style, patch):
    session = Session(tiny_style, {"strengths": {0: 1.0}})
    session.apply(patch)
    assert session.state.carried != ()
    (field,) = patch
    assert session.undoable()[0] == FIELDS[field].title


def test_options_that_ask_for_other_directions_carry_over_too(tiny_style):
    session = Session(tiny_style, {"method": "random", "strengths": {0: 1.0}})
    session.apply({"options": {"seed": 3}})
    assert session.undoable()[0] == "Options"


def test_a_session_begins_with_the_revision_0_of_a_state_that_it_was_given(tiny):
    session = Session(tiny, {"seed": 5, "revision": 7})
    assert (session.state.revision, session.undoable()) == (0, (None, None))
    assert session.visited().names == ("start",)


def test_a_session_has_the_names_of_classes(tiny_style):
    assert Session(tiny_style, class_names=["a", "b", "c", "d"]).class_names == ("a", "b", "c", "d")
    with pytest.raises(ValueError, match="class_names"):
        Session(tiny_style, class_names=["a"])


def test_rows_are_drawn_in_the_order_that_is_wanted(tiny):
    session = Session(tiny, {"starts": [3, 4, 5], "original": True, "strengths": {0: 1.0}})
    contents = session.contents()
    whole = session.sheet().tiles
    drawn = [
        (place, pixels)
        for part in session.draw(contents, [2, 0])
        for place, pixels in zip(part.places, part.pixels, strict=True)
    ]
    assert list(dict.fromkeys(row for (row, _), _ in drawn)) == [2, 0]
    assert sorted(place for place, _ in drawn) == [(0, 0), (0, 1), (2, 0), (2, 1)]
    for place, pixels in drawn:
        assert np.array_equal(pixels, whole[place])


def test_the_sheet_tells_its_progress_and_carries_its_state(tiny):
    session, told = Session(tiny, {"starts": [3, 4], "original": True, "strengths": {0: 1.0}}), []
    drawn = session.sheet(progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (4, 4)
    assert drawn.recipe["panel"] == session.describe()
    assert drawn.recipe["panel"]["fingerprint"] == tiny.fingerprint
    plain = session.sheet(unedited=True)
    assert np.array_equal(plain.tiles[:, 0], plain.tiles[:, 1])
    assert np.array_equal(plain.tiles[:, 0], drawn.tiles[:, 0])


@pytest.mark.parametrize("original", [False, True])
def test_the_chosen_start_s_edited_picture_is_drawn_alone(tiny, original):
    state = {"starts": [3, 4], "chosen": 1, "strengths": {0: 2.0}, "original": original, "second": "random"}
    session = Session(tiny, state)
    whole = session.sheet().tiles
    assert np.array_equal(session.sheet(chosen=True).tiles[0, 0], whole[1, int(original)])


def test_a_sketch_is_of_the_chosen_start_and_of_all_columns():
    heads = load_generator("heads", device="cpu")
    session = Session(heads, {"starts": [31, 88], "chosen": 1, "strengths": {0: 0.1}, "original": True})
    then, whole = session.contents(), list(session.sheet().tiles[1])
    session.apply({"strengths": {0: 0.3}})
    part = session.sketch(session.contents(), then, whole, 32)
    assert part.places == ((1, 0), (1, 1))
    assert part.pixels.shape == (2, 64, 64, 3)
    assert np.abs(part.pixels[0].astype(int) - whole[0]).max() <= 1
    assert np.abs(part.pixels[1].astype(int) - whole[1]).max() > 5


def test_a_sketch_is_timed_in_milliseconds(tiny, monkeypatch):
    now = iter([1.0, 1.25])
    monkeypatch.setattr("sefa_widget.panel.session.time", SimpleNamespace(perf_counter=lambda: next(now)))
    monkeypatch.setattr("sefa_widget.panel.session.sketches", lambda *_: [np.zeros((4, 4, 3), np.uint8)])
    session = Session(tiny)
    contents = session.contents()
    assert session.sketch(contents, contents, [np.zeros((4, 4, 3), np.uint8)], 32).render_ms == 250.0
