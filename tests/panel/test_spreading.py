"""Carried edits as strengths of the present directions."""

import pytest
import torch

from sefa_widget.panel import spreading
from sefa_widget.panel.carried import described_edit
from sefa_widget.panel.session import Session


@pytest.fixture
def session(tiny_style):
    """An edit along SeFa of one layer, carried to the directions of two; both are applied to two layers."""
    session = Session(tiny_style, {"layers": (0, 1), "method": "sefa", "edit_layers": (0, 2)})
    session.apply({"strengths": {0: 2.0, 1: -1.0}})
    session.apply({"layers": (0, 2)})
    return session


def patch(session):
    return spreading.spread(session.state, session.finder.found(session.state))


def test_the_strengths_do_what_the_carried_edit_did(session, monkeypatch):
    monkeypatch.setattr(spreading, "HELD", 1 - 1e-10)
    before = session.sheet().tiles
    given = patch(session)
    assert given["carried"] == []
    session.apply(given)
    assert len(session.state.carried) == 0
    assert abs(session.sheet().tiles.astype(int) - before.astype(int)).max() <= 2


def test_what_the_sliders_had_set_is_added(session):
    alone = patch(session)["strengths"]
    index = next(iter(alone))
    session.apply({"strengths": {index: 5.0}})
    assert patch(session)["strengths"][index] == pytest.approx(alone[index] + 5)


def test_no_more_sliders_are_moved_than_hold_the_edit(session):
    found = session.finder.found(session.state)
    given = spreading.spread(session.state, found)["strengths"]
    vectors = found.directions.vectors
    wanted = found.carried.directions.vectors[:2].T @ torch.tensor([2.0, -1.0], dtype=torch.float64)

    def held(some):
        left = wanted - sum(given[index] * vectors[index] for index in some)
        return 1 - float(left.norm() / wanted.norm()) ** 2

    order = sorted(given, key=lambda i: -abs(given[i]))
    assert held(order) >= spreading.HELD
    assert held(order[:-1]) < spreading.HELD


def test_too_few_sliders_say_how_much_they_hold(session, monkeypatch):
    monkeypatch.setattr(spreading, "MOST_MOVED", 1)
    with pytest.raises(ValueError, match=r"1 sliders hold \d+ % of the carried edit, and 99.9 % is needed"):
        patch(session)


def test_an_edit_of_other_rows_stays_carried(tiny_style):
    session = Session(tiny_style, {"layers": (0, 1), "method": "sefa"})
    session.apply({"strengths": {0: 2.0}})
    session.apply({"layers": (1, 2)})
    with pytest.raises(ValueError, match="Nothing that is carried over moves the same code rows"):
        patch(session)


def test_edits_of_other_rows_stay_carried_in_their_order_beside_those_that_are_spread(tiny_style):
    session = Session(tiny_style, {"method": "sefa", "layers": (0, 1), "edit_layers": (0, 2)})
    session.apply({"strengths": {0: 1.0}})
    session.apply({"edit_layers": (1, 3), "method": "conv"})
    session.apply({"strengths": {1: 2.0}})
    session.apply({"edit_layers": (0, 1), "method": "random"})
    session.apply({"strengths": {2: 3.0}})
    session.apply({"edit_layers": (0, 2), "method": "conv"})
    first, second, third = session.state.carried
    given = patch(session)
    assert given["carried"] == [second, third]
    assert first not in given["carried"]
    vectors = session.directions().vectors
    moved = sum(strength * vectors[index] for index, strength in given["strengths"].items())
    wanted = session.finder.directions(first.search).vectors[0]
    assert float((moved - wanted).norm()) ** 2 <= 1 - spreading.HELD


def test_edits_along_the_same_rows_are_spread_together(session):
    alone = patch(session)["strengths"]
    twice = [*session.state.carried, *({**described_edit(session.state.carried[0])} for _ in range(1))]
    session.apply({"carried": twice})
    assert patch(session)["strengths"] == {index: pytest.approx(2 * alone[index]) for index in alone}


def test_the_most_important_sliders_are_moved_and_the_others_are_left_alone(session, monkeypatch):
    monkeypatch.setattr(spreading, "HELD", 0.5)
    few = patch(session)["strengths"]
    monkeypatch.setattr(spreading, "HELD", 1 - 1e-10)
    every = patch(session)["strengths"]
    largest = sorted(every, key=lambda index: -abs(every[index]))[: len(few)]
    assert sorted(few) == sorted(largest)
    assert len(few) < len(every)


def test_what_too_few_sliders_hold_is_told_in_percent(session, monkeypatch):
    every = patch(session)["strengths"]
    index = max(every, key=lambda one: abs(every[one]))
    monkeypatch.setattr(spreading, "MOST_MOVED", 1)
    found = session.found()
    wanted = found.carried.directions.vectors[:2].T @ torch.tensor([2.0, -1.0], dtype=torch.float64)
    left = wanted - every[index] * found.directions.vectors[index]
    held = 100 * (1 - float(left.norm() / wanted.norm()) ** 2)
    with pytest.raises(ValueError, match=f"1 sliders hold {held:.0f} % of the carried edit, and 99.9 % is"):
        patch(session)


def test_nothing_that_is_carried_cannot_be_spread(tiny_style):
    with pytest.raises(ValueError, match="Nothing that is carried over moves the same code rows"):
        patch(Session(tiny_style))
