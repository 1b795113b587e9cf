"""The panel in a page: in a real Chromium, from the disk, without a network and without a kernel."""

from __future__ import annotations

import base64
import gzip
import io
import json
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from sefa_widget import Edit, Start, explore, factorize, load_generator, load_labels, page, sheet
from tests.patience import WAIT_MS

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=\"document.title='broken'\">"
LESSON = [
    {
        "title": EVIL,
        "text": f"Look at both.\n\n{EVIL}",
        "question": f"Which is it? {EVIL}",
        "choices": ["Direction 1", EVIL],
        "told": ["No.", f"Yes. {EVIL}"],
        "state": {"starts": [31, 88], "strengths": {0: 0.3}, "layers": [0, 3]},
    },
    {"title": "In your words", "question": "What does it do?", "told": ["Thank you."]},
]


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """A page of the bundled heads, made once."""
    folder = tmp_path_factory.mktemp("page")
    panel = explore("heads", labels=folder / "labels.sqlite", rater="Ada")
    panel.name(1, EVIL)
    path = page(panel, folder / "heads.html", title=f"Heads {EVIL}", note=EVIL, layers=[(3, 5)], k=12)
    panel.close()
    return path


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    path = tmp_path_factory.mktemp("lesson") / "lesson.html"
    return page(load_generator("heads", device="cpu"), path, layers=[], k=3, lesson=LESSON)


@pytest.fixture
def open_page(chromium):
    contexts, failures = [], []

    def open_(path, scripts=(), wait=True, **options):
        context = chromium.new_context(offline=True, viewport={"width": 1200, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        for script in scripts:
            context.add_init_script(script)
        opened = context.new_page()
        opened.on("pageerror", lambda error: failures.append(str(error)))
        opened.on("request", lambda request: failures.append(request.url) if http(request.url) else None)
        opened.goto(path.as_uri())
        if wait:
            opened.wait_for_selector(".sefa-picture[data-revision]")
        return opened

    yield open_
    for context in contexts:
        context.close()
    assert failures == []


def http(url):
    return url.startswith("http")


def pixels(opened, row=0):
    """The pixels of a start's picture, as the page shows them."""
    data = opened.evaluate(
        "row => document.querySelectorAll('.sefa-people canvas.sefa-picture')[row].toDataURL()", row
    )
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")).astype(int)


def drag(opened, index, value):
    opened.evaluate(
        """([index, value]) => {
          const slider = document.querySelector(`input[type=range][aria-label^="Direction ${index}"]`)
          slider.value = value
          slider.dispatchEvent(new Event("input", { bubbles: true }))
          slider.dispatchEvent(new Event("change", { bubbles: true }))
        }""",
        [index, value],
    )


def near(opened, wanted, row=0):
    """Wait until a picture is what Python draws, to 2 of 255."""
    for _ in range(600):
        error = np.abs(pixels(opened, row) - wanted.astype(int)).max()
        if error <= 2:
            return
        opened.wait_for_timeout(100)
    pytest.fail(f"The picture differs by {error} of 255.")


def test_any_seed_strength_truncation_and_layers_draw_pythons_pixels(heads, open_page):
    opened = open_page(heads)
    generator = load_generator("heads", device="cpu")
    first = generator.opening
    start = Start(first.seeds[0], truncation_psi=first.truncation_psi)
    near(opened, sheet(generator, start).tiles[0, 0])
    bottom = factorize(generator, layers=first.layers)
    drag(opened, 0, 0.4)
    near(opened, sheet(generator, start, Edit(bottom, {0: 0.4})).tiles[0, 0])
    opened.get_by_label("Seed", exact=True).last.fill("123456")
    opened.keyboard.press("Enter")
    start = Start(123456, truncation_psi=first.truncation_psi)
    near(opened, sheet(generator, start, Edit(bottom, {0: 0.4})).tiles[0, 0])
    opened.get_by_role("button", name="16 px").click()
    middle = factorize(generator, layers=(3, 5))
    carried = Edit(middle, {2: -0.5}, also=Edit(bottom, {0: 0.4}))
    drag(opened, 2, -0.5)
    near(opened, sheet(generator, start, carried).tiles[0, 0])
    opened.locator(".sefa-panel").press("Control+z")
    near(opened, sheet(generator, start, Edit(bottom, {0: 0.4})).tiles[0, 0])


def test_the_page_shows_names_and_runs_no_code_of_any_text(heads, open_page):
    opened = open_page(heads)
    expect(opened.locator("h1")).to_have_text(f"Heads {EVIL}")
    expect(opened.locator("footer")).to_contain_text(EVIL)
    expect(opened.locator(".sefa-panel")).to_contain_text(EVIL)
    assert opened.evaluate("document.querySelectorAll('.sefa-panel img:not(.sefa-look > img)').length") == 0
    assert opened.title() == f"Heads {EVIL}"


def test_names_that_are_given_in_a_page_stay_and_are_a_file_that_python_reads(heads, open_page, tmp_path):
    opened = open_page(heads)
    opened.get_by_role("button", name="Names").click()
    opened.locator(".sefa-label-view").get_by_label("Name", exact=True).fill("hair colour")
    opened.keyboard.press("Enter")
    opened.locator(".sefa-panel").press("e")
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name="Names as JSON").click()
    waiting.value.save_as(tmp_path / "names.json")
    (label,) = load_labels(tmp_path / "names.json")
    generator = load_generator("heads", device="cpu")
    found = factorize(generator, layers=generator.opening.layers)
    assert (label.name, label.index, label.fingerprint) == ("hair colour", 0, generator.fingerprint)
    assert float(label.vector @ found.vectors[0]) == pytest.approx(1, abs=1e-6)
    opened.reload()
    opened.wait_for_selector(".sefa-picture[data-revision]")
    expect(opened.locator(".sefa-panel")).to_contain_text("hair colour")


def test_a_saved_picture_opens_the_same_panel_in_python(heads, open_page, tmp_path):
    opened = open_page(heads)
    drag(opened, 3, 0.4)
    opened.locator(".sefa-panel").press("e")
    with opened.expect_download() as waiting:
        opened.get_by_role("button", name="These pictures as PNG").click()
    waiting.value.save_as(tmp_path / "sheet.png")
    panel = explore("heads", state=tmp_path / "sheet.png")
    assert panel.strengths == {3: 0.4}
    drawn = np.concatenate(list(panel.sheet().tiles[:, 0]))
    saved = np.asarray(Image.open(tmp_path / "sheet.png").convert("RGB"))
    assert np.abs(saved.astype(int) - drawn.astype(int)).max() <= 2
    panel.close()


@pytest.mark.parametrize("name", ["contents", "model", "vectors", "runtime", "worker"])
def test_a_page_that_was_cut_or_changed_says_so_and_keeps_its_still(heads, open_page, tmp_path, name):
    text = heads.read_text()
    (data,) = re.findall(rf'id="{name}">([^<]*)<', text)
    packed = bytearray(base64.b64decode(data))
    packed[len(packed) // 2] ^= 1
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace(data, base64.b64encode(packed).decode()))
    opened = open_page(broken, wait=False)
    expect(opened.get_by_role("alert")).to_contain_text(f"its block “{name}” was cut or changed")
    assert opened.locator(".page-still img").evaluate("image => image.naturalWidth") > 0


def test_a_browser_without_simd_gets_the_still_and_a_sentence(heads, open_page):
    opened = open_page(heads, ["WebAssembly.validate = () => false"], wait=False)
    expect(opened.get_by_role("alert")).to_contain_text("This browser has no WebAssembly with SIMD")
    assert opened.locator(".page-still img").is_visible()


def test_the_last_of_many_changes_is_the_one_that_stays(heads, open_page):
    opened = open_page(heads)
    for step in range(60):
        drag(opened, 1, (step - 30) / 100)
    generator = load_generator("heads", device="cpu")
    first = generator.opening
    found = factorize(generator, layers=first.layers)
    start = Start(first.seeds[0], truncation_psi=first.truncation_psi)
    wanted = sheet(generator, start, Edit(found, {1: 0.29})).tiles[0, 0]
    near(opened, wanted)


def test_a_page_follows_the_dark_scheme(heads, open_page):
    shades = [
        open_page(heads, color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert shades == ["rgb(255, 255, 255)", "rgb(22, 24, 28)"]


def test_a_lesson_asks_tells_keeps_and_saves_answers(lesson, open_page, tmp_path):
    opened = open_page(lesson)
    box = opened.get_by_role("region", name="Lesson")
    expect(box).to_contain_text("Step 1 of 2")
    expect(box.get_by_role("group")).to_contain_text("Which is it?")
    opened.wait_for_function("document.querySelectorAll('.sefa-people canvas.sefa-picture').length === 2")
    box.get_by_label("Direction 1").check()
    expect(box.get_by_role("status")).to_have_text("No.")
    box.get_by_role("button", name="Next").click()
    box.get_by_label("What does it do?").fill("It turns the head.")
    box.get_by_label("Your name").fill("Bo")
    expect(box.get_by_role("status")).to_have_text("Thank you.")
    with opened.expect_download() as waiting:
        box.get_by_role("button", name="Save answers").click()
    assert waiting.value.suggested_filename == "answers-Bo.json"
    answers = json.loads(waiting.value.path().read_text())["answers"]
    assert [one["answer"] for one in answers] == ["Direction 1", "It turns the head."]
    opened.reload()
    expect(box.get_by_label("Direction 1")).to_be_checked()
    assert opened.evaluate("document.querySelectorAll('.page-lesson img').length") == 0


def test_the_program_in_a_page_is_the_built_one(heads):
    (data,) = re.findall(r'id="worker">([^<]*)<', heads.read_text())
    assert b"onnx" in gzip.decompress(base64.b64decode(data)).lower()
