import re
from dataclasses import replace

import pytest

from sefa_widget import factorize
from sefa_widget.directions import Search, methods_for
from sefa_widget.panel.finding import KEPT_DIRECTIONS, Finder
from sefa_widget.panel.session import Session
from sefa_widget.pictures.editing import UNEDITED
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


@pytest.mark.parametrize("name", [3, "", "a\nb", "sefa"])
def test_given_directions_have_a_printable_name_that_is_no_method_s(tiny, name):
    with pytest.raises(ValueError, match=re.escape(f"Directions are called {name!r}; take a printable text")):
        Finder(tiny, {name: factorize(tiny)})


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ([1], "directions is a list"),
        ({"mine": 3}, "directions['mine'] is an int (3); it must be what factorize or load_directions gives"),
    ],
)
def test_what_are_no_directions_is_refused(tiny, given, text):
    with pytest.raises(ValueError, match=re.escape(text)):
        Finder(tiny, given)


def test_given_directions_stand_behind_the_methods_and_are_found_by_name(tiny):
    mine = factorize(tiny, method="random", k=2)
    finder = Finder(tiny, {"mine": mine})
    assert finder.methods == (*(method.name for method in methods_for(tiny)), "mine")
    assert dict(finder.given) == {"mine": mine}
    assert finder.directions(Search("mine", (0,), None)) is mine


def test_the_search_s_own_layers_are_edited_where_given_directions_do_not_know_theirs(tiny_style):
    mine = replace(factorize(tiny_style, layers=(1, 2)), edit_rows=None)
    finder = Finder(tiny_style, {"mine": mine})
    search = Search("mine", (0, 1), None)
    assert finder.edited_rows(search, None) == (0, 1)
    assert finder.edited_rows(search, (2, 3)) == (2,)


def test_carried_edits_are_one_edit_in_their_order_each_with_its_rows(tiny_style):
    session = Session(tiny_style, {"layers": (0, 1), "method": "sefa", "strengths": {0: 1.0}})
    session.apply({"layers": (1, 3), "method": "conv"})
    session.apply({"strengths": {2: -1.0}})
    session.apply({"method": "random"})
    edit = session.found().carried
    assert (dict(edit.strengths), edit.rows) == ({2: -1.0}, [1, 2])
    assert (dict(edit.also.strengths), edit.also.rows) == ({0: 1.0}, [0])
    assert edit.also.also is UNEDITED
    assert edit.directions is session.finder.directions(session.state.carried[1].search)


def test_strengths_that_were_carried_of_directions_that_there_are_none_of_are_left_out(tiny_style):
    few = factorize(tiny_style, method="random", k=2)
    session = Session(tiny_style, {"method": "few", "strengths": {1: 1.0, 5: 2.0}}, {"few": few})
    session.apply({"method": "conv"})
    assert dict(session.found().carried.strengths) == {1: 1.0}


def test_measuring_begins_with_the_first_end_whatever_directions_are_listed_by(tiny, monkeypatch):
    session = Session(tiny, {"sort": "alike"})
    finder, order = session.finder, []
    ends, acts = finder.measure_range, finder.measure_acts
    monkeypatch.setattr(finder, "measure_range", lambda state: (order.append("end"), ends(state))[1])
    monkeypatch.setattr(finder, "measure_acts", lambda state: (order.append("act"), acts(state))[1])
    while finder.measure(session.state):
        pass
    known = order.index("act")
    assert set(order[:known]) == {"end"}
    assert order[-1] == "end"
    assert not finder.measure(session.state)


def test_both_ends_of_a_direction_that_is_moved_are_measured_before_those_of_others(tiny_style, monkeypatch):
    monkeypatch.setattr("sefa_widget.measures.sliders.measuring.FIRST", 1)
    monkeypatch.setattr("sefa_widget.measures.sliders.measuring.batch_size", lambda _: 1)
    session = Session(tiny_style, {"second": {"method": "random"}, "strengths": {4: 1.0}})
    order, more = [], True
    while more:
        more = session.finder.measure_range(session.state)
        found = session.found()
        for name, known in (("first", found.range), ("second", found.second.range)):
            order += [(name, i) for i in known.measured if (name, i) not in order]
    assert order[:4] == [("first", 0), ("second", 0), ("first", 4), ("second", 4)]
    assert len(order) == 12


def test_what_the_second_picture_depends_on_is_measured_and_nothing_else(tiny_style, monkeypatch):
    monkeypatch.setattr("sefa_widget.measures.sliders.measuring.FIRST", 1)
    monkeypatch.setattr("sefa_widget.measures.sliders.measuring.batch_size", lambda _: 1)
    session = Session(tiny_style, {"second": {"method": "random"}, "strengths": {4: 1.0}})
    while session.finder.measure_moved(session.state):
        pass
    found = session.found()
    assert set(found.range.measured) == set(found.second.range.measured) == {0, 4}
    alone = Session(tiny_style, {"strengths": {4: 1.0}})
    assert not alone.finder.measure_moved(alone.state)
    assert alone.found().range.measured == ()


def test_a_search_that_cannot_be_measured_holds_nothing_up(tiny_style, monkeypatch):
    monkeypatch.setattr("sefa_widget.measures.sliders.measuring.FIRST", 1)
    monkeypatch.setattr("sefa_widget.measures.sliders.measuring.batch_size", lambda _: 1)
    session = Session(tiny_style, {"second": {"method": "random"}, "strengths": {4: 1.0}})
    session.finder._measurings(session.state)[1]._over = True
    while session.finder.measure_moved(session.state):
        pass
    assert set(session.found().range.measured) == {0, 4}
