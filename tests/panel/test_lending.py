import numpy as np
import pytest

from sefa_widget import Labels, explore
from sefa_widget.panel import lending
from sefa_widget.panel.lending import Lender, Network
from sefa_widget.panel.worker import Ending, Worker
from tests.panel.stepping import Stepped


@pytest.fixture
def made(monkeypatch):
    """The sessions that networks were made for."""
    sessions = []

    def make(session, progress):
        progress(0, 1)
        sessions.append(session)
        return Network({"z_dim": 4}, (b"program", b"runtime", b"model"))

    monkeypatch.setitem(lending.LENDERS, "page", Lender(lambda generator: None, make))
    return sessions


@pytest.fixture
def lent(made, tiny, recorded_comms, monkeypatch):
    monkeypatch.setattr(Worker, "wake", lambda worker: None)
    panel = explore(tiny, labels=Labels(), draw="page")
    yield Stepped(panel, recorded_comms[-1])
    panel.close()


def lend(lent):
    """Lend what was asked for, and give what was sent."""
    lent.comm.sent.clear()
    lent.panel._lend()
    sent = [message for message in lent.comm.sent if message["data"].get("method") == "custom"]
    return [(message["data"]["content"], message["buffers"]) for message in sent]


def test_a_panel_draws_in_the_kernel_and_lends_nothing_unless_it_is_asked(stepped):
    assert stepped.panel.draw == "kernel"
    stepped.send("borrow", what="network")
    assert stepped.errors() == ["Nothing is lent: open the panel with draw='page'."]


def test_another_place_is_refused_by_its_name(tiny):
    with pytest.raises(ValueError, match=r"draw is 'browser'; it must be one of kernel, page"):
        explore(tiny, draw="browser")


def test_a_generator_that_cannot_be_lent_is_refused_before_a_panel_opens(tiny, monkeypatch, recorded_comms):
    def refuse(generator):
        raise ValueError(f"{generator.name!r} is too large.")

    monkeypatch.setitem(lending.LENDERS, "page", Lender(refuse, None))
    with pytest.raises(ValueError, match="is too large"):
        explore(tiny, draw="page")


def test_the_network_is_made_once_and_sent_to_each_view_that_asks(lent, made):
    for view in ("v", "w"):
        lent.send("borrow", view, what="network")
    sent = lend(lent)
    assert sorted(content["view"] for content, _ in sent) == ["v", "w"]
    for content, buffers in sent:
        assert (content["type"], content["what"], content["about"]) == ("lent", "network", {"z_dim": 4})
        assert [bytes(buffer) for buffer in buffers] == [b"program", b"runtime", b"model"]
    assert len(made) == 1
    lent.send("borrow", "x", what="network")
    assert len(lend(lent)) == 1
    assert len(made) == 1


def test_directions_are_those_of_the_present_search_and_say_which_it_is(lent):
    lent.panel.layers = (0, 1)
    lent.send("borrow", what="vectors")
    ((content, (values,)),) = lend(lent)
    directions = lent.panel.directions
    assert np.array_equal(
        np.frombuffer(values, "<f4").reshape(directions.vectors.shape), directions.vectors.float().numpy()
    )
    assert content["about"]["search"]["layers"] == [0, 1]
    assert content["about"]["rows"] == [0]
    assert content["about"]["fingerprint"] == lent.panel.generator.fingerprint


def test_a_view_that_left_is_sent_nothing(lent, made):
    lent.send("borrow", what="network")
    lent.send("bye", returns=False)
    assert lend(lent) == []
    assert made == []


def test_a_network_that_cannot_be_made_is_told_to_who_asked(lent, monkeypatch):
    def fail(session, progress):
        raise ValueError("No room.")

    monkeypatch.setitem(lending.LENDERS, "page", Lender(lambda generator: None, fail))
    lent.send("borrow", what="network")
    ((content, _),) = lend(lent)
    assert (content["type"], content["view"], content["message"]) == ("error", "v", "No room.")


def test_a_panel_that_is_closed_makes_no_network_any_more(lent, made):
    lent.send("borrow", what="network")
    lent.panel._lender.stop(0)
    with pytest.raises(Ending):
        lent.panel._lend()
    assert made == []


def test_an_edit_that_the_page_draws_is_kept_and_answered_without_pictures(lent):
    lent.ask(1)
    lent.step()
    lent.ask(2, {"strengths": {"0": 1.5}}, moving=True, drawn=True)
    (frame,) = lent.step()
    assert (frame["seq"], frame["tiles"]) == (2, [])
    assert lent.panel.strengths == {0: 1.5}


def test_what_is_let_go_is_drawn_here_though_the_page_drew_before(lent):
    lent.ask(1)
    lent.step()
    lent.ask(2, {"strengths": {"0": 1.5}}, moving=True, drawn=True)
    lent.step()
    lent.ask(3, {"strengths": {"0": 2.0}}, moving=False, drawn=False)
    frames = lent.step()
    assert frames[-1]["seq"] == 3
    assert frames[-1]["tiles"]
