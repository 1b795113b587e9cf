"""Take ``docs/report.png``: the filmstrips of a report of the heads, with the names of three directions.

python docs/take_report_screenshot.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS.parent))

from sefa_widget import Labels, factorize, load_generator, report  # noqa: E402  # of this checkout
from tests.chromium import CHROMIUM_FLAGS, find_chromium  # noqa: E402

NAMES = ("hair colour", "turn", "skin")
"""As `take_screenshots.py` names them."""


def main() -> None:
    """Write a small report, and photograph its filmstrips."""
    heads, labels = load_generator("heads"), Labels()
    bottom = factorize(heads, layers=(0, 3))
    for index, name in enumerate(NAMES):
        labels.add(bottom, index, name, generator=heads)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        few = {"samples": 4, "controls": 2, "wall": 6, "methods": ["sefa", "random"], "scorer": None}
        path = report(heads, Path(folder) / "heads.html", labels=labels, **few)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1240, "height": 900})
        page.goto(path.as_uri())
        page.locator("#films").screenshot(path=DOCS / "report.png")
        browser.close()


if __name__ == "__main__":
    main()
