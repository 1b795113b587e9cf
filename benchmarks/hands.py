"""Somebody at a panel in a real JupyterLab, whose clicks, drags and keys are counted."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np

from tests.jupyter.lab import Notebook

READY = """
() => {
  const panel = document.querySelector('.sefa-panel');
  const pictures = [...(panel?.querySelectorAll('.sefa-person .sefa-picture') ?? [])];
  const whole = pictures.length > 0 && pictures.every((canvas) => canvas.dataset.quality === 'final');
  const sliders = panel?.querySelector('.sefa-row input[type=range]');
  const alike = new Set(pictures.map((canvas) => canvas.dataset.revision)).size === 1;
  return panel?.dataset.status === 'ready' && whole && alike && sliders;
}
"""
PIXELS = """
(canvases) => canvases.map((canvas) => {
  const { width, height } = canvas;
  return [width, height, [...canvas.getContext('2d').getImageData(0, 0, width, height).data]];
})
"""


class Hands:
    """Uses a panel as a person does: one click, one drag or one key is a step.

    Parameters
    ----------
    notebook
        Its last cell prints `REPORT` of the variable ``panel``; each other one shows a panel.
    report
        The number of that cell.
    """

    def __init__(self, notebook: Notebook, report: int) -> None:
        self.notebook, self.page, self._report = notebook, notebook.page, report
        self.steps: Counter[str] = Counter()

    def open(self, cell: int) -> None:
        """Take the panels of other cells away, run a cell, wait for its panel, and begin to count anew."""
        self.notebook.command("notebook:clear-all-cell-outputs")
        self.page.wait_for_function("() => !document.querySelector('.sefa-panel')")
        self.notebook.run_cell(cell)
        self.page.wait_for_function(READY)
        self.page.locator(".sefa-panel").first.scroll_into_view_if_needed()
        self.steps.clear()

    def click(self, selector: str, number: int = 0) -> None:
        """Click what matches a selector."""
        self.page.locator(f".sefa-panel {selector}").nth(number).click()
        self.steps["clicks"] += 1

    def press(self, *keys: str) -> None:
        """Press keys, in the panel where nothing of it has the focus."""
        self.page.evaluate(
            "() => { const panel = document.querySelector('.sefa-panel');"
            "if (!panel.contains(document.activeElement)) panel.focus({ preventScroll: true }); }"
        )
        for key in keys:
            self.page.keyboard.press(key)
            self.steps["keys"] += 1

    def choose(self, selector: str, number: int, option: str) -> None:
        """Choose an option of a menu: a click opens it, another one takes it."""
        self.page.locator(f".sefa-panel {selector}").nth(number).select_option(label=option)
        self.steps["clicks"] += 2

    def hold(self, direction: int, share: float) -> None:
        """Drag the slider of a direction to a share of its length, and hold it there."""
        slider = self.page.get_by_label(f"Direction {direction}", exact=True)
        slider.scroll_into_view_if_needed()
        before, box = None, slider.bounding_box()
        while box != before:  # JupyterLab scrolls a new output into view after a while
            self.page.wait_for_timeout(300)
            before, box = box, slider.bounding_box()
        y = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + box["width"] / 2, y)
        self.page.mouse.down()
        for step in range(1, 6):
            self.page.mouse.move(box["x"] + box["width"] * (0.5 + (share - 0.5) * step / 5), y)
        self.steps["drags"] += 1

    def drag(self, direction: int, share: float) -> None:
        """Drag the slider of a direction to a share of its length."""
        self.hold(direction, share)
        self.page.mouse.up()
        self.settle()

    def settle(self) -> None:
        """Wait until the pictures are whole, and of one state."""
        self.page.wait_for_timeout(300)
        self.page.wait_for_function(READY)

    def pictures(self, selector: str) -> list[np.ndarray[Any, Any]]:
        """Give what the canvases show that match a selector, ``[H, W, 3]`` each."""
        told = self.page.locator(f".sefa-panel {selector}").evaluate_all(PIXELS)
        return [np.array(data, np.uint8).reshape(height, width, 4)[..., :3] for width, height, data in told]

    def settle_wall(self) -> None:
        """Wait until the wall shows the pictures of both ends of the present directions."""
        self.settle()
        self.page.wait_for_timeout(500)  # pictures are marked as out of date once all is quiet
        self.page.wait_for_function(
            "() => document.querySelectorAll('.sefa-wall .sefa-pair').length > 9"
            " && !document.querySelector('.sefa-wall :is(.sefa-pending, .sefa-outdated), .sefa-stale')"
        )

    @property
    def large(self) -> np.ndarray[Any, Any]:
        """The large edited picture."""
        return self.pictures(".sefa-chosen .sefa-picture")[0]

    @property
    def state(self) -> dict[str, Any]:
        """The state of the panel, as the kernel has it."""
        self.page.evaluate(
            "number => { const { widgets } = window.jupyterapp.shell.currentWidget.content;"
            "widgets[number].outputArea.model.clear(); }",
            self._report,
        )
        self.notebook.run_cell(self._report)
        while not (text := self.notebook.output(self._report)).strip().endswith("}"):
            self.page.wait_for_timeout(50)
        return dict(json.loads(text))
