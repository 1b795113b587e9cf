"""Locks of generators: copies are free, and so are those of a process that is forked."""

import os
import pickle
import subprocess
import sys
import threading

import pytest

from sefa_widget.generators.lock import Lock
from tests.patience import WAIT_SECONDS


def test_its_own_thread_may_take_it_again_and_no_other_before_it_is_free():
    lock, got = Lock(), []
    other = threading.Thread(target=lambda: got.append(lock.acquire(blocking=False)))
    with lock, lock:
        other.start()
        other.join(WAIT_SECONDS)
    assert got == [False]


def test_a_copy_of_a_lock_that_is_held_is_free():
    lock, got = Lock(), []
    with lock:
        copy = pickle.loads(pickle.dumps(lock))
        other = threading.Thread(target=lambda: got.append(copy.acquire(blocking=False)))
        other.start()
        other.join(WAIT_SECONDS)
    assert got == [True]


FORK = """
import os, signal, sys, threading, warnings
import torch
from sefa_widget import load_generator

torch.set_num_threads(2)
generator = load_generator("heads", device="cpu")
generator.synthesize(generator.sample(range(8)))  # starts the threads of the processor
taken = threading.Event()


def hold():
    with generator.lock:
        taken.set()
        threading.Event().wait()


threading.Thread(target=hold, daemon=True).start()
taken.wait()
warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of a fork beside threads
if os.fork() == 0:
    signal.alarm(int(sys.argv[1]))
    generator.synthesize(generator.sample(range(8)))
    os._exit(7 if torch.get_num_threads() == 1 else 1)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_that_is_forked_while_a_picture_is_drawn_can_draw():
    command = [sys.executable, "-c", FORK, str(round(WAIT_SECONDS))]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("7", "")


UNUSED = """
import os
import torch
import sefa_widget.generators

torch.set_num_threads(2)
if os.fork() == 0:
    os._exit(7 if torch.get_num_threads() == 2 else 1)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_process_that_is_forked_before_anything_was_drawn_keeps_its_threads():
    done = subprocess.run([sys.executable, "-c", UNUSED], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("7", "")
