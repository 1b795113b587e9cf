from dataclasses import replace

import numpy as np
import pytest
import torch

from sefa_widget import Edit, SefaWidget, factorize, load_generator, save_directions
from sefa_widget.directions import Search
from sefa_widget.panel.code import _arguments, python_code
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


@pytest.fixture
def net(tiny_style):
    """A small generator that says it came from a file."""
    tiny_style.source = "net.pt"
    return tiny_style


PEOPLE = {"starts": [{"seed": 3, "label": 2}, {"seed": 4}], "truncation_psi": 0.5}


def test_the_whole_code_of_a_sheet_is_what_a_person_would_write(net):
    session = Session(net, {**PEOPLE, "strengths": {1: 1.5, 3: -0.25}, "layers": (1, 3), "original": True})
    assert (
        python_code(net, session.contents())
        == """\
from sefa_widget import Edit, Start, factorize, load_generator, sheet

generator = load_generator('net.pt')
directions = factorize(generator, method='sefa', layers=(1, 3))
starts = [
    Start(3, label=2, truncation_psi=0.5),
    Start(4, label=0, truncation_psi=0.5),
]
edits = [
    Edit(),
    Edit(directions, {1: 1.5, 3: -0.25}),
]
pictures = sheet(generator, starts, edits)
pictures
"""
    )


def test_the_code_of_a_sheet_without_edits_finds_no_directions(net):
    state = {"truncation_cutoff": 2, "noise": "none", "layers": (1, 3), "second": "random"}
    assert (
        python_code(net, Session(net, state).contents())
        == """\
from sefa_widget import Edit, Start, load_generator, sheet

generator = load_generator('net.pt')
starts = [
    Start(0, label=0, truncation_cutoff=2, noise='none'),
]
edits = [
    Edit(),
    Edit(),
]
pictures = sheet(generator, starts, edits)
pictures
"""
    )


def test_the_code_names_rows_options_a_second_search_and_edits_that_were_carried_over(net):
    session = Session(net, {"strengths": {1: 1.5}, "layers": (1, 3), "edit_layers": (0, 2)})
    session.apply({"second": {"method": "random", "options": {"seed": 2}}})
    session.apply({"method": "conv", "normalize": False})
    session.apply({"strengths": {0: 2.0}})
    found = session.found()
    second = found.second.strengths({0: 2.0}, found.range)
    assert (
        python_code(net, session.contents())
        == f"""\
from sefa_widget import Edit, Start, factorize, load_generator, sheet
from sefa_widget.measures.aligned import align

generator = load_generator('net.pt')
directions = factorize(generator, method='conv', layers=(1, 3), normalize=False)
second = factorize(generator, method='random', layers=(1, 3), seed=2)
second = align(directions, second).directions
earlier_2 = factorize(generator, method='sefa', layers=(1, 3))
starts = [
    Start(0, label=0),
]
edits = [
    Edit(directions, {{0: 2.0}}, rows=[0, 1], also=Edit(earlier_2, {{1: 1.5}}, rows=[0, 1])),
    Edit(second, {second}, rows=[0, 1], also=Edit(earlier_2, {{1: 1.5}}, rows=[0, 1])),
]
pictures = sheet(generator, starts, edits)
pictures
"""
    )


@pytest.mark.parametrize(
    ("search", "text"),
    [
        (Search.of("conv", layers=[0, 2]), "method='conv', layers=[0, 2]"),
        (Search.of("conv", layers=[2]), "method='conv', layers=(2, 3)"),
        (Search.of("sefa", layers=(0, 2), normalize=False), "method='sefa', layers=(0, 2), normalize=False"),
        (Search.of("jacobian", n=4, seed=3), "method='jacobian', n=4, seed=3"),
    ],
)
def test_the_arguments_of_a_search_are_those_that_find_it_again(search, text):
    assert _arguments(search) == text


def test_edits_of_another_generator_or_with_options_that_cannot_be_written_are_vectors(net):
    session = Session(net, {"strengths": {0: 1.0}})
    contents = session.contents()
    found = contents.found.directions
    others = [
        replace(found, fingerprint="0123456789abcdef"),
        replace(found, search=replace(found.search, options=(("box", frozenset()),))),
        replace(found, search=Search("a file of others")),
    ]
    for other in others:
        also = Edit(other, {2: 1.0, 4: -0.5})
        code = python_code(net, replace(contents, edits=(Edit(found, {0: 1.0}, also=also),)))
        vectors = found.vectors[[2, 4]].tolist()
        assert f"vectors_1 = Directions.from_vectors({vectors!r})\n" in code
        assert "also=Edit(vectors_1, {0: 1.0, 1: -0.5}, rows=[0, 1, 2]))" in code
        assert "from sefa_widget import Directions, Edit, Start, factorize" in code


def test_a_generator_that_was_drawn_whole_needs_no_type_of_number(net):
    assert "load_generator('net.pt')\n" in python_code(net, Session(net).contents())
