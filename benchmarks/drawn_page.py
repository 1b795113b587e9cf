"""How large pages are that are drawn beforehand, how good their pictures, and how soon they start.

Run it from the repository: ``python benchmarks/drawn_page.py``; it needs some minutes for the StyleGAN2. Each
page has what `page(drawn=True)` draws: 9 strengths of 8 directions, 3 seeds (heads and faces: 4), and 6 pairs
in 5 x 5 strengths. The StyleGAN2 is of the official size and has random weights; its pictures pack unlike
photos. So there are two photos too (of scikit-learn), which a small module moves, turns, scales and colours:
their detail is that of photos.

A page is opened from the disk in a headless Chromium without a network; it has started when the first picture
is seen. Then comes how far that picture is from Python's, of 255: on average, and at most; and what the page
says of all its pictures.
"""

from __future__ import annotations

import argparse
import base64
import io
import re
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from synthesis import network
from torch import Tensor, nn
from torch.nn.functional import affine_grid, grid_sample, interpolate

from sefa_widget import Start, explore, load_generator, page, sheet
from sefa_widget.generators.base import Generator
from sefa_widget.pictures.sheet import Sheet

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.chromium import CHROMIUM_FLAGS, find_chromium

SIDE = 256


class Photo(nn.Module):
    """A photo that its latent moves, turns, scales and colours."""

    def __init__(self, name: str) -> None:
        super().__init__()
        from sklearn.datasets import load_sample_image

        pixels = torch.tensor(load_sample_image(name)).permute(2, 0, 1).float() / 127.5 - 1
        self.register_buffer("photo", interpolate(pixels[None], scale_factor=0.8, mode="area"))
        torch.manual_seed(0)
        self.place = nn.Linear(16, 6, bias=False)
        self.colour = nn.Linear(16, 3, bias=False)

    def forward(self, z: Tensor) -> Tensor:
        """Draw ``[N, 3, 256, 256]``."""
        height, width = self.photo.shape[2:]
        own = torch.tensor([[SIDE / width, 0.0, 0.0], [0.0, SIDE / height, 0.0]])
        moved, size = own + 0.1 * self.place(z).view(-1, 2, 3), [len(z), 3, SIDE, SIDE]
        grid = affine_grid(moved, size, align_corners=False)
        drawn = grid_sample(
            self.photo.expand(len(z), -1, -1, -1), grid, padding_mode="reflection", align_corners=False
        )
        return (drawn + 0.15 * self.colour(z)[:, :, None, None]).clamp(-1, 1)


MODELS: dict[str, Callable[[], Generator]] = {
    "heads": lambda: load_generator("heads", device="cpu"),
    "faces": lambda: load_generator("faces", device="cpu"),
    "china": lambda: load_generator(Photo("china.jpg"), name="china", device="cpu"),
    "flower": lambda: load_generator(Photo("flower.jpg"), name="flower", device="cpu"),
    "stylegan2": lambda: network(SIDE, 16384),
}


def error(opened: Page, drawn: Sheet) -> tuple[float, int]:
    """Compare the picture that a page shows with Python's: on average, and at most."""
    script = "document.querySelector('.sefa-people canvas.sefa-picture').toDataURL()"
    data = opened.evaluate(script)
    image = Image.open(io.BytesIO(base64.b64decode(data.split(",")[1]))).convert("RGB")
    apart = np.abs(np.asarray(image).astype(int) - drawn.tiles[0, 0].astype(int))
    return float(apart.mean()), int(apart.max())


def measure(name: str, path: Path, browser: Browser) -> None:
    """Make a page, open it three times, and print its figures."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of PyTorch, and of pages that are drawn beforehand
        generator = MODELS[name]()
    with explore(generator) as panel:
        start = time.perf_counter()
        try:
            page(panel, path, drawn=True)
        except ValueError as refused:
            print(f"{name:10} {refused}")
            return
        made = time.perf_counter() - start
        drawn = sheet(generator, Start(panel.starts[0].seed, truncation_psi=panel.truncation_psi))
        begun = []
        for _ in range(3):
            context = browser.new_context(offline=True, viewport={"width": 1200, "height": 900})
            opened = context.new_page()
            start = time.perf_counter()
            opened.goto(path.as_uri())
            opened.wait_for_selector(".sefa-picture[data-revision]", timeout=120_000)
            begun.append(time.perf_counter() - start)
            opened.wait_for_timeout(1000)
            mean, most = error(opened, drawn)
            context.close()
        about = re.search(r"<p>(\d+ pictures of .*?)</p>", path.read_text("utf-8"))
    assert about is not None
    print(
        f"{name:10} {path.stat().st_size / 1e6:6.2f} MB {made:7.1f} s {min(begun):6.2f} s "
        f"{mean:6.2f} {most:4}  {about[1]}",
        flush=True,
    )


def main() -> None:
    """Print a line for each generator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=list(MODELS), choices=MODELS)
    options = parser.parse_args()
    print("model           size      made  started   mean most  packed")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for name in options.models:
            measure(name, Path(folder) / f"{name}.html", browser)


if __name__ == "__main__":
    main()
