import pytest

from sefa_widget.panel.session import Session
from sefa_widget.panel.visited import MOST_NAMED, step_name, visited


@pytest.mark.parametrize(
    ("patch", "name"),
    [
        ({"strengths": {2: -0.5}}, "#2 -0.50"),
        ({"strengths": {2: 1, 3: 1}}, "strengths"),
        ({"strengths": {0: 0, 1: 0}}, "reset"),
        ({"seed": 7}, "seed 7"),
        ({"starts": [{"seed": 3, "name": "Max"}]}, "Max"),
        ({"starts": [0, 3]}, "2 people"),
        ({"label": 2}, "class 2"),
        ({"layers": (0, 2)}, "layers 0-1"),
        ({"method": "random"}, "random"),
        ({"truncation_psi": 0.5}, "ψ 0.50"),
        ({"normalize": False}, "normalize"),
        ({"second": "random"}, "second search"),
    ],
)
def test_a_step_is_named_by_what_changed(tiny_style, patch, name):
    session = Session(tiny_style, {"strengths": {0: 1.0, 1: 1.0}})
    assert step_name(session.state, session.apply(patch)) == name


def test_only_the_newest_steps_are_named_and_keep_their_places(tiny):
    session = Session(tiny)
    states = [session.apply({"seed": seed}) for seed in range(1, MOST_NAMED + 11)]
    steps = visited(states, 5, len(states) - 1)
    assert (steps.first, steps.place, len(steps.names)) == (15, 54, MOST_NAMED)
    assert steps.names[-1] == f"seed {MOST_NAMED + 10}"


def test_the_first_step_is_the_start_or_what_was_forgotten_before_it(tiny):
    state = Session(tiny).state
    assert visited([state], 0, 0).names == ("start",)
    assert visited([state], 3, 0).names == ("earlier",)


@pytest.mark.parametrize(
    ("before", "patch", "name"),
    [
        ({"starts": [3, 4]}, {"starts": [3]}, "1 person"),
        ({"starts": [3, 4]}, {"chosen": 1}, "seed 4"),
        ({"starts": [3, {"seed": 4, "name": "Bo"}]}, {"chosen": 1}, "Bo"),
        ({"method": "random"}, {"method": None}, "automatic"),
        ({}, {"layers": (0, 2), "method": "random"}, "layers 0-1"),
        ({}, {"method": "random", "starts": [1, 2]}, "random"),
        ({}, {"starts": [1, 2], "truncation_psi": 0.5}, "2 people"),
        ({}, {"seed": 7, "label": 2}, "seed 7"),
        ({}, {"label": 2, "truncation_psi": 0.5}, "class 2"),
        ({}, {"truncation_psi": 0.5, "strengths": {0: 1}}, "ψ 0.50"),
        ({}, {"original": True, "strengths": {0: 1}}, "original"),
        ({}, {"noise": "none"}, "noise"),
        ({}, {"ranges": {0: 1.0}}, "sliders' own ranges"),
        ({"strengths": {3: 0.5}}, {"strengths": {3: 0.75}}, "#3 +0.75"),
        ({"strengths": {3: 0.5}}, {"strengths": {3: 0}}, "#3 +0.00"),
        ({"strengths": {3: 0.5, 4: 1}}, {"strengths": {3: 0, 4: 2}}, "strengths"),
        ({"carried": [{"method": "conv", "strengths": {0: 1}}]}, {"carried": []}, "reset"),
        (
            {"carried": [{"method": "conv", "strengths": {0: 1}}]},
            {"carried": [], "strengths": {2: 1}},
            "strengths",
        ),
        (
            {"strengths": {2: 1}},
            {"carried": [{"method": "conv", "strengths": {0: 1}}], "strengths": {2: 0}},
            "strengths",
        ),
    ],
)
def test_of_several_changes_the_one_that_says_most_names_the_step(tiny_style, before, patch, name):
    session = Session(tiny_style, before)
    assert step_name(session.state, session.apply(patch)) == name


def test_as_many_steps_as_are_named_at_most_are_all_named(tiny):
    session = Session(tiny)
    states = [session.state, *(session.apply({"seed": seed}) for seed in range(1, MOST_NAMED))]
    steps = visited(states, 0, 3)
    assert (steps.first, steps.place, len(steps.names), steps.names[0]) == (0, 3, MOST_NAMED, "start")
    steps = visited([*states, session.apply({"seed": 99})], 0, 3)
    assert (steps.first, len(steps.names), steps.names[0]) == (1, MOST_NAMED, "seed 1")
