from dataclasses import replace

import numpy as np
import pytest
import torch

from sefa_widget import SefaWidget, factorize, load_generator, save_directions
from sefa_widget.directions import Search
from sefa_widget.panel.code import python_code
from sefa_widget.panel.session import Session
from tests.generators.golden import GOLDEN

FILE = GOLDEN / "nv_ada_cond_resnet.safetensors"


def drawn(code, **names):
    """What code draws, with some names there already."""
    exec(compile(code, "copied.py", "exec"), names)
    return names["pictures"].tiles


@pytest.fixture
def stored():
    """A small StyleGAN2 with classes, of a file."""
    return load_generator(FILE, device="cpu")


STATES = {
    "as it opens": {},
    "edited": {"strengths": {0: 1.5, 3: -0.25}, "layers": (1, 3)},
    "people of classes": {
        "starts": [{"seed": 4, "label": 1, "name": "Max"}, {"seed": 5, "label": 0}],
        "truncation_psi": 0.7,
        "truncation_cutoff": 2,
        "strengths": {1: 1.0},
    },
    "other edited layers": {"strengths": {0: 1.0}, "layers": (0, 2), "edit_layers": (2, 4)},
    "a method with options": {"method": "random", "options": {"seed": 7}, "strengths": {2: 1.0}},
    "rows as they are": {"normalize": False, "strengths": {0: 1.0}},
    "a second search and the original": {
        "strengths": {0: 1.0, 2: -0.5},
        "second": {"method": "random", "layers": (1, 3), "options": {"seed": 2}},
        "original": True,
    },
}


@pytest.mark.parametrize("name", STATES)
def test_the_code_draws_the_same_pictures(stored, name):
    session = Session(stored, STATES[name])
    assert np.array_equal(drawn(python_code(stored, session.contents())), session.sheet().tiles)


def test_the_code_of_a_bundled_model_names_it_and_what_is_edited(recorded_comms):
    heads = load_generator("heads", device="cpu")
    with SefaWidget(heads, state={"strengths": {0: 0.4}}) as panel:
        code = panel.code()
        assert "load_generator('heads')" in code
        assert "factorize(generator, method='sefa', layers=(0, 3))" in code
        assert "Start(31, truncation_psi=0.8)" in code
        assert np.array_equal(drawn(code), panel.sheet().tiles)


def test_directions_that_were_given_are_loaded_from_a_file_that_a_comment_names(
    stored, tmp_path, monkeypatch
):
    given = factorize(stored, method="random", seed=3)
    state = {"method": "a smile", "second": "sefa", "strengths": {0: 1.0}}
    session = Session(stored, state, {"a smile": given})
    code = python_code(stored, session.contents())
    assert "# Write this file once: save_directions(the directions 'a smile', 'a-smile.safetensors')" in code
    monkeypatch.chdir(tmp_path)
    save_directions(given, "a-smile.safetensors")
    assert np.array_equal(drawn(code), session.sheet().tiles)


def test_edits_that_were_carried_over_are_found_again_or_written_as_vectors(stored):
    given = replace(factorize(stored, method="random", seed=3), search=Search("a file of others"))
    session = Session(stored, {"strengths": {0: 1.0}, "layers": (0, 2)}, {"a smile": given})
    session.apply({"method": "a smile"})
    session.apply({"strengths": {1: 0.5, 4: -1.0}})
    session.apply({"method": "random"})
    session.apply({"strengths": {2: 1.0}})
    code = python_code(stored, session.contents())
    assert code.count("factorize(generator") == 2
    assert code.count("Directions.from_vectors(") == 1
    differ = drawn(code).astype(int) - session.sheet().tiles
    assert np.abs(differ).max() <= 1  # vectors are scaled to unit length once more


def test_a_generator_that_came_from_no_file_is_named_and_expected(tiny):
    session = Session(tiny, {"strengths": {0: 1.0}})
    code = python_code(tiny, session.contents())
    assert f"# `generator` must be there: 'tiny', fingerprint {tiny.fingerprint}" in code
    assert np.array_equal(drawn(code, generator=tiny), session.sheet().tiles)


def test_the_code_draws_in_the_panels_type_of_number():
    half = load_generator(FILE, device="cpu", dtype=torch.bfloat16)
    assert "dtype='bfloat16')" in python_code(half, Session(half).contents())


def test_a_view_that_asks_for_the_code_gets_it(tiny, recorded_comms):
    with SefaWidget(tiny) as panel:
        panel._handle_custom_msg({"type": "code", "view": "v1"}, [])
        sent = [message["data"].get("content", {}) for message in recorded_comms[-1].sent]
        (answer,) = [content for content in sent if content.get("type") == "code"]
        assert (answer["view"], answer["text"]) == ("v1", panel.code())
