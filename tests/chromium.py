"""The Chromium found on this machine, with the same settings for tests, benchmarks and screenshots."""

from __future__ import annotations

import shutil

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
]


def find_chromium() -> str | None:
    """Give the path of a Chromium or Chrome; None if there is none on PATH."""
    return next((path for path in map(shutil.which, CHROMIUM_NAMES) if path), None)
