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
