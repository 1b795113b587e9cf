import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from sefa_widget import edit, factorize
from sefa_widget.evaluation import fresh_latents
from sefa_widget.measures.sliders.range import Z_SPREADS
from sefa_widget.panel.beside import align
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import FIELDS, State
from sefa_widget.pictures.frames import to_pixels


def test_a_new_session_factorises_all_layers_that_read_the_latent(tiny, tiny_style):
    assert Session(tiny).state.layers == (0, 1)
    assert Session(tiny_style).state.layers == (0, 3)
    assert Session(tiny_style).state.label == 0


def test_what_is_drawn_is_the_edit_of_the_seeds_latent(tiny_style):
    session = Session(tiny_style)
    session.apply({"seed": 7, "strengths": {1: 1.5}, "label": 2, "truncation_psi": 0.5})
    latent = tiny_style.sample(7, labels=[2], truncation_psi=0.5)
    expected = tiny_style.synthesize(edit(latent, factorize(tiny_style), {1: 1.5}))[0]
    assert np.array_equal(session.draw().pixels, to_pixels(expected))
    unedited = tiny_style.synthesize(latent)[0]
    assert np.array_equal(session.draw(unedited=True).pixels, to_pixels(unedited))


def test_only_the_factorised_layers_are_edited_until_another_range_is_named(tiny_style):
    session = Session(tiny_style)
    assert session.edited_rows(session.apply({"layers": [1, 2]})) == [1]
    assert session.edited_rows(session.apply({"edit_layers": [0, 2]})) == [0, 1]
    assert session.edited_rows(session.apply({"edit_layers": None})) == [1]


def test_layers_that_do_not_read_the_latent_edit_the_code_all_the_same(tiny):
    session = Session(tiny)
    state = session.apply({"layers": [1, 3], "strengths": {0: 2}})
    assert session.edited_rows(state) == [0]
    assert session.draw().found.directions.method == "composed"


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
    assert np.array_equal(again.draw().pixels, session.draw().pixels)


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
    ({"truncation_cutoff": 5}, "truncation_cutoff is 5; it must be 0 to 1"),
    ({"stretch": 3}, "stretch is 3; it must be 1, 2 or 5"),
    ({"stretch": True}, "stretch is True; it must be 1, 2 or 5"),
    ({"stretch": [1]}, "stretch is .1.; it must be 1, 2 or 5"),
    ({"colour": 1}, "The state's field 'colour' is unknown; known are seed, strengths"),
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
    session.draw()
    assert session.state.fingerprint == tiny.fingerprint
    assert session.state.revision == 1


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
    session = Session(tiny_style, {"strengths": {5: 2.0}}, directions={"few": few})
    edited = session.draw().pixels
    session.apply({"method": "few"})
    assert np.array_equal(session.draw().pixels, session.draw(unedited=True).pixels)
    session.apply({"method": None})
    assert np.array_equal(session.draw().pixels, edited)


def test_the_same_seed_gives_the_same_picture_on_every_device(tiny, device):
    pixels = Session(tiny).draw().pixels
    moved = Session(tiny.to(device)).draw().pixels
    assert np.abs(moved.astype(int) - pixels).max() <= 1
    assert tiny.sample(3).codes.device.type == torch.device(device).type


def test_a_second_method_draws_beside_the_first_along_matched_directions(tiny):
    session = Session(tiny)
    session.apply({"method": "sefa", "beside": "jacobian", "strengths": {1: 2.0}, "seed": 4})
    drawn = session.draw()
    height, width, _ = session.draw(beside=False).pixels.shape
    assert drawn.pixels.shape == (height, 2 * width, 3)
    assert np.array_equal(drawn.pixels[:, :width], session.draw(beside=False).pixels)
    aligned = align(factorize(tiny, method="sefa"), factorize(tiny, method="jacobian"))
    moved = edit(tiny.sample(4), aligned.directions, {1: 2.0})
    assert np.array_equal(drawn.pixels[:, width:], to_pixels(tiny.synthesize(moved)[0]))
    unedited = session.draw(unedited=True).pixels
    assert np.array_equal(unedited[:, :width], unedited[:, width:])


def measure(session, state):
    while session.measure_range(state):
        pass
    return session.found(state)


def test_the_ends_of_both_methods_are_measured_by_the_same_rule(tiny):
    session = Session(tiny)
    state = session.apply({"method": "sefa", "beside": "random"})
    assert session.found().range.rounded() == [Z_SPREADS] * 8
    found = measure(session, state)
    assert session.found() is found
    assert found.range.change == found.beside_range.change
    latents = fresh_latents(tiny, 8)
    base = tiny.synthesize(latents).clamp(-1, 1)
    for directions, known in ((found.directions, found.range), (found.beside.directions, found.beside_range)):
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
    found = measure(session, session.apply({"method": "sefa", "beside": "random"}))
    ratio = float(found.beside_range.ends[2] / found.range.ends[2])
    assert ratio != pytest.approx(1, rel=0.01)
    assert found.beside_strengths({2: 1.5}) == {2: pytest.approx(1.5 * ratio)}


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
    assert not session.measure_range(session.state)


def test_seed_strengths_and_stretch_leave_the_ends_alone(tiny):
    session = Session(tiny)
    known = measure(session, session.state).range
    session.apply({"seed": 5, "strengths": {0: 1}, "stretch": 5})
    assert session.found().range is known


def test_the_first_directions_of_both_methods_are_measured_before_the_others(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.measures.sliders.measuring.FIRST", 2)
    monkeypatch.setattr("sefa_widget.measures.sliders.unedited.BATCH_PIXELS", 16 * 16**2)
    session = Session(tiny)
    state = session.apply({"method": "sefa", "beside": "random"})
    while session.measure_range(state):
        found = session.found(state)
        if len(found.range.measured) > 2:
            assert len(found.beside_range.measured) >= 2


def test_directions_given_by_name_are_chosen_like_a_method(tiny):
    given = factorize(tiny, method="random", k=3)
    session = Session(tiny, directions={"mine": given})
    assert session.methods[-1] == "mine"
    session.apply({"method": "mine", "strengths": {1: 2.0, 5: 1.0}})
    assert session.directions() is given
    moved = tiny.synthesize(edit(tiny.sample(0), given, {1: 2.0}))[0]
    assert np.array_equal(session.draw().pixels, to_pixels(moved))
    session.apply({"method": "sefa", "beside": "mine"})
    assert len(session.found().beside.directions) == 3


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
    assert session.edited_rows(state) == [1]
    expected = tiny_style.synthesize(edit(tiny_style.sample(0), given, {0: 2.0}))[0]
    assert np.array_equal(session.draw().pixels, to_pixels(expected))
    assert session.edited_rows(session.apply({"edit_layers": (0, 3)})) == [0, 1, 2]
