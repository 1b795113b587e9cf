"""Where a small generator is better drawn: in the kernel, which streams, or in the page itself.

Run it from the repository: ``python benchmarks/drawing_place.py``. It drags the same slider of the same
person, with the same code, in a real JupyterLab, where the kernel draws and streams or the page draws
(``explore(draw="page")``), without and with 80 ms of latency; and in a page without a kernel (`page`), which
is the least that drawing in the page could take. All must end at the same picture.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from lab_pages import Lab, lab
from page import DRAG, NEAR, picture
from playwright.sync_api import Page

from sefa_widget import explore, page

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.chromium import CHROMIUM_FLAGS
from tests.hosts.forwarder import forwarding
from tests.jupyter.lab import Notebook, write_notebook

EVENTS = 80
LATENCIES = (0.0, 0.08)
"""Seconds that a round trip takes longer."""
CELL = """from sefa_widget import explore
panel = explore({name!r}, draw={draw!r})
panel.starts = panel.starts[:1]
panel"""
VIEW = {"width": 1200, "height": 900}


def dragged(opened: Page) -> tuple[list[float], np.ndarray]:
    """Drag the first slider: milliseconds from events to pictures, and the last picture."""
    opened.wait_for_selector(".sefa-picture[data-revision]", timeout=120_000)
    opened.wait_for_timeout(4000)  # small pictures are drawn by then
    times, _ = opened.evaluate(DRAG, EVENTS)
    opened.wait_for_timeout(2000)
    return times, picture(opened)


@contextmanager
def notebook(found: Lab, name: str, draw: str, latency: float) -> Iterator[Page]:
    """Open a panel in JupyterLab, behind a proxy that takes its time where there is latency."""
    port = int(found.address.split(":")[2].split("/")[0])
    browser = found.playwright.chromium.launch(executable_path=found.chromium, args=CHROMIUM_FLAGS)
    with forwarding(port, latency / 2) as far:
        address = found.address.replace(f":{port}", f":{far}") if latency else found.address
        notebook = Notebook(
            browser.new_page(viewport=VIEW),
            address,
            write_notebook(found.folder, [CELL.format(name=name, draw=draw)]),
        )
        notebook.open()
        notebook.run_all()
        yield notebook.page
        notebook.shut_down()
        browser.close()


@contextmanager
def alone(found: Lab, name: str, folder: Path) -> Iterator[Page]:
    """Open a page without a kernel."""
    with explore(name) as panel:
        panel.starts = list(panel.starts)[:1]
        page(panel, folder / f"{name}.html", layers=[], k=10)
    browser = found.playwright.chromium.launch(executable_path=found.chromium, args=CHROMIUM_FLAGS)
    opened = browser.new_page(viewport=VIEW)
    opened.goto((folder / f"{name}.html").as_uri())
    yield opened
    browser.close()


def line(name: str, place: str, times: list[float], ratio: str = "") -> None:
    """Print what one drag took."""
    late = statistics.quantiles(times, n=20)[-1]
    print(f"{name:6} {place:16} {statistics.median(times):6.1f} ms {late:6.1f} ms  {ratio}", flush=True)


def main() -> None:
    """Print a line for each model and place."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["heads", "faces"])
    options = parser.parse_args()
    with lab() as found, tempfile.TemporaryDirectory() as folder:
        print("model  place              median      95 %  / streamed")
        for name in options.models:
            with alone(found, name, Path(folder)) as opened:
                own, wanted = dragged(opened)
            line(name, "no kernel", own)
            for latency in LATENCIES:
                medians: dict[str, float] = {}
                for draw in ("kernel", "page"):
                    with notebook(found, name, draw, latency) as opened:
                        if draw == "page":
                            opened.wait_for_selector("[data-draws=page]", timeout=120_000)
                        times, last = dragged(opened)
                    medians[draw] = statistics.median(times)
                    ratio = f"{medians[draw] / medians['kernel']:.2f}"
                    line(name, f"{draw}, {1000 * latency:.0f} ms", times, ratio)
                    error = int(np.abs(last - wanted).max())
                    if error > NEAR:
                        raise SystemExit(f"The last pictures differ by {error} of 255.")


if __name__ == "__main__":
    main()
