import json
import pydoc
import threading
from pathlib import Path

import ipywidgets
import pytest
import traitlets

from sefa_widget import explore
from sefa_widget.directions import Search
from sefa_widget.panel import attributes
from sefa_widget.panel.attributes import ATTRIBUTES
from sefa_widget.panel.carried import Carried
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.state import FIELDS
from tests.locks import held, under
from tests.patience import WAIT_SECONDS

WIRE = json.loads((Path(__file__).parent.parent / "wire.json").read_text())
VALUES = {
    "starts": (Pin(3, 1, "Max"), Pin(4, 0)),
    "chosen": 1,
    "seed": 7,
    "strengths": {1: 2.0},
    "sort": "effect",
    "locked": (0, 3),
    "carried": (Carried(Search.of("sefa", layers=(0, 1)), ((2, 1.5),)),),
    "layers": (0, 2),
    "edit_layers": (1, 3),
    "method": "random",
    "options": {"n": 2},
    "second": Search.of("conv", layers=(0, 2)),
    "original": True,
    "normalize": False,
    "label": 2,
    "truncation_psi": 0.5,
    "truncation_cutoff": 1,
    "noise": "none",
    "region": (0.25, 0.0, 0.75, 0.5),
    "ranges": {1: 2.5},
    "view": "wall",
    "control": True,
    "projector": True,
    "stretch": 2,
    "focused": 3,
}
FIRST = {"chosen": {"starts": [3, 4]}, "options": {"method": "jacobian"}}
"""What must be changed before a field can be."""
JSON = {
    "starts": [{"seed": 3, "label": 1, "name": "Max"}, {"seed": 4}],
    "carried": [{"method": "sefa", "layers": [0, 1], "strengths": {"2": 1.5}}],
    "second": {"method": "conv", "layers": [0, 2], "options": {}},
}
"""Values as the page sends them, where they are others."""


@pytest.fixture
def panel(tiny_style, recorded_comms):
    panel = explore(tiny_style)
    yield panel
    panel.close()


@pytest.fixture
def other(tiny_style, recorded_comms):
    other = explore(tiny_style)
    yield other
    other.close()


def from_the_page(panel, **patch):
    patch = {name: list(value) if isinstance(value, tuple) else value for name, value in patch.items()}
    content = {"type": "edit", "view": "v", "seq": 1, "patch": json.loads(json.dumps(patch))}
    panel._handle_custom_msg(content, [])


def record(panel, *names):
    told = []
    panel.observe(lambda change: told.append((change["name"], change["old"], change["new"])), names)
    return told


def test_there_is_a_value_for_every_field():
    assert VALUES.keys() == ATTRIBUTES.keys()
    assert WIRE["traits"]["state"].keys() == {"revision", "generator", "fingerprint", *FIELDS}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_each_field_can_be_set_read_and_observed(panel, name):
    panel.change(**FIRST.get(name, {}))
    before, revision = getattr(panel, name), panel.state["revision"]
    told = record(panel, name)
    setattr(panel, name, VALUES[name])
    assert getattr(panel, name) == VALUES[name]
    assert getattr(panel._session.state, name) == VALUES[name]
    assert told == [(name, before, VALUES[name])]
    assert panel.state["revision"] == revision + 1


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_observers_are_told_what_the_page_changes(panel, name):
    panel.change(**FIRST.get(name, {}))
    before = getattr(panel, name)
    told = record(panel, name)
    from_the_page(panel, **{name: JSON.get(name, VALUES[name])})
    assert told == [(name, before, VALUES[name])]


def test_help_says_what_each_attribute_means(panel):
    text = " ".join(pydoc.plain(pydoc.render_doc(type(panel))).replace("|", " ").split())
    for field in ATTRIBUTES.values():
        assert field.about in text


def test_setting_what_is_there_tells_nobody(panel):
    told = record(panel, traitlets.All)
    panel.seed = 0
    panel.change(layers=panel.layers)
    assert told == []


def test_a_change_of_several_fields_tells_each_and_the_state(panel):
    told = record(panel, traitlets.All)
    panel.change(seed=3, truncation_psi=0.5)
    assert [name for name, _, _ in told] == ["history", "starts", "truncation_psi", "seed", "state"]
    assert told[-1][2]["starts"][0]["seed"] == 3


def test_a_wrong_value_is_refused_and_tells_nobody(panel):
    told = record(panel, traitlets.All)
    with pytest.raises(ValueError, match="The seed is -1"):
        panel.seed = -1
    with pytest.raises(ValueError, match="Strengths are 3; they must be"):
        panel.strengths = 3
    with pytest.raises(ValueError, match="Did you mean 'seed'"):
        panel.change(seeed=3)
    assert told == []
    assert panel.state["revision"] == 0


def test_two_panels_can_be_linked(panel, other):
    seeds = ipywidgets.link((panel, "seed"), (other, "seed"))
    strengths = traitlets.link((panel, "strengths"), (other, "strengths"))
    from_the_page(panel, seed=5, strengths={"2": 1.5})
    assert (other.seed, dict(other.strengths)) == (5, {2: 1.5})
    other.change(seed=6, strengths={2: 0.0, 3: 1.0})
    assert (panel.seed, dict(panel.strengths)) == (6, {3: 1.0})
    seeds.unlink()
    strengths.unlink()
    panel.seed = 9
    assert other.seed == 6


def test_a_field_can_be_linked_with_another_widget(panel):
    slider = ipywidgets.FloatSlider(min=0.0, max=2.0)
    traitlets.link((panel, "truncation_psi"), (slider, "value"))
    assert slider.value == 1.0
    slider.value = 0.25
    assert panel.truncation_psi == 0.25


def test_a_misspelt_field_is_refused_and_the_near_one_is_named(panel):
    with pytest.raises(AttributeError, match=r"'seeed' is unknown; .*Did you mean 'seed'"):
        panel.seeed = 3
    with pytest.raises(AttributeError, match="'colour' is unknown; known are starts"):
        panel.colour = 3
    panel._mine = 3
    panel.layout = ipywidgets.Layout(width="50%")
    assert panel._mine == 3


def test_the_state_is_a_copy(panel):
    panel.change(strengths={1: 2.0}, layers=(0, 2))
    state = panel.state
    state["starts"][0]["seed"] = 99
    state["strengths"]["1"] = 99.0
    state["layers"][0] = 99
    assert panel.state["starts"][0]["seed"] == 0
    assert panel.state["strengths"] == {"1": 2.0}
    assert panel.state["layers"] == [0, 2]
    with pytest.raises(TypeError):
        panel.strengths[1] = 3.0
    with pytest.raises(traitlets.TraitError, match=r"read only; panel.change"):
        panel.state = state


def test_the_state_travels_once_per_change_and_before_observers_are_told(panel, recorded_comms):
    sent = recorded_comms[-1].sent
    at_telling = []
    panel.observe(lambda change: at_telling.append(len(states())), "seed")

    def states():
        updates = [m["data"]["state"] for m in sent if m["data"].get("method") == "update"]
        return [update["state"] for update in updates if "state" in update]

    panel.change(seed=3, layers=(0, 2))
    panel.seed = 4
    assert [state["starts"][0]["seed"] for state in states()] == [3, 4]
    assert at_telling == [1, 2]


def test_opening_a_panel_does_not_wait_for_the_fingerprint_and_python_gets_it(panel, recorded_comms):
    opened = recorded_comms[-1].sent[0]["data"]["state"]["state"]
    assert (opened["generator"], opened["fingerprint"]) == ("tinystyle", None)
    assert panel.generator._fingerprint is None
    assert panel.state["fingerprint"] == panel.generator.fingerprint


def test_an_observer_may_change_the_panel_and_all_are_told_in_order(panel):
    told = record(panel, "seed", "layers")

    def follow(change):
        if change["new"] < 3:
            panel.change(seed=change["new"] + 1, layers=(0, change["new"]))

    panel.observe(follow, "seed")
    panel.seed = 1
    assert told == [
        ("seed", 0, 1),
        ("layers", (0, 3), (0, 1)),
        ("seed", 1, 2),
        ("layers", (0, 1), (0, 2)),
        ("seed", 2, 3),
    ]


def test_observers_are_told_without_a_lock(panel):
    def change_in_another_thread(change):
        thread = threading.Thread(target=panel.change, kwargs={"normalize": False})
        thread.start()
        thread.join(WAIT_SECONDS)
        ended.append(not thread.is_alive())

    ended = []
    told = record(panel, "normalize")
    panel.observe(change_in_another_thread, "seed")
    panel.seed = 1
    assert ended == [True]
    assert told == [("normalize", True, False)]


def test_held_notifications_come_once_with_the_first_and_the_last_value(panel):
    told = record(panel, "seed", "layers", "state")
    with panel.hold_trait_notifications():
        panel.seed = 1
        panel.seed = 2
        panel.layers = (0, 2)
        assert panel.seed == 2
        assert told == []
    assert len(told) == 3
    changes = {name: (old, new) for name, old, new in told}
    assert changes["seed"] == (0, 2)
    assert changes["layers"] == ((0, 3), (0, 2))
    assert [state["starts"][0]["seed"] for state in changes["state"]] == [0, 2]
    assert panel.state["revision"] == 3


def test_panels_and_controls_of_ipywidgets_are_linked_in_the_kernel(panel, other):
    slider = ipywidgets.IntSlider(max=50)
    link = ipywidgets.link((panel, "seed"), (slider, "value"))
    down = ipywidgets.dlink((panel, "focused"), (other, "focused"))
    slider.value = 7
    assert panel.seed == 7
    from_the_page(panel, seed=9, focused=3)
    assert (slider.value, other.focused) == (9, 3)
    other.focused = None
    assert panel.focused == 3
    link.unlink()
    down.unlink()


def test_a_link_in_the_page_is_refused_because_the_kernel_alone_writes_the_state(panel, other):
    with pytest.raises(TypeError, match=r"SefaWidget\.seed cannot be synced"):
        ipywidgets.jslink((panel, "seed"), (other, "seed"))


def test_the_state_is_changed_and_sent_under_one_lock_so_that_front_ends_get_it_in_order(panel, monkeypatch):
    session, sent = panel._session, []
    for name in ("apply", "undo", "visit", "spread"):
        monkeypatch.setattr(session, name, under(panel._changing, getattr(session, name)))
    send_state = panel.send_state

    def send(key=None):
        if key == {"state", "history"}:
            assert held(panel._changing)
            sent.append(panel.state["revision"])
        send_state(key)

    monkeypatch.setattr(panel, "send_state", send)
    panel.strengths = {1: 2.0}
    panel.method = "random"
    panel.spread()
    panel.visit(0)
    assert panel.undo()
    assert panel.redo()
    assert sent == [1, 2, 3, 4, 5, 6]


def test_who_tells_observers_is_decided_under_the_lock(panel, monkeypatch):
    told = record(panel, "seed")
    history = under(panel._changing, attributes.history_info)
    with monkeypatch.context() as patched:
        patched.setattr(attributes, "history_info", history)
        panel.seed = 3
    assert told == [("seed", 0, 3)]


def test_nothing_is_sent_where_nothing_changes(panel, recorded_comms):
    recorded_comms[-1].sent.clear()
    panel.change(seed=0)
    assert not panel.undo()
    assert not panel.redo()
    assert recorded_comms[-1].sent == []


def test_an_observer_that_fails_does_not_silence_the_panel(panel):
    def fail(change):
        raise ZeroDivisionError

    panel.observe(fail, "seed")
    with pytest.raises(ZeroDivisionError):
        panel.seed = 1
    panel.unobserve(fail, "seed")
    told = record(panel, "seed")
    panel.seed = 2
    assert told == [("seed", 1, 2)]


def test_only_the_traits_that_are_asked_for_travel(panel):
    assert panel.get_state("history") == {"history": panel.history}
    assert set(panel.get_state(["state", "history"])) == {"state", "history"}
    assert set(panel.get_state(iter(["state"]))) == {"state"}
    assert set(panel.get_state()) == set(panel.keys)
    assert "state" not in panel.get_state("history")


def test_the_state_travels_without_the_fingerprint_and_with_a_name_that_can_travel(panel):
    panel.generator.name = "net"
    assert panel.get_state("state")["state"] == {**panel.state, "fingerprint": None}


def test_a_name_that_no_message_can_carry_travels_all_the_same(tiny_style, recorded_comms):
    tiny_style.name = "file\udcff"
    panel = explore(tiny_style)
    assert panel.get_state("state")["state"]["generator"] == "file?"
    panel.close()


def test_history_says_what_can_be_undone_and_which_steps_can_be_visited(panel):
    assert panel.history == {
        "undo": None,
        "redo": None,
        "first": 0,
        "place": 0,
        "names": ["start"],
        "revisions": [0],
        "revision": 0,
    }
    panel.seed = 3
    panel.starts = [{"seed": 4, "name": "Max"}]
    panel.undo()
    assert panel.history == {
        "undo": "The starts",
        "redo": "The starts",
        "first": 0,
        "place": 1,
        "names": ["start", "seed 3", "Max"],
        "revisions": [0, 1, 2],
        "revision": 3,
    }


def test_a_dict_of_the_state_is_replaced_as_a_whole_and_change_names_what_changes(panel):
    panel.strengths = {1: 2.0}
    panel.strengths = {2: 3.0}
    assert dict(panel.strengths) == {2: 3.0}
    panel.change(strengths={1: 1.0})
    assert dict(panel.strengths) == {1: 1.0, 2: 3.0}


@pytest.mark.parametrize("name", ["strengths", "options", "ranges"])
def test_what_is_read_cannot_be_changed_in_place(panel, name):
    with pytest.raises(TypeError):
        getattr(panel, name)[1] = 3.0


def test_visiting_and_spreading_tell_observers(panel):
    panel.strengths = {1: 2.0}
    panel.method = "random"
    told = record(panel, "carried", "strengths", "method")
    panel.spread()
    assert [name for name, _, _ in told] == ["strengths", "carried"]
    panel.visit(0)
    assert [name for name, _, _ in told[2:]] == ["strengths", "method"]
    assert panel.history["place"] == 4
    told.clear()
    panel.undo()
    assert [name for name, _, _ in told] == ["strengths", "method"]


def test_a_step_that_there_is_none_of_is_refused_and_nothing_is_told(panel):
    told = record(panel, traitlets.All)
    for call, text in (
        (lambda: panel.visit(1), "There is no step 1; steps 0 to 0 can be visited"),
        (lambda: panel.spread(), "Nothing that is carried over"),
    ):
        with pytest.raises(ValueError, match=text):
            call()
    assert told == []


def test_a_closed_panel_s_state_can_be_read_as_it_was(panel):
    panel.strengths = {1: 2.0}
    before = panel.state
    panel.close()
    assert panel.state == before
    assert dict(panel.strengths) == {1: 2.0}
    assert panel.get_state("state")["state"]["strengths"] == {"1": 2.0}
    with pytest.raises(RuntimeError, match="This panel is closed and holds nothing any more"):
        panel.visit(0)
