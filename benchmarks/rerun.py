"""Measures what a cell costs that is run again and again; run ``python benchmarks/rerun.py``.

Real JupyterLab, kernel and Chromium. The cell is ``panel = explore("heads")`` and shows the panel; each run
waits for the picture. An ``IntSlider`` that is run as often shows what the host keeps of any widget.
"""

from __future__ import annotations

import argparse

from lab_pages import Page, lab, table
from memory import COLUMNS, measure

PANEL = "panel = explore('heads', device='cpu')\npanel"
SLIDER = "slider = ipywidgets.IntSlider()\nslider"
PANEL_CELL, SLIDER_CELL = 1, 2
THREADS = "len([1 for thread in __import__('threading').enumerate() if 'sefa' in thread.name])"
SHOWN = """number => {
    const { node } = window.jupyterapp.shell.currentWidget.content.widgets[number].outputArea;
    return node.querySelector('.sefa-picture[data-revision], .widget-slider') !== null;
}"""
CLEAR = """number => {
    const { widgets } = window.jupyterapp.shell.currentWidget.content;
    widgets[number].model.clearExecution();
}"""


def curve(page: Page, cell: int, counts: list[int]) -> list[list[object]]:
    """Run a cell again and again, and measure after some numbers of runs."""
    rows: list[list[object]] = []
    for done in range(1, counts[-1] + 1):
        page.notebook.page.evaluate(CLEAR, cell)
        page.run(cell)
        page.notebook.page.wait_for_function(SHOWN, arg=cell)
        if done in counts:
            rows.append([done, page.ask(THREADS), *measure(page)])
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    runs = parser.parse_args().runs
    counts = sorted({min(runs, count) for count in (1, 5, 10, 25, 50, 75, 100)} | {runs})
    with lab() as started:
        for name, cell in (("IntSlider", SLIDER_CELL), ("panel", PANEL_CELL)):
            with started.page([PANEL, SLIDER], resolution=64) as page:
                rows = curve(page, cell, counts)
            table(f"{name}, run again", ["runs", "threads that draw", *COLUMNS], rows)
