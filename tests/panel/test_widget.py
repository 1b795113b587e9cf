import contextvars
import gc
import json
import random
import threading
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sefa_widget import Edit, Labels, explore, sheet
from sefa_widget.directions import METHODS, methods
from sefa_widget.generators.dcgan import DCGAN
from sefa_widget.panel.request import Request
from sefa_widget.panel.session import Session
from sefa_widget.panel.wire import PADDED_BYTES
from sefa_widget.pictures.frames import to_pixels
from tests.conftest import seeded
from tests.patience import WAIT_SECONDS

WIRE = json.loads((Path(__file__).parent.parent / "wire.json").read_text())


class Front:
    """Plays the panel: sends messages over the recorded comm and waits for what comes back."""

    def __init__(self, widget, comm) -> None:
        self.widget, self.comm = widget, comm
        self.arrived = threading.Condition()
        publish = comm.publish_msg

        def publish_and_tell(*args, **kwargs):
            with self.arrived:
                publish(*args, **kwargs)
                self.arrived.notify_all()

        comm.publish_msg = publish_and_tell

    def send(self, content, method="custom", **data) -> None:
        data = {"method": method, "content": content, **data}
        self.comm.handle_msg({"content": {"data": data}, "buffers": []})

    def received(self, kind) -> list[tuple[dict, list]]:
        custom = [m for m in self.comm.sent if m["data"].get("method") == "custom"]
        return [(m["data"]["content"], m["buffers"]) for m in custom if m["data"]["content"]["type"] == kind]

    def wait(self, kind, seq=None, quality=None):
        def found():
            return [
                (content, buffers)
                for content, buffers in self.received(kind)
                if seq in (None, content["seq"]) and quality in (None, content.get("quality"))
            ]

        with self.arrived:
            assert self.arrived.wait_for(found, WAIT_SECONDS), f"no {kind} for {seq}: {self.comm.sent[-3:]}"
            return found()[-1]

    def published(self) -> list[dict]:
        """What was sent of directions, in order."""
        updates = [m["data"]["state"] for m in self.comm.sent if m["data"].get("method") == "update"]
        return [state["directions_info"] for state in updates if "directions_info" in state]

    def edit(self, seq, view="v", **fields) -> None:
        self.send({"type": "edit", "view": view, "seq": seq, **fields})


@pytest.fixture
def front(tiny, recorded_comms):
    widget = explore(tiny)
    yield Front(widget, recorded_comms[-1])
    widget.close()


def test_the_example_traits_have_the_fields_of_the_real_ones(front, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # where a study looks for what was answered
    front.send({"type": "hello", "view": "v", "seq": 1})
    front.wait("frame", 1)
    assert front.widget.study_info == {}  # as long as no study runs
    assert front.widget.control_info == {}  # as long as it is off
    front.widget.control = True
    front.send({"type": "hello", "view": "v", "seq": 2})
    front.wait("frame", 2)
    front.widget.study("class of 2026")
    for name, example in WIRE["traits"].items():
        real = getattr(front.widget, name)
        assert real.keys() == example.keys()
        json.dumps(real)
    assert (
        front.widget.generator_info["layers"][0].keys()
        == WIRE["traits"]["generator_info"]["layers"][0].keys()
    )


def test_a_view_that_says_hello_gets_the_picture_and_the_spectrum(front):
    front.send({"type": "hello", "view": "v", "seq": 1})
    info, buffers = front.wait("frame", 1)
    assert (info["view"], info["quality"], info["mime"]) == ("v", "final", "image/x-rgba")
    pixels = np.frombuffer(buffers[0], np.uint8).reshape(16, 16, 4)[..., :3]
    assert np.array_equal(pixels, np.asarray(front.widget.image()))
    assert len(front.widget.directions_info["values"]) == 8


def test_an_edit_changes_the_state_first_and_then_answers_with_its_picture(front):
    front.edit(1, patch={"strengths": {"0": 2.5}, "seed": 3})
    info, buffers = front.wait("frame", 1)
    kinds = [
        m["data"]["content"]["type"]
        if m["data"]["method"] == "custom"
        else " and ".join(sorted(m["data"]["state"]))
        for m in front.comm.sent
        if m["data"].get("method") in ("custom", "update")
    ]
    assert kinds.index("history and state") < kinds.index("frame")  # one message each
    assert info["revision"] == front.widget.state["revision"] == 1
    generator = front.widget.generator
    codes = generator.sample(3).codes + 2.5 * front.widget.directions.vectors[0].float()
    expected = to_pixels(generator.synthesize(codes)[0])
    assert np.array_equal(np.frombuffer(buffers[0], np.uint8).reshape(16, 16, 4)[..., :3], expected)


def test_a_picture_asked_for_again_after_weights_changed_is_not_the_old_one(front):
    front.send({"type": "hello", "view": "v", "seq": 1})
    _, old = front.wait("frame", 1)
    for parameter in front.widget.generator.parameters():
        parameter.data.mul_(0.9).add_(0.01)
    front.edit(2)
    info, new = front.wait("frame", 2)
    assert info["revision"] == 0
    assert new[0] != old[0]
    shown = np.frombuffer(new[0], np.uint8).reshape(16, 16, 4)[..., :3]
    assert np.array_equal(shown, np.asarray(front.widget.image()))


def test_unedited_shows_the_picture_without_strengths_and_keeps_them(front):
    front.edit(1, patch={"strengths": {"0": 2.5}})
    _, edited = front.wait("frame", 1)
    front.edit(2, unedited=True)
    info, unedited = front.wait("frame", 2)
    assert info["unedited"]
    assert unedited[0] != edited[0]
    assert dict(front.widget.strengths) == {0: 2.5}


def test_a_layer_range_brings_its_own_spectrum(front):
    front.edit(1)
    front.wait("frame", 1)
    before = front.widget.directions_info
    front.edit(2, patch={"layers": [0, 3]}, moving=True)
    front.wait("frame", 2)
    assert front.widget.directions_info["layers"] == [0, 3]
    assert front.widget.directions_info["method"] == "composed"
    assert front.widget.directions_info["values"] != before["values"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (
            {"type": "edit", "view": "v", "seq": 4, "patch": {"layers": [0, 9]}},
            "Layer range 0:9 is outside 0:3",
        ),
        ({"type": "edit", "view": "v", "seq": 4, "patch": {"seed": "x"}}, "it must be a whole number"),
        (
            {"type": "edit", "view": "v", "seq": 4, "patch": {"self": 1}},
            "The state's field 'self' is unknown",
        ),
        ({"type": "waltz", "view": "v", "seq": 4}, "'waltz' is unknown"),
    ],
)
def test_a_wrong_message_is_answered_with_an_error_and_changes_nothing(front, content, text):
    before = front.widget.state
    front.send(content)
    info, _ = front.wait("error", 4)
    assert info["view"] == "v"
    assert text in info["message"]
    assert front.widget.state == before


def test_an_edit_of_another_generators_state_is_answered_with_an_error(front):
    front.edit(4, patch={"seed": 3, "generator": "faces", "fingerprint": "0123456789abcdef"})
    info, _ = front.wait("error", 4)
    assert "'faces' (fingerprint 0123456789abcdef)" in info["message"]
    assert f"'tiny' (fingerprint {front.widget.generator.fingerprint})" in info["message"]
    assert front.widget.seed == 0


def test_an_observer_that_fails_is_told_and_the_picture_comes_all_the_same(front, caplog):
    front.widget.observe(lambda change: 1 / 0, "seed")
    front.edit(4, patch={"seed": 3})
    assert front.wait("frame", 4)[0]["revision"] == 1
    assert front.wait("error", 0)[0]["message"] == "ZeroDivisionError: division by zero"
    assert "Traceback" in caplog.text


def test_a_failure_while_drawing_is_told_and_the_panel_lives_on(front, monkeypatch, caplog):
    front.edit(1)
    front.wait("frame", 1)
    with monkeypatch.context() as broken:
        broken.setattr(front.widget.generator, "stages", lambda: 1 / 0)
        front.edit(2, patch={"seed": 5})
        info, _ = front.wait("error", 2)
    assert info["message"] == "ZeroDivisionError: division by zero"
    assert "Traceback" in caplog.text
    front.edit(3)
    assert front.wait("frame", 3)[0]["revision"] == 1


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_code_that_wants_to_end_the_program_while_drawing_is_told_and_the_panel_lives_on(
    front, monkeypatch, caplog, error
):
    def end(*_):
        raise error("enough")

    with monkeypatch.context() as broken:
        broken.setattr(front.widget.generator, "stages", end)
        front.edit(2, patch={"seed": 5})
        assert front.wait("error", 2)[0]["message"] == f"{error.__name__}: enough"
    assert "Traceback" in caplog.text
    front.edit(3)
    assert front.wait("frame", 3)[0]["revision"] == 1


def test_an_error_whose_text_no_message_can_carry_is_told_all_the_same(front, monkeypatch):
    def fail(*_):
        raise RuntimeError("half a pair: \ud800")

    with monkeypatch.context() as broken:
        broken.setattr(front.widget.generator, "stages", fail)
        front.edit(2)
        assert front.wait("error", 2)[0]["message"] == "RuntimeError: half a pair: ?"


def test_a_message_that_cannot_be_sent_is_logged_and_the_next_request_is_answered(front, monkeypatch, caplog):
    refused = threading.Semaphore(0)

    def refuse(*args, **kwargs):
        refused.release()
        raise OSError("The socket is closed.")

    with monkeypatch.context() as broken:
        broken.setattr(front.comm, "publish_msg", refuse)
        front.edit(2)
        assert refused.acquire(timeout=WAIT_SECONDS)  # the frame
        assert refused.acquire(timeout=WAIT_SECONDS)  # the error
    front.edit(3)
    front.wait("frame", 3)
    assert "The panel could not be told of an error." in caplog.text


def test_names_that_no_message_can_carry_do_not_stop_a_panel(tiny, recorded_comms):
    tiny.name = "file\udcff"
    panel = explore(tiny)
    panel.seed = 3
    for message in recorded_comms[-1].sent:
        json.dumps(message["data"], ensure_ascii=False).encode()
    assert panel.generator_info["name"] == "file?"
    panel.close()


def test_a_request_number_that_no_number_of_the_page_can_be_is_answered_with_an_error(front):
    front.send({"type": "hello", "view": "v", "seq": 10**400})
    info, _ = front.wait("error", 0)
    assert info["view"] == "v"
    assert "'seq' is a whole number" in info["message"]


def test_two_views_each_get_their_own_answer(front):
    front.edit(1, view="a", patch={"seed": 1})
    front.edit(1, view="b")
    views = {front.wait("frame", 1)[0]["view"] for _ in range(2)}
    with front.arrived:
        assert front.arrived.wait_for(lambda: len(front.received("frame")) == 2, WAIT_SECONDS)
    views = {info["view"] for info, _ in front.received("frame")}
    assert views == {"a", "b"}


def test_probes_come_back_empty_or_padded_to_a_loopback_segment(front):
    front.send({"type": "probe", "view": "v", "seq": 1, "padded": False})
    front.send({"type": "probe", "view": "v", "seq": 2, "padded": True})
    assert sum(map(len, front.wait("probe", 1)[1])) == 0
    assert sum(map(len, front.wait("probe", 2)[1])) == PADDED_BYTES


def test_a_padded_frame_carries_its_picture_first(front):
    front.edit(1, padded=True)
    _, buffers = front.wait("frame", 1)
    assert len(buffers[0]) == 16 * 16 * 4
    assert sum(map(len, buffers)) == PADDED_BYTES


def test_a_lossy_preview_is_followed_by_the_same_picture_lossless(front, monkeypatch):
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    draws = []
    draw = front.widget._session.draw
    monkeypatch.setattr(front.widget._session, "draw", lambda *a: (draws.append(1), draw(*a))[1])
    front.edit(1, patch={"seed": 2}, moving=True)
    assert front.wait("frame", 1, "preview")[0]["mime"] == "image/jpeg"
    front.edit(2, patch={"seed": 3})
    info, _ = front.wait("frame", 2, "final")
    assert info["mime"] == "image/webp"
    assert info["revision"] == 2
    assert len(draws) == 2
    assert not [i for i, _ in front.received("frame") if i["quality"] == "final" and i["seq"] == 1]


def test_a_method_that_takes_long_tells_its_progress_and_then_the_picture(front):
    front.edit(1, patch={"method": "jacobian", "strengths": {"0": 1}})
    front.wait("frame", 1)
    fractions = [info["fraction"] for info, _ in front.received("progress")]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert front.widget.directions_info["method"] == "jacobian"
    assert front.widget.directions.method == "jacobian"


def replace_jacobian(monkeypatch, find):
    changed = [replace(method, find=find) if method.name == "jacobian" else method for method in METHODS]
    monkeypatch.setattr(methods, "METHODS", tuple(changed))


def test_long_work_ends_when_another_method_is_chosen(front, monkeypatch):
    started, go_on = threading.Event(), threading.Event()

    def slow(generator, *, progress):
        started.set()
        assert go_on.wait(WAIT_SECONDS)
        progress(1, 2)
        raise AssertionError("It went on.")

    replace_jacobian(monkeypatch, slow)
    front.edit(1, patch={"method": "jacobian"})
    assert started.wait(WAIT_SECONDS)
    front.edit(2, patch={"method": "random"})
    go_on.set()
    assert front.wait("frame", 2)[0]["revision"] == 2
    assert not front.received("error")
    assert front.widget.directions_info["method"] == "random"


def test_a_view_that_waits_for_long_work_gets_what_python_wants_instead(front, monkeypatch):
    started, go_on = threading.Event(), threading.Event()

    def slow(generator, *, progress):
        started.set()
        assert go_on.wait(WAIT_SECONDS)
        progress(1, 2)
        raise AssertionError("It went on.")

    replace_jacobian(monkeypatch, slow)
    front.edit(1, patch={"method": "jacobian"})
    assert started.wait(WAIT_SECONDS)
    front.widget.change(method="random")
    go_on.set()
    assert front.wait("frame", 1)[0]["revision"] == 2


def test_python_makes_the_same_changes_as_the_panel(front):
    panel = front.widget
    panel.strengths = {0: 2.5, 3: 1}
    panel.strengths = {1: -1.0}
    panel.seed = 12
    panel.layers = (0, 2)
    assert dict(panel.strengths) == {}
    assert (panel.seed, panel.layers) == (12, (0, 2))
    assert panel.state["carried"][0]["strengths"] == {"1": -1.0}
    assert panel.state["revision"] == 4
    assert panel.directions.layers == (0, 1)
    again = explore(panel.generator, state=panel.state)
    assert np.array_equal(np.asarray(again.image()), np.asarray(panel.image()))
    again.close()


def test_python_is_told_what_is_wrong_where_it_was_written(front):
    with pytest.raises(ValueError, match="Layer range 2:5 is outside 0:3"):
        front.widget.layers = (2, 5)
    with pytest.raises(ValueError, match="is nan"):
        front.widget.strengths = {0: float("nan")}
    with pytest.raises(TypeError):
        front.widget.strengths[0] = 1.0


def test_a_front_end_cannot_set_traits(front):
    before = front.widget.state
    front.send(None, method="update", state={"state": {"seed": 99}, "_esm": "evil"}, buffer_paths=[])
    assert front.widget.state == before
    assert front.widget._esm != "evil"


def test_ten_thousand_random_messages_leave_a_panel_that_works(front, caplog):
    choose = random.Random(1).choice
    values = [None, True, -1, 0, 1, 2.5, 1e300, float("nan"), "", "v", "0", [], [0, 1], [1, 9], {}, {"0": 1}]
    names = ["seed", "strengths", "layers", "edit_layers", "normalize", "label", "truncation_psi", "x"]
    for seq in range(10_000):
        patch = {choose(names): choose(values) for _ in range(2)}
        content = {
            "type": choose(["edit", "edit", "hello", "bye", "probe", "x"]),
            "view": choose(["v", "w", None]),
        }
        content |= {
            "seq": choose([seq, None]),
            "patch": choose([patch, values]),
            "moving": choose([True, False, 3]),
        }
        front.send(choose([content, content, content, choose(values)]))
        if seq % 1000 == 0:
            front.comm.sent.clear()
    front.comm.sent.clear()
    front.edit(1, view="last", patch={"seed": 1, "strengths": {"0": 1}})
    assert front.wait("frame", 1)[0]["view"] == "last"


def test_a_closed_panel_lets_go_of_everything_but_the_generator(tiny, recorded_comms):
    panel = explore(tiny)
    front = Front(panel, recorded_comms[-1])
    front.edit(1)
    front.wait("frame", 1)
    session = weakref.ref(panel._session)
    worker = panel._worker
    panel.close()
    assert not worker.alive
    del panel, front
    recorded_comms.clear()
    gc.collect()
    assert session() is None
    assert tiny.sample(1) is not None


def test_a_closed_panel_says_so_wherever_it_is_used_and_its_state_can_still_be_read(tiny, recorded_comms):
    with explore(tiny) as panel:
        panel.seed = 3
        panel.image()
    assert repr(panel) == "SefaWidget('tiny', closed)"
    uses = [
        lambda: panel.image(),
        lambda: panel.directions,
        lambda: panel.generator,
        lambda: setattr(panel, "seed", 4),
        lambda: panel.change(seed=4),
        lambda: panel.open(),
        lambda: panel.__enter__(),
    ]
    for use in uses:
        with pytest.raises(RuntimeError, match="This panel is closed"):
            use()
    assert panel.seed == panel.state["starts"][0]["seed"] == 3
    assert panel.state["fingerprint"] == tiny.fingerprint
    panel.close()
    with explore(tiny, state=panel.state) as again:
        assert again.seed == 3


def test_closing_a_panel_ends_its_worker_inside_a_network(tiny, recorded_comms):
    inside, go_on = threading.Event(), threading.Event()

    def wait(module, inputs):
        inside.set()
        assert go_on.wait(WAIT_SECONDS)

    tiny.convolutions[0].register_forward_pre_hook(wait)
    panel = explore(tiny)
    panel._handle_custom_msg({"type": "hello", "view": "v", "seq": 1}, [])
    assert inside.wait(WAIT_SECONDS)
    panel._worker._tell_to_end()
    go_on.set()
    panel.close()
    assert not panel._worker.alive
    assert panel._painter.painted is None


def test_panels_share_one_generator_and_nothing_else(tiny, recorded_comms):
    one, two = explore(tiny), explore(tiny)
    one.seed = 5
    assert two.seed == 0
    assert one.generator is two.generator
    one.close()
    two.close()


def wait_until(front, condition):
    with front.arrived:
        assert front.arrived.wait_for(condition, WAIT_SECONDS)


def measured(panel):
    return "estimate" not in panel.directions_info.get("stops", ["estimate"])


def test_when_nothing_else_is_wanted_the_ends_of_the_sliders_are_measured(front):
    front.send({"type": "hello", "view": "v", "seq": 1})
    front.wait("frame", 1)
    assert front.published()[0]["stops"] == ["estimate"] * 8
    wait_until(front, lambda: "estimate" not in front.widget.directions_info["stops"])
    measured = front.widget.directions_info
    assert measured["change"] > 0
    assert len(set(measured["ends"])) > 1
    front.edit(2, patch={"seed": 5, "strengths": {"0": 2.0}})
    front.wait("frame", 2)
    assert front.widget.directions_info == measured


def test_the_ends_are_the_same_whatever_time_pictures_take(front, monkeypatch, tiny, recorded_comms):
    front.send({"type": "hello", "view": "v", "seq": 1})
    wait_until(front, lambda: measured(front.widget))
    slow = explore(tiny)
    draw = slow._session.draw

    def drawn_slowly(contents, rows):
        for part in draw(contents, rows):
            yield replace(part, render_ms=5000.0)

    monkeypatch.setattr(slow._session, "draw", drawn_slowly)
    other = Front(slow, recorded_comms[-1])
    other.send({"type": "hello", "view": "v", "seq": 1})
    wait_until(other, lambda: measured(slow))
    assert slow.directions_info == front.widget.directions_info
    slow.close()


def test_a_request_interrupts_the_measuring_which_goes_on_where_it_was(front):
    began, go_on, drawn = threading.Event(), threading.Event(), []

    def counting(module, inputs):
        drawn.append(len(inputs[0]))
        if len(drawn) == 3:  # the picture that was asked for, the unedited ones, a direction
            began.set()
            assert go_on.wait(WAIT_SECONDS)

    front.widget.generator.convolutions[0].register_forward_pre_hook(counting)
    front.send({"type": "hello", "view": "v", "seq": 1})
    assert began.wait(WAIT_SECONDS)
    front.edit(2, patch={"seed": 5})
    go_on.set()
    front.wait("frame", 2)
    assert len(drawn) == 4
    wait_until(front, lambda: "estimate" not in front.widget.directions_info["stops"])
    assert drawn[:4] == [1, 64, 16, 1]
    assert drawn.count(64) == 1
    alone = Session(front.widget.generator)
    interrupted, drawn[:] = sum(drawn), []
    while alone.finder.measure_range(alone.state):
        pass
    assert interrupted == sum(drawn) + 2


def test_ends_that_cannot_be_measured_stay_as_they_were(front, monkeypatch, caplog):
    failed = threading.Event()

    def fail(state):
        failed.set()
        raise RuntimeError("out of memory")

    monkeypatch.setattr(front.widget._session.finder, "measure_range", fail)
    front.send({"type": "hello", "view": "v", "seq": 1})
    assert failed.wait(WAIT_SECONDS)
    front.edit(2, patch={"seed": 5})
    front.wait("frame", 2)
    assert front.widget.directions_info["ends"] == [4.0] * 8
    assert "Directions could not be measured" in caplog.text


def tiles(message):
    """Give the tiles of a frame of 16 pixels by row and column."""
    info, buffers = message
    pixels = np.frombuffer(buffers[0], np.uint8).reshape(len(info["tiles"]), 16, 16, 4)[..., :3]
    return {tuple(place): tile for place, tile in zip(info["tiles"], pixels, strict=True)}


def test_other_ends_move_the_second_picture_so_it_is_drawn_again(front):
    front.edit(1, patch={"method": "sefa", "second": "random", "strengths": {"0": 1.5}})
    before = tiles(front.wait("frame", 1))
    wait_until(front, lambda: "estimate" not in front.widget.directions_info["stops"])
    front.edit(2)
    after = tiles(front.wait("frame", 2))
    assert np.array_equal(before[0, 0], after[0, 0])
    assert not np.array_equal(before[0, 1], after[0, 1])


def test_python_stretches_the_sliders_and_no_picture_changes(front):
    before = np.asarray(front.widget.image())
    front.widget.stretch = 5
    assert front.widget.stretch == front.widget.state["stretch"] == 5
    assert np.array_equal(np.asarray(front.widget.image()), before)
    with pytest.raises(ValueError, match="stretch is 3; it must be 1, 2 or 5"):
        front.widget.stretch = 3


def test_a_second_search_is_drawn_beside_the_first(front):
    front.edit(1, patch={"second": "random", "strengths": {"0": 1.5}})
    info, _ = front.wait("frame", 1)
    assert (info["width"], info["rows"], info["columns"], info["tiles"]) == (16, 1, 2, [[0, 0], [0, 1]])
    assert front.widget.image().size == (16, 16)
    assert front.widget.directions_info["second"]["method"] == "random"
    assert len(front.widget.directions_info["second"]["matches"]) == 8
    front.edit(2, patch={"second": None})
    assert front.wait("frame", 2)[0]["columns"] == 1
    assert front.widget.directions_info["second"] is None


def test_progress_of_directions_found_by_layer_has_a_name_too(front):
    request = Request("v", 1, False, False, False, False, contextvars.copy_context())
    front.widget._progress(request)(1, 4)
    assert front.received("progress")[-1][0]["text"] == "directions: 1 of 4"
    front.widget.change(method="sefa", second="jacobian")
    front.widget._progress(request)(1, 4)
    assert front.received("progress")[-1][0]["text"] == "sefa and jacobian: 1 of 4"


def test_pictures_are_edited_unless_the_unedited_ones_are_wanted(front):
    panel = front.widget
    panel.strengths = {0: 2.0}
    plain, edited = (
        sheet(panel.generator, 0, edit).tiles for edit in (None, Edit(panel.directions, {0: 2.0}))
    )
    assert not np.array_equal(plain, edited)
    assert np.array_equal(panel.sheet().tiles, edited)
    assert np.array_equal(panel.sheet(unedited=True).tiles, plain)
    assert np.array_equal(np.asarray(panel.image()), edited[0, 0])
    assert np.array_equal(np.asarray(panel.image(unedited=True)), plain[0, 0])


def test_a_panel_says_what_it_shows_in_one_line(front):
    front.widget.change(seed=3, strengths={1: 0.5})
    assert repr(front.widget) == "SefaWidget('tiny', seed=3, strengths={1: 0.5})"


def test_a_sheet_a_strip_and_a_wall_tell_their_progress_and_carry_the_state(front):
    panel = front.widget
    panel.change(starts=[3, 4], focused=2)
    for draw, count in ((panel.sheet, 2), (panel.strip, 14), (panel.wall, 16)):
        told = []
        draw(progress=lambda done, total, told=told: told.append((done, total)))
        assert told[-1] == (count, count)
    for drawn in (panel.sheet(), panel.strip(), panel.wall(3)):
        assert drawn.recipe["panel"] == panel.state
    assert panel.wall(3).tiles.shape[:2] == (3, 2)


def test_what_a_strip_and_a_wall_are_of_is_checked(front):
    with pytest.raises(ValueError, match=r"^k is 0; it must be 1 or more"):
        front.widget.wall(0)
    with pytest.raises(ValueError, match=r"^A direction is 8; it must be 0 to 7"):
        front.widget.strip(8)
    front.widget.focused = None
    with pytest.raises(ValueError, match=r"^No direction is focused; name one, for example panel\.strip"):
        front.widget.strip()


def test_a_strip_is_of_the_direction_that_is_named_or_focused(tiny, recorded_comms):
    with explore(tiny, labels=Labels()) as panel:
        panel.name(3, "smile")
        assert np.array_equal(panel.strip("smile").tiles, panel.strip(3).tiles)
        assert np.array_equal(panel.strip(0).tiles, panel.strip().tiles)
        assert not np.array_equal(panel.strip(3).tiles, panel.strip().tiles)


def test_a_wall_is_of_the_first_32_directions_unless_told_otherwise(recorded_comms):
    with explore(seeded(DCGAN(latent_dim=34, widths=[4, 4]))) as panel:
        assert panel.wall().tiles.shape[:2] == (32, 2)
        assert panel.wall(34).tiles.shape[:2] == (34, 2)
