"""Take ``docs/panel-light.png`` and others: the panel in a real JupyterLab, in both themes and in each view.

Run ``make screenshots``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parent
CELL = "from sefa_widget import explore\n\npanel = explore()\npanel"
EDITS = """for index, name in enumerate(["hair colour", "turn", "skin"]):
    panel.name(index, name, obvious=True, meaningful=True)
panel.change(strengths={1: 0.26, 3: -0.38}, focused=1)"""
GARMENTS = """panel.name(3, "dark")
panel.change(strengths={3: 0.9}, focused=3)"""
VIEWS = {"wall": "panel.view = 'wall'", "names": "panel.change(view='label', focused=2)"}


def test_take_screenshots(open_notebook: Callable[..., Any]) -> None:
    """Open the panel as the quickstart does, edit a little, and photograph both themes."""
    notebook = open_notebook([CELL, EDITS, *VIEWS.values()], width=1440, height=1130)
    notebook.run_cell(0)
    notebook.page.wait_for_selector(".sefa-picture[data-revision='0']", timeout=60_000)
    notebook.run_cell(1)
    notebook.page.wait_for_selector(".sefa-picture[data-revision='1']", timeout=60_000)
    notebook.page.wait_for_selector(".sefa-row:nth-child(10) .sefa-end:text-matches('^±')", timeout=120_000)
    notebook.page.evaluate("() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0; }")
    for theme in ("light", "dark"):
        notebook.theme(f"JupyterLab {theme.capitalize()}")
        notebook.page.mouse.move(0, 0)
        notebook.page.wait_for_timeout(1500)  # until the theme's style sheet is applied
        notebook.page.screenshot(path=DOCS / f"panel-{theme}.png")
    notebook.theme("JupyterLab Light")
    notebook.page.get_by_role("button", name="Share").click()
    notebook.page.screenshot(path=DOCS / "panel-share.png")
    notebook.page.keyboard.press("Escape")
    for cell, view in enumerate(VIEWS, 2):
        notebook.run_cell(cell)
        notebook.page.wait_for_timeout(6000)  # until the small pictures are drawn
        notebook.page.evaluate("() => document.querySelector('.sefa-panel').scrollIntoView()")
        notebook.page.screenshot(path=DOCS / f"panel-{view}.png")


def test_take_garments(open_notebook: Callable[..., Any]) -> None:
    """Photograph one direction on four classes."""
    cells = ["from sefa_widget import explore\n\npanel = explore('garments')\npanel", GARMENTS]
    notebook = open_notebook(cells, width=1440, height=900)
    notebook.run_cell(0)
    notebook.page.wait_for_selector(".sefa-row:nth-child(10) .sefa-end:text-matches('^±')", timeout=120_000)
    notebook.run_cell(1)
    notebook.page.wait_for_selector(".sefa-picture[data-revision='1']", timeout=60_000)
    notebook.page.mouse.move(0, 0)
    notebook.page.wait_for_timeout(6000)  # until the small pictures are drawn
    notebook.page.evaluate("() => document.querySelector('.sefa-panel').scrollIntoView()")
    notebook.page.screenshot(path=DOCS / "panel-garments.png")


if __name__ == "__main__":
    fixtures = ["-p", "tests.conftest", "-p", "tests.jupyter.conftest"]
    raise SystemExit(pytest.main(["-q", *fixtures, __file__, "--rootdir", str(DOCS.parent)]))
