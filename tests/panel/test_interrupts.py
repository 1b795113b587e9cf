"""An interrupt between cells reaches panels; one while a cell runs is the cell's, and other handlers stay."""

import gc
import signal
import threading
from types import SimpleNamespace

import pytest

from sefa_widget.panel import interrupts
from sefa_widget.panel.interrupts import AGAIN_SECONDS, on_interrupt
from tests.patience import WAIT_SECONDS


class Loop:
    """Stands for the loop of a kernel: notes what is to be called, and calls it when a test says so."""

    def __init__(self):
        self.soon, self.later, self.from_signal = [], [], []

    def call_soon(self, call, *values):
        self.soon.append((call, values))

    def call_later(self, seconds, call, *values):
        self.later.append((seconds, call, values))

    def call_soon_threadsafe(self, call, *values):
        self.from_signal.append((call, values))

    def turn(self):
        """Do what is to be done soon or later."""
        waiting = [*self.soon, *((call, values) for _, call, values in self.later)]
        self.soon, self.later = [], []
        for call, values in waiting:
            call(*values)

    def interrupt(self, handler):
        handler(signal.SIGINT, None)
        calls, self.from_signal = self.from_signal, []
        for call, values in calls:
            call(*values)


class Panel:
    def __init__(self):
        self.interrupted = 0

    def end(self):
        self.interrupted += 1


@pytest.fixture
def kernel(monkeypatch):
    """A kernel between two cells, where interrupts are ignored: its loop, and the handler as it is now."""
    found = SimpleNamespace(loop=Loop(), handler=signal.SIG_IGN)

    def running():
        if found.loop is None:
            raise RuntimeError("no running event loop")
        return found.loop

    def install(number, handler):
        assert number == signal.SIGINT
        found.handler = handler

    def installed(number):
        assert number == signal.SIGINT
        return found.handler

    own = SimpleNamespace(
        SIGINT=signal.SIGINT,
        SIG_IGN=signal.SIG_IGN,
        default_int_handler=signal.default_int_handler,
        getsignal=installed,
        signal=install,
    )
    monkeypatch.setattr(interrupts, "signal", own)
    monkeypatch.setattr(interrupts, "asyncio", SimpleNamespace(get_running_loop=running))
    monkeypatch.setattr(interrupts, "_told", set())
    monkeypatch.setattr(interrupts, "_waiting", False)
    return found


def test_an_interrupt_between_cells_reaches_every_panel(kernel):
    panels = [Panel(), Panel()]
    for panel in panels:
        on_interrupt(panel.end)
    assert len(kernel.loop.soon) == 1
    kernel.loop.turn()
    for _ in range(2):
        kernel.loop.interrupt(kernel.handler)
    assert [panel.interrupted for panel in panels] == [2, 2]


def test_a_signal_itself_does_nothing_but_wake_the_loop(kernel):
    panel = Panel()
    on_interrupt(panel.end)
    kernel.loop.turn()
    kernel.handler(signal.SIGINT, None)
    assert panel.interrupted == 0
    assert len(kernel.loop.from_signal) == 1


def test_while_a_cell_runs_the_interrupt_is_the_cell_s_and_it_is_tried_again_later(kernel):
    kernel.handler = signal.default_int_handler
    panel = Panel()
    on_interrupt(panel.end)
    kernel.loop.turn()
    assert kernel.handler is signal.default_int_handler
    assert [seconds for seconds, _, _ in kernel.loop.later] == [AGAIN_SECONDS]
    on_interrupt(panel.end)
    assert kernel.loop.soon == []  # one waits already
    kernel.handler = signal.SIG_IGN
    kernel.loop.turn()
    kernel.loop.interrupt(kernel.handler)
    assert panel.interrupted == 1


def test_what_else_handles_interrupts_keeps_them(kernel):
    def other(number, frame):
        raise AssertionError

    kernel.handler = other
    on_interrupt(Panel().end)
    kernel.loop.turn()
    assert kernel.handler is other
    assert kernel.loop.later == []


def test_a_later_panel_needs_no_second_handler(kernel):
    first, second = Panel(), Panel()
    on_interrupt(first.end)
    kernel.loop.turn()
    handler = kernel.handler
    on_interrupt(second.end)
    kernel.loop.turn()
    assert kernel.handler is handler
    kernel.loop.interrupt(handler)
    assert (first.interrupted, second.interrupted) == (1, 1)


def test_a_panel_that_is_gone_is_not_kept_and_not_called(kernel):
    gone, here = Panel(), Panel()
    on_interrupt(gone.end)
    on_interrupt(here.end)
    kernel.loop.turn()
    del gone
    gc.collect()
    assert len(interrupts._told) == 1
    kernel.loop.interrupt(kernel.handler)
    assert here.interrupted == 1


def test_outside_of_a_kernel_and_in_other_threads_nothing_is_taken_over(kernel):
    panel, loop = Panel(), kernel.loop
    thread = threading.Thread(target=on_interrupt, args=(panel.end,))
    thread.start()
    thread.join(WAIT_SECONDS)
    kernel.loop = None
    on_interrupt(panel.end)
    assert loop.soon == []
    assert kernel.handler is signal.SIG_IGN
