import threading

import pytest
import torch
from torch import nn

from sefa_widget.pages.aside import aside
from tests.patience import WAIT_SECONDS


class Unwanted(Exception):
    pass


def in_a_thread(call):
    """What a call gives or raises in a thread that is not the main one."""
    came = []

    def run():
        try:
            came.append(call())
        except BaseException as error:
            came.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(WAIT_SECONDS)
    (one,) = came
    return one


def nothing():
    pass


def test_the_result_and_the_error_of_work_are_those_of_the_call():
    def fail():
        raise ValueError("no")

    for call in (lambda work: work(), in_a_thread):
        assert call(lambda: aside(lambda: 3, nothing)) == 3
    with pytest.raises(ValueError, match="no"):
        aside(fail, nothing)
    assert str(in_a_thread(lambda: aside(fail, nothing))) == "no"


def test_work_is_in_the_main_thread_if_that_waits_and_beside_others():
    threads = in_a_thread(lambda: (aside(threading.get_ident, nothing), threading.get_ident()))
    assert threads[0] != threads[1]
    assert aside(threading.get_ident, nothing) == threading.get_ident()


def test_who_does_not_want_the_result_any_more_need_not_wait_for_it():
    begun, free, done = threading.Event(), threading.Event(), threading.Event()

    def work():
        begun.set()
        free.wait(WAIT_SECONDS)
        done.set()

    def tell():
        if begun.is_set():
            raise Unwanted

    assert isinstance(in_a_thread(lambda: aside(work, tell)), Unwanted)
    assert not done.is_set()
    free.set()
    assert done.wait(WAIT_SECONDS)


def test_work_that_was_left_ends_at_its_next_module_and_the_next_work_waits_for_that():
    begun, left, order = threading.Event(), threading.Event(), []
    layer = nn.Identity()

    def work():
        begun.set()
        left.wait(WAIT_SECONDS)
        order.append("module")
        layer(torch.zeros(1))
        order.append("never")

    def tell():
        if begun.is_set():
            raise Unwanted

    assert isinstance(in_a_thread(lambda: aside(work, tell)), Unwanted)
    threading.Timer(0, left.set).start()
    assert in_a_thread(lambda: aside(lambda: order.append("next"), nothing)) is None
    assert order == ["module", "next"]
