"""Reads bytes of an open file when they are wanted.

Nothing is mapped: a file that another program shortens or writes anew gives an error, not a crash.
"""

from __future__ import annotations

import io

from sefa_widget.checkpoint.base import CheckpointError

WINDOW = 1 << 12
"""Bytes that a cursor reads at once."""


class Span:
    """A stretch of an open file; making one reads nothing.

    Parameters
    ----------
    file
        A file open for reading, without a buffer. It must stay open until all that is wanted is read.
    start, stop
        Positions of the first byte and behind the last one.
    """

    __slots__ = ("_file", "_start", "_stop")

    def __init__(self, file: io.FileIO | io.BytesIO, start: int, stop: int) -> None:
        self._file, self._start, self._stop = file, start, stop

    @classmethod
    def of(cls, data: bytes) -> Span:
        """Make a span of bytes in memory."""
        return cls(io.BytesIO(data), 0, len(data))

    def __len__(self) -> int:
        """Give the number of bytes."""
        return self._stop - self._start

    def part(self, start: int, stop: int) -> Span:
        """Give the part from `start` to `stop`, counted from the span's own start, or what there is of it."""
        stop = min(self._start + stop, self._stop)
        return Span(self._file, min(self._start + start, stop), stop)

    def read(self) -> bytes:
        """Copy the bytes out of the file; a `CheckpointError` if some are not there any more."""
        self._file.seek(self._start)
        data = self._file.read(self._stop - self._start)
        if len(data) != self._stop - self._start:
            raise _shorter()
        return data

    def read_into(self, target: memoryview) -> None:
        """Fill memory as long as the span; a `CheckpointError` if the file has fewer bytes by now."""
        self._file.seek(self._start)
        if self._file.readinto(target) != len(target):
            raise _shorter()


class Cursor:
    """Reads a span from front to back, a window at a time; `IndexError` where it ends.

    Parameters
    ----------
    span
        What is read.
    """

    __slots__ = ("_at", "_span", "_start", "_window")

    def __init__(self, span: Span) -> None:
        self._span = span
        self._window, self._start, self._at = b"", 0, 0

    @property
    def position(self) -> int:
        """Where the next byte is."""
        return self._start + self._at

    def byte(self) -> int:
        """Give the next byte."""
        try:
            value = self._window[self._at]
        except IndexError:
            self._load(1)
            value = self._window[0]
        self._at += 1
        return value

    def peek(self, count: int) -> bytes:
        """Give a copy of the next bytes, or of what there is of them, without passing over them."""
        if self._at + count > len(self._window):
            self._load(0, count)
        return self._window[self._at : self._at + count]

    def take(self, count: int) -> bytes:
        """Give a copy of the next bytes."""
        if self._at + count > len(self._window):
            self._load(count)
        start, self._at = self._at, self._at + count
        return self._window[start : self._at]

    def skip(self, count: int) -> Span:
        """Give the next bytes without reading them."""
        start, self._at = self.position, self._at + count
        if self._at > len(self._window):
            self._window, self._start, self._at = b"", self._within(start + count), 0
        return self._span.part(start, start + count)

    def line(self, most: int) -> bytes:
        """Give the next bytes up to a line end, which is passed over; nothing if none is so near."""
        text, end, _ = self.peek(most).partition(b"\n")
        self._at += len(text) + len(end)
        return text if end else b""

    def _load(self, needed: int, wanted: int = WINDOW) -> None:
        start = self.position
        self._within(start + needed)
        self._window = self._span.part(start, start + max(needed, wanted, WINDOW)).read()
        self._start, self._at = start, 0

    def _within(self, stop: int) -> int:
        if stop > len(self._span):
            raise IndexError(stop)
        return stop


def _shorter() -> CheckpointError:
    return CheckpointError(
        "became shorter while it was read: another program writes to it. Load it again when that program "
        "is done."
    )
