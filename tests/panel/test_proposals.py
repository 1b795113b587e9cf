"""What a scorer sees the directions of a panel do: kept by search and setting, told to the panel."""

import pytest
import torch

from sefa_widget import Labels, explore
from sefa_widget.evaluation.proposing import Proposal, Seen
from sefa_widget.panel.finding import setting
from sefa_widget.panel.proposals import Proposals, described
from sefa_widget.panel.session import Session
from sefa_widget.panel.worker import Worker


def brightness(images):
    return images.mean((1, 2, 3))


def measured(session):
    """The state of a session and its directions, with the ends of their sliders."""
    while session.finder.measure(session.state):
        pass
    return session.state, session.found()


def asked(proposals, state, found, session):
    while proposals.step(state, found, session.finder.unedited(state)):
        pass
    return proposals.found(state, found)


def test_nothing_is_proposed_before_it_is_measured_nor_without_ends(tiny):
    session, proposals = Session(tiny), Proposals(tiny, brightness)
    state, found = session.state, session.found()
    assert proposals.found(state, found) == {}
    assert not proposals.step(state, found, session.finder.unedited(state))  # no end is measured
    state, found = measured(session)
    assert set(asked(proposals, state, found, session)) == set(range(8))


def test_other_pictures_and_other_directions_have_proposals_of_their_own(tiny):
    session, proposals = Session(tiny), Proposals(tiny, brightness)
    first = asked(proposals, *measured(session), session)
    before = session.state, session.found()
    session.apply({"truncation_psi": 0.5})
    assert proposals.found(session.state, session.found()) == {}
    second = asked(proposals, *measured(session), session)
    assert {index: one.strength for index, one in first.items()} != {
        index: one.strength for index, one in second.items()
    }
    session.apply({"normalize": False})
    assert proposals.found(session.state, session.found()) == {}
    assert proposals.found(*before) is first


def test_directions_with_a_strength_are_scored_first(tiny):
    session, proposals = Session(tiny, {"strengths": {"5": 1.0}}), Proposals(tiny, brightness)
    state, found = measured(session)
    while not proposals.found(state, found):
        assert proposals.step(state, found, session.finder.unedited(state))
    assert set(proposals.found(state, found)) == {5}


def test_a_scorer_that_fails_is_not_asked_again_and_the_reason_is_kept(tiny):
    calls = []

    def broken(images):
        calls.append(len(images))
        raise RuntimeError("no weights")

    session, proposals = Session(tiny), Proposals(tiny, broken)
    state, found = measured(session)
    assert not proposals.step(state, found, session.finder.unedited(state))
    assert proposals.problem == "The scorer failed, so it proposes no names: no weights"
    session.apply({"normalize": False})
    state, found = measured(session)
    assert not proposals.step(state, found, session.finder.unedited(state))
    assert len(calls) == 1


def test_proposals_are_described_with_a_name_only_where_chance_does_less():
    seen = (Seen("smile", -1.9, 0.1),)
    about = described({3: Proposal(seen, 1.1, 0.05, 2.0), 1: Proposal(seen, 2.2, 0.3, 2.0)})
    text = "smile -1.9 ± 0.1; random directions reach"
    assert about == {
        "1": {"name": "", "sign": -1, "seen": f"{text} 2.2"},
        "3": {"name": "smile", "sign": -1, "seen": f"{text} 1.1"},
    }


def test_a_panel_without_a_scorer_proposes_nothing(tiny):
    panel = explore(tiny, labels=Labels())
    assert panel.proposals == {}
    assert panel.labels_info == {}


def test_what_is_no_function_is_refused_as_a_scorer(tiny):
    with pytest.raises(ValueError, match="scorer is an int"):
        explore(tiny, scorer=3)


def test_a_panel_tells_what_its_scorer_sees_once_nothing_else_is_wanted(tiny, recorded_comms, monkeypatch):
    monkeypatch.setattr(Worker, "wake", lambda worker: None)
    panel = explore(tiny, labels=Labels(), scorer=brightness)
    panel._handle_custom_msg({"type": "edit", "view": "v", "seq": 1, "patch": {}}, [])
    clock = iter(range(10_000))
    panel._stream._clock = lambda: float(next(clock))
    assert panel.proposals == {}
    while len(panel.proposals) < 8:
        panel._stream.step()
    assert set(panel.labels_info["proposed"]) == set(map(str, range(8)))
    assert panel.labels_info["unscored"] == ""
    assert "random directions reach" in panel.labels_info["proposed"]["0"]["seen"]
    assert panel.names == {}  # nobody has said so
    panel._handle_custom_msg({"type": "edit", "view": "v", "seq": 2, "patch": {"truncation_psi": 0.5}}, [])
    panel._stream.step()
    assert panel.labels_info["proposed"] == {}  # of other pictures
    panel._handle_custom_msg({"type": "edit", "view": "v", "seq": 3, "patch": {"truncation_psi": 1.0}}, [])
    panel._stream.step()
    assert set(panel.labels_info["proposed"]) == set(map(str, range(8)))
    panel.normalize = False  # asking what is known searches for nothing
    assert panel.proposals == {}
    panel.close()


def test_a_panel_tells_that_its_scorer_failed(tiny, recorded_comms, monkeypatch):
    def broken(images):
        return torch.full((len(images),), torch.nan)

    monkeypatch.setattr(Worker, "wake", lambda worker: None)
    panel = explore(tiny, labels=Labels(), scorer=broken)
    panel._handle_custom_msg({"type": "edit", "view": "v", "seq": 1, "patch": {}}, [])
    clock = iter(range(100))
    panel._stream._clock = lambda: float(next(clock))
    while not panel.labels_info.get("unscored"):
        panel._stream.step()
    assert "NaN or infinite scores" in panel.labels_info["unscored"]
    panel.close()


def test_proposals_of_as_many_searches_are_kept_as_are_gone_back_to(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.panel.proposals.KEPT", 2)
    session, proposals, states = Session(tiny), Proposals(tiny, brightness), []
    for psi in (1.0, 0.9, 0.8):
        session.apply({"truncation_psi": psi})
        states.append(measured(session))
        assert proposals.step(*states[-1], session.finder.unedited(states[-1][0])) is not None
        if psi == 0.9:
            proposals.step(*states[0], session.finder.unedited(states[0][0]))  # is now the newest one
    assert list(proposals._kept) == [(found.moved, setting(state)) for state, found in (states[0], states[2])]
