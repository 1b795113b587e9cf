"""A page in a real Firefox: from the disk, without a network and without a kernel."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from sefa_widget import Edit, Start, factorize, load_generator, page, sheet
from tests.firefox import FIREFOX_NAMES, Firefox, find_firefox

pytestmark = pytest.mark.browser

SLIDER = """document.querySelector('input[type=range][aria-label^="Direction 0"]')"""
CANVAS = "document.querySelector('.sefa-people canvas.sefa-picture')"
NEAR = 2
"""How far a colour may be from Python's, of 255."""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    found = find_firefox()
    if found is None:
        pytest.skip(f"None of {', '.join(FIREFOX_NAMES)} is on PATH: 'make browser' installs it if it can.")
    opened = Firefox(found, tmp_path_factory.mktemp("firefox"))
    yield opened
    opened.close()


def pixels(firefox):
    data = firefox.evaluate(f"{CANVAS}.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")).astype(int)


def near(firefox, wanted):
    """Wait until the large picture is what Python draws."""
    for _ in range(3000):
        error = np.abs(pixels(firefox) - wanted.astype(int)).max()
        if error <= NEAR:
            return
        firefox.evaluate("new Promise(requestAnimationFrame)")
    pytest.fail(f"The picture differs by {error} of 255.")


def test_a_dragged_slider_draws_pythons_pixels_in_firefox(firefox, tmp_path):
    heads = load_generator("heads", device="cpu")
    first = heads.opening
    start = Start(first.seeds[0], truncation_psi=first.truncation_psi)
    firefox.open(page(heads, tmp_path / "heads.html", layers=[], k=3).as_uri())
    firefox.wait(f"{CANVAS}?.dataset.revision")
    near(firefox, sheet(heads, start).tiles[0, 0])
    box = firefox.evaluate(f"{SLIDER}.getBoundingClientRect().toJSON()")
    middle = box["top"] + box["height"] / 2
    firefox.drag([(box["left"] + share * box["width"], middle) for share in (0.5, 0.6, 0.7, 0.8, 0.75)])
    firefox.wait(f"{SLIDER}.value > 0")
    strength = firefox.evaluate(f"Number({SLIDER}.value)")
    wanted = sheet(heads, start, Edit(factorize(heads, layers=first.layers), {0: strength})).tiles[0, 0]
    near(firefox, wanted)

    assert [told for told in firefox.told("log.entryAdded") if told["level"] == "error"] == []
    asked = [told["request"]["url"] for told in firefox.told("network.beforeRequestSent")]
    assert [url for url in asked if url.startswith("http")] == []
