import base64
import io
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from sefa_widget import Labels, explore
from sefa_widget.panel.still import GAP, LARGEST, MOST_BYTES, still


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
