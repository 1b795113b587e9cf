import contextvars
from dataclasses import replace

import numpy as np
import pytest

from sefa_widget import explore
from sefa_widget.directions import Search
from sefa_widget.panel import painting
from sefa_widget.panel.painter import FORGET, SKIPPED, TOGETHER_MS
from sefa_widget.panel.request import Request
from sefa_widget.panel.sketching import SLOW_MS
from sefa_widget.panel.worker import Ending, Worker
from tests.panel.stepping import Stepped


def rows(frame):
    return [row for row, _ in frame["tiles"]]


def test_all_starts_come_in_one_frame_if_that_is_quick(stepped):
    stepped.ask(1, {"starts": [3, 4, 5], "chosen": 1})
    (frame,) = stepped.step()
    assert (frame["rows"], frame["columns"], rows(frame)) == (3, 1, [1, 0, 2])
    assert (frame["seq"], frame["quality"]) == (1, "final")


def test_of_a_slow_sheet_the_chosen_start_comes_first(stepped):
    stepped.panel._painter._tile_ms = TOGETHER_MS
    stepped.ask(1, {"starts": [3, 4, 5], "chosen": 1})
    assert [rows(frame) for frame in stepped.step()] == [[1], [0, 2]]


def drag(stepped, monkeypatch, requests):
    """Ask for the next picture of a slow sheet as soon as a frame comes; gives the rows of each answer."""
    stepped.ask(1, {"starts": [3, 4, 5]}, moving=True)
    tell, seq, answers = stepped.panel._tell, [1], []

    def tell_and_ask(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "frame" and seq[0] < requests and info.seq == seq[0]:
            seq[0] += 1
            stepped.ask(seq[0], {"strengths": {"0": 0.1 * seq[0]}}, moving=seq[0] < requests)

    monkeypatch.setattr(stepped.panel, "_tell", tell_and_ask)
    for _ in range(requests):
        stepped.panel._painter._tile_ms = TOGETHER_MS
        answers.append([row for frame in stepped.step() for row in rows(frame)])
    return answers


def test_while_more_is_wanted_other_starts_are_left_out_but_not_for_ever(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", 16**2)
    answers = drag(stepped, monkeypatch, 2 * SKIPPED + 2)
    alone = [[0]] * SKIPPED
    assert answers[:-1] == [*alone, [0, 1], *alone[1:], [0, 2]]


def test_what_was_left_out_comes_when_nothing_more_is_wanted(stepped, monkeypatch):
    answers = drag(stepped, monkeypatch, 2)
    assert answers[0] == [0]
    assert sorted(answers[1]) == [0, 1, 2]


def test_a_view_that_another_ones_wish_left_without_some_tiles_gets_them_when_all_is_quiet(stepped):
    stepped.panel._painter._tile_ms = TOGETHER_MS
    stepped.ask(1, {"starts": [3, 4, 5]})
    tell = stepped.panel._tell

    def tell_and_ask(info, *data, **options):
        tell(info, *data, **options)
        stepped.panel._tell = tell
        stepped.ask(7, view="other")

    stepped.panel._tell = tell_and_ask
    assert [rows(frame) for frame in stepped.step()] == [[0]]
    other = stepped.step()
    assert {frame["view"] for frame in other} == {"other"}
    assert [rows(frame) for frame in other] == [[0], [1, 2]]
    settled = [frame for frame in stepped.step() if frame["view"] == "v"]
    assert sorted(row for frame in settled for row in rows(frame)) == [0, 1, 2]


def test_a_start_of_which_some_columns_are_left_out_is_drawn_whole_when_all_is_quiet(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", 16**2)
    stepped.panel._painter._tile_ms = TOGETHER_MS
    stepped.ask(1, {"original": True, "strengths": {"0": 1.0}})
    tell = stepped.panel._tell

    def tell_and_ask(info, *data, **options):
        tell(info, *data, **options)
        stepped.panel._tell = tell
        stepped.ask(7, {"strengths": {"0": 2.0}}, view="other")

    stepped.panel._tell = tell_and_ask
    assert [frame["tiles"] for frame in stepped.step()] == [[[0, 0]]]
    assert [frame["tiles"] for frame in stepped.step()] == [[[0, 0]], [[0, 1]]]
    settled = [frame for frame in stepped.step() if frame["view"] == "v"]
    assert [frame["tiles"] for frame in settled] == [[[0, 0]], [[0, 1]]]
    assert {frame["revision"] for frame in settled} == {2}


def interrupted_by_another_view(stepped, at="frame"):
    """Let another view ask as soon as the next frame is sent."""
    tell = stepped.panel._tell

    def tell_and_ask(info, *data, **options):
        tell(info, *data, **options)
        if info.type == at:
            stepped.panel._tell = tell
            stepped.ask(7, view="other")

    stepped.panel._tell = tell_and_ask


def test_what_was_left_out_is_drawn_when_all_is_quiet(stepped):
    stepped.panel._painter._tile_ms = TOGETHER_MS
    stepped.ask(1, {"starts": [3, 4, 5]})
    interrupted_by_another_view(stepped)
    assert [rows(frame) for frame in stepped.step()] == [[0]]
    stepped.panel._handle_custom_msg({"type": "bye", "view": "other"}, [])
    assert [rows(frame) for frame in stepped.step()] == [[0], [1, 2]]
    assert stepped.panel._painter.painted.complete
    assert stepped.step() == []


def test_a_view_whose_last_tiles_were_interrupted_gets_them_the_next_time(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    stepped.ask(1, {"starts": [3, 4]})
    stepped.step()
    interrupted_by_another_view(stepped)
    assert [(frame["view"], rows(frame)) for frame in stepped.step()] == [("v", [0])]
    assert [(frame["view"], frame["quality"]) for frame in stepped.step()] == [("other", "preview")]
    finals = [(frame["view"], frame["quality"], rows(frame)) for frame in stepped.step()]
    assert sorted(finals) == [(view, "final", [row]) for view in ("other", "v") for row in (0, 1)]
    assert stepped.step() == []


def test_a_frame_says_which_state_it_is_of_though_the_state_has_changed_by_then(stepped):
    stepped.ask(1, {"starts": [3, 4], "original": True})
    tell = stepped.panel._tell

    def tell_late(info, *data, **options):
        stepped.panel._tell = tell
        stepped.panel.change(starts=[3], original=False)
        tell(info, *data, **options)

    stepped.panel._painter._tile_ms = TOGETHER_MS
    stepped.panel._tell = tell_late
    frames = stepped.step()
    assert [(frame["revision"], frame["rows"], frame["columns"]) for frame in frames] == [(1, 2, 2)] * 2
    assert stepped.panel.state["revision"] == 2
    stepped.ask(2)
    assert [(frame["revision"], frame["rows"]) for frame in stepped.step()] == [(2, 1)]


def test_a_request_is_answered_with_its_own_number_view_and_kind(stepped):
    stepped.ask(3, {"strengths": {"0": 1.0}}, view="a")
    stepped.ask(8, view="b", unedited=True)
    answers = [(f["view"], f["seq"], f["unedited"]) for _ in range(2) for f in stepped.step()]
    assert answers == [("a", 3, False), ("b", 8, True)]


def test_only_who_asked_for_padding_gets_it(stepped):
    stepped.ask(1, {"seed": 3})
    stepped.ask(1, view="padded", padded=True)
    stepped.step()
    sizes = [len(message["buffers"]) for message in stepped.comm.sent if message["buffers"]]
    assert sizes == [1]
    stepped.step()
    sizes = [len(message["buffers"]) for message in stepped.comm.sent if message["buffers"]]
    assert sizes == [2]


def test_while_a_control_is_held_nothing_is_sent_without_loss(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    stepped.ask(1, {"seed": 3}, moving=True)
    assert [frame["quality"] for frame in stepped.step()] == ["preview"]
    assert stepped.step() == []
    stepped.ask(2, view="other")
    assert [(frame["view"], frame["quality"]) for frame in stepped.step()] == [("other", "preview")]
    assert [(frame["view"], frame["quality"]) for frame in stepped.step()] == [("other", "final")]


def test_edits_without_a_step_are_undone_one_by_one(stepped):
    stepped.ask(1, {"strengths": {"0": 1.0}})
    stepped.ask(2, {"strengths": {"0": 2.0}})
    assert stepped.panel.undo()
    assert dict(stepped.panel.strengths) == {0: 1.0}


def test_sliders_are_measured_when_all_is_quiet_and_their_ends_are_published(stepped):
    stepped.ask(1, {"method": "sefa"})
    stepped.step()
    assert set(stepped.panel.directions_info["stops"]) == {"estimate"}
    stepped.step()
    assert "estimate" not in stepped.panel.directions_info["stops"]
    assert stepped.panel.directions_info["ends"] == stepped.panel._session.found().range.rounded()


def test_a_request_interrupts_the_measuring_after_one_batch_and_it_goes_on_later(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    finder = stepped.panel._session.finder
    measure, measured = finder.measure_range, []

    def measure_and_ask(state):
        measured.append(state.revision)
        if len(measured) == 2:
            stepped.ask(2)
        return measure(state)

    monkeypatch.setattr(finder, "measure_range", measure_and_ask)
    stepped.step()
    assert len(measured) == 2
    assert [frame["seq"] for frame in stepped.step()] == [2]
    stepped.step()
    assert len(measured) > 3
    assert not finder.measure_range(stepped.panel._session.state)


def test_what_directions_do_is_told_when_they_are_listed_by_it(stepped):
    stepped.panel.sort = "alike"
    stepped.ask(1)
    for _ in range(4):
        stepped.step()
    acts = stepped.panel.directions_info["acts"]
    assert acts.keys() == {str(index) for index in range(len(stepped.panel.directions))}
    found = stepped.panel._session.found().acts
    assert acts["0"]["alike"] == pytest.approx(found[0].alike, abs=1e-3)
    assert acts["0"]["where"] == pytest.approx((1000 * found[0].where.flatten()).tolist(), abs=0.5)


def test_ends_of_a_state_that_is_no_more_are_not_published(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    finder = stepped.panel._session.finder
    measured, told = [], dict(stepped.panel.directions_info)

    def measure_and_change(state):
        measured.append(state)
        stepped.panel.change(method="random")
        return True

    monkeypatch.setattr(finder, "measure_range", measure_and_change)
    stepped.step()
    assert len(measured) == 1
    assert stepped.panel.directions_info == told


def test_large_tiles_come_without_loss_when_the_control_is_let_go(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    stepped.ask(1, {"starts": [3, 4]}, moving=True)
    assert [frame["quality"] for frame in stepped.step()] == ["preview"]
    assert stepped.step() == []
    stepped.ask(2)
    assert [(frame["quality"], rows(frame)) for frame in stepped.step()] == [("preview", [0, 1])]
    assert [(frame["quality"], rows(frame)) for frame in stepped.step()] == [("final", [0]), ("final", [1])]


def test_another_chosen_start_draws_nothing_again(stepped, monkeypatch):
    stepped.ask(1, {"starts": [3, 4]})
    stepped.step()
    monkeypatch.setattr(stepped.panel._session, "draw", lambda *_: pytest.fail("It drew."))
    stepped.ask(2, {"chosen": 1})
    (frame,) = stepped.step()
    assert (frame["revision"], sorted(rows(frame))) == (2, [0, 1])


def undoable(panel):
    return panel.history["undo"], panel.history["redo"]


def test_the_page_undoes_and_does_again(stepped):
    stepped.ask(1, {"strengths": {"0": 1.0}}, step=5)
    stepped.ask(2, {"strengths": {"0": 2.0}}, step=5)
    assert undoable(stepped.panel) == ("Strengths", None)
    stepped.panel._handle_custom_msg({"type": "undo", "view": "v", "redo": False}, [])
    assert (dict(stepped.panel.strengths), stepped.panel.state["revision"]) == ({}, 3)
    assert undoable(stepped.panel) == (None, "Strengths")
    stepped.panel._handle_custom_msg({"type": "undo", "view": "v", "redo": True}, [])
    assert dict(stepped.panel.strengths) == {0: 2.0}


def test_steps_of_two_views_are_different_ones(stepped):
    stepped.ask(1, {"strengths": {"0": 1.0}}, step=1)
    stepped.ask(1, {"strengths": {"0": 2.0}}, step=1, view="w")
    assert stepped.panel.undo()
    assert dict(stepped.panel.strengths) == {0: 1.0}


def test_python_undoes_redoes_and_draws_the_sheet(stepped):
    panel = stepped.panel
    panel.change(starts=[3, 4], original=True)
    panel.strengths = {0: 2.0}
    assert panel.sheet().tiles.shape == (2, 2, 16, 16, 3)
    assert not np.array_equal(panel.image(), panel.image(unedited=True))
    assert panel.undo()
    assert dict(panel.strengths) == {}
    assert panel.redo()
    assert not panel.redo()
    assert dict(panel.strengths) == {0: 2.0}


@pytest.fixture
def slow(recorded_comms, monkeypatch):
    """Heads whose pictures are said to take longer than a sketch may."""
    monkeypatch.setattr(Worker, "wake", lambda worker: None)
    panel = explore("heads", device="cpu")
    stepped = Stepped(panel, recorded_comms[-1])
    stepped.ask(1, {"starts": [31, 88], "strengths": {"0": 0.1}})
    stepped.step()
    panel._painter._tile_ms = SLOW_MS / FORGET + 1
    yield stepped
    panel.close()


def test_a_slow_generator_is_sketched_while_a_control_moves(slow):
    slow.ask(2, {"strengths": {"0": 0.3}}, moving=True)
    (frame,) = slow.step()
    assert (frame["quality"], rows(frame), frame["revision"], frame["width"]) == ("sketch", [0], 2, 64)
    assert slow.step() == []
    slow.ask(3, {"strengths": {"0": 0.4}})
    frames = slow.step()
    assert {frame["quality"] for frame in frames} == {"final"}
    assert sorted(row for frame in frames for row in rows(frame)) == [0, 1]


def test_sketches_begin_with_whole_pictures_and_never_with_sketches(slow):
    for seq in (2, 3):
        slow.ask(seq, {"strengths": {"0": 0.1 * seq}}, moving=True)
        (frame,) = slow.step()
        assert frame["quality"] == "sketch"
    assert dict(slow.panel._painter._sketching._whole.contents.state.strengths) == {0: 0.1}


def test_another_seed_is_drawn_whole_also_while_a_key_is_held(slow):
    slow.ask(2, {"seed": 5}, moving=True)
    assert slow.step()[0]["quality"] == "final"


def test_quick_pictures_are_never_sketched(slow):
    slow.panel._painter._tile_ms = SLOW_MS
    slow.ask(2, {"strengths": {"0": 0.3}}, moving=True)
    assert slow.step()[0]["quality"] == "final"


def test_what_is_drawn_already_is_shown_and_not_sketched(slow):
    slow.ask(2, moving=True)
    (frame,) = slow.step()
    assert (frame["quality"], sorted(rows(frame))) == ("final", [0, 1])


def test_a_network_without_small_pictures_is_drawn_whole(stepped):
    stepped.ask(1)
    stepped.step()
    stepped.panel._painter._tile_ms = SLOW_MS / FORGET + 1
    stepped.ask(2, {"strengths": {"0": 0.3}}, moving=True)
    assert stepped.step()[0]["quality"] == "final"


def looked(stepped) -> list[dict]:
    custom = [m["data"]["content"] for m in stepped.comm.sent if m["data"].get("method") == "custom"]
    return [content for content in custom if content["type"] == "look"]


def test_looks_are_drawn_when_nothing_else_is_wanted(stepped):
    stepped.ask(1, {"starts": [3, 4]})
    message = {"type": "look", "view": "v", "name": "ends", "size": 8, "items": [[0, 0, -1.0], [1, 0, 1.0]]}
    stepped.panel._handle_custom_msg(message, [])
    stepped.step()
    assert looked(stepped) == []
    stepped.step()
    told = looked(stepped)
    assert [(one["name"], one["items"], one["width"], one["revision"]) for one in told] == [
        ("ends", [0], 8, 1),
        ("ends", [1], 8, 1),
    ]


def test_a_look_is_drawn_though_nothing_was_asked_for_since(stepped):
    stepped.ask(1)
    stepped.step()
    stepped.step()  # sliders are measured
    message = {"type": "look", "view": "v", "name": "ends", "size": 16, "items": [[0, 0, 1.0]]}
    stepped.panel._handle_custom_msg(message, [])
    stepped.comm.sent.clear()
    assert stepped.panel._stream.step() > 0
    stepped.step()
    assert len(looked(stepped)) == 1


def test_a_request_comes_before_the_rest_of_a_look(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", 16**2)
    stepped.ask(1)
    stepped.step()
    tell = stepped.panel._tell

    def tell_and_ask(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "look" and stepped.panel._tell is not tell:
            stepped.panel._tell = tell
            stepped.ask(2, {"chosen": 0})

    stepped.panel._tell = tell_and_ask
    items = [[0, index, 1.0] for index in range(3)]
    message = {"type": "look", "view": "v", "name": "ends", "size": 8, "items": items}
    stepped.panel._handle_custom_msg(message, [])
    stepped.step()
    assert [one["items"] for one in looked(stepped)] == [[0]]
    assert [frame["seq"] for frame in stepped.step()] == [2]
    stepped.step()
    assert [one["items"] for one in looked(stepped)] == [[1], [2]]


def test_a_look_that_fails_is_told_and_the_panel_goes_on(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    with monkeypatch.context() as broken:
        broken.setattr(stepped.panel.generator, "stages", lambda: 1 / 0)
        message = {"type": "look", "view": "v", "name": "ends", "size": 8, "items": [[0, 0, 1.0]]}
        stepped.panel._handle_custom_msg(message, [])
        stepped.step()
    told = [m["data"]["content"] for m in stepped.comm.sent if m["data"].get("method") == "custom"]
    errors = [one["message"] for one in told if one["type"] == "error"]
    assert errors == ["ZeroDivisionError: division by zero"]
    stepped.ask(2, {"seed": 7})
    assert [frame["seq"] for frame in stepped.step()] == [2]


def test_what_is_left_to_draw_is_left_when_other_directions_are_wanted_by_then(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    stepped.ask(1)
    assert [frame["quality"] for frame in stepped.step()] == ["preview"]
    stepped.panel.method = "jacobian"  # Python's: no view has asked for it yet
    progress = []
    contents = stepped.panel._session.contents

    def superseded_once(**options):
        progress.append(options["progress"])
        if len(progress) == 1:
            stepped.panel.method = "random"
            options["progress"](1, 2)
        return contents(**options)

    monkeypatch.setattr(stepped.panel._session, "contents", superseded_once)
    frames = stepped.step()
    assert len(progress) == 2
    assert {frame["revision"] for frame in frames} == {2}
    assert stepped.panel.directions_info["method"] == "random"


def test_a_cancelled_search_ends_and_the_directions_before_it_come_back(stepped, monkeypatch):
    stepped.ask(1, {"strengths": {"0": 1.5}})
    stepped.step()
    found, before = Search.find, stepped.panel.directions
    seen = []

    def slow(search, generator, k=None, progress=None):
        if search.method == "jacobian":
            seen.append(search.method)
            stepped.panel._handle_custom_msg({"type": "cancel", "view": "v"}, [])
            progress(1, 9)
            raise AssertionError("It went on.")
        return found(search, generator, k, progress)

    monkeypatch.setattr(Search, "find", slow)
    stepped.ask(2, {"method": "jacobian"})
    (frame,) = stepped.step()
    assert (seen, frame["seq"], stepped.panel.method) == (["jacobian"], 2, None)
    assert (dict(stepped.panel.strengths), stepped.panel.carried) == ({0: 1.5}, ())
    assert stepped.panel.directions is before


def test_a_search_that_is_cancelled_inside_a_network_runs_no_module_more(stepped):
    stepped.ask(1)
    stepped.step()
    ran = []

    def running(_module, _inputs):
        if stepped.panel._searching:
            ran.append(1)
            if len(ran) == 3:
                stepped.panel._handle_custom_msg({"type": "cancel", "view": "v"}, [])

    for module in stepped.panel.generator.modules():
        module.register_forward_pre_hook(running)
    stepped.ask(2, {"method": "jacobian"})
    (frame,) = stepped.step()
    assert (len(ran), frame["seq"], stepped.panel.method) == (3, 2, None)
    assert not stepped.errors()


def test_a_first_search_has_nothing_to_go_back_to(stepped):
    stepped.panel._handle_custom_msg({"type": "cancel", "view": "v"}, [])
    assert "no earlier directions" in stepped.comm.sent[-1]["data"]["content"]["message"]


@pytest.mark.parametrize(("done", "passed", "text"), [(0, 9, ""), (2, 2, ", about 8 s left"), (9, 9, "")])
def test_the_time_that_is_left_is_told_by_how_long_it_took_so_far(monkeypatch, done, passed, text):
    monkeypatch.setattr(painting.time, "monotonic", lambda: 100.0 + passed)
    assert painting._left(100.0, done, 10) == text


def test_the_page_goes_back_to_an_earlier_step(stepped):
    stepped.ask(1, {"seed": 4})
    stepped.ask(2, {"seed": 5})
    stepped.panel._handle_custom_msg({"type": "visit", "view": "v", "place": 1}, [])
    assert stepped.panel.seed == 4
    history = stepped.panel.history
    assert (history["names"][-3:], history["place"]) == (["seed 4", "seed 5", "seed 4"], 3)
    assert history["revision"] == stepped.panel.state["revision"]
    assert stepped.panel.undo()
    assert stepped.panel.seed == 5


def test_a_view_names_a_direction_and_takes_it_back(stepped):
    stepped.ask(1)
    stepped.step()
    said = {"type": "label", "view": "v", "index": 2, "fields": {"name": "smile"}}
    stepped.panel._handle_custom_msg(said, [])
    assert stepped.panel.labels_info["named"]["2"]["name"] == "smile"
    stepped.panel._handle_custom_msg({"type": "take_back", "view": "v"}, [])
    assert stepped.panel.labels_info["named"] == {}


def test_directions_that_are_still_searched_cannot_be_named(stepped):
    stepped.ask(1)
    stepped.step()
    stepped.ask(2, {"method": "random"})
    stepped.panel._handle_custom_msg({"type": "label", "view": "v", "index": 2, "fields": {"name": "x"}}, [])
    told = [message["data"].get("content", {}) for message in stepped.comm.sent]
    errors = [content["message"] for content in told if content.get("type") == "error"]
    assert "still being searched" in errors[0]
    assert len(stepped.panel.labels) == 0


def test_what_others_say_is_seen_when_all_is_quiet(stepped):
    stepped.ask(1)
    for _ in range(6):
        stepped.step()
    directions = stepped.panel.directions
    stepped.panel.labels.add(directions, 1, "beard", generator=stepped.panel.generator, rater="Bo")
    for _ in range(3):
        stepped.step()
    assert stepped.panel.labels_info["named"]["1"]["name"] == "beard"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("edit", {"seq": 1}),
        ("hello", {}),
        ("look", {"name": "ends", "size": 8, "items": [[0, 0, 1.0]]}),
        ("share", {"what": "state", "ending": ".json"}),
    ],
)
def test_the_worker_is_woken_by_what_is_wanted(stepped, monkeypatch, kind, fields):
    woken = []
    monkeypatch.setattr(Worker, "wake", lambda worker: woken.append(worker))
    stepped.send(kind, **fields)
    assert woken == [stepped.panel._worker]


def test_answers_go_the_way_that_the_message_came(stepped, monkeypatch):
    way, went = contextvars.ContextVar("way", default="nowhere"), []
    tell = stepped.panel._tell

    def tell_and_note(info, *data, **options):
        went.append((info.type, way.get()))
        tell(info, *data, **options)

    monkeypatch.setattr(stepped.panel, "_tell", tell_and_note)
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    looks = {"name": "ends", "size": 8, "items": [[0, 0, 1.0]]}

    def come(view):
        way.set(view)
        stepped.ask(1, view=view)
        stepped.send("look", view=view, **looks)

    contextvars.Context().run(come, "a")
    stepped.step()
    stepped.step()
    assert went == [("frame", "a"), ("frame", "a"), ("look", "a")]


def test_a_frame_says_how_large_its_tiles_are_and_how_long_they_took(stepped, monkeypatch):
    draw = stepped.panel._session.draw

    def drawn(contents, rows):
        for part in draw(contents, rows):
            yield replace(part, render_ms=12.3456)

    monkeypatch.setattr(stepped.panel._session, "draw", drawn)
    stepped.ask(1)
    (frame,) = stepped.step()
    assert (frame["mime"], frame["width"], frame["height"]) == ("image/x-rgba", 16, 16)
    assert frame["render_ms"] == 12.35
    assert (frame["tiles"], frame["unedited"]) == ([[0, 0]], False)


def test_a_view_that_goes_gets_nothing_more(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    stepped.ask(1)
    stepped.send("bye")
    assert stepped.step() == []
    stepped.ask(2)
    assert [frame["quality"] for frame in stepped.step()] == ["preview"]
    stepped.send("look", name="ends", size=8, items=[[0, 0, 1.0]])
    stepped.send("bye")
    assert stepped.step() == []
    assert stepped.told("look") == []


def test_an_observer_s_error_answers_no_request(stepped):
    stepped.panel.observe(lambda change: 1 / 0, "seed")
    stepped.ask(3, {"seed": 5})
    ((view, seq, message),) = [(e["view"], e["seq"], e["message"]) for e in stepped.told("error")]
    assert (view, seq, message) == ("v", 0, "ZeroDivisionError: division by zero")


def test_an_error_while_all_is_quiet_answers_no_request_and_is_told_once(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    stepped.ask(3)
    stepped.step()
    monkeypatch.setattr(stepped.panel._painter, "finish", lambda contents: iter([1 / 0]))
    stepped.step()
    assert [(error["view"], error["seq"]) for error in stepped.told("error")] == [("v", 0)]
    stepped.comm.sent.clear()
    stepped.quiet()
    assert stepped.told("error") == []


def test_a_look_s_error_is_told_to_all_views(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    monkeypatch.setattr(stepped.panel._looks, "step", lambda: 1 / 0)
    stepped.send("look", name="ends", size=8, items=[[0, 0, 1.0]])
    stepped.comm.sent.clear()
    stepped.panel._draw_looks()
    assert [(error["view"], error["seq"]) for error in stepped.told("error")] == [("", 0)]


def searching(stepped, monkeypatch, *, now=None):
    """Let the Jacobian tell 1 and 4 of 4 at times that are set, and find what random finds."""
    times = iter(now or [0.0, 0.0, 0.0])
    monkeypatch.setattr(painting.time, "monotonic", lambda: next(times))
    found = Search.find

    def find(search, generator, k=None, progress=None):
        if search.method != "jacobian":
            return found(search, generator, k, progress)
        progress(1, 4)
        progress(4, 4)
        return found(Search.of("random", layers=(0, 1)), generator, k, None)

    monkeypatch.setattr(Search, "find", find)
    stepped.ask(5, {"method": "jacobian"}, view="w")
    stepped.step()
    return stepped.told("progress")


def test_a_search_tells_the_view_that_waits_for_it_how_far_it_is(stepped, monkeypatch):
    first, last = searching(stepped, monkeypatch)
    assert first == {
        "type": "progress",
        "view": "w",
        "seq": 5,
        "text": "jacobian: 1 of 4",
        "fraction": 0.25,
    }
    assert (last["text"], last["fraction"]) == ("jacobian: 4 of 4", 1.0)


def test_a_search_that_takes_long_tells_how_much_time_is_left(stepped, monkeypatch):
    first, last = searching(stepped, monkeypatch, now=[100.0, 102.0, 110.0])
    assert first["text"] == "jacobian: 1 of 4, about 6 s left"
    assert last["text"] == "jacobian: 4 of 4"


def test_the_time_that_is_left_is_told_from_one_and_a_half_seconds_on(monkeypatch):
    for passed, text in ((1.5, ", about 2 s left"), (1.4, "")):
        monkeypatch.setattr(painting.time, "monotonic", lambda passed=passed: 100.0 + passed)
        assert painting._left(100.0, 5, 10) == text


def test_a_search_goes_on_if_only_pictures_are_wanted_otherwise(stepped, monkeypatch):
    request = Request("v", 1, False, False, False, False, contextvars.copy_context())
    progress = stepped.panel._progress(request)
    stepped.panel.change(seed=5, strengths={0: 1.0})
    progress(1, 2)
    stepped.panel.second = "random"
    with pytest.raises(painting._Superseded):
        progress(1, 2)
    progress = stepped.panel._progress(request)
    progress(1, 2)
    stepped.panel.normalize = False
    with pytest.raises(painting._Superseded):
        progress(1, 2)


def test_going_back_to_the_directions_before_leaves_all_else_as_it_is(stepped):
    stepped.ask(1, {"strengths": {"0": 1.5}, "method": "sefa", "normalize": False, "second": "random"})
    stepped.step()
    panel = stepped.panel
    before = {name: getattr(panel, name) for name in painting.SEARCHED}
    told = []
    panel.observe(lambda change: told.append(change["name"]), "method")
    panel.change(method="random", options={"seed": 3}, layers=(0, 2), normalize=True, second=None)
    panel.change(strengths={3: 1.0}, seed=7, truncation_psi=0.5)
    stepped.send("cancel")
    assert {name: getattr(panel, name) for name in painting.SEARCHED} == before
    assert (panel.seed, panel.truncation_psi) == (7, 0.5)
    assert told == ["method", "method"]


def test_a_panel_that_ends_answers_nothing_more(stepped, monkeypatch):
    stepped.ask(1, {"starts": [3, 4]})
    stepped.panel._painter._tile_ms = TOGETHER_MS
    tell = stepped.panel._tell

    def tell_and_stop(info, *data, **options):
        tell(info, *data, **options)
        stepped.panel._worker.stopped = True

    stepped.panel._tell = tell_and_stop
    with pytest.raises(Ending):
        stepped.step()
    assert [rows(frame) for frame in stepped.frames()] == [[0]]
    stepped.ask(2)
    with pytest.raises(Ending):
        stepped.step()
    assert stepped.frames() == []


def test_a_search_ends_with_its_panel(stepped):
    request = Request("v", 1, False, False, False, False, contextvars.copy_context())
    progress = stepped.panel._progress(request)
    stepped.panel._worker.stopped = True
    with pytest.raises(painting._Superseded):
        progress(1, 2)
    with pytest.raises(Ending):
        stepped.panel._contents(request)


def test_a_panel_that_ends_measures_and_looks_at_nothing_more(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    stepped.send("look", name="ends", size=8, items=[[0, 0, 1.0]])
    monkeypatch.setattr(stepped.panel._session.finder, "measure", lambda state: pytest.fail("It measured."))
    stepped.panel._worker.stopped = True
    stepped.step()
    assert stepped.told("look") == []


def test_looks_come_before_measuring(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    finder = stepped.panel._session.finder
    measure, order = finder.measure, []
    monkeypatch.setattr(finder, "measure", lambda state: (order.append("measure"), measure(state))[1])
    send = stepped.panel._send_look
    monkeypatch.setattr(stepped.panel, "_send_look", lambda seen: (order.append("look"), send(seen))[1])
    stepped.send("look", name="ends", size=8, items=[[0, 0, 1.0]])
    stepped.step()
    assert order[:2] == ["look", "measure"]


def test_a_look_interrupts_the_measuring(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    finder = stepped.panel._session.finder
    measure, measured = finder.measure, []

    def measure_and_look(state):
        measured.append(state)
        if len(measured) == 1:
            stepped.send("look", name="ends", size=8, items=[[0, 0, 1.0]])
        return measure(state)

    monkeypatch.setattr(finder, "measure", measure_and_look)
    stepped.step()
    assert len(measured) == 1
    stepped.step()
    assert len(stepped.told("look")) == 1
    assert len(measured) > 1


def test_a_closed_panel_has_stopped_and_let_go_of_all_pictures(stepped, monkeypatch):
    monkeypatch.setattr("sefa_widget.pictures.frames.RAW_LIMIT", 8)
    stepped.ask(1)
    stepped.step()
    panel, session = stepped.panel, stepped.panel._session
    assert session.kept.nbytes > 0
    panel.close()
    assert panel._stopped
    assert panel._stream.step() is None
    assert session.kept.nbytes == 0
    assert (panel._painter.painted, panel._looks._open, panel._published) == (None, None, None)
    assert panel._unfinished == {}
    panel.close()


def test_what_is_known_of_directions_is_told_once_until_more_is_known(stepped, monkeypatch):
    described = []
    info = painting.directions_info
    monkeypatch.setattr(
        painting, "directions_info", lambda state, found: (described.append(found), info(state, found))[1]
    )
    stepped.ask(1)
    stepped.step()
    stepped.ask(2, {"seed": 5})
    stepped.step()
    assert described == [stepped.panel._session.found()]


def test_an_interrupt_between_cells_ends_a_search_and_nothing_else(stepped, monkeypatch):
    stepped.ask(1, {"strengths": {"0": 1.5}})
    stepped.step()
    panel, found = stepped.panel, Search.find
    panel._interrupted()
    assert (panel.method, stepped.errors()) == (None, [])

    def slow(search, generator, k=None, progress=None):
        if search.method == "jacobian":
            panel._interrupted()
            progress(1, 9)
            raise AssertionError("It went on.")
        return found(search, generator, k, progress)

    monkeypatch.setattr(Search, "find", slow)
    stepped.ask(2, {"method": "jacobian"})
    (frame,) = stepped.step()
    assert (frame["seq"], panel.method, dict(panel.strengths)) == (2, None, {0: 1.5})
    panel.method = "random"
    panel._interrupted()  # nothing is searched any more
    assert panel.method == "random"


def test_an_interrupt_of_a_panel_s_first_search_is_told_to_all_views(stepped, monkeypatch):
    stepped.panel._interrupted()
    assert stepped.errors() == []
    stepped.panel._searching = True
    stepped.panel._interrupted()
    ((view, seq),) = [(error["view"], error["seq"]) for error in stepped.told("error")]
    assert (view, seq) == ("", 0)
    assert stepped.errors()[0].startswith("This search is the panel's first, so there are no earlier")
    stepped.comm.sent.clear()
    stepped.panel._worker.stopped = True
    stepped.panel._interrupted()
    assert stepped.errors() == []


def test_a_search_that_fails_is_over_for_an_interrupt(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    with monkeypatch.context() as broken:
        broken.setattr(stepped.panel._session, "contents", lambda **_: 1 / 0)
        stepped.ask(2, {"method": "random"})
        stepped.step()
    assert not stepped.panel._busy


def test_what_is_known_of_directions_and_the_generator_travels(stepped):
    stepped.ask(1)
    stepped.step()
    updates = [m["data"]["state"] for m in stepped.comm.sent if m["data"].get("method") == "update"]
    (info,) = [update["directions_info"] for update in updates if "directions_info" in update]
    assert info == stepped.panel.directions_info
    opened = stepped.panel.get_state(["directions_info", "generator_info", "labels_info", "study_info"])
    assert opened == {name: getattr(stepped.panel, name) for name in opened}
    assert set(opened) <= set(stepped.panel.keys)


def test_a_kept_edit_is_not_spread_while_its_directions_are_searched_and_nothing_waits_for_them(stepped):
    stepped.ask(1, {"strengths": {"0": 1.5}})
    stepped.step()
    stepped.ask(2, {"method": "random"})
    stepped.send("spread")
    (said,) = stepped.errors()
    assert said == "The directions are still being searched; spread the edit over them then."
    assert not stepped.panel._session.searched
    stepped.step()
    stepped.send("spread")
    assert stepped.panel.state["carried"] == []
    assert stepped.panel.state["strengths"]
