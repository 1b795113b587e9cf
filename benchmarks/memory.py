"""Measures the memory that thousands of frames take; run ``python benchmarks/memory.py``.

Real JupyterLab, kernel and Chromium. The panel's slider is moved as soon as the last picture is drawn; so is
that of an ``ipywidgets.Image``. JupyterLab's page itself grows with every message, so there are also as many
bare round trips: their growth is not the panel's. Measured after a garbage collection on both sides: the
kernel's memory, the page's JavaScript heap and DOM nodes, and the memory of the page's process.
"""

from __future__ import annotations

import argparse
import statistics

import psutil
from lab_pages import IMAGE, PANEL, Lab, Page, lab, table

STEP = 500
"""Frames between measurements; the first one counts too, caches are filled by then."""
COLUMNS = ("kernel MB", "page heap MB", "page process MB", "DOM nodes", "listeners")


def measure(page: Page) -> list[float]:
    """Collect garbage on both sides, then give a number for each of `COLUMNS`."""
    kernel = page.ask("(gc.collect(), psutil.Process().memory_info().rss / 1e6)[1]")
    tab = page.notebook.page
    tab.wait_for_timeout(1000)
    session = tab.context.new_cdp_session(tab)
    session.send("HeapProfiler.enable")
    session.send("Performance.enable")
    for _ in range(2):
        session.send("HeapProfiler.collectGarbage")
    found = {entry["name"]: entry["value"] for entry in session.send("Performance.getMetrics")["metrics"]}
    session.detach()
    whole = tab.context.browser.new_browser_cdp_session()
    processes = whole.send("SystemInfo.getProcessInfo")["processInfo"]
    whole.detach()
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    process = max(psutil.Process(number).memory_info().rss for number in renderers) / 1e6
    return [kernel, found["JSHeapUsedSize"] / 1e6, process, found["Nodes"], found["JSEventListeners"]]


def drive(running: Lab, name: str, cell: str, count: int, resolution: int, draw: bool = True) -> list[object]:
    """Draw frames, or only make round trips, in a browser of its own; give the growth per 1,000 of them."""
    rows: list[tuple[int, list[float]]] = []
    with running.page([cell], resolution=resolution) as page:
        page.panel("panel", 1)
        if not draw:
            page.wire("wire", page.ask("panel.model_id"))
        for done in range(STEP, count + 1, STEP):
            if draw:
                page.call("panel", "hammer", STEP)
            else:
                page.call("wire", "echo", False, STEP, False)
            rows.append((done, measure(page)))
    table(f"{name}, {resolution} px", ["frames", *COLUMNS], [[done, *values] for done, values in rows])
    thousands = [done / 1000 for done, _ in rows]
    columns = zip(*(values for _, values in rows), strict=True)
    growth = [statistics.linear_regression(thousands, values).slope for values in columns]
    return [name, count, *growth]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frames", type=int, default=5000, help="frames of the panel")
    parser.add_argument("--others", type=int, default=2000, help="frames of Image, and bare round trips")
    parser.add_argument("--resolution", type=int, default=512, help="pixels in a row")
    arguments = parser.parse_args()
    others, pixels = arguments.others, arguments.resolution
    with lab() as started:
        slopes = [
            drive(started, "sefa_widget", PANEL, arguments.frames, pixels),
            drive(started, "Image.value", IMAGE, others, pixels),
            drive(started, "round trips only", PANEL, others, pixels, draw=False),
        ]
        table("Growth per 1,000 frames", ["", "frames", *COLUMNS], slopes)
