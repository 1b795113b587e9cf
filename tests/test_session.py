import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from sefa_widget import edit, factorize
from sefa_widget.beside import align
from sefa_widget.evaluation import effect, fresh_latents
from sefa_widget.frames import to_pixels
from sefa_widget.reach import SEEDS, STRETCH, Z_SPREADS
from sefa_widget.session import Session


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
    ({"layers": "01"}, "A layer range is"),
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
    ({"colour": 1}, "The state has no 'colour'; it has seed, strengths"),
]


@pytest.mark.parametrize(("patch", "text"), BAD)
def test_a_wrong_value_says_what_is_allowed_and_changes_nothing(tiny, patch, text):
    session = Session(tiny, {"seed": 5, "strengths": {1: 1.0}})
    before = session.state
    with pytest.raises(ValueError, match=text):
        session.apply({"seed": 6, **patch} if "seed" not in patch else patch)
    assert session.state is before


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
    session = Session(tiny_style, {"strengths": {5: 2.0}})
    edited = session.draw().pixels
    session._directions.clear()
    session.apply({"method": "random"})
    few = factorize(tiny_style, method="random", k=2)
    session._directions[("random", (0, 3), True)] = few
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


def test_measured_reach_changes_pictures_equally_for_both_methods(tiny):
    session = Session(tiny)
    state = session.apply({"method": "sefa", "beside": "random"})
    assert session.found().reach.rounded() == [4.0] * 8
    found = session.measure_reach(state)
    assert session.found() is found
    assert found.reach.change is not None
    assert found.beside is not None
    assert found.beside_reach is not None
    latents = fresh_latents(tiny, SEEDS)
    for directions, reach in ((found.directions, found.reach), (found.beside.directions, found.beside_reach)):
        for index, strength in enumerate(reach.strengths.tolist()):
            there = effect(tiny, directions, strength=strength, latents=latents, controls=0)
            change = float(there.change[index]) * strength
            assert change == pytest.approx(found.reach.change, rel=0.011) or strength == STRETCH * Z_SPREADS
    ratio = float(found.beside_reach.strengths[2] / found.reach.strengths[2])
    assert found.beside_strengths({2: 1.5}) == {2: pytest.approx(1.5 * ratio)}


def test_another_edited_layer_range_has_a_reach_of_its_own(tiny_style):
    session = Session(tiny_style)
    narrow = session.measure_reach(session.apply({"edit_layers": [2, 3]})).reach
    wide = session.measure_reach(session.apply({"edit_layers": None})).reach
    assert narrow.rounded() != wide.rounded()


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
