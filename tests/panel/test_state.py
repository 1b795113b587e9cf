"""The state as one value: what a panel begins with, what each field takes, and how a state travels."""

import dataclasses
import json
import re

import pytest

from sefa_widget.directions import Search
from sefa_widget.generators import Layer
from sefa_widget.generators.opening import Opening
from sefa_widget.panel.carried import Carried
from sefa_widget.panel.patching import patched
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import FIELDS, OF_CHOSEN, State, describe, first_state

FIRST = {
    "starts": (Pin(0, 0),),
    "chosen": 0,
    "strengths": {},
    "sort": "value",
    "locked": (),
    "carried": (),
    "layers": (0, 3),
    "edit_layers": None,
    "method": None,
    "options": {},
    "normalize": True,
    "second": None,
    "original": False,
    "truncation_psi": 1.0,
    "truncation_cutoff": None,
    "noise": "const",
    "region": None,
    "stretch": 1,
    "ranges": {},
    "view": "explore",
    "control": False,
    "projector": False,
    "focused": 0,
}
"""What a panel of the tiny style-based generator begins with."""
OTHER = {
    "starts": [Pin(3, 1, "Max"), 4],
    "chosen": 0,
    "strengths": {1: 2.5},
    "sort": "moved",
    "locked": [3, 0],
    "carried": [{"method": "conv", "layers": [0, 1], "strengths": {2: 1.5}}],
    "layers": (1, 3),
    "edit_layers": (0, 2),
    "method": "random",
    "options": {"seed": 4},
    "normalize": False,
    "second": {"method": "random", "layers": [0, 2], "options": {"seed": 2}},
    "original": True,
    "truncation_psi": 0.5,
    "truncation_cutoff": 2,
    "noise": "none",
    "region": (0.25, 0.0, 0.75, 0.5),
    "stretch": 5,
    "ranges": {2: 1.5},
    "view": "label",
    "control": True,
    "projector": True,
    "focused": 3,
}


@pytest.fixture
def state(tiny_style):
    return first_state(tiny_style)


def test_a_panel_begins_with_one_unmoved_picture_of_seed_0(state):
    assert {name: getattr(state, name) for name in FIELDS} == FIRST
    assert (state.generator, state.fingerprint, state.revision) == ("tinystyle", None, 0)


def test_a_generator_without_classes_begins_with_a_start_that_has_none(tiny):
    assert first_state(tiny).starts == (Pin(0, None),)
    assert first_state(tiny).label is None


def test_what_a_generator_opens_with_comes_first(tiny_style):
    tiny_style.opening = Opening(seeds=(5, 9), truncation_psi=0.7, layers=(1, 2))
    state = first_state(tiny_style)
    assert state.starts == (Pin(5, 0), Pin(9, 0))
    assert (state.truncation_psi, state.layers) == (0.7, (1, 2))


def test_each_picture_that_a_generator_opens_with_may_have_a_class_of_its_own(tiny_style):
    tiny_style.opening = Opening(seeds=(5, 9), labels=(3, 1))
    assert first_state(tiny_style).starts == (Pin(5, 3), Pin(9, 1))


@pytest.mark.parametrize(
    ("rows", "layers"),
    [((None, 0, 1), (1, 3)), ((0, None, None), (0, 1)), ((None, 0, None), (1, 2)), ((0, None, 1), (0, 3))],
)
def test_the_first_to_the_last_layer_that_reads_the_latent_are_factorised(tiny_style, rows, layers):
    tiny_style.layers = tuple(Layer(f"layer {n}", 4, row) for n, row in enumerate(rows))
    assert first_state(tiny_style).layers == layers


def test_each_panel_begins_with_dicts_of_its_own(tiny_style):
    one, other = first_state(tiny_style), first_state(tiny_style)
    for name in ("strengths", "options", "ranges"):
        assert getattr(one, name) is not getattr(other, name)


def test_a_state_cannot_be_changed(state):
    with pytest.raises(dataclasses.FrozenInstanceError):
        state.chosen = 1


def test_states_are_equal_if_they_show_the_same_whatever_their_number(state):
    assert dataclasses.replace(state, revision=7, fingerprint="abc") == state
    assert dataclasses.replace(state, focused=2) != state
    assert dataclasses.replace(state, generator="other") != state


TAKEN = {
    "chosen": [0],
    "sort": ["value", "effect", "alike", "region", "named", "unnamed", "moved"],
    "truncation_psi": [-2.0, 0.0, 2.0],
    "truncation_cutoff": [0, 3, None],
    "noise": ["const", "random", "none"],
    "stretch": [1, 2, 5],
    "view": ["explore", "wall", "label"],
    "layers": [(0, 1), (2, 3), (0, 3)],
    "edit_layers": [(0, 3), None],
    "locked": [(), (0, 5)],
    "focused": [0, 5, None],
    "region": [(0.0, 0.0, 1.0, 1.0), None],
    "ranges": [{}, {0: 0.5, 5: 1e6}],
    "strengths": [{}, {0: -1e6, 5: 1e6}],
    "method": ["sefa", "conv", "random", None],
    "normalize": [True, False],
    "original": [True, False],
    "control": [True, False],
    "projector": [True, False],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in TAKEN for value in TAKEN[name]])
def test_all_that_a_field_may_be_is_taken(tiny_style, state, name, value):
    assert getattr(patched(tiny_style, state, {name: value}), name) == value


REFUSED = [
    ({"starts": []}, "The starts are 0; a panel shows 1 to 64"),
    ({"chosen": -1}, "The chosen start is -1; it must be 0 to 63"),
    ({"chosen": 64}, "The chosen start is 64; it must be 0 to 63"),
    ({"chosen": 1}, "The chosen start is 1; it must be 0 to 0"),
    ({"strengths": 3}, "Strengths are 3; they must be {direction: number}"),
    ({"sort": "size"}, "The order is 'size'; it must be one of value, effect, alike, region, named"),
    ({"locked": 3}, "The locked directions are 3; they must be numbers"),
    ({"locked": [6]}, "The locked directions is 6; it must be 0 to 5"),
    ({"carried": 3}, "The carried edits must be a list of edits"),
    ({"layers": (0, 4)}, "Layer range 0:4 is outside 0:3"),
    ({"layers": (1, 1)}, "Layer range 1:1 is outside 0:3"),
    ({"layers": (2, 1)}, "Layer range 2:1 is outside 0:3"),
    ({"layers": None}, "Layer range is None"),
    ({"edit_layers": (0, 0)}, "Edited layer range 0:0 is outside 0:3"),
    ({"method": "magic"}, "Method 'magic' cannot read 'tinystyle'"),
    ({"options": [1]}, "Options are [1]; they must be {name: value}"),
    ({"normalize": 0}, "normalize is 0; it must be True or False"),
    ({"normalize": None}, "normalize is None; it must be True or False"),
    ({"second": 3}, "The second search is 3; it must be a dict"),
    ({"original": "no"}, "original is 'no'; it must be True or False"),
    ({"truncation_psi": 2.001}, "truncation_psi is 2.001; it must be a finite number, -2 to 2"),
    ({"truncation_psi": -2.001}, "truncation_psi is -2.001; it must be a finite number, -2 to 2"),
    ({"truncation_cutoff": 4}, "truncation_cutoff is 4; it must be 0 to 3"),
    ({"noise": "loud"}, "noise is 'loud'; it must be one of const, random, none"),
    ({"region": 1}, "The region is an int (1); it must be (top, left, bottom, right)"),
    ({"stretch": 4}, "stretch is 4; it must be 1, 2 or 5"),
    ({"ranges": 3}, "The sliders' own ranges are 3; they must be {direction: number}"),
    ({"view": "page"}, "The view is 'page'; it must be one of explore, wall, label"),
    ({"control": 1}, "control is 1; it must be True or False"),
    ({"projector": 1}, "projector is 1; it must be True or False"),
    ({"focused": 6}, "The focused direction is 6; it must be 0 to 5"),
    ({"seed": 2**32}, "The seed is 4294967296; it must be 0 to 4294967295"),
    ({"seed": None}, "The seed is None; it must be a whole number, 0 to 4294967295"),
    ({"label": 4}, "The class of 'tinystyle' is 4; it must be 0 to 3"),
    ({"label": None}, "The class of 'tinystyle' is None"),
]


@pytest.mark.parametrize(("patch", "text"), REFUSED, ids=lambda given: "" if isinstance(given, str) else None)
def test_what_a_field_cannot_be_is_refused_under_its_title(tiny_style, state, patch, text):
    with pytest.raises(ValueError, match=re.escape(text)) as refused:
        patched(tiny_style, state, patch)
    assert str(refused.value).startswith(text)


def test_every_field_has_a_value_that_is_refused():
    assert {name for patch, _ in REFUSED for name in patch} == {*FIELDS, *OF_CHOSEN}


def test_the_most_starts_and_the_largest_seed_are_taken(tiny_style, state):
    last = patched(tiny_style, state, {"starts": list(range(64)), "chosen": 63, "seed": 2**32 - 1})
    assert (last.chosen, last.starts[63], last.starts[62]) == (63, Pin(2**32 - 1, 0), Pin(62, 0))
    with pytest.raises(ValueError, match="The starts are 65"):
        patched(tiny_style, state, {"starts": list(range(65))})


def test_seed_and_class_are_read_of_the_chosen_start(tiny_style, state):
    two = patched(tiny_style, state, {"starts": [Pin(3, 1), Pin(4, 2)], "chosen": 1})
    assert (two.seed, two.label) == (4, 2)
    one = patched(tiny_style, two, {"chosen": 0})
    assert (one.seed, one.label) == (3, 1)


def test_the_search_is_that_of_method_layers_normalize_and_options(tiny_style, state):
    assert state.search == Search.of(layers=(0, 3))
    patch = {"method": "conv", "layers": (1, 3), "normalize": False}
    assert patched(tiny_style, state, patch).search == Search.of("conv", layers=(1, 3), normalize=False)
    patch = {"method": "random", "options": {"seed": 4}, "strengths": {0: 1.0}, "edit_layers": (0, 1)}
    assert patched(tiny_style, state, patch).search == Search.of("random", layers=(0, 3), seed=4)


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_makes_directions_stale_if_others_are_found(tiny_style, name):
    before = {"options": {"method": "random"}}
    session = Session(tiny_style, before.get(name))
    first = session.found()
    session.apply({name: OTHER[name]})
    found = session.found()
    other = found.directions is not first.directions or (found.second is None) != (first.second is None)
    assert other == (FIELDS[name].stale == "directions")


def test_only_what_stands_beside_the_pictures_is_no_step_of_undo(tiny_style):
    session = Session(tiny_style)
    kept = {name for name in FIELDS if not FIELDS[name].step}
    assert kept == {"sort", "view", "control", "projector", "focused"}
    session.apply({"truncation_psi": 0.5})
    session.apply({name: OTHER[name] for name in kept})
    assert session.undoable() == ("truncation_psi", None)
    assert session.undo()
    assert {name: getattr(session.state, name) for name in kept} == {name: OTHER[name] for name in kept}


def test_a_described_state_is_plain_json_and_says_all_of_it(tiny_style):
    session = Session(tiny_style)
    session.apply({name: OTHER[name] for name in OTHER if name not in ("method", "options", "carried")})
    session.apply({"method": "random", "options": {"seed": 4}, "strengths": {}})
    session.apply({"carried": OTHER["carried"], "locked": [3, 0], "ranges": {2: 1.5}, "strengths": {1: 2.5}})
    told = describe(session.state)
    assert json.loads(json.dumps(told)) == told
    assert list(told) == [*FIELDS, "generator", "fingerprint", "revision"]
    assert told["starts"] == [
        {"seed": 3, "label": 1, "name": "Max"},
        {"seed": 4, "label": 0, "name": ""},
    ]
    assert told["second"] == {"method": "random", "layers": [0, 2], "options": {"seed": 2}}
    assert told["carried"] == [
        {
            "method": "conv",
            "layers": [0, 1],
            "normalize": False,
            "options": {},
            "strengths": {"2": 1.5},
            "edit_layers": None,
        }
    ]
    assert (told["strengths"], told["ranges"], told["locked"]) == ({"1": 2.5}, {"2": 1.5}, [0, 3])
    assert (told["layers"], told["edit_layers"], told["region"]) == ([1, 3], [0, 2], [0.25, 0.0, 0.75, 0.5])
    assert (told["generator"], told["revision"]) == ("tinystyle", session.state.revision)
    assert patched(tiny_style, first_state(tiny_style), told) == session.state


def test_a_second_search_with_gaps_cannot_be_described(state):
    gaps = dataclasses.replace(state, second=Search.of("conv", layers=[0, 2]))
    with pytest.raises(ValueError, match="The second search is of layers 0,2"):
        describe(gaps)


def test_a_carried_edit_with_gaps_cannot_be_described(state):
    gaps = dataclasses.replace(state, carried=(Carried.of(Search.of("conv", layers=[0, 2]), {0: 1.0}, None),))
    with pytest.raises(ValueError, match="A carried edit is of layers 0,2"):
        describe(gaps)


def test_help_lists_all_fields_after_what_a_state_is():
    text = State.__doc__
    assert text.startswith("All that decides what a panel shows")
    assert text.index("Attributes\n----------\n") < text.index("\nstarts : ")
    assert [line.split(" : ")[0] for line in text.splitlines() if " : " in line and line[0] != " "] == [
        *FIELDS
    ]
