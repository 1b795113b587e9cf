"""A report in a real Chromium: from the disk, without a network, in light and dark, wide and narrow."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sefa_widget import Start, factorize, load_generator, report, strip
from sefa_widget.reports.packing import GAP
from tests.patience import WAIT_MS

pytestmark = pytest.mark.browser

EVIL = "<img src=x onerror=\"document.title='broken'\"><script>document.title='broken'</script>"
SEEDS = [31, 88, 75]
AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def heads():
    return load_generator("heads", device="cpu")


@pytest.fixture(scope="module")
def path(heads, tmp_path_factory):
    """A report of two groups of layers of the heads, made once."""
    few = {"k": 2, "wall": 3, "samples": 4, "controls": 2, "methods": ["sefa", "random"], "scorer": None}
    target = tmp_path_factory.mktemp("report") / "heads.html"
    return report(heads, target, title=EVIL, note=EVIL, layers=[(0, 3), (5, 10)], seeds=SEEDS, **few)


@pytest.fixture
def open_report(chromium, path):
    contexts, failures = [], []

    def open_(width=1200, silent=True, **options):
        context = chromium.new_context(offline=True, viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        opened = context.new_page()
        opened.on("pageerror", lambda error: failures.append(str(error)))
        if silent:
            opened.on("console", lambda message: failures.append(message.text))
        opened.on("request", lambda request: told(request.url))
        opened.goto(path.as_uri())
        return opened

    def told(url):
        if not url.startswith(("file:", "data:")):
            failures.append(url)

    yield open_
    for context in contexts:
        context.close()
    assert failures == []


def shown(opened):
    """Layers, direction and seed of each strip that is seen, in their order."""
    return opened.evaluate(
        """() => [...document.querySelectorAll(".strip")].filter((strip) => strip.checkVisibility())
          .map(({ dataset }) => [dataset.layers, dataset.direction, dataset.seed].map(Number))"""
    )


def choose(opened, title, name):
    group = opened.get_by_role("group", name=title)
    group.get_by_role("radio", name=name, exact=True).check()


def pixels(opened, layers, direction, seed):
    """The pixels of a strip, as the browser decodes them."""
    data = opened.evaluate(
        """async ([layers, direction, seed]) => {
          const picture = document.querySelector(
            `.strip[data-layers="${layers}"][data-direction="${direction}"][data-seed="${seed}"] img`)
          await picture.decode()
          const canvas = document.createElement("canvas")
          canvas.width = picture.naturalWidth
          canvas.height = picture.naturalHeight
          canvas.getContext("2d").drawImage(picture, 0, 0)
          return [canvas.toDataURL(), Number(picture.closest("figure").dataset.end)]
        }""",
        [layers, direction, seed],
    )
    image = Image.open(io.BytesIO(base64.b64decode(data[0].split(",")[1]))).convert("RGBA")
    return np.asarray(image), data[1]


def test_the_two_views_are_switched_in_the_page(open_report):
    opened = open_report()
    assert shown(opened) == [[0, 0, 0], [0, 1, 0]]  # the first seed, along each direction
    choose(opened, "Seed", "75")
    assert shown(opened) == [[0, 0, 2], [0, 1, 2]]
    assert not opened.get_by_role("group", name="Direction").is_visible()
    choose(opened, "View", "Direction first")
    assert shown(opened) == [[0, 0, 0], [0, 0, 1], [0, 0, 2]]  # the first direction, on each seed
    assert not opened.get_by_role("group", name="Seed").is_visible()
    choose(opened, "Direction", "1")
    choose(opened, "Layers", "Layers 5-9 (32-64 px)")
    assert shown(opened) == [[1, 1, 0], [1, 1, 1], [1, 1, 2]]
    opened.get_by_role("radio", name="Direction first").focus()
    opened.keyboard.press("ArrowLeft")
    assert shown(opened) == [[1, 0, 2], [1, 1, 2]]


def test_pictures_are_pythons_pixels(open_report, heads):
    opened = open_report()
    for group, layers in enumerate([(0, 3), (5, 10)]):
        found, end = pixels(opened, group, 1, 2)
        strengths = [-end, -end / 2, 0, end / 2, end]
        start = Start(SEEDS[2], truncation_psi=heads.opening.truncation_psi)
        wanted = strip(heads, factorize(heads, layers=layers), 1, seeds=start, strengths=strengths).tiles[0]
        for place, picture in enumerate(wanted):
            left = place * (64 + GAP)
            off = np.abs(found[:, left : left + 64, :3].astype(int) - picture)
            assert off.max() <= 1  # batches of other sizes are added up in another order


def test_a_title_with_a_script_runs_nothing(open_report):
    opened = open_report(silent=False)  # the browser tells what it blocks
    assert opened.title() == EVIL
    assert opened.locator("h1").inner_text() == EVIL
    assert opened.evaluate("document.scripts.length") == 0
    blocked = opened.evaluate(
        """async () => {
          const told = new Promise((done) => addEventListener("securitypolicyviolation", done))
          const script = document.createElement("script")
          script.textContent = "document.title = 'broken'"
          document.body.append(script)
          return (await told).violatedDirective
        }"""
    )
    assert blocked.startswith("script-src")
    assert opened.title() == EVIL


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_background_in_light_and_dark(open_report, scheme):
    opened = open_report(color_scheme=scheme)
    text, background = opened.evaluate(
        "() => { const { color, backgroundColor } = getComputedStyle(document.body); "
        "return [color, backgroundColor].map((one) => one.match(/\\d+/g).map(Number)) }"
    )
    assert (np.mean(background) > 128) == (scheme == "light")
    assert abs(np.mean(text) - np.mean(background)) > 150


def test_a_narrow_screen_needs_no_scrolling_to_the_side(open_report):
    opened = open_report(width=400)
    assert opened.evaluate("document.documentElement.scrollWidth") == 400
    boxes = opened.evaluate(
        "() => [...document.querySelectorAll('.strip img, .pair img, svg, svg text')]"
        ".map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right])"
    )
    assert len(boxes) > 10
    assert all(0 <= left <= right <= 400 for left, right in boxes)


def test_paper_has_no_controls_and_light_colours(open_report):
    opened = open_report(color_scheme="dark")
    opened.emulate_media(media="print")
    assert not opened.locator(".choices").is_visible()
    assert opened.locator(".paper").is_visible()
    assert "255, 255, 255" in opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len(shown(opened)) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(open_report, scheme):
    opened = open_report(color_scheme=scheme, bypass_csp=True)
    opened.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
    opened.add_script_tag(path=AXE)
    found = opened.evaluate("async () => (await axe.run()).violations")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
