"""The pickle machine makes the values a pickle describes, and none that needs an import."""

from __future__ import annotations

import io
import pickle

import pytest

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.globals import Allowlist, Global
from sefa_widget.checkpoint.span import WINDOW, Cursor, Span
from sefa_widget.checkpoint.unpickling import run_pickle

PLAIN = {
    "text": "ü" * 300,
    "numbers": [0, 255, 256, -1, 2**31, 2**70, -(2**70), 0.5, float("inf")],
    "nested": ({"a": (), "b": (1,), "c": (1, 2), "d": (1, 2, 3), "e": (1, 2, 3, 4)}, [None, True, False]),
    7: {1.5: "x", None: "y"},
}


def run(data: bytes, allowlist: Allowlist | None = None, opcodes: int = 1000) -> object:
    return run_pickle(Cursor(Span.of(data)), allowlist or {}, Budget(0, opcodes))


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_plain_values_are_those_that_pickle_makes(protocol):
    shared = ["shared"]
    value = PLAIN | {"one": shared, "two": shared}
    found = run(pickle.dumps(value, protocol))
    assert found == value
    assert found["one"] is found["two"]


@pytest.mark.parametrize("protocol", [4, 5])
def test_sets_and_bytes_are_those_that_pickle_makes(protocol):
    found = run(pickle.dumps([{1, "a"}, b"bytes" * 100, b""], protocol))
    assert found[0] == {1, "a"}
    assert [span.read() for span in found[1:]] == [b"bytes" * 100, b""]


def test_byte_strings_are_not_read_before_they_are_wanted():
    data = pickle.dumps(b"x" * 300, 4)
    file = io.BytesIO(data)
    found = run_pickle(Cursor(Span(file, 0, len(data))), {}, Budget(0))
    file.getbuffer()[-10] = ord("y")
    assert b"y" in found.read()


@pytest.mark.parametrize("count", [1, WINDOW - 3, WINDOW, WINDOW + 1, 3 * WINDOW])
def test_values_are_found_on_both_sides_of_a_long_byte_string_or_text(count):
    value = [1, b"x" * count, "between", "y" * count, 2]
    found = run(pickle.dumps(value, 4))
    assert [found[1].read().decode(), *found[2:]] == ["x" * count, "between", "y" * count, 2]


def test_several_pickles_in_a_row_are_read_one_by_one():
    cursor = Cursor(Span.of(pickle.dumps("first", 2) + pickle.dumps("second", 4) + b"rest"))
    assert [run_pickle(cursor, {}, Budget(0)) for _ in range(2)] == ["first", "second"]
    assert cursor.take(4) == b"rest"


def test_a_global_gives_its_stub_and_nothing_else():
    allowlist = {("os", "system"): Global("os.system", "called", lambda text: ["inert", text])}
    assert run(b"\x80\x02cos\nsystem\nX\x02\0\0\0lsq\0\x85R.", allowlist) == ["inert", "ls"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x80\x02cos\nsystem\n.", r"asks for os\.system"),
        (b"\x80\x02cOS\nsystem\n.", r"asks for OS\.system"),
        (b"\x80\x04\x8c\x02os\x8c\x0bpath.system\x93.", r"asks for os\.path\.system"),
        (b"\x80\x04\x8c\x02os\x8c\x04\x1b[2J\x93.", r"asks for os\.\(unreadable\)"),
        (b"\x80\x04]]\x93.", r"asks for \(unreadable\)"),
        (b"\x80\x02ckind\nnamed\n)R.", "has a kind.named called"),
        (b"\x80\x02ckind\nnamed\n)\x81.", "has a kind.named created"),
        (b"\x80\x02ckind\ncreated\n)R.", "has a kind.created called"),
        (b"\x80\x02ckind\ncalled\nNR.", "has a kind.called called"),
        (b"\x80\x02ckind\ncalled\nN\x85R.", "gives kind.called arguments"),
        (b"\x80\x02])R.", "has a list called"),
        (b"\x80\x02}}b.", "sets the state of a dict"),
        (b"\x80\x02}Na.", "appends to a dict"),
        (b"\x80\x02]NNs.", "sets items of a list"),
        (b"\x80\x02}(Nu.", "sets items of a dict"),
        (b"\x80\x02](N\x90.", "adds to a list"),
        (b"\x80\x02}]Ns.", "uses a list as a key"),
        (b"\x80\x02}X\x01\x04\0\0" + b"x" * 1025 + b"Ns.", "uses a text of 1025 characters as a key"),
        (b"\x80\x04\x8f(X\x01\x04\0\0" + b"x" * 1025 + b"\x90.", "uses a text of 1025 characters as a key"),
        (b"\x80\x02NQ.", "data outside the file"),
        (b"Pabc\n.", "opcode PERSID"),
        (b"\x80\x02\x82\x01.", "opcode EXT1"),
        (b"\x80\x02(i", "opcode INST"),
        (b"\x80\x05\x97.", "opcode NEXT_BUFFER"),
        (b"\x80\x02\xff.", "opcode 0xff"),
        (b"\x80\x02\x8a\x11", "whole number of 17 bytes"),
        (b"\x80\x06.", "protocol 6"),
        (b"", "is damaged or cut off"),
        (b"\x80\x02.", "is damaged or cut off"),
        (b"\x80\x02NN\x87.", "is damaged or cut off"),
        (b"\x80\x02h\x07.", "is damaged or cut off"),
        (b"\x80\x02Nq\x07h\x06.", "is damaged or cut off"),
        (b"\x80\x02Nr\xff\xff\xff\xff.", "is damaged or cut off"),
        (b"\x80\x02t.", "is damaged or cut off"),
        (b"\x80\x02X\x02\0\0\0\xff\xff.", "is damaged or cut off"),
        (b"\x80\x02X\xff\xff\xff\xff.", "is damaged or cut off"),
        (b"\x80\x02cnoline", r"asks for \."),
        (b"\x80\x02G\0\0", "is damaged or cut off"),
        (b"N" * 1001 + b".", "far more work"),
    ],
)
def test_anything_else_is_refused(data, message):
    allowlist = {
        ("kind", "named"): Global("kind.named", "named"),
        ("kind", "created"): Global("kind.created", "created", dict),
        ("kind", "called"): Global("kind.called", "called", len),
    }
    with pytest.raises(CheckpointError, match=message):
        run(data, allowlist)


def test_a_memo_may_have_gaps():
    assert run(b"\x80\x02(K\x05q\x09K\x06q\x02h\x09h\x02t.") == (5, 6, 5, 6)


def test_the_work_of_all_pickles_of_a_file_adds_up():
    budget = Budget(0, 1000)
    cursor = Cursor(Span.of((b"N" * 400 + b".") * 3))
    run_pickle(cursor, {}, budget)
    run_pickle(cursor, {}, budget)
    with pytest.raises(CheckpointError, match="far more work"):
        run_pickle(cursor, {}, budget)
