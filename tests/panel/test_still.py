import base64
import io
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from sefa_widget import Labels, explore, factorize
from sefa_widget.directions import Search
from sefa_widget.panel import still as module
from sefa_widget.panel.carried import Carried
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.state import first_state
from sefa_widget.panel.still import GAP, LARGEST, MOST_BYTES, Still, caption, still


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def panel(tiny, recorded_comms):
    with explore(tiny, state={"starts": [3, 4], "truncation_psi": 1.0}, labels=Labels()) as panel:
        yield panel


def test_the_output_of_a_panel_carries_a_picture_for_where_no_kernel_runs(panel, tiny):
    bundle, _ = panel._repr_mimebundle_()
    assert set(bundle) == {
        "text/plain",
        "text/html",
        "image/png",
        "application/vnd.jupyter.widget-view+json",
    }
    page = Tags(bundle["text/html"])
    (shown,) = [attributes for tag, attributes in page.tags if tag == "img"]
    assert shown["src"] == f"data:image/png;base64,{bundle['image/png']}"
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))))
    size = tiny.resolution
    assert np.array_equal(pixels[:size, :size], panel.sheet().tiles[0, 0])
    assert np.array_equal(pixels[:size, size + GAP : 2 * size + GAP], panel.sheet().tiles[1, 0])
    assert "seeds 3, 4." in page.text
    assert "Run the cell to move the sliders again" in page.text


def test_a_still_is_of_now_and_says_what_is_moved_and_how_to_draw_it_again(panel):
    panel.strengths = {1: 0.5}
    panel.name(1, "smile")
    panel.starts = [{"seed": 3, "label": None, "name": "Max"}]
    page = Tags(panel.still().html())
    assert "seed Max; sefa of layers 0: smile +0.5." in page.text
    assert "sheet(generator, starts, edits)" in page.text
    bundle, _ = panel._repr_mimebundle_()
    assert "smile +0.5" in bundle["text/html"]


def test_nothing_that_people_write_becomes_a_tag(panel):
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\" onload='x'"
    panel.strengths = {1: 0.5}
    panel.name(1, evil)
    panel.starts = [{"seed": 3, "label": None, "name": evil[:40]}]
    page = Tags(panel.still().html())
    assert {tag for tag, _ in page.tags} == {"figure", "img", "figcaption", "br", "details", "summary", "pre"}
    assert {name for _, attributes in page.tags for name in attributes} == {"style", "src", "width", "alt"}
    assert evil in page.text


def test_a_still_of_large_pictures_stays_small():
    noise = np.random.default_rng(0).integers(0, 256, (4, 2, 1024, 1024, 3), np.uint8)
    found = still(noise, "noise")
    assert found.mime == "image/jpeg"
    assert len(found.picture) <= MOST_BYTES
    assert max(Image.open(io.BytesIO(found.picture)).size) <= LARGEST
    assert sum(len(str(form)) for form in found.bundle.values()) < 300_000


def test_an_output_without_a_still_is_better_than_none(panel, monkeypatch):
    def fail(*_arguments):
        raise RuntimeError

    monkeypatch.setattr("sefa_widget.panel.keeping.sheet", fail)
    bundle, _ = panel._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "application/vnd.jupyter.widget-view+json"}


def test_no_output_waits_for_a_long_search(tiny, recorded_comms, monkeypatch):
    monkeypatch.setattr("sefa_widget.panel.keeping.SEARCH_SECONDS", -1.0)
    state = {"method": "jacobian", "options": {"n": 2}, "strengths": {0: 1.0}}
    with explore(tiny, state=state, labels=Labels()) as panel:
        bundle, _ = panel._repr_mimebundle_()
        assert set(bundle) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
        monkeypatch.setattr("sefa_widget.panel.keeping.SEARCH_SECONDS", 1e9)
        bundle, _ = panel._repr_mimebundle_()
        assert "direction 0 +1" in bundle["text/html"]


@pytest.fixture
def state(tiny_style):
    return first_state(tiny_style)


def words(state, found=None, names=None, **fields):
    return caption("net", replace(state, **fields), found, names or {})


def test_a_caption_says_whose_pictures_they_are(state):
    assert words(state) == "net, seed 0."
    assert words(state, starts=(Pin(3, 0, "Max"), Pin(4, 0))) == "net, seeds Max, 4."
    nine = tuple(Pin(seed, 0) for seed in range(9))
    assert words(state, starts=nine) == "net, seeds 0, 1, 2, 3, 4, 5, 6, 7, 8."
    assert words(state, starts=(*nine, *nine)) == "net, seeds 0, 1, 2, 3, 4, 5, 6, 7, 8 and 9 more."


def test_a_caption_says_of_which_class_each_picture_is(state):
    starts = (Pin(4, 0), Pin(5, 1, "Max"))
    named = caption("net", replace(state, starts=starts), None, {}, ("coat", "bag"))
    assert named == "net, seeds 4 (coat), Max (bag)."
    assert words(state, starts=starts) == "net, seeds 4 (class 0), Max (class 1)."
    assert caption("net", replace(state, starts=starts[:1]), None, {}, ("coat",)) == "net, seed 4 (coat)."


def test_a_caption_says_how_pictures_are_truncated_where_they_are(state):
    assert words(state, truncation_psi=0.75) == "net, seed 0; truncation 0.75."
    assert words(state, truncation_psi=1.0) == "net, seed 0."


def test_a_caption_says_along_what_and_how_far(state, tiny_style):
    found = factorize(tiny_style, layers=(0, 2))
    strengths = {0: 1.0, 3: -0.12345, 4: 0.0}
    text = "net, seed 0; sefa of layers 0-1: direction 0 +1, smile -0.123."
    assert words(state, found, {3: "smile"}, strengths=strengths) == text
    assert words(state, None, strengths=strengths) == "net, seed 0."
    assert words(state, found, strengths={4: 0.0}) == "net, seed 0."


def test_a_caption_says_that_an_edit_was_carried_over(state):
    carried = (Carried(Search.of("sefa", layers=(0, 1)), ((2, 1.5),)),)
    assert words(state, carried=carried) == "net, seed 0; and an edit of an earlier search."


def grid(rows, columns, size):
    return np.zeros((rows, columns, size, size, 3), np.uint8)


def test_starts_stand_side_by_side_and_edits_below_one_another_with_white_between():
    tiles = np.arange(2 * 3, dtype=np.uint8).reshape(2, 3, 1, 1, 1) * np.ones((2, 3, 4, 5, 3), np.uint8)
    image = np.asarray(Image.open(io.BytesIO(still(tiles, "x").picture)))
    assert image.shape == (3 * (4 + GAP), 2 * (5 + GAP), 3)
    for start in range(2):
        for edit in range(3):
            tile = image[edit * (4 + GAP) :, start * (5 + GAP) :]
            assert (tile[:4, :5] == tiles[start, edit, 0, 0, 0]).all()
            assert (tile[4 : 4 + GAP, :5] == 255).all()
            assert (tile[:4, 5 : 5 + GAP] == 255).all()


@pytest.mark.parametrize(
    ("rows", "size", "width", "shown"),
    [
        (1, 16, 16 + GAP, 160),
        (3, 16, 3 * (16 + GAP), 480),
        (7, 16, 7 * (16 + GAP), LARGEST),
        (1, LARGEST - GAP, LARGEST, LARGEST),
        (1, 300, 300 + GAP, 300 + GAP),
        (2, 960, LARGEST, LARGEST),
    ],
)
def test_small_pictures_are_shown_larger_and_large_ones_are_made_smaller(rows, size, width, shown):
    found = still(grid(rows, 1, size), "x")
    assert Image.open(io.BytesIO(found.picture)).width == width
    assert found.width == shown


def test_a_tall_grid_is_made_smaller_by_its_height():
    found = still(grid(1, 4, 478), "x")
    assert Image.open(io.BytesIO(found.picture)).size == (240, LARGEST)


def test_a_picture_is_without_loss_as_long_as_that_is_small(monkeypatch):
    noise = np.random.default_rng(0).integers(0, 256, (1, 1, 64, 64, 3), np.uint8)
    whole = still(noise, "x")
    assert (whole.mime, np.asarray(Image.open(io.BytesIO(whole.picture))).shape) == ("image/png", (66, 66, 3))
    for most, mime in ((len(whole.picture), "image/png"), (len(whole.picture) - 1, "image/jpeg")):
        monkeypatch.setattr(module, "MOST_BYTES", most)
        assert still(noise, "x").mime == mime
    lossy = still(noise, "x").picture
    monkeypatch.setattr(module, "MOST_BYTES", len(lossy))
    assert Image.open(io.BytesIO(still(noise, "x").picture)).size == (66, 66)
    monkeypatch.setattr(module, "MOST_BYTES", len(lossy) - 1)
    assert Image.open(io.BytesIO(still(noise, "x").picture)).size == (52, 52)


def test_a_still_shows_itself_in_all_its_forms():
    found = Still(b"bytes", "image/jpeg", 77, "a caption", "a & b")
    data = base64.b64encode(b"bytes").decode()
    assert found._repr_mimebundle_(include=None) == found.bundle
    assert found.bundle == {"text/plain": "a caption", "text/html": found.html(), "image/jpeg": data}
    page = Tags(found.html("Click."))
    (image,) = [attributes for tag, attributes in page.tags if tag == "img"]
    assert (image["src"], image["width"], image["alt"]) == (
        f"data:image/jpeg;base64,{data}",
        "77",
        "a caption",
    )
    assert "A saved picture, made by a GAN. Click." in page.text
    assert "Python that draws it again" in page.text
    assert "a & b" in page.text
    assert "details" not in [tag for tag, _ in Tags(still(grid(1, 1, 4), "x").html()).tags]
