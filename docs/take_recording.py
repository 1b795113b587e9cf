"""Record ``docs/panel.webp``: the panel in a real JupyterLab, used for some twenty seconds.

Run ``make recording``. A picture of the page is taken at each step, so the recording shows what is done at an
even pace, and not how fast the machine is that recorded it.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

DOCS = Path(__file__).parent
CELL = "from sefa_widget import explore\n\npanel = explore()\npanel"
WIDTH = 960
"""Of the recording, in pixels; pages are recorded at one and a half times of it."""
QUICK, STILL = 120, 1500
"""How long a picture of a movement stays, and one to be looked at, in milliseconds."""
POINTER = """() => {
  const pointer = document.createElement("div");
  Object.assign(pointer.style, {
    position: "fixed", zIndex: 99999, pointerEvents: "none", width: "22px", height: "22px", margin: "-11px",
    boxSizing: "border-box", border: "2px solid #c77700", borderRadius: "50%", background: "#f5a62366",
  });
  document.body.append(pointer);
  addEventListener("mousemove", (event) => {
    pointer.style.left = `${event.clientX}px`;
    pointer.style.top = `${event.clientY}px`;
  }, true);
}"""
"""Shows where the mouse is: a screenshot has no pointer."""


class Recorder:
    """Takes pictures of the panel, and writes them as an animation."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.pictures: list[Image.Image] = []
        self.stays: list[int] = []

    def take(self, stays: int) -> None:
        """Take a picture once the kernel has answered."""
        self.page.wait_for_timeout(600)
        box = self.page.locator(".sefa-panel").bounding_box()
        picture = Image.open(io.BytesIO(self.page.screenshot(clip=box))).convert("RGB")
        height = round(picture.height * WIDTH / picture.width)
        self.pictures.append(picture.resize((WIDTH, height), Image.Resampling.LANCZOS))
        self.stays.append(stays)

    def drag(self, direction: int, shares: list[float]) -> None:
        """Drag a slider from one share of its length to the next."""
        box = self.page.get_by_label(f"Direction {direction}", exact=True).bounding_box()
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + shares[0] * box["width"], y)
        self.page.mouse.down()
        for share in shares[1:]:
            self.page.mouse.move(box["x"] + share * box["width"], y)
            self.take(QUICK)
        self.page.mouse.up()
        self.page.mouse.move(2, 2)  # rows open and close once the hand has left them
        self.take(STILL)

    def click(self, selector: str) -> None:
        """Click, and show for a while what came of it."""
        self.page.click(selector)
        self.page.wait_for_timeout(1500)
        self.take(STILL)

    def save(self, path: Path) -> None:
        """Write all pictures as one animation."""
        height = max(picture.height for picture in self.pictures)
        whole = [Image.new("RGB", (WIDTH, height), "white") for _ in self.pictures]
        for page, picture in zip(whole, self.pictures, strict=True):
            page.paste(picture)
        whole[0].save(
            path, save_all=True, append_images=whole[1:], duration=self.stays, loop=0, quality=72, method=6
        )


def test_record(open_notebook: Callable[..., Any]) -> None:
    """Open the panel, add somebody, turn all heads, see where it changes, name, share, and go back."""
    notebook = open_notebook([CELL], width=1560, height=1400)
    notebook.run_cell(0)
    page = notebook.page
    page.wait_for_selector(".sefa-picture[data-revision]", timeout=120_000)
    page.wait_for_selector(".sefa-row:nth-child(10) .sefa-end:text-matches('^±')", timeout=120_000)
    page.wait_for_timeout(2000)
    recorder = Recorder(page)
    page.evaluate(POINTER)
    page.mouse.move(2, 2)
    recorder.take(STILL)
    recorder.click("text=+ Add")
    recorder.drag(1, [0.5, 0.42, 0.34, 0.26, 0.18, 0.3, 0.42, 0.54, 0.66, 0.78, 0.88])
    recorder.click(".sefa-open .sefa-all")
    recorder.click(".sefa-heat-button")
    page.click(".sefa-heat-button")
    page.click(".sefa-open .sefa-all")
    recorder.click(".sefa-preset >> nth=2")
    recorder.drag(0, [0.5, 0.6, 0.7, 0.8, 0.9])
    page.keyboard.press("n")
    page.keyboard.type("background")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sefa-named")
    recorder.take(STILL)
    recorder.click(".sefa-views button:nth-child(2)")
    page.click(".sefa-views button:nth-child(1)")
    recorder.click(".sefa-share > button")
    page.keyboard.press("Escape")
    recorder.click(".sefa-step >> nth=0")
    recorder.save(DOCS / "panel.webp")


if __name__ == "__main__":
    fixtures = ["-p", "tests.conftest", "-p", "tests.jupyter.conftest"]
    raise SystemExit(pytest.main(["-q", *fixtures, __file__, "--rootdir", str(DOCS.parent)]))
