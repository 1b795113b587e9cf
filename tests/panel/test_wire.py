"""Each intent of a view reaches the part that it is for, what fails is told, and views keep a panel alive."""

import logging
import threading
import weakref

import pytest
from ipywidgets.widgets.widget import _instances

from sefa_widget.panel import intents, messages, wire
from sefa_widget.panel.life import ANSWER_SECONDS, Views
from sefa_widget.panel.session import Session
from sefa_widget.panel.wire import PADDED_BYTES, WireWidget
from sefa_widget.panel.worker import Ending
from tests.locks import Watched


class Noting(WireWidget):
    """A widget that notes what it is to do, and does `fail` first."""

    def __init__(self, session):
        self._noted, self._fail, self._over = [], lambda: None, False
        super().__init__(session)

    def _note(self, name, *given):
        self._noted.append((name, *given))
        self._fail()

    def _request(self, edit):
        self._note("request", edit)

    def _cancel(self):
        self._note("cancel")

    def _say(self, said):
        self._note("say", said)

    def _take_back(self, wanted):
        self._note("take_back", wanted)

    def _join(self, wanted):
        self._note("join", wanted)

    def _look(self, look):
        self._note("look", look)

    def _share(self, wanted):
        self._note("share", wanted)

    def code(self):
        return "import sefa_widget"

    def _forget_view(self, view):
        self._note("forget", view)

    @property
    def _stopped(self):
        return self._over


class Cells:
    """Stands for the cells of a notebook: notes what a panel tells them."""

    def __init__(self):
        self.told = []

    def made(self, panel):
        self.told.append(("made", panel.model_id))

    def shown(self, panel):
        self.told.append(("shown", panel.model_id))

    def unseen(self, panel):
        self.told.append(("unseen", panel.model_id))


@pytest.fixture
def cells(monkeypatch):
    found = Cells()
    monkeypatch.setattr(wire, "current_cells", lambda: found)
    return found


@pytest.fixture
def widget(tiny, recorded_comms):
    widget = Noting(Session(tiny))
    yield widget
    widget.close()


@pytest.fixture
def comm(widget, recorded_comms):
    return recorded_comms[-1]


def send(widget, kind, **fields):
    widget._handle_custom_msg({"type": kind, "view": "v", **fields}, [])


def told(comm):
    """What views were told: each message and its bytes."""
    sent = [message for message in comm.sent if message["data"].get("method") == "custom"]
    return [(message["data"]["content"], message["buffers"]) for message in sent]


def errors(comm):
    return [content for content, _ in told(comm) if content["type"] == "error"]


def states(comm):
    updates = [m["data"]["state"] for m in comm.sent if m["data"].get("method") == "update"]
    return [update["state"]["revision"] for update in updates if "state" in update]


# What the panel sends.


@pytest.mark.parametrize(
    ("kind", "fields", "name", "message"),
    [
        ("look", {"name": "ends", "size": 9, "items": []}, "look", intents.Look("v", "ends", 9, [])),
        ("label", {"index": 2, "fields": {"a": 1}}, "say", intents.Label("v", 2, {"a": 1})),
        ("take_back", {"study": True}, "take_back", intents.TakeBack("v", True)),
        ("join", {"rater": "Ada"}, "join", intents.Join("v", "Ada")),
        ("share", {"what": "film", "ending": ".gif"}, "share", intents.Share("v", "film", ".gif")),
        (
            "edit",
            {"seq": 4, "patch": {"seed": 3}, "moving": True},
            "request",
            intents.Edit("v", 4, {"seed": 3}, True),
        ),
        ("hello", {"seq": 5, "padded": True}, "request", intents.Edit("v", 5, padded=True)),
        ("hello", {"seq": 6}, "request", intents.Edit("v", 6)),
    ],
)
def test_an_intent_reaches_the_part_that_it_is_for_as_it_was_sent(widget, comm, kind, fields, name, message):
    send(widget, kind, **fields)
    assert widget._noted == [(name, message)]
    assert told(comm) == []


def test_a_search_is_cancelled_by_a_message_without_fields(widget):
    send(widget, "cancel")
    assert widget._noted == [("cancel",)]


def test_undo_redo_and_visit_change_the_state_and_tell_it(widget, comm):
    widget.change(seed=3)
    send(widget, "undo")
    assert widget.seed == 0
    send(widget, "undo", redo=True)
    assert widget.seed == 3
    send(widget, "visit", place=0)
    assert widget.seed == 0
    assert states(comm) == [1, 2, 3, 4]
    send(widget, "undo", redo=True)  # there is nothing to do again
    assert states(comm) == [1, 2, 3, 4]
    assert errors(comm) == []
    assert widget._noted == []


def test_a_carried_edit_is_spread_at_the_wish_of_a_view(widget, comm):
    widget.strengths = {0: 1.0}
    widget.method = "random"
    widget._session.found()
    send(widget, "spread")
    assert widget.carried == ()
    assert widget.strengths != {}
    send(widget, "spread")
    assert errors(comm)[0]["message"].startswith("Nothing that is carried over moves")


def test_who_asks_for_the_code_gets_it(widget, comm):
    send(widget, "code")
    assert told(comm) == [({"type": "code", "view": "v", "text": "import sefa_widget"}, [])]


def test_a_probe_is_answered_at_once_with_its_number(widget, comm):
    send(widget, "probe", seq=7)
    send(widget, "probe", seq=8, padded=True)
    (first, empty), (second, padded) = told(comm)
    assert first == {"type": "probe", "view": "v", "seq": 7}
    assert second == {"type": "probe", "view": "v", "seq": 8}
    assert sum(map(len, empty)) == 0
    assert [bytes(buffer) for buffer in padded] == [b"", bytes(PADDED_BYTES)]


def test_only_views_that_want_pictures_are_counted(widget):
    for kind, fields in (("probe", {"seq": 1}), ("code", {}), ("cancel", {}), ("undo", {})):
        send(widget, kind, **fields)
        assert widget._views.count == 0
    send(widget, "hello")
    assert widget._views.count == 1
    send(widget, "edit", seq=1)
    assert widget._views.count == 1
    widget._handle_custom_msg({"type": "edit", "view": "w", "seq": 1}, [])
    assert widget._views.count == 2


def test_a_view_that_goes_is_forgotten_and_counted_no_more(widget):
    send(widget, "hello")
    widget._noted.clear()
    send(widget, "bye")
    assert widget._noted == [("forget", "v")]
    assert (widget._views.count, widget._views.anywhere) == (0, False)
    send(widget, "hello")
    send(widget, "bye", returns=True)
    assert (widget._views.count, widget._views.anywhere) == (0, True)


def test_a_view_that_vanished_without_a_word_is_forgotten_when_a_page_is_loaded_again(widget, comm):
    now = [0.0]
    widget._views = Views(lambda: now[0])
    send(widget, "hello")
    assert not told(comm)  # there is nobody else to be called
    for _ in range(3):
        for view in ("w", "x"):
            widget._handle_custom_msg({"type": "hello", "view": view}, [])
        widget._handle_custom_msg({"type": "probe", "view": "w", "seq": 0}, [])
        now[0] += ANSWER_SECONDS / 2
    calls = [content for content, _ in told(comm) if content["view"] == ""]
    assert calls == [{"type": "probe", "view": "", "seq": 0}] * 6
    assert [note for note in widget._noted if note[0] == "forget"] == [("forget", "v")]
    assert widget._views.count == 2


def test_a_front_end_sets_no_trait_and_its_wish_is_logged(widget, caplog):
    before = widget.state
    with caplog.at_level(logging.WARNING, "sefa_widget"):
        widget.set_state({"state": {}, "history": {}, "colour": 3})
    assert "wish to set history, state; edits are messages" in caplog.text
    assert widget.state == before


# What the panel is told.


@pytest.mark.parametrize(
    ("sizes", "padding"),
    [
        ((0,), [PADDED_BYTES]),
        ((10, 20), [PADDED_BYTES - 30]),
        ((PADDED_BYTES - 1,), [1]),
        ((PADDED_BYTES,), []),
        ((PADDED_BYTES + 1,), []),
    ],
)
def test_a_padded_message_is_filled_up_to_one_segment_behind_its_bytes(widget, comm, sizes, padding):
    data = [b"x" * size for size in sizes]
    widget._tell(messages.ProbeInfo("v", 1), *data, padded=True)
    widget._tell(messages.ProbeInfo("v", 2), *data)
    padded, plain = (buffers for _, buffers in told(comm))
    assert [bytes(buffer) for buffer in padded] == [*data, *(bytes(size) for size in padding)]
    assert plain == data


def test_one_loopback_segment_is_filled():
    assert PADDED_BYTES >= 65_483


def test_a_wrong_message_is_answered_where_it_came_from(widget, comm):
    send(widget, "edit", seq=4, patch=3)
    send(widget, "waltz", seq=5)
    widget._handle_custom_msg(3, [])
    told_of = [(error["view"], error["seq"]) for error in errors(comm)]
    assert told_of == [("v", 4), ("v", 5), ("", 0)]
    assert errors(comm)[1]["message"].startswith("Message type 'waltz' is unknown")
    assert widget._noted == []


def failing(error):
    def fail():
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "text", "logged"),
    [
        (ValueError("The seed is -1."), "The seed is -1.", False),
        (ValueError(), "ValueError", False),
        (RuntimeError("out of memory"), "RuntimeError: out of memory", True),
        (KeyError(), "KeyError: KeyError", True),
        (SystemExit("enough"), "SystemExit: enough", True),
        (ValueError("x" * 501), "x" * 500, False),
    ],
)
def test_what_fails_is_told_and_only_what_nobody_foresaw_is_logged(widget, comm, caplog, error, text, logged):
    widget._fail = failing(error)
    send(widget, "edit", seq=4)
    assert errors(comm) == [{"type": "error", "view": "v", "seq": 4, "message": text}]
    assert ("A request of the panel failed." in caplog.text) == logged
    assert ("Traceback" in caplog.text) == logged


def test_an_interrupt_of_the_cell_is_the_cells_and_in_another_thread_it_is_told(widget, comm):
    widget._fail = failing(KeyboardInterrupt("stop"))
    with pytest.raises(KeyboardInterrupt):
        send(widget, "edit", seq=4)
    assert errors(comm) == []
    thread = threading.Thread(target=send, args=(widget, "edit"), kwargs={"seq": 5})
    thread.start()
    thread.join()
    assert [error["message"] for error in errors(comm)] == ["KeyboardInterrupt: stop"]


def test_a_worker_that_ends_is_no_error(widget, comm):
    widget._fail = failing(Ending())
    with pytest.raises(Ending):
        send(widget, "edit", seq=4)
    assert errors(comm) == []


def test_nobody_is_told_of_an_error_once_nobody_waits(widget, comm, caplog):
    widget._fail, widget._over = failing(RuntimeError("late")), True
    send(widget, "edit", seq=4)
    assert errors(comm) == []
    assert caplog.text == ""


def test_an_error_that_cannot_be_told_is_logged(widget, comm, caplog, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(comm, "publish_msg", lambda *_, **__: 1 / 0)
        send(widget, "edit", seq=-1)
    assert "The panel could not be told of an error." in caplog.text


# Where it is shown.


def held(widget):
    """Whether ipywidgets' registry keeps a widget alive."""
    return type(_instances[widget.model_id]) is not weakref.ProxyType


def test_a_panel_is_kept_alive_while_it_has_a_view_or_an_output_shows_it(widget):
    assert not held(widget)
    send(widget, "hello")
    assert held(widget)
    widget._handle_custom_msg({"type": "hello", "view": "w"}, [])
    send(widget, "bye")
    assert held(widget)
    widget._handle_custom_msg({"type": "bye", "view": "w"}, [])
    assert not held(widget)
    widget._repr_mimebundle_()
    assert held(widget)
    assert widget._views.anywhere
    send(widget, "hello")
    send(widget, "bye", returns=True)
    assert held(widget)


def test_the_layout_of_a_panel_is_not_kept_alive_either(widget):
    assert not held(widget.layout)


def test_what_an_output_shows_is_the_view_of_the_widget(widget):
    bundle = widget._repr_mimebundle_()
    bundle = bundle[0] if isinstance(bundle, tuple) else bundle
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"] == widget.model_id


def test_views_are_counted_under_the_lock(widget):
    widget._views = Watched(widget._changing, widget._views)
    send(widget, "hello")
    widget._repr_mimebundle_()
    send(widget, "bye")
    assert widget._views.used


def test_the_cell_is_told_of_the_panel_that_it_makes_shows_and_sees_no_more(cells, tiny, recorded_comms):
    with Noting(Session(tiny)) as widget:
        name = widget.model_id
        assert cells.told == [("made", name)]
        widget._repr_mimebundle_()
        assert cells.told[1:] == [("shown", name)]
        send(widget, "hello")
        widget._handle_custom_msg({"type": "hello", "view": "w"}, [])
        send(widget, "bye")
        assert cells.told[2:] == []
        widget._handle_custom_msg({"type": "bye", "view": "w", "returns": True}, [])
        assert cells.told[2:] == []
        send(widget, "hello")
        send(widget, "bye")
        assert cells.told[2:] == [("unseen", name)]


def test_a_panel_lives_as_long_as_its_context(tiny, recorded_comms):
    with Noting(Session(tiny)) as widget:
        assert isinstance(widget, Noting)
        assert widget.comm is not None
    assert recorded_comms[-1].sent[-1]["msg_type"] == "comm_close"
    assert widget.comm is None


def test_a_closed_panel_is_not_opened_again(tiny, recorded_comms):
    widget = Noting(Session(tiny))
    widget._forget()
    widget.close()
    count = len(recorded_comms)
    with pytest.raises(RuntimeError, match="This panel is closed"):
        widget.open()
    with pytest.raises(RuntimeError, match="This panel is closed"):
        widget.__enter__()
    assert len(recorded_comms) == count
