"""Each field of a message, at the edges of what it may be."""

import pytest

from sefa_widget.panel import intents
from sefa_widget.panel.decoding import MAX_SEQ, MOST_ITEMS, MessageError, decode, is_seq, reply_address


def sent(kind, **fields):
    return {"type": kind, "view": "v", **fields}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (sent("hello"), intents.Hello("v", 0, False)),
        (sent("hello", seq=3, padded=True), intents.Hello("v", 3, True)),
        (sent("bye", returns=True), intents.Bye("v", True)),
        (sent("probe", seq=MAX_SEQ), intents.Probe("v", MAX_SEQ, False)),
        (sent("edit", seq=0), intents.Edit("v", 0)),
        (
            sent("edit", seq=4.0, patch={"seed": 3}, moving=True, unedited=False, padded=True, step=7),
            intents.Edit("v", 4, {"seed": 3}, True, False, True, 7),
        ),
        (sent("edit", seq=1, unedited=True), intents.Edit("v", 1, {}, False, True)),
        (sent("undo", redo=True), intents.Undo("v", True)),
        (sent("visit", place=0), intents.Visit("v", 0)),
        (sent("look", name="ends", size=0, items=[]), intents.Look("v", "ends", 0, [])),
        (
            sent("look", name="ends", size=9, items=[[1, 2, -3]], study=True),
            intents.Look("v", "ends", 9, [(1, 2, -3.0)], True),
        ),
        (sent("share", what="sheet", ending=".png"), intents.Share("v", "sheet", ".png")),
        (sent("label", index=2, fields=None), intents.Label("v", 2, None)),
        (sent("label", index=2, fields={"a": 1}, study=True), intents.Label("v", 2, {"a": 1}, True)),
        (sent("take_back", study=True), intents.TakeBack("v", True)),
        (sent("join", rater="Ada"), intents.Join("v", "Ada")),
        (sent("join", rater=None), intents.Join("v", None)),
    ],
    ids=lambda given: given["type"] if isinstance(given, dict) else "",
)
def test_every_field_comes_where_it_belongs(content, message):
    assert decode(content) == message


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"type": "hello"}, "'view' is a text of 1 to 100 characters; this is None"),
        ({"type": "hello", "view": ""}, "'view' is a text of 1 to 100"),
        ({"type": "hello", "view": "v" * 101}, "'view' is a text of 1 to 100"),
        (sent("probe"), "'seq' is a whole number of 0 or more; this is None"),
        (sent("probe", seq=-1), "'seq' is a whole number"),
        (sent("probe", seq=MAX_SEQ + 1), "'seq' is a whole number"),
        (sent("probe", seq=1.5), "'seq' is a whole number"),
        (sent("probe", seq=True), "'seq' is a whole number"),
        (sent("visit"), "'place' is a whole number"),
        (sent("edit", seq=1, patch=[]), "'patch' of an edit is a dict"),
        (sent("edit", seq=1, moving=1), "'moving' is true or false; this is 1"),
        (sent("look", name="x", size=1), "'items' are at most 256"),
        (sent("look", name="x", size=1, items=[[0, 0, 0.0]] * (MOST_ITEMS + 1)), "'items' are at most 256"),
        (sent("look", name="x", size=1, items=[[0, 0]]), "'items'"),
        (sent("look", name="x", size=1, items=[[0, -1, 0.0]]), "'items'"),
        (sent("look", name="x", size=1, items=[[0, 0, True]]), "'items'"),
        (sent("look", name="x", size=1, items=[[0, 0, float("inf")]]), "'items'"),
        (sent("look", name="x", size=1, items=[[0, 0, float("nan")]]), "'items'"),
        (sent("label", fields={}), "'index' is a whole number"),
        (sent("label", index=0, fields=[]), "'fields' of a label are a dict or null"),
        (sent("take_back", study="yes"), "'study' is true or false"),
        (sent("join", rater=3), "'rater' is a text"),
        (sent("dance"), "Message type 'dance' is unknown; known are hello, bye"),
        ([], r"A message is a dict; this is \[\]"),
    ],
)
def test_what_is_wrong_is_named(content, text):
    with pytest.raises(MessageError, match=text):
        decode(content)


def test_the_most_items_and_the_longest_text_are_taken():
    assert len(decode(sent("look", name="x" * 100, size=1, items=[[0, 0, 0.0]] * MOST_ITEMS)).items) == 256


def test_an_error_goes_to_the_view_and_the_request_that_it_is_of():
    assert reply_address({"view": "v", "seq": 3}) == ("v", 3)
    assert reply_address({"view": "v", "seq": "3"}) == ("v", 0)
    assert reply_address({"view": 3, "seq": 3}) == ("", 3)
    assert reply_address(None) == ("", 0)


def test_request_numbers_are_those_that_javascript_counts_to():
    assert [is_seq(value) for value in (0, 1.0, MAX_SEQ, MAX_SEQ + 1, -1, 0.5, True, "1", None)] == [
        *(True, True, True),
        *(False, False, False, False, False, False),
    ]
