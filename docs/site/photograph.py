"""Photographs pages of the built site, to be looked at: ``python docs/site/photograph.py [PAGE ...]``.

Writes ``build/site-pictures``: each page light and dark, on a wide screen and on a phone. Needs Chromium and
Playwright.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.chromium import CHROMIUM_FLAGS, find_chromium  # noqa: E402

PAGES = ("index", "how-to/compare-methods", "reference/sefa_widget.pictures", "notebooks/01_quickstart")
WIDTHS = (1440, 400)


def main(pages: tuple[str, ...]) -> None:
    """Photograph pages, and say which are wider than the screen."""
    site, folder = ROOT / "build/site", ROOT / "build/site-pictures"
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        for width in WIDTHS:
            for theme in ("light", "dark"):
                tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
                for page in pages:
                    tab.goto((site / f"{page}.html").as_uri())
                    tab.wait_for_timeout(3000)  # until the live panel has drawn
                    name = f"{page.replace('/', '-')}-{theme}-{width}.png"
                    tab.screenshot(path=folder / name)
                    wide = tab.evaluate("() => document.documentElement.scrollWidth")
                    print(name, f"is {wide} px wide: too wide" if wide > width else "")
                tab.close()
        browser.close()


if __name__ == "__main__":
    main(tuple(sys.argv[1:]) or PAGES)
