import os
import subprocess
import threading
import time

import pytest
import torch

from sefa_widget.pages import aside as asides
from sefa_widget.pages.aside import aside


class Unwanted(Exception):
    pass


def nothing():
    pass


@pytest.fixture
def children(monkeypatch):
    """The processes that are started."""
    started = []

    class Noted(subprocess.Popen):
        def __init__(self, *given, **options):
            super().__init__(*given, **options)
            started.append(self)

    monkeypatch.setattr(asides.subprocess, "Popen", Noted)
    return started


def test_work_is_done_in_another_process_with_as_many_threads():
    process, threads = aside(lambda: (os.getpid(), torch.get_num_threads()), nothing)
    assert process != os.getpid()
    assert threads == torch.get_num_threads()


@pytest.mark.skipif(not hasattr(os, "getsid"), reason="this system has no sessions")
def test_an_interrupt_of_the_kernel_and_its_group_does_not_reach_the_process():
    assert aside(lambda: os.getsid(0), nothing) != os.getsid(0)


def test_classes_of_a_notebook_go_along_and_what_is_printed_is_no_answer():
    class Own(torch.nn.Module):
        def forward(self, x):
            print("drawn")
            return 2 * x

    network = Own()
    assert aside(lambda: network(torch.ones(3)), nothing).tolist() == [2, 2, 2]


def test_an_error_is_the_one_of_the_work():
    def fail():
        raise ValueError("no such layer")

    with pytest.raises(ValueError, match=r"^no such layer$"):
        aside(fail, nothing)


def test_an_error_that_cannot_be_sent_is_told_by_its_name_and_text():
    class Held(Exception):
        def __init__(self):
            super().__init__("held")
            self.lock = threading.Lock()

    def fail():
        raise Held

    with pytest.raises(RuntimeError, match=r"^Held: held$"):
        aside(fail, nothing)


def test_what_cannot_be_copied_is_refused():
    lock = threading.Lock()
    with pytest.raises(ValueError, match=r"cannot be copied to the process.*lock"):
        aside(lambda: lock.locked(), nothing)


def test_a_process_that_ends_without_a_word_is_told():
    with pytest.raises(RuntimeError, match="ended with status 3 and no result: it said nothing"):
        aside(lambda: os._exit(3), nothing)


def test_who_does_not_want_the_result_any_more_ends_the_process_at_once(children):
    def tell():
        if children:
            raise Unwanted

    with pytest.raises(Unwanted):
        aside(lambda: time.sleep(10_000), tell)
    (child,) = children
    assert child.poll() is not None


def test_who_leaves_before_it_begins_starts_nothing(children):
    def tell():
        raise Unwanted

    with pytest.raises(Unwanted):
        aside(nothing, tell)
    assert children == []
