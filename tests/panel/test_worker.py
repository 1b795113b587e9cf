import gc
import threading

import pytest
import torch
from torch import nn

from sefa_widget.panel import worker as module
from sefa_widget.panel.worker import Worker
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
