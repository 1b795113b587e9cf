"""Processes that write to one store of labels, forked from this one so that none of them imports torch.

``python -m tests.labels.forked kill STORE COUNT`` kills a writer with SIGKILL at COUNT random moments;
``python -m tests.labels.forked write STORE COUNT`` lets COUNT writers write at the same time. Both print
the id of each label that a writer has seen as saved.
"""

import os
import random
import signal
import sys
import warnings

import torch

from sefa_widget import Directions, Labels

EACH = 10
"""Labels of each of several writers."""
FOUND = Directions.from_vectors(torch.eye(8, dtype=torch.float64))


def forked(act) -> tuple[int, int]:
    """Run a function in a child, given what to write to; gives the child's number and what to read from."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reading)
            warnings.simplefilter("error")  # a label that is not saved warns
            act(writing)
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    return child, reading


def write(store: str, name: str, count: int, report: int) -> None:
    labels = Labels(store)
    for number in range(count):
        label = labels.add(FOUND, number % 8, f"{name} {number}", rater=name)
        assert labels.saved(label)
        os.write(report, f"{label.id}\n".encode())


def kill(store: str, moments: int) -> None:
    chance = random.Random(0)
    for moment in range(moments):
        child, reading = forked(lambda report, moment=moment: write(store, f"writer {moment}", 10**6, report))
        with os.fdopen(reading) as told:
            for _ in range(chance.randrange(3)):  # 0: while the store is being opened
                print(told.readline(), end="")
            for _ in range(chance.randrange(300_000)):
                pass
            os.kill(child, signal.SIGKILL)
            print(told.read(), end="")
        assert os.waitpid(child, 0)[1] == signal.SIGKILL


def several(store: str, writers: int) -> None:
    begin, go = os.pipe()

    def one(number: int, report: int) -> None:
        os.close(go)
        os.read(begin, 1)  # until all are there
        write(store, f"writer {number}", EACH, report)

    started = [forked(lambda report, number=number: one(number, report)) for number in range(writers)]
    os.close(go)
    for child, reading in started:
        with os.fdopen(reading) as told:
            print(told.read(), end="")
        assert os.waitpid(child, 0)[1] == 0, "a writer failed"


if __name__ == "__main__":
    Labels().add(FOUND, 0)  # so that children need not import what the first use of a store imports
    {"kill": kill, "write": several}[sys.argv[1]](sys.argv[2], int(sys.argv[3]))
