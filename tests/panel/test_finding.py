import pytest

from sefa_widget.panel.finding import KEPT_DIRECTIONS
from sefa_widget.panel.session import Session
from tests.locks import Guarded, Watched


def test_as_many_directions_are_kept_as_the_panel_goes_back_to_and_the_oldest_are_forgotten(tiny):
    session = Session(tiny, {"method": "random"})

    def found(seed):
        return session.finder.directions(session.apply({"options": {"seed": seed}}).search)

    first, second = found(0), found(1)
    assert found(0) is first
    for seed in range(2, KEPT_DIRECTIONS):
        found(seed)
    assert KEPT_DIRECTIONS == 16
    assert found(0) is first
    found(KEPT_DIRECTIONS)
    assert found(0) is first
    assert found(1) is not second


def test_what_was_found_is_one_object_until_more_is_known(tiny):
    session = Session(tiny, {"method": "sefa", "second": "random"})
    first = session.found()
    assert session.found() is first
    session.apply({"seed": 5, "strengths": {0: 1.0}})
    assert session.found() is first
    while not session.found().range.measured:
        assert session.found() is first
        assert session.finder.measure_range(session.state)
    assert session.found() is not first
    assert session.found().directions is first.directions
    assert session.found().second.aligned is first.second.aligned


@pytest.mark.parametrize(
    "patch", [{"normalize": False}, {"layers": (0, 2)}, {"second": "random"}, {"edit_layers": (1, 2)}]
)
def test_another_search_or_other_edited_layers_are_found_anew_and_kept_too(tiny_style, patch):
    session = Session(tiny_style)
    first, before = session.found(), session.state
    session.apply(patch)
    other = session.found()
    assert other is not first
    assert (other.second is None) == ("second" not in patch)
    assert session.finder.found(before) is first
    assert session.found() is other


def test_other_weights_are_found_anew(tiny):
    session = Session(tiny)
    first = session.found()
    tiny.latent_weight(0).data.mul_(2).add_(1)
    assert session.found().directions is not first.directions
    assert session.found().moved != first.moved


def test_a_measured_end_is_in_what_is_found_next(tiny):
    session = Session(tiny, {"method": "sefa", "second": "random"})
    assert session.found().range.measured == ()
    while session.finder.measure_range(session.state):
        pass
    assert session.found().range.measured == tuple(range(8))
    assert session.found().second.range.measured == tuple(range(8))


def test_progress_of_both_searches_is_told(tiny):
    def told(**state):
        steps = []
        Session(tiny, state).contents(progress=lambda done, total: steps.append((done, total)))
        return steps

    other = {"method": "jacobian", "options": {"n": 4}}
    alone = told(method="jacobian")
    assert len(alone) > 0
    assert told(method="jacobian", second=other) == alone + told(**other)
    assert told(method="random", second=other) == told(**other)


def test_what_threads_share_is_used_under_the_lock(tiny):
    session = Session(tiny, {"second": "random"})
    finder = session.finder
    finder._directions, finder._found = Guarded(finder._lock), Guarded(finder._lock)
    finder._ranges = Watched(finder._lock, finder._ranges)
    session.found()
    session.finder.measure_range(session.state)
    assert finder._directions.used
    assert finder._found.used
    assert finder._ranges.used


def measured_in_turn(session):
    """Take the steps of measuring; give what was told after each: slider ends, or what directions do."""
    told = []
    while session.finder.measure(session.state):
        found = session.found()
        told.append((len(found.range.measured), len(found.acts)))
    return told


def test_what_directions_do_is_measured_only_if_they_are_listed_by_that(tiny):
    session = Session(tiny)
    told = measured_in_turn(session)
    assert {acts for _, acts in told} == {0}
    session.apply({"sort": "alike"})
    measured_in_turn(session)
    assert len(session.found().acts) == len(session.directions())


def test_it_is_measured_before_most_slider_ends(tiny):
    session = Session(tiny, {"sort": "alike"})
    told = measured_in_turn(session)
    count = len(session.directions())
    ends_by_then = next(ends for ends, acts in told if acts == count)
    assert 0 < ends_by_then < count
    assert len(session.found().range.measured) == count


def test_what_directions_do_is_that_of_their_rows_and_setting(tiny_style):
    session = Session(tiny_style, {"sort": "region"})
    measured_in_turn(session)
    known = session.found().acts
    session.apply({"edit_layers": (1, 2)})
    assert session.found().acts == {}
    session.apply({"edit_layers": None, "truncation_psi": 0.3})
    assert session.found().acts == {}
    session.apply({"truncation_psi": 1.0})
    assert session.found().acts is known
