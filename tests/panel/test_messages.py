import json
import random
from pathlib import Path

import pytest

from sefa_widget.panel import decoding, messages
from sefa_widget.panel.decoding import MessageError
from sefa_widget.panel.intents import (
    Borrow,
    Bye,
    Cancel,
    Code,
    Edit,
    Find,
    Hello,
    Join,
    Label,
    Look,
    Probe,
    Share,
    Spread,
    Steer,
    Suggest,
    TakeBack,
    Undo,
    Visit,
)
from sefa_widget.panel.messages import (
    CodeInfo,
    ErrorInfo,
    FileInfo,
    FoundInfo,
    FrameInfo,
    LentInfo,
    LookInfo,
    ProbeInfo,
    ProgressInfo,
    SuggestedInfo,
)

WIRE = json.loads((Path(__file__).parent.parent / "wire.json").read_text())
UP = {
    "hello": Hello,
    "bye": Bye,
    "probe": Probe,
    "edit": Edit,
    "undo": Undo,
    "visit": Visit,
    "cancel": Cancel,
    "spread": Spread,
    "look": Look,
    "code": Code,
    "share": Share,
    "label": Label,
    "take_back": TakeBack,
    "join": Join,
    "find": Find,
    "steer": Steer,
    "suggest": Suggest,
    "borrow": Borrow,
}
DOWN = {
    "frame": FrameInfo,
    "look": LookInfo,
    "found": FoundInfo,
    "suggested": SuggestedInfo,
    "code": CodeInfo,
    "file": FileInfo,
    "lent": LentInfo,
    "error": ErrorInfo,
    "progress": ProgressInfo,
    "probe": ProbeInfo,
}
LOOK = {"type": "look", "view": "v", "name": "ends", "size": 64, "items": []}


def test_the_example_file_has_one_example_of_each_message():
    assert set(WIRE["up"]) == set(UP)
    assert set(WIRE["down"]) == set(DOWN)


@pytest.mark.parametrize("name", UP)
def test_what_the_panel_sends_decodes_and_encodes_to_itself(name):
    example = WIRE["up"][name]
    intent = decoding.decode(example)
    assert type(intent) is UP[name]
    assert json.loads(json.dumps(messages.encode(intent))) == example


@pytest.mark.parametrize("name", DOWN)
def test_what_the_kernel_sends_has_exactly_the_fields_of_the_example(name):
    example = dict(WIRE["down"][name])
    assert example.pop("type") == DOWN[name].type
    assert messages.encode(DOWN[name](**example)) == WIRE["down"][name]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (None, "A message is a dict"),
        ({"type": "edit"}, "'view'"),
        ({"type": "dance", "view": "v"}, "'dance' is unknown"),
        ({"type": "edit", "view": "v", "seq": -1}, "'seq'"),
        ({"type": "edit", "view": "v", "seq": True}, "'seq'"),
        ({"type": "edit", "view": "v", "seq": 10**400}, "'seq'"),
        ({"type": "edit", "view": "v", "seq": 1.5}, "'seq'"),
        ({"type": "edit", "view": "v", "seq": float("nan")}, "'seq'"),
        ({"type": "edit", "view": "v", "seq": float("inf")}, "'seq'"),
        ({"type": "edit", "view": "v", "seq": 1, "patch": []}, "'patch'"),
        ({"type": "edit", "view": "v", "seq": 1, "moving": 1}, "'moving'"),
        ({"type": "edit", "view": "v", "seq": 1, "step": -1}, "'step'"),
        ({"type": "undo", "view": "v", "redo": 1}, "'redo'"),
        ({"type": "borrow", "view": "v", "what": "money"}, "'what'"),
        ({"type": "suggest", "view": "v"}, "'photo'"),
        ({**LOOK, "name": ""}, "'name'"),
        ({**LOOK, "size": None}, "'size'"),
        ({**LOOK, "items": None}, "'items'"),
        ({**LOOK, "items": [[0, 1]]}, "'items'"),
        ({**LOOK, "items": [[0, -1, 1.0]]}, "'items'"),
        ({**LOOK, "items": [[0, 1, float("nan")]]}, "'items'"),
        ({**LOOK, "items": [[0, 1, float("inf")]]}, "'items'"),
        ({**LOOK, "items": [[0, 1, 10**400]]}, "'items'"),
        ({**LOOK, "items": [[0, 1, True]]}, "'items'"),
        ({**LOOK, "items": [[0, 1, 1.0]] * 257}, "'items'"),
        ({**LOOK, "study": 1}, "'study'"),
        ({"type": "join", "view": "v", "rater": ""}, "'rater'"),
        ({"type": "join", "view": "v", "rater": "x" * 101}, "'rater'"),
        ({"type": "probe", "view": "v"}, "'seq'"),
        ({"type": "hello", "view": "x" * 101}, "'view'"),
    ],
)
def test_a_message_of_another_form_is_refused_with_the_field_named(content, text):
    with pytest.raises(MessageError, match=text):
        decoding.decode(content)


def test_any_values_in_any_places_give_a_message_or_a_message_error():
    choose = random.Random(0).choice
    values = [
        None,
        True,
        -1,
        0,
        3,
        1e300,
        float("nan"),
        "",
        "v1",
        "edit",
        [],
        {},
        {"a": 1},
        [[[]]],
        2**70,
        10**400,
    ]
    values.append(10**400)
    keys = ["type", "view", "seq", "patch", "moving", "unedited", "padded", "extra"]
    kinds = [*UP, "unknown", None]
    refused = 0
    for _ in range(10_000):
        content = {choose(keys): choose(values) for _ in range(5)} | {"type": choose(kinds)}
        try:
            decoding.decode(content)
        except MessageError:
            refused += 1
        view, seq = decoding.reply_address(content)
        assert isinstance(view, str)
        assert isinstance(seq, int)
    assert 0 < refused < 10_000


def test_halves_of_surrogate_pairs_are_replaced_since_no_message_can_carry_them():
    encoded = messages.encode(ErrorInfo("v\ud800", 1, "a file called \udcff, \U0001f600"))
    assert encoded == {"type": "error", "view": "v?", "seq": 1, "message": "a file called ?, \U0001f600"}


def test_texts_inside_of_a_message_s_values_are_left_as_they_are():
    assert messages.encode(Edit("v", 1, {"noise": "none"}))["patch"] == {"noise": "none"}
