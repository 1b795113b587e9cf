import pytest

from sefa_widget.panel.stream import Stream
from tests.locks import Guarded, held


class Bench:
    """A stream that is stepped by hand, at a time that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.done: list[str] = []
        self.stream: Stream[str] = Stream(
            self.done.append, lambda: self.done.append("settled"), settle_seconds=0.5, clock=lambda: self.now
        )

    def put(self, *requests: str) -> None:
        for request in requests:
            self.stream.put(request[0], request)

    def steps(self) -> list[str]:
        """Step until nothing is due, and give what was done."""
        self.done.clear()
        while self.stream.step() == 0.0:
            pass
        return list(self.done)


@pytest.fixture
def bench():
    return Bench()


def test_without_a_request_nothing_is_ever_due(bench):
    assert bench.stream.step() is None
    assert bench.done == []


def test_a_step_does_one_request(bench):
    bench.put("a1", "b1")
    assert bench.stream.step() == 0.0
    assert bench.done == ["a1"]
    assert bench.stream.waiting


def test_a_view_s_newest_request_replaces_its_waiting_one_in_its_place(bench):
    bench.put("a1", "b1", *(f"a{n}" for n in range(2, 100)))
    bench.now += 0.03
    assert bench.steps() == ["a99", "b1"]
    assert not bench.stream.waiting


def test_requests_that_come_while_one_is_done_are_replaced_by_the_newest(bench):
    def work(request):
        done.append(request)
        if request == "a1":
            for n in range(2, 100):
                stream.put("a", f"a{n}")

    done = []
    now = [0.0]
    stream = Stream(work, lambda: None, clock=lambda: now[0])
    stream.put("a", "a1")
    stream.step()
    now[0] += 0.03
    stream.step()
    assert done == ["a1", "a99"]


def test_a_view_that_does_not_wait_for_answers_is_answered_once_no_more_comes(bench):
    bench.put("a0")
    bench.stream.step()
    bench.put("a1")  # while the picture of a0 is drawn
    for n in range(2, 3000):  # in 0.8 seconds
        bench.put(f"a{n}")
        assert bench.stream.step() > 0
        bench.now += 0.8 / 3000
    bench.now += 0.02
    assert bench.steps() == ["a2999"]


def test_a_view_that_waits_for_answers_is_answered_at_once(bench):
    for n in range(100):
        bench.put(f"a{n}", f"b{n}")
        assert bench.steps() == [f"a{n}", f"b{n}"]


def test_who_never_stops_asking_sees_a_picture_every_second(bench):
    for n in range(3500):
        bench.put(f"a{n}", f"a{n}")
        bench.stream.step()
        bench.now += 0.001
    assert len(bench.done) == 3


def test_what_was_gathered_is_done_at_once_when_the_next_is_due(bench):
    bench.put("a1", "a2", "b1")
    assert bench.stream.step() == pytest.approx(0.02)
    bench.now += 0.0201
    assert bench.steps() == ["a2", "b1"]
    bench.put("a3")
    assert bench.steps() == ["a3"]


def test_it_settles_once_when_there_was_no_request_for_long_enough(bench):
    bench.put("a1")
    assert bench.steps() == ["a1"]
    bench.now += 0.25
    assert bench.stream.step() == 0.25
    bench.put("a2")
    assert bench.steps() == ["a2"]
    bench.now += 0.25
    assert bench.stream.step() == 0.25
    bench.now += 0.25
    assert bench.steps() == ["settled"]
    assert bench.stream.step() is None


def test_after_settling_the_next_step_follows_at_once(bench):
    bench.put("a1")
    assert bench.stream.step() == 0.0
    bench.now += 1
    assert bench.stream.step() == 0.0
    assert bench.done == ["a1", "settled"]


def test_by_default_it_settles_after_120_ms_without_a_request():
    now, settled = [100.0], []
    stream = Stream(lambda request: None, lambda: settled.append(True), clock=lambda: now[0])
    stream.put("a", "a1")
    stream.step()
    assert stream.step() == pytest.approx(0.12)
    now[0] += 0.1201
    stream.step()
    assert settled == [True]


def test_what_threads_share_is_used_under_the_lock(bench):
    stream = bench.stream
    stream._waiting = waiting = Guarded(stream._lock)
    stream._clock = lambda: bench.now if held(stream._lock) else pytest.fail("The lock is open.")
    bench.put("a1", "b1")
    stream.drop("b")
    assert stream.waiting
    assert bench.steps() == ["a1"]
    assert stream.step() == 0.5
    stream.stop()
    assert waiting.used


def test_a_request_goes_before_settling(bench):
    bench.put("a1")
    bench.steps()
    bench.now += 1
    bench.put("a2")
    assert bench.steps() == ["a2"]


def test_a_dropped_view_gets_nothing_more(bench):
    bench.put("a1", "b1")
    bench.stream.drop("a")
    bench.stream.drop("c")
    assert bench.steps() == ["b1"]


def test_work_that_raises_is_over_and_the_next_step_goes_on(bench):
    def fail(request):
        raise SystemExit(request)

    bench.stream._work = fail
    bench.put("a1")
    with pytest.raises(SystemExit, match="a1"):
        bench.stream.step()
    bench.stream._work = bench.done.append
    bench.put("b1")
    assert bench.steps() == ["b1"]
    bench.now += 1
    assert bench.steps() == ["settled"]


def test_settling_that_raises_is_over_too(bench):
    bench.put("a1")
    bench.steps()
    bench.stream._settled = lambda: 1 / 0
    bench.now += 1
    with pytest.raises(ZeroDivisionError):
        bench.stream.step()
    assert bench.stream.step() is None


def test_after_stop_nothing_is_due_and_requests_are_ignored(bench):
    bench.put("a1")
    bench.steps()
    bench.put("a2")
    bench.stream.stop()
    bench.put("a3")
    bench.now += 1
    assert bench.stream.step() is None
    assert bench.done == ["a1"]


def test_it_can_be_told_to_settle_though_nothing_was_asked_for(bench):
    bench.stream.settle()
    assert bench.stream.step() == 0.5
    bench.now += 0.5
    assert bench.steps() == ["settled"]


def test_being_told_to_settle_again_and_again_does_not_put_it_off(bench):
    bench.stream.settle()
    bench.now += 0.4
    bench.stream.settle()
    bench.now += 0.1
    assert bench.steps() == ["settled"]


def test_a_stopped_stream_does_not_settle(bench):
    bench.stream.stop()
    bench.stream.settle()
    assert bench.stream.step() is None
