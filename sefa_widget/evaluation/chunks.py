"""Work on many pictures, cut into chunks that other threads, processes or machines can do.

The chunks do not depend on who does them, and their results come in one order. So what is added up from
them is the same number for any count of workers, and without any.
"""

from __future__ import annotations

import multiprocessing
import os
import pickle
import reprlib
import threading
import warnings
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar

import torch

Shared = TypeVar("Shared")
Piece = TypeVar("Piece")
Result = TypeVar("Result")

AHEAD = 16
"""Chunks that are handed out at once, at least; else two for each worker."""
BREAKS = 3
"""Times in a row that processes may be killed without any result in between."""


class Executor(Protocol):
    """What hands work to others: any of `concurrent.futures`, or a Client of dask."""

    @property
    def submit(self) -> Callable[..., Any]:
        """Take a function and its arguments, and give a future with `result`, `exception` and `cancel`."""


def check_executor(value: Executor | None) -> Executor | None:
    """Return what hands work to others, or say what was given instead."""
    if value is None or (callable(getattr(value, "submit", None)) and not isinstance(value, type)):
        if getattr(value, "asynchronous", False):
            raise ValueError(
                "executor is a dask Client with asynchronous=True, whose results cannot be waited for here; "
                "give a Client that was made without it."
            )
        return value
    raise ValueError(
        f"executor is {reprlib.repr(value)}; it must be None, an executor of concurrent.futures (for example "
        "ProcessPoolExecutor(4)), or a Client of dask.distributed."
    )


@contextmanager
def in_chunks(
    work: Callable[[Shared, Piece], Result],
    shared: Shared,
    pieces: Iterable[Piece],
    executor: Executor | None,
) -> Iterator[Iterator[Result]]:
    """Do the work of every piece, and give the results in the order of the pieces.

    A few pieces are handed out ahead of the one whose result is waited for, so memory does not grow with
    their number. What leaves the block early, an error or an interrupt, takes back what has not begun.

    Parameters
    ----------
    work
        A function of a module: from what is shared and a piece to a result.
    shared
        What every piece needs, for example the generator. A process is sent it as bytes and unpacks it once.
    pieces
        What differs, small.
    executor
        See `check_executor`; None does the work here.

    Raises
    ------
    ValueError
        If what is shared cannot be sent to other processes.
    RuntimeError
        If processes are killed again and again.
    """
    if executor is None:
        yield (work(shared, piece) for piece in pieces)
        return
    handed = _Handed(work, shared, pieces, executor)
    try:
        yield handed.results()
    finally:
        handed.take_back()


class _Handed:
    """The chunks that an executor has, oldest first."""

    def __init__(
        self, work: Callable[..., Any], shared: object, pieces: Iterable[Any], executor: Executor
    ) -> None:
        self._given, self._pieces = executor, iter(pieces)
        self._executor = executor
        self._open: deque[tuple[Any, Any]] = deque()
        self._breaks = 0
        self._most = max(AHEAD, 2 * _workers(executor))
        if isinstance(executor, ThreadPoolExecutor):
            self._call: Callable[[Any], Any] = lambda piece: executor.submit(work, shared, piece)
            return
        data = _packed(shared)
        if hasattr(executor, "scatter"):  # dask: one task unpacks it, and is done again where it is lost
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", "Sending large graph")
                there = executor.submit(_unpacked, data)
            self._call = lambda piece: executor.submit(_safely, work, there, piece)
        else:
            key = os.urandom(16)
            self._call = lambda piece: self._executor.submit(_with_kept, work, key, data, piece)

    def results(self) -> Iterator[Any]:
        """Wait for the oldest, hand out the next, and give the result."""
        self._fill()
        while self._open:
            _, future = self._open[0]
            try:
                result = future.result()
            except BrokenExecutor as error:
                self._begin_again(error)
                continue
            self._breaks = 0
            self._open.popleft()
            self._fill()
            yield result

    def take_back(self) -> None:
        """Cancel what has not begun, and let go of what was made here."""
        for _, future in self._open:
            future.cancel()
        self._open.clear()
        if self._executor is not self._given:
            assert isinstance(self._executor, ProcessPoolExecutor)
            self._executor.shutdown(cancel_futures=True)

    def _fill(self) -> None:
        while len(self._open) < self._most:
            for piece in self._pieces:
                self._open.append((piece, self._submitted(piece)))
                break
            else:
                return

    def _submitted(self, piece: Any) -> Any:
        while True:
            try:
                return self._call(piece)
            except BrokenExecutor as error:
                self._begin_again(error)

    def _begin_again(self, error: BrokenExecutor) -> None:
        """Make a pool like the one that broke, and hand out again what it had and did not do."""
        broken = self._executor
        if type(broken) is not ProcessPoolExecutor:
            raise error
        self._breaks += 1
        if self._breaks >= BREAKS:
            raise RuntimeError(
                f"Worker processes ended {BREAKS} times in a row without a result. The system may have "
                "killed them because memory did not suffice: use fewer processes. A script that starts "
                "processes needs its work under if __name__ == '__main__'."
            ) from error
        if broken is self._given:
            warnings.warn(
                "A worker process ended before its work was done (it was killed, or memory did not "
                "suffice). What is lost is done again in a new pool of as many processes. The executor that "
                "was given stays broken: make another one for later work.",
                stacklevel=5,
            )
        else:
            broken.shutdown(wait=False)
        self._executor = _like(broken)
        for place, (piece, future) in enumerate(self._open):
            if isinstance(future.exception(), BrokenExecutor):
                self._open[place] = piece, self._submitted(piece)


def _like(pool: ProcessPoolExecutor) -> ProcessPoolExecutor:
    given: Any = pool
    return ProcessPoolExecutor(given._max_workers, given._mp_context, given._initializer, given._initargs)


def _workers(executor: Any) -> int:
    """Give how many chunks an executor does at the same time, as far as it tells."""
    if hasattr(executor, "nthreads"):
        return sum(executor.nthreads().values())
    count = getattr(executor, "_max_workers", None)
    return count if isinstance(count, int) else 1


def _packed(shared: object) -> bytes:
    try:
        import cloudpickle
    except ImportError:
        dumps: Callable[[object], bytes] = pickle.dumps
    else:
        dumps = cloudpickle.dumps  # classes and functions of a notebook too
    try:
        return dumps(shared)
    except Exception as error:
        raise ValueError(
            f"The generator, or a function that came with it, cannot be sent to other processes: {error}. "
            "Put the function into a module of its own, install cloudpickle, or give a ThreadPoolExecutor."
        ) from error


def _unpacked(data: bytes) -> Any:
    if multiprocessing.parent_process() is not None:
        torch.set_num_threads(1)  # a worker for each core: more threads would only wait for each other
    return pickle.loads(data)


_kept: OrderedDict[bytes, Any] = OrderedDict()
_keeping = threading.Lock()


def _with_kept(work: Callable[..., Any], key: bytes, data: bytes, piece: object) -> Any:
    """Do one piece in another process; what is shared is unpacked for the first one only."""
    with _keeping:
        if key not in _kept:
            _kept.clear()
            _kept[key] = _unpacked(data)
        shared = _kept[key]
    return _safely(work, shared, piece)


def _safely(work: Callable[..., Any], shared: object, piece: object) -> Any:
    """Give the result, or the error as one that can travel: another one would break the pool."""
    try:
        return work(shared, piece)
    except Exception as error:
        try:
            pickle.loads(pickle.dumps(error))
        except Exception:
            raise RuntimeError(f"{type(error).__name__}: {error}") from None
        raise
