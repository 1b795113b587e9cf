"""Which families of generators run in a page: a small file of each, with random weights, in a real browser.

Run it from the repository: ``python benchmarks/page_families.py``; it needs some minutes. It prints the table
of docs/how-to/write-a-page.md. Each page is opened from the disk in a headless Chromium without a network;
its first picture, and that after a slider was moved, are held against Python's. A family that cannot run in a
page has the reason in its line. Names of files choose among them: ``--only nv_sg3_t dcgan``.
"""

from __future__ import annotations

import argparse
import base64
import io
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from sefa_widget import explore, page
from sefa_widget.pages.live import network_of

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.chromium import CHROMIUM_FLAGS, find_chromium
from tests.conftest import GOLDEN

FILES = {
    "dcgan": "DCGAN",
    "fastgan_256": "FastGAN",
    "genforce_pggan": "PGGAN",
    "ajbrock_biggan_hier": "BigGAN",
    "hf_biggan_deep": "BigGAN-deep",
    "genforce_stylegan": "StyleGAN",
    "nv_ada": "StyleGAN2",
    "nv_sg3_t": "StyleGAN3-T",
    "nv_sg3_r": "StyleGAN3-R",
    "programs/lucid_sg2_attn_rgba.model_12.pt": "StyleGAN2 of lucidrains, RGBA",
    "programs/lucid_lightweight64_attn.model_12.pt": "lightweight GAN",
}
"""A file of each family, and what the family is called."""
NEAR = 2
MOST_MEGABYTES = 30.0
PICTURE = "document.querySelector('.sefa-people canvas.sefa-picture')"
MOVE = """() => {
  const slider = document.querySelector('input[type=range][aria-label^="Direction 0"]')
  slider.value = String(0.7 * Number(slider.max))
  slider.dispatchEvent(new Event("input", { bubbles: true }))
  slider.dispatchEvent(new Event("change", { bubbles: true }))
  return Number(slider.value)
}"""


def pixels(opened: Page) -> np.ndarray:
    """Give the pixels that the page shows."""
    data = opened.evaluate(f"{PICTURE}.toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")).astype(int)


def apart(opened: Page, wanted: np.ndarray) -> int:
    """Give how far the picture is from Python's, of 255, once it does not come nearer any more."""
    error = 255
    for _ in range(50):
        error = int(np.abs(pixels(opened) - wanted[..., :3].astype(int)).max())
        if error <= NEAR:
            break
        opened.wait_for_timeout(100)
    return error


def line(path: Path, title: str, browser: Browser) -> str:
    """Make a page of a file, move a slider in it, and give its line of the table."""
    with tempfile.TemporaryDirectory() as folder, explore(path, device="cpu") as panel:
        panel.starts = [1]
        start = time.perf_counter()
        try:
            model = network_of(panel._session, MOST_MEGABYTES, None)
        except ValueError as error:
            return f"| {title} | no: {error} | | | |"
        made = time.perf_counter() - start
        written = page(panel, Path(folder) / "x.html", layers=[], k=2, drawn=False)
        context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
        opened = context.new_page()
        opened.goto(written.as_uri())
        opened.wait_for_selector(".sefa-picture[data-revision]", timeout=120_000)
        errors = [apart(opened, panel.sheet().tiles[0, 0])]
        panel.strengths = {0: opened.evaluate(MOVE)}
        errors.append(apart(opened, panel.sheet().tiles[0, 0]))
        context.close()
    weights = "half" if model.half else "whole"
    truncation = "free" if model.truncates else "that of the panel"
    print(f"{path.stem}: network made in {made:.0f} s, {len(model.data) / 1e6:.1f} MB", file=sys.stderr)
    return f"| {title} | yes | {weights} | {truncation} | {max(errors)} |"


def main() -> None:
    """Print a line for each family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=list(FILES))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    print("| family | runs in a page | weights | truncation | apart, of 255 |\n|---|---|---|---|---|")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for name in options.only:
            path = GOLDEN / name
            if not path.suffix:
                path = path.with_suffix(".safetensors")
            print(line(path, FILES[name], browser), flush=True)


if __name__ == "__main__":
    main()
