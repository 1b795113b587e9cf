"""Does work in a process of its own, so that who waits for it can leave, and nothing here is disturbed."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from typing import TypeVar

import torch

Result = TypeVar("Result")

TELL_SECONDS = 0.2
"""How often who waits is asked whether it still wants the result."""
CHILD = "from sefa_widget.pages.aside import serve; serve()"
"""The program of the process."""
LAST_WORDS = 500
"""Characters of what a process wrote before it ended."""


def aside(work: Callable[[], Result], tell: Callable[[], object]) -> Result:
    """Do work in another process, and give its result.

    `torch.export` takes seconds, cannot be interrupted, and changes how all threads call networks: a panel
    that draws meanwhile would slow it down many times.

    Parameters
    ----------
    work
        What is done. It is copied by cloudpickle with all that it holds, so that classes of a notebook may
        be in it.
    tell
        Called at first and then a few times each second. What it raises, like a keyboard interrupt, ends the
        process and is raised here.

    Raises
    ------
    ValueError
        If the work cannot be copied.
    RuntimeError
        If the process ended without a result, for example for want of memory.
    ImportError
        If cloudpickle is missing.
    """
    import cloudpickle

    tell()
    try:
        given = cloudpickle.dumps(work)
    except Exception as error:
        raise ValueError(
            f"This generator cannot be copied to the process that exports it: {error}. What it holds must be "
            "made of tensors and plain values; open files and locks cannot go along."
        ) from error
    paths = os.pathsep.join(path or os.curdir for path in sys.path)
    threads = str(torch.get_num_threads())
    with tempfile.TemporaryFile() as order:
        order.write(given)
        order.seek(0)
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD],
            stdin=order,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": threads},
            start_new_session=True,  # an interrupt of the kernel goes to all of its group
        )
    try:
        answer, words = _waited(child, tell)
    finally:
        child.kill()
        child.communicate()
    if not answer:
        raise RuntimeError(
            f"The process that exports ended with status {child.returncode} and no result: "
            f"{words.decode(errors='replace').strip()[-LAST_WORDS:] or 'it said nothing'}"
        )
    result, failure = pickle.loads(answer)
    if failure is not None:
        raise failure
    done: Result = result
    return done


def _waited(child: subprocess.Popen[bytes], tell: Callable[[], object]) -> tuple[bytes, bytes]:
    """Give what a process wrote until it ended."""
    while True:
        try:
            return child.communicate(timeout=TELL_SECONDS)
        except subprocess.TimeoutExpired:
            tell()


def serve() -> None:
    """Do the work that comes in, and write its result or its error."""
    import cloudpickle

    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is not the answer
    result: tuple[object, Exception | None]
    try:
        result = pickle.load(sys.stdin.buffer)(), None
    except Exception as error:
        result = None, error
    try:
        data = cloudpickle.dumps(result)
        pickle.loads(data)
    except Exception:
        data = cloudpickle.dumps((None, RuntimeError(f"{type(result[1]).__name__}: {result[1]}")))
    with answer:
        answer.write(data)
