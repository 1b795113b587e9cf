import gc
import threading
from queue import Empty

import pytest
import torch
from torch import nn

from sefa_widget.panel import worker as module
from sefa_widget.panel.worker import Ending, Worker
from tests.locks import held, under
from tests.patience import WAIT_SECONDS


@pytest.fixture
def start():
    """`start(step)` gives a worker that is woken; all are stopped at the end."""
    started = []

    def woken(step):
        started.append(Worker(step))
        started[-1].wake()
        return started[-1]

    yield woken
    for worker in started:
        assert worker.stop(WAIT_SECONDS)


def test_a_worker_steps_until_nothing_is_due_and_again_when_it_is_woken(start):
    idle = threading.Semaphore(0)
    left = [0.0, 0.0, 0.001, None, 0.0, None]

    def step():
        due = left.pop(0) if left else None
        if due is None:
            idle.release()
        return due

    worker = start(step)
    assert idle.acquire(timeout=WAIT_SECONDS)
    assert left == [0.0, None]
    worker.wake()
    assert idle.acquire(timeout=WAIT_SECONDS)
    assert left == []


def test_one_wake_is_one_step_also_where_it_starts_the_thread(monkeypatch):
    steps = []

    def begin_at_once(thread):
        started(thread)
        first.wait(0.05)

    first, second, started = threading.Event(), threading.Event(), threading.Thread.start
    monkeypatch.setattr(threading.Thread, "start", begin_at_once)

    def step():
        steps.append(1)
        (second if first.is_set() else first).set()

    worker = Worker(step)
    worker.wake()
    assert first.wait(WAIT_SECONDS)
    second.wait(0.05)
    assert worker.stop(WAIT_SECONDS)
    assert len(steps) == 1


@pytest.mark.parametrize("error", [ValueError, SystemExit, KeyboardInterrupt, GeneratorExit])
def test_whatever_a_step_raises_is_logged_and_the_worker_goes_on(start, caplog, error):
    went_on = threading.Event()
    steps = iter([error])

    def step():
        for raised in steps:
            raise raised
        went_on.set()

    worker = start(step)
    assert went_on.wait(WAIT_SECONDS)
    assert worker.alive
    assert "Traceback" in caplog.text


def test_a_worker_whose_thread_is_no_more_gets_another(start):
    stepped = threading.Semaphore(0)
    worker = start(stepped.release)
    assert stepped.acquire(timeout=WAIT_SECONDS)
    worker.stopped = True  # its thread ends without anybody asking the worker
    worker._wakes.put(None)
    worker._thread.join(WAIT_SECONDS)
    worker.stopped = False
    assert not worker.alive
    worker.wake()
    assert stepped.acquire(timeout=WAIT_SECONDS)
    assert worker.alive


class Endless(nn.Module):
    """A network that goes on until its modules end it."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Identity()
        self.began = threading.Event()

    def forward(self, x):
        while True:
            x = self.layer(x)
            self.began.set()


def test_a_worker_inside_a_network_ends_at_its_next_module(start):
    network = Endless()
    worker = start(lambda: network(torch.zeros(1)))
    assert network.began.wait(WAIT_SECONDS)
    assert worker.stop(WAIT_SECONDS)
    assert not worker.alive


def test_only_the_worker_that_ends_is_disturbed_and_afterwards_nobody_is_watched(start):
    gc.collect()
    for thread in list(module._ending):  # of panels of other tests
        thread.join(WAIT_SECONDS)
    one, other = Endless(), Endless()
    ending, staying = start(lambda: one(torch.zeros(1))), start(lambda: other(torch.zeros(1)))
    assert one.began.wait(WAIT_SECONDS)
    assert ending.stop(WAIT_SECONDS)
    other.began.clear()
    assert other.began.wait(WAIT_SECONDS)
    assert staying.alive
    assert torch.equal(nn.Identity()(torch.ones(1)), torch.ones(1))
    assert module._hook is None
    assert not nn.modules.module._global_forward_pre_hooks


def test_a_worker_can_stop_itself(start):
    stopped = []

    def step():
        stopped.append(worker.stop(WAIT_SECONDS))

    worker = Worker(step)
    worker.wake()
    worker._thread.join(WAIT_SECONDS)
    assert stopped == [False]
    assert not worker.alive
    worker.wake()
    assert not worker.alive


def test_stopping_a_worker_that_never_started_is_fine():
    worker = Worker(lambda: None)
    assert worker.stop()
    worker.wake()
    assert not worker.alive


class Locked(Worker):
    """A worker that looks under the lock whether it needs another thread, or has one to end."""

    asked = 0

    @property
    def alive(self):
        self.asked += held(module._lock)
        return super().alive


def test_a_thread_is_started_and_ended_under_the_lock(monkeypatch):
    worker = Locked(lambda: None)
    monkeypatch.setattr(module, "_update_hook", under(module._lock, module._update_hook))
    worker.wake()
    assert (worker._thread.name, worker._thread.daemon) == ("sefa_widget worker", True)
    assert worker.asked == 1
    assert worker.stop(WAIT_SECONDS)
    assert worker.asked == 2
    assert worker._thread not in module._ending


def test_a_thread_of_another_process_is_none_of_this_one(start):
    worker = start(lambda: None)
    assert worker.alive
    worker._process += 1
    assert not worker.alive
    worker._process -= 1


def test_nobody_waits_for_a_worker_longer_than_was_said(start):
    began, go_on = threading.Event(), threading.Event()

    def step():
        began.set()
        go_on.wait(WAIT_SECONDS)

    worker = start(step)
    assert began.wait(WAIT_SECONDS)
    assert worker.stop(0.0) is False
    assert worker.stop(-1.0) is False
    go_on.set()
    assert worker.stop(WAIT_SECONDS) is True


class Wishes:
    """Stands for the wishes of a worker: notes how long it waits for one, and does something then."""

    def __init__(self, then):
        self.waited, self._then = [], then

    def get(self, timeout):
        self.waited.append(timeout)
        self._then(len(self.waited))


def test_a_worker_that_is_woken_to_end_takes_no_step():
    steps = []
    worker = Worker(lambda: steps.append(1))
    worker._wakes = Wishes(lambda count: setattr(worker, "stopped", True))
    worker._run()
    assert steps == []


def test_a_worker_waits_as_long_as_nothing_is_due():
    due = iter([0.5, None, 0.0, Ending()])

    def step():
        given = next(due)
        if isinstance(given, Ending):
            raise given
        return given

    def wake(count):
        if count == 2:
            raise Empty  # nobody wished anything, but something is due

    worker = Worker(step)
    worker._wakes = Wishes(wake)
    worker._run()
    assert worker._wakes.waited == [None, 0.5, None, 0.0]
    assert not worker.stopped


def test_after_a_step_that_failed_the_next_one_comes_at_once():
    outcomes = iter([ZeroDivisionError, Ending])

    def step():
        raise next(outcomes)

    worker = Worker(step)
    worker._wakes = Wishes(lambda count: None)
    worker._run()
    assert worker._wakes.waited == [None, 0.0]


def test_a_thread_that_ends_is_no_more_among_those_that_end():
    worker = Worker(lambda: None)
    module._ending.add(threading.current_thread())
    module._update_hook()
    assert module._hook is not None
    worker.stopped = True
    worker._run()
    assert threading.current_thread() not in module._ending


class Ends:
    """Stands for a worker that ends when it is told, when it is interrupted, or never; notes what is done."""

    def __init__(self, name, noted, *, alive=True, at="told"):
        self.alive, self._name, self._noted, self._at = alive, name, noted, at

    def _tell_to_end(self):
        self._noted.append((self._name, "told"))
        self.alive = self._at != "told"

    def _interrupt(self):
        self._noted.append((self._name, "interrupted"))
        self.alive = self._at == "never"

    def _ended_within(self, seconds):
        self._noted.append((self._name, seconds))
        return not self.alive


def test_at_the_end_all_workers_are_told_then_awaited_then_interrupted(monkeypatch):
    noted, now = [], iter([100.0, 100.1, 100.3, 100.6, 100.8, 100.9, 101.5])
    workers = [
        Ends("quick", noted),
        Ends("slow", noted, at="interrupted"),
        Ends("stuck", noted, at="never"),
        Ends("over", noted, alive=False),
    ]
    monkeypatch.setattr(module, "_workers", workers)
    monkeypatch.setattr(module.time, "monotonic", lambda: next(now))
    module._end_all()
    assert noted[:3] == [("quick", "told"), ("slow", "told"), ("stuck", "told")]
    assert [(name, done if isinstance(done, str) else round(done, 3)) for name, done in noted[3:]] == [
        ("quick", 0.4),
        ("slow", 0.2),
        ("slow", "interrupted"),
        ("stuck", -0.1),
        ("stuck", "interrupted"),
        ("quick", 0.2),
        ("slow", 0.1),
        ("stuck", -0.5),
    ]


def test_a_worker_that_is_interrupted_ends_wherever_it_is(start):
    began = threading.Event()

    def step():
        while True:
            began.set()

    worker = start(step)
    assert began.wait(WAIT_SECONDS)
    worker._tell_to_end()
    worker._interrupt()
    assert worker._ended_within(WAIT_SECONDS)


def test_a_worker_that_never_started_cannot_be_interrupted():
    worker = Worker(lambda: None)
    worker._interrupt()
    assert not worker.alive


def test_a_long_step_waits_until_it_is_woken_or_for_some_time():
    worker = Worker(lambda: None)
    worker._wakes.put(None)
    assert worker.rest(WAIT_SECONDS)
    assert not worker.rest(0.0)
