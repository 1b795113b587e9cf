"""How large pages are, how soon they start, and how long it is from a slider's event to its picture.

Run it from the repository: ``python benchmarks/page.py``. It makes pages of the heads and of the faces, opens
them from the disk in a headless Chromium without a network, and drags a slider with one person and with four.
The last picture of each is held against Python's.
"""

from __future__ import annotations

import argparse
import base64
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from sefa_widget import Edit, Start, explore, factorize, page, sheet

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.chromium import CHROMIUM_FLAGS, find_chromium

EVENTS = 80
NEAR = 2
DRAG = """async (events) => {
  const slider = document.querySelector('input[type=range][aria-label^="Direction 0"]')
  const canvas = () => document.querySelector('.sefa-people canvas.sefa-picture')
  const shown = () => `${canvas().dataset.revision} ${canvas().dataset.turn}`
  const frame = () => new Promise((done) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()  // behind the frame, without a timer's delay
    port1.onmessage = done
    port2.postMessage(0)
  }))
  const drawn = (before) => new Promise((done) => {
    const seen = () => shown() !== before && (watch.disconnect(), done())
    const watch = new MutationObserver(seen)
    const people = document.querySelector('.sefa-people')
    watch.observe(people, { attributes: true, childList: true, subtree: true })
    seen()
  })
  const times = []
  slider.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }))  // held, as in a drag
  for (let n = 1; n <= events; n++) {
    const before = shown(), start = performance.now()
    slider.value = String(Math.sin(n * 1.618) * 0.3)
    slider.dispatchEvent(new Event('input', { bubbles: true }))
    await drawn(before)
    await frame()
    times.push(performance.now() - start)
  }
  slider.dispatchEvent(new PointerEvent("pointerup", { bubbles: true }))
  return [times, Number(slider.value)]
}"""


def picture(opened: Page) -> np.ndarray:
    """Give the pixels that the page shows."""
    data = opened.evaluate("document.querySelector('.sefa-people canvas.sefa-picture').toDataURL()")
    image = Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")
    return np.asarray(image).astype(int)


def measure(name: str, people: int, path: Path, browser: Browser) -> None:
    """Make a page, drag in it, and print its figures."""
    with explore(name) as panel:
        panel.starts = list(panel.starts)[:1] if people == 1 else [31, 88, 75, 51]
        start = time.perf_counter()
        page(panel, path, layers=[], k=10)
        made = time.perf_counter() - start
        psi, seed = panel.truncation_psi, panel.starts[0].seed
        found = factorize(panel.generator, layers=panel.layers, method=panel.directions.method)
        context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
        opened = context.new_page()
        start = time.perf_counter()
        opened.goto(path.as_uri())
        opened.wait_for_selector(".sefa-picture[data-revision]", timeout=120_000)
        begun = time.perf_counter() - start
        opened.wait_for_timeout(2000)  # small pictures are drawn by then
        times, strength = opened.evaluate(DRAG, EVENTS)
        opened.wait_for_timeout(1500)
        drawn = sheet(panel.generator, Start(seed, truncation_psi=psi), Edit(found, {0: strength}))
        wanted = drawn.tiles[0, 0]
        error = int(np.abs(picture(opened) - wanted.astype(int)).max())
        context.close()
    print(
        f"{name:6} {people:6} {path.stat().st_size / 1e6:7.1f} MB {made:7.1f} s {begun:7.2f} s "
        f"{statistics.median(times):8.1f} ms {statistics.quantiles(times, n=20)[-1]:8.1f} ms {error:5}"
    )
    if error > NEAR:
        raise SystemExit(f"The last picture differs from Python's by {error} of 255.")


def main() -> None:
    """Print a line for each model and number of people."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["heads", "faces"])
    options = parser.parse_args()
    print("model  people       size    made   started   median       95 %  error")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for name in options.models:
            for people in (1, 4):
                measure(name, people, Path(folder) / f"{name}-{people}.html", browser)


if __name__ == "__main__":
    main()
