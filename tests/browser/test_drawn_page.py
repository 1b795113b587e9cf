"""A page whose pictures were drawn beforehand: in a real Chromium, from the disk, without a network."""

from __future__ import annotations

import base64
import gzip
import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from sefa_widget import Edit, Start, explore, factorize, load_generator, load_labels, page, sheet
from sefa_widget.pages import Drawn
from tests.browser.test_page import EVIL, drag, open_page, pixels

__all__ = ["open_page"]

pytestmark = pytest.mark.browser

FEW = Drawn(directions=[0, 1, 3], seeds=[31, 88], strengths=5, grid=3, pairs=[(0, 3)])
LOSS = 6.0
"""How far a picture may be from Python's after WebP of quality 90 or less, of 255, on average."""
LESSON = [
    {
        "title": "Turned",
        "question": "Which way?",
        "choices": ["left", "right"],
        "state": {"strengths": {1: 9}},
    }
]


@pytest.fixture(scope="module")
def heads():
    return load_generator("heads", device="cpu")


@pytest.fixture(scope="module")
def exact(heads, tmp_path_factory):
    """A page of small pictures, which have room without loss."""
    folder = tmp_path_factory.mktemp("drawn")
    panel = explore(heads, labels=folder / "labels.sqlite", rater="Ada")
    panel.name(1, EVIL)
    panel.change(starts=[31])
    path = page(panel, folder / "heads.html", note=EVIL, layers=[(0, 3), (3, 5)], drawn=FEW)
    panel.close()
    return path


@pytest.fixture(scope="module")
def lossy(heads, tmp_path_factory):
    """A page of the same pictures with little room."""
    path = tmp_path_factory.mktemp("lossy") / "heads.html"
    page(heads, path, drawn=Drawn(directions=3, seeds=2, strengths=9, megabytes=0.6), lesson=LESSON)
    assert path.stat().st_size < 600_000
    return path


def strengths(path):
    """The largest strength of each direction of the first search."""
    (data,) = re.findall(r'id="contents">([^<]*)<', path.read_text())
    values = json.loads(gzip.decompress(base64.b64decode(data)))
    (first, *_), only = values["drawn"]["searches"], values["searches"][0]["info"]["only"]
    return dict(zip(only, first["strengths"], strict=True))


def wanted(heads, seed, edit, layers=(0, 3)):
    """Python's picture."""
    start = Start(seed, truncation_psi=heads.opening.truncation_psi)
    return sheet(heads, start, Edit(factorize(heads, layers=layers), edit)).tiles[0, 0].astype(int)


def shows(opened, picture, most=0.01):
    """Wait until the large picture is this one, on average of its colours; other batches round a few by 1."""
    for _ in range(100):
        error = np.abs(pixels(opened) - picture).mean()
        if error <= most:
            return error
        opened.wait_for_timeout(100)
    pytest.fail(f"The picture differs by {error} of 255 on average.")


def said(opened):
    return opened.locator(".sefa-beforehand strong")


def test_seeds_strengths_pairs_and_layers_are_pythons_pictures(exact, heads, open_page):
    opened = open_page(exact)
    ends = strengths(exact)
    shows(opened, wanted(heads, 31, {}))
    drag(opened, 0, 0.6 * ends[0][1])
    shows(opened, wanted(heads, 31, {0: ends[0][0]}))
    drag(opened, 3, -ends[3][1])
    shows(opened, wanted(heads, 31, {0: ends[0][1], 3: -ends[3][1]}))
    expect(said(opened)).to_contain_text("#0 is at")
    opened.get_by_role("button", name="Next seed").click()
    shows(opened, wanted(heads, 88, {0: ends[0][1], 3: -ends[3][1]}))
    opened.get_by_role("button", name="16 px").click()
    shows(opened, wanted(heads, 88, {}))
    expect(said(opened)).to_contain_text("The edit along other directions was not drawn together with these.")
    opened.locator(".sefa-panel").press("Control+z")
    shows(opened, wanted(heads, 88, {0: ends[0][1], 3: -ends[3][1]}))


def test_a_direction_that_was_not_drawn_with_the_other_takes_its_place_and_undo_brings_it_back(
    exact, heads, open_page
):
    opened = open_page(exact)
    ends = strengths(exact)
    drag(opened, 0, ends[0][1])
    drag(opened, 1, ends[1][1])
    shows(opened, wanted(heads, 31, {1: ends[1][1]}))
    expect(said(opened)).to_have_text("#0 went back to 0: it was not drawn together with #1.")
    opened.locator(".sefa-panel").press("Control+z")
    shows(opened, wanted(heads, 31, {0: ends[0][1]}))
    expect(said(opened)).to_have_text("")
    opened.locator(".sefa-panel").press("Control+y")
    shows(opened, wanted(heads, 31, {1: ends[1][1]}))


def test_packed_pictures_are_near_pythons(lossy, heads, open_page):
    opened = open_page(lossy)
    last = strengths(lossy)[1][3]
    assert shows(opened, wanted(heads, 31, {1: last}), LOSS) > 0
    drag(opened, 1, -last)
    assert shows(opened, wanted(heads, 31, {1: -last}), LOSS) > 0


def test_the_page_says_what_there_is_and_why_the_rest_is_not(exact, open_page):
    opened = open_page(exact)
    note = opened.locator(".sefa-beforehand")
    expect(note).to_contain_text("Drawn beforehand: 5 strengths of 6 directions, for 2 seeds; 2 pairs")
    for name in ("Truncation", "Truncated codes"):
        expect(opened.get_by_label(name, exact=True).last).to_be_disabled()
    assert opened.locator(".sefa-psi").get_attribute("title") == (
        "The pictures were drawn beforehand, so this cannot be changed here."
    )
    expect(opened.get_by_label("Seed", exact=True).last).to_have_text("3188")
    assert opened.evaluate("document.querySelectorAll('.sefa-row').length") == 3
    slider = opened.locator('input[type=range][aria-label^="Direction 3"]')
    slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^\+"))


def test_filmstrips_and_the_wall_show_what_was_drawn(exact, open_page):
    opened = open_page(exact)
    opened.locator('input[type=range][aria-label^="Direction 1"]').focus()
    frames = opened.locator(".sefa-open .sefa-frame-button .sefa-look:not(.sefa-pending)")
    expect(frames).to_have_count(5)
    opened.get_by_role("button", name="Wall").click()
    expect(opened.locator(".sefa-pair .sefa-look:not(.sefa-pending)")).to_have_count(6)


def test_names_stay_and_are_a_file_that_python_reads(exact, heads, open_page, tmp_path):
    opened = open_page(exact)
    expect(opened.locator(".sefa-panel")).to_contain_text(EVIL)
    assert opened.evaluate("document.querySelectorAll('.sefa-panel img:not(.sefa-look > img)').length") == 0
    opened.locator('input[type=range][aria-label^="Direction 3"]').focus()
    opened.locator(".sefa-panel").press("n")
    opened.keyboard.type("size")
    opened.keyboard.press("Enter")
    opened.locator(".sefa-panel").press("e")
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name="Names as JSON").click()
    waiting.value.save_as(tmp_path / "names.json")
    (label,) = load_labels(tmp_path / "names.json")
    assert (label.name, label.index, label.fingerprint) == ("size", 3, heads.fingerprint)
    found = factorize(heads, layers=(0, 3))
    assert float(label.vector @ found.vectors[3]) == pytest.approx(1, abs=1e-6)
    opened.reload()
    opened.wait_for_selector(".sefa-picture[data-revision]")
    expect(opened.locator(".sefa-panel")).to_contain_text("size")


def test_a_saved_picture_opens_the_same_panel_in_python(exact, open_page, tmp_path):
    opened = open_page(exact)
    drag(opened, 3, strengths(exact)[3][0])
    opened.locator(".sefa-panel").press("e")
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name="These pictures as PNG").click()
    waiting.value.save_as(tmp_path / "sheet.png")
    panel = explore("heads", state=tmp_path / "sheet.png")
    assert panel.strengths == {3: strengths(exact)[3][0]}
    panel.close()


@pytest.mark.parametrize("name", ["contents", "vectors", "pictures"])
def test_a_page_that_was_cut_or_changed_says_so_and_keeps_its_still(exact, open_page, tmp_path, name):
    text = exact.read_text()
    (data,) = re.findall(rf'id="{name}">([^<]*)<', text)
    packed = bytearray(base64.b64decode(data))
    packed[len(packed) // 2] ^= 1
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace(data, base64.b64encode(packed).decode()))
    opened = open_page(broken, wait=False)
    expect(opened.get_by_role("alert")).to_contain_text(f"its block “{name}” was cut or changed")
    assert opened.locator(".page-still img").evaluate("image => image.naturalWidth") > 0


def test_no_webassembly_is_needed(exact, open_page):
    open_page(exact, ["WebAssembly.validate = () => false"])


def test_a_lesson_shows_the_nearest_that_was_drawn(lossy, heads, open_page):
    opened = open_page(lossy)
    expect(opened.get_by_role("region", name="Lesson")).to_contain_text("Which way?")
    shows(opened, wanted(heads, 31, {1: strengths(lossy)[1][3]}), LOSS)
