"""Nothing in, a table of the memory that thousands of frames leave out; run ``python benchmarks/memory.py``.

Real JupyterLab, kernel and Chromium. The panel's slider is moved as soon as the last picture is drawn;
so is that of an ``ipywidgets.Image``, for comparison. Measured after a garbage collection on both sides:
the kernel's memory, the page's JavaScript heap and DOM nodes, and the memory of the page's process.
"""

from __future__ import annotations

import argparse
import statistics

import psutil
from lab_pages import IMAGE, PANEL, Lab, Page, lab, table

WARM = 500
"""Frames before the first measurement that counts: caches are filled by then."""
COLUMNS = ("kernel MB", "page heap MB", "page process MB", "DOM nodes", "listeners")


def measure(page: Page, running: Lab) -> list[float]:
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
    whole = running.browser.new_browser_cdp_session()
    processes = whole.send("SystemInfo.getProcessInfo")["processInfo"]
    whole.detach()
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    process = max(psutil.Process(number).memory_info().rss for number in renderers) / 1e6
    return [kernel, found["JSHeapUsedSize"] / 1e6, process, found["Nodes"], found["JSEventListeners"]]


def drive(running: Lab, name: str, cell: str, count: int, resolution: int) -> list[object]:
    """Draw `count` frames in a notebook of its own, printing on the way; give growth per 1,000 frames."""
    rows: list[tuple[int, list[float]]] = []
    with running.page([cell], resolution=resolution) as page:
        page.panel(name, 1)
        for done in range(WARM, count + 1, WARM):
            page.call(name, "hammer", WARM)
            rows.append((done, measure(page, running)))
    table(f"{name}, {resolution} px", ["frames", *COLUMNS], [[done, *values] for done, values in rows])
    thousands = [done / 1000 for done, _ in rows]
    series = zip(*(values for _, values in rows), strict=True)
    growth = [statistics.linear_regression(thousands, values).slope for values in series]
    return [name, count, *growth]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--frames", type=int, default=5000, help="frames of the panel")
    parser.add_argument("--image-frames", type=int, default=2000, help="frames of ipywidgets.Image")
    parser.add_argument("--resolution", type=int, default=512, help="pixels in a row")
    arguments = parser.parse_args()
    with lab() as started:
        slopes = [
            drive(started, "sefa_widget", PANEL, arguments.frames, arguments.resolution),
            drive(started, "Image.value", IMAGE, arguments.image_frames, arguments.resolution),
        ]
        table("Growth per 1,000 frames", ["", "frames", *COLUMNS], slopes)
