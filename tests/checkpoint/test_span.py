"""Bytes of a file are read when they are wanted, and missed if they are gone by then."""

from __future__ import annotations

import io
import os

import pytest

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.checkpoint.span import WINDOW, Cursor, Span

DATA = bytes(range(256)) * 64


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (0, 5), (3, 300), (len(DATA) - 1, len(DATA))])
def test_a_part_of_a_part_is_the_bytes_at_its_place(start, stop):
    part = Span.of(b"before" + DATA).part(6, 6 + len(DATA)).part(start, stop)
    assert len(part) == stop - start
    assert part.read() == DATA[start:stop]
    target = bytearray(stop - start)
    part.read_into(memoryview(target))
    assert target == DATA[start:stop]


@pytest.mark.parametrize(("start", "stop"), [(5, 99), (99, 100), (7, 3)])
def test_a_part_ends_where_its_span_ends(start, stop):
    assert Span.of(b"0123456789").part(start, stop).read() == b"0123456789"[start:stop]


def test_bytes_that_are_gone_are_missed(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(DATA)
    with io.FileIO(path) as opened:
        span = Span(opened, 100, 300)
        os.truncate(path, 200)
        with pytest.raises(CheckpointError, match="became shorter while it was read"):
            span.read()
        with pytest.raises(CheckpointError, match="became shorter while it was read"):
            span.read_into(memoryview(bytearray(200)))
        assert span.part(0, 100).read() == DATA[100:200]


@pytest.mark.parametrize("count", [1, 7, WINDOW - 1, WINDOW, WINDOW + 1])
def test_a_cursor_gives_every_byte_once(count):
    cursor, found = Cursor(Span.of(DATA)), b""
    while len(found) < len(DATA):
        count = min(count, len(DATA) - len(found))
        ways = (
            cursor.take,
            lambda count: cursor.skip(count).read(),
            lambda count: bytes(cursor.byte() for _ in range(count)),
        )
        assert cursor.peek(count) == DATA[len(found) : len(found) + count]
        found += ways[len(found) % 3](count)
        assert cursor.position == len(found)
    assert found == DATA
    assert cursor.peek(5) == b""
    for way in (cursor.byte, lambda: cursor.take(1), lambda: cursor.skip(1)):
        with pytest.raises(IndexError):
            way()


def test_a_line_is_read_without_its_end_or_not_at_all():
    cursor = Cursor(Span.of(b"one\ntwo\n" + b"x" * 99))
    assert [cursor.line(50), cursor.line(50), cursor.line(50)] == [b"one", b"two", b""]
