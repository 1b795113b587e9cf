import threading

import pytest

from sefa_widget.stream import Stream

LONG = 30.0
"""Seconds after which a test gives up; nothing waits this long unless it is broken."""


class Bench:
    """A stream whose work waits for a permit, so that a test decides when a job ends."""

    def __init__(self, settle_seconds: float = 0.001) -> None:
        self.done: list[str] = []
        self.started = threading.Semaphore(0)
        self.permits = threading.Semaphore(0)
        self.finished = threading.Semaphore(0)
        self.settled = threading.Semaphore(0)
        self.stream: Stream[str] = Stream(self.work, self.settled.release, settle_seconds=settle_seconds)

    def work(self, request: str) -> None:
        self.started.release()
        assert self.permits.acquire(timeout=LONG)
        self.done.append(request)
        self.finished.release()

    def finish(self, count: int) -> None:
        for _ in range(count):
            self.permits.release()
            assert self.finished.acquire(timeout=LONG)


@pytest.fixture
def bench():
    bench = Bench()
    yield bench
    bench.stream.stop()
    bench.permits.release(100)


def test_requests_that_come_while_one_is_done_are_replaced_by_the_newest(bench):
    bench.stream.put("a", "a1")
    assert bench.started.acquire(timeout=LONG)
    for n in range(2, 100):
        bench.stream.put("a", f"a{n}")
    bench.finish(2)
    assert bench.done == ["a1", "a99"]


def test_each_view_keeps_its_own_newest_request(bench):
    bench.stream.put("a", "a1")
    assert bench.started.acquire(timeout=LONG)
    for request in ("a2", "b1", "a3", "b2"):
        bench.stream.put(request[0], request)
    bench.finish(3)
    assert bench.done[0] == "a1"
    assert sorted(bench.done[1:]) == ["a3", "b2"]


def test_it_settles_once_after_the_last_request(bench):
    bench.stream.put("a", "a1")
    bench.finish(1)
    assert bench.settled.acquire(timeout=LONG)
    assert not bench.settled.acquire(timeout=0.05)


def test_a_dropped_view_gets_nothing_more(bench):
    bench.stream.put("a", "a1")
    assert bench.started.acquire(timeout=LONG)
    bench.stream.put("a", "a2")
    bench.stream.put("b", "b1")
    bench.stream.drop("a")
    bench.finish(2)
    assert bench.done == ["a1", "b1"]


def test_after_stop_the_worker_ends_and_requests_are_ignored(bench):
    bench.stream.put("a", "a1")
    assert bench.started.acquire(timeout=LONG)
    worker = next(thread for thread in threading.enumerate() if thread.name == "sefa_widget stream")
    bench.stream.stop()
    bench.finish(1)
    worker.join(LONG)
    assert not worker.is_alive()
    bench.stream.put("a", "a2")
    assert bench.done == ["a1"]
