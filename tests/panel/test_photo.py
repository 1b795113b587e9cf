"""A view sends a photo; it is found between newer requests, and becomes a start."""

import io
import json
import re

import numpy as np
import pytest
import torch
from PIL import Image

from sefa_widget import explore
from sefa_widget.inversion import invert
from sefa_widget.panel import photo_search
from sefa_widget.panel.photo import MOST_BYTES
from sefa_widget.pictures.frames import to_pixels


def png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def own_picture(generator, seed=700):
    (pixels,) = to_pixels(generator.synthesize(generator.sample(seed)))
    return png(Image.fromarray(pixels))


@pytest.fixture
def quick(monkeypatch):
    """Take few steps and samples; give what was asked for."""
    asked = []

    def few(generator, target, **options):
        asked.append(options)
        return invert(generator, target, **{"steps": 20, "samples": 8, "restarts": 2, **options})

    def compared(generator, found, **options):
        return whole(generator, found, steps=20, samples=8, restarts=2, own=2, **options)

    whole = photo_search.compared
    monkeypatch.setattr(photo_search, "invert", few)
    monkeypatch.setattr(photo_search, "compared", compared)
    monkeypatch.setattr(photo_search, "STEPS", 20)
    return asked


def find(stepped, data):
    stepped.panel._handle_custom_msg({"type": "find", "view": "v"}, [memoryview(data)])


def told(stepped):
    return stepped.told("found")


def test_a_photo_is_found_and_kept_as_a_start_that_is_edited_and_undone(stepped, quick):
    panel = stepped.panel
    find(stepped, own_picture(panel.generator))
    stepped.step()
    messages = told(stepped)
    phases = [one["phase"] for one in messages]
    assert list(dict.fromkeys(phases)) == ["searching", "comparing", "done"]
    assert "usual for this generator" in messages[-1]["words"]
    assert not messages[-1]["foreign"]
    before = [pin.described() for pin in panel.starts]
    stepped.send("steer", how="keep")
    assert panel.starts[panel.chosen].name == "photo 1"
    photo = panel.starts[panel.chosen]
    found = panel._photo.found
    assert torch.equal(photo.drawn_from(panel.generator).codes, found.latent.codes)
    sheet = panel.sheet().tiles
    np.testing.assert_array_equal(sheet[panel.chosen, 0], to_pixels(found.image[None])[0])
    stepped.ask(1, {"strengths": {"0": 2.0}})
    assert [panel.chosen, 0] in [place for frame in stepped.step() for place in frame["tiles"]]
    assert (panel.sheet().tiles[panel.chosen] != sheet[panel.chosen]).any()
    panel.undo()
    panel.undo()
    assert [pin.described() for pin in panel.starts] == before


def test_the_nearest_sample_is_told_and_shown_before_the_first_step(stepped, quick):
    find(stepped, own_picture(stepped.panel.generator))
    stepped.step()
    sent = [m for m in stepped.comm.sent if m["data"].get("content", {}).get("type") == "found"]
    words = [m["data"]["content"]["words"] for m in sent]
    first = next(
        n for n, text in enumerate(words) if re.fullmatch(r"Looking among samples: [\d.]+ dB\.", text)
    )
    assert sent[first]["buffers"]
    assert first < next(n for n, text in enumerate(words) if text.startswith("Step 1 of"))


def test_pictures_travel_as_target_found_and_difference(stepped, quick):
    find(stepped, own_picture(stepped.panel.generator))
    stepped.step()
    with_pictures = [m for m in stepped.comm.sent if m["data"].get("content", {}).get("mime")]
    content, (data,) = with_pictures[-1]["data"]["content"], with_pictures[-1]["buffers"]
    side = stepped.panel.generator.resolution
    assert (content["mime"], content["width"], content["height"]) == ("image/x-rgba", side, side)
    assert len(data) == 3 * side * side * 4


def test_a_newer_wish_is_drawn_between_two_steps_of_the_search(stepped, quick, monkeypatch):
    panel, order = stepped.panel, []
    find(stepped, own_picture(panel.generator))
    step = panel._stream.step

    def ask_once():
        if len(order) == 2:
            stepped.ask(1, {"strengths": {"0": 1.0}})
        order.append(len(told(stepped)))
        return step()

    monkeypatch.setattr(panel._stream, "step", ask_once)
    frames = stepped.step()
    assert [frame["seq"] for frame in frames] == [1]
    kinds = [m["data"]["content"]["type"] for m in stepped.comm.sent if m["data"].get("method") == "custom"]
    last = len(kinds) - 1 - kinds[::-1].index("found")
    assert kinds.index("frame") < last


@pytest.mark.parametrize(("asked", "rests"), [(True, True), (False, False)])
def test_the_search_waits_while_a_slider_moves_but_not_for_what_is_due_later(
    stepped, quick, monkeypatch, asked, rests
):
    panel, waited, seqs = stepped.panel, [], iter(range(1, 3))
    monkeypatch.setattr(panel._worker, "rest", lambda seconds: bool(waited.append(seconds)))
    find(stepped, own_picture(panel.generator))
    step = panel._stream.step

    def busy():
        if asked and panel._inverting and (seq := next(seqs, None)):
            stepped.ask(seq)
        panel._stream.settle(5.0)  # as the store of names is looked at
        return step()

    monkeypatch.setattr(panel._stream, "step", busy)
    stepped.step()
    assert bool(waited) == rests


def stop_after(stepped, monkeypatch, count, how="stop"):
    """Let so many steps of the search pass, then steer it, or interrupt the kernel; give what was asked."""
    asked = []
    step = stepped.panel._stream.step

    def steered():
        asked.append(None)
        if len(asked) == count:
            stepped.panel._interrupted() if how == "interrupt" else stepped.send("steer", how=how)
        return step()

    monkeypatch.setattr(stepped.panel._stream, "step", steered)
    stepped.step()
    monkeypatch.setattr(stepped.panel._stream, "step", step)
    return asked


def test_a_stopped_search_keeps_what_it_has_and_goes_on_from_there(stepped, quick, monkeypatch):
    find(stepped, own_picture(stepped.panel.generator))
    steps = stop_after(stepped, monkeypatch, 6)
    assert len(steps) < 20
    first = stepped.panel._photo.found
    assert told(stepped)[-1]["phase"] == "done"
    stepped.send("steer", how="more")
    stepped.step()
    assert quick[0]["start"] is None
    assert torch.equal(quick[1]["start"].codes, first.latent.codes)
    assert stepped.panel._photo.found.error <= first.error


def test_a_search_that_is_dropped_ends_after_its_step_and_tells_nothing_more(stepped, quick, monkeypatch):
    find(stepped, own_picture(stepped.panel.generator))
    steps = stop_after(stepped, monkeypatch, 6, how="drop")
    assert len(steps) < 20
    assert "done" not in [one["phase"] for one in told(stepped)]
    assert stepped.panel._photo is None


def test_an_interrupted_kernel_ends_the_search_with_what_it_has(stepped, quick, monkeypatch):
    find(stepped, own_picture(stepped.panel.generator))
    steps = stop_after(stepped, monkeypatch, 6, how="interrupt")
    assert len(steps) < 20
    assert told(stepped)[-1]["phase"] == "done"


def test_a_view_that_is_gone_waits_for_no_picture(stepped, quick):
    find(stepped, own_picture(stepped.panel.generator))
    stepped.send("bye")
    assert stepped.panel._photo is None


def test_what_the_generator_cannot_make_is_said_to_be_that(stepped, quick):
    board = (np.indices((64, 64)).sum(0) // 4 % 2 * 255).astype(np.uint8)
    find(stepped, png(Image.fromarray(board)))
    stepped.step()
    last = told(stepped)[-1]
    assert last["foreign"]
    assert "hardly makes such pictures" in last["words"]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"not a picture", "The picture is not a picture that can be read; use PNG, JPEG or WebP."),
        (png(Image.new("L", (64, 64)))[:60], "cannot be read"),
    ],
)
def test_bytes_that_are_no_picture_are_told_and_the_panel_stays_usable(stepped, quick, data, text):
    find(stepped, data)
    stepped.step()
    last = told(stepped)[-1]
    assert last["phase"] == "failed"
    assert text in last["words"]
    stepped.send("steer", how="keep")
    assert stepped.errors() == ["Nothing is found yet; wait for the first step, or stop the search."]
    stepped.ask(1)
    assert stepped.step()


@pytest.mark.parametrize("buffers", [[], None, [b""], [b"a", b"b"], [bytes(MOST_BYTES + 1)]])
def test_a_message_without_one_picture_of_bounded_size_is_refused(stepped, buffers):
    stepped.panel._handle_custom_msg({"type": "find", "view": "v"}, buffers)
    (error,) = stepped.errors()
    assert "it must have 1 to 8,388,608. Make it smaller." in error


@pytest.mark.parametrize("mode", ["CMYK", "I;16", "RGBA", "P"])
def test_a_picture_of_any_mode_is_looked_for(stepped, quick, mode):
    file = io.BytesIO()
    image = (
        Image.fromarray(np.full((40, 40), 30_000, np.uint16)) if mode == "I;16" else Image.new(mode, (40, 40))
    )
    image.save(file, "TIFF")
    find(stepped, file.getvalue())
    stepped.step()
    assert told(stepped)[-1]["phase"] == "done"


def test_a_photo_comes_back_from_the_state_which_is_small_and_plain(tiny, tiny_style):
    for generator in (tiny, tiny_style):
        panel = explore(generator)
        picture = generator.synthesize(generator.sample(9))[0]
        panel.find(picture, "Ada", steps=5, samples=8, own=0)
        text = json.dumps(panel.state)
        assert len(text) < 20_000
        again = explore(generator, state=json.loads(text))
        np.testing.assert_array_equal(again.sheet().tiles, panel.sheet().tiles)
        panel.close()
        again.close()


def test_names_of_photos_are_counted_and_another_seed_takes_the_latent_away(tiny):
    panel = explore(tiny)
    picture = tiny.synthesize(tiny.sample(9))[0]
    for _ in range(2):
        panel.find(picture, steps=1, samples=8, own=0)
    assert [pin.name for pin in panel.starts[-2:]] == ["photo 1", "photo 2"]
    panel.seed = 0
    chosen = panel.starts[panel.chosen]
    assert (chosen.seed, chosen.name, chosen.latent) == (0, "", None)
    assert panel.undo()
    assert panel.starts[panel.chosen].latent is not None
    panel.close()


def test_the_code_of_a_panel_draws_its_photo(tiny_style):
    panel = explore(tiny_style)
    panel.find(tiny_style.synthesize(tiny_style.sample(9))[0], steps=1, samples=8, own=0)
    names = {"generator": tiny_style}
    exec(panel.code(), names)
    np.testing.assert_array_equal(names["pictures"].tiles, panel.sheet().tiles)
    panel.close()
