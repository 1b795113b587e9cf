"""A view sends a small photo; the kernel suggests where to cut it, after all newer wishes."""

import io
import sys

import pytest
from PIL import Image

from sefa_widget.inversion import Crop
from sefa_widget.inversion.faces import Face, _detector
from sefa_widget.panel import suggesting

CROP = Crop(0.25, 0, 0.5, 1)


def png():
    file = io.BytesIO()
    Image.new("RGB", (60, 40)).save(file, "PNG")
    return file.getvalue()


def suggest(stepped, photo=1, view="v", data=None):
    data = png() if data is None else data
    stepped.panel._handle_custom_msg(
        {"type": "suggest", "view": view, "photo": photo}, [memoryview(data)] if data else []
    )


def told(stepped):
    return [(one["view"], one["photo"], one["crop"], one["words"]) for one in stepped.told("suggested")]


@pytest.fixture
def looks(monkeypatch):
    """Find a face after three looks; give the looks, and what is done at each of them."""
    looks, at = [], {}

    def found(_generator, _data, *, progress):
        for _ in range(3):
            looks.append(1)
            at.get(len(looks), lambda: None)()
            progress(len(looks), 3)
        return CROP

    monkeypatch.setattr(suggesting, "own_face", lambda _generator, _progress: Face(8, 8, 8))
    monkeypatch.setattr(suggesting, "suggested_crop", found)
    return looks, at


def test_a_view_is_told_where_to_cut_its_photo(stepped, looks):
    suggest(stepped, 7)
    stepped.step()
    assert told(stepped) == [("v", 7, [0.25, 0, 0.5, 1], "")]
    stepped.quiet()
    assert len(looks[0]) == 3


def test_no_face_in_the_photo_is_said(stepped, looks, monkeypatch):
    monkeypatch.setattr(suggesting, "suggested_crop", lambda *_, **options: None)
    suggest(stepped)
    stepped.step()
    assert told(stepped) == [("v", 1, None, "No face was found.")]


def test_of_a_generator_that_makes_no_faces_nothing_is_said(stepped):
    suggest(stepped)
    stepped.step()
    assert told(stepped) == [("v", 1, None, "")]


def test_without_dlib_it_is_said_what_to_install(stepped, monkeypatch):
    monkeypatch.setitem(sys.modules, "dlib", None)
    _detector.cache_clear()
    suggest(stepped)
    stepped.step()
    words = "Faces are found by dlib, which is not installed: pip install 'sefa_widget[faces]'."
    assert told(stepped) == [("v", 1, None, words)]
    assert stepped.errors() == []


def test_a_slider_that_moves_goes_before_the_next_look(stepped, looks):
    order = []
    looks[1][2] = lambda: stepped.ask(1, {"strengths": {"0": 1.0}})
    looks[1][3] = lambda: order.extend(stepped.frames())
    suggest(stepped)
    stepped.step()
    assert [frame["seq"] for frame in order] == [1]


def test_nothing_is_measured_as_long_as_a_photo_waits(stepped, looks, monkeypatch):
    stepped.ask(1)
    stepped.step()
    order = []
    monkeypatch.setattr(stepped.panel._session.finder, "measure", lambda state: bool(order.append("measure")))
    looks[1][3] = lambda: order.append("look")
    suggest(stepped)
    stepped.quiet()
    assert order[:2] == ["look", "measure"]


def test_another_photo_takes_the_place_of_the_one_that_is_looked_at(stepped, looks):
    looks[1][2] = lambda: suggest(stepped, 2)
    suggest(stepped, 1)
    stepped.step()
    assert [photo for _, photo, _, _ in told(stepped)] == [2]
    assert len(looks[0]) == 2 + 3


@pytest.mark.parametrize("how", ["drop", "find", "bye"])
def test_a_photo_that_is_closed_or_looked_for_or_whose_view_is_gone_needs_no_suggestion(stepped, looks, how):
    def leave():
        if how == "find":
            stepped.panel._handle_custom_msg({"type": "find", "view": "v"}, [memoryview(b"no picture")])
        elif how == "drop":
            stepped.send("steer", how="drop")
        else:
            stepped.send("bye")

    looks[1][2] = leave
    suggest(stepped)
    stepped.step()
    stepped.quiet()
    assert len(looks[0]) == 2
    assert told(stepped) == []


def test_each_view_has_its_own_photo(stepped, looks):
    suggest(stepped, 1, "v")
    suggest(stepped, 1, "w")
    stepped.step()
    assert [view for view, *_ in told(stepped)] == ["v", "w"]


def test_an_interrupted_kernel_ends_the_look_and_the_view_waits_no_longer(stepped, looks):
    looks[1][2] = stepped.panel._interrupted
    suggest(stepped)
    stepped.step()
    assert told(stepped) == [("v", 1, None, "")]
    assert len(looks[0]) == 2


def test_what_goes_wrong_is_told_and_the_panel_stays_usable(stepped, looks, monkeypatch):
    def broken(*_, **options):
        raise RuntimeError("no memory")

    monkeypatch.setattr(suggesting, "suggested_crop", broken)
    suggest(stepped)
    stepped.step()
    assert stepped.errors() == ["RuntimeError: no memory"]
    assert told(stepped) == [("v", 1, None, "")]
    stepped.ask(1)
    assert stepped.step()


def test_bytes_that_are_no_picture_are_told(stepped, monkeypatch):
    monkeypatch.setattr(suggesting, "own_face", lambda _generator, _progress: Face(8, 8, 8))
    suggest(stepped, data=b"no picture")
    stepped.step()
    assert "is not a picture that can be read" in stepped.errors()[0]
    assert told(stepped) == [("v", 1, None, "")]


def test_a_message_without_a_picture_is_refused(stepped):
    suggest(stepped, data=b"")
    assert "it must have 1 to 8,388,608" in stepped.errors()[0]
    assert not stepped.panel._photos
