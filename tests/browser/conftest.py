"""A page with the built panel and a scripted kernel, in the Chromium found on this machine."""

from __future__ import annotations

import functools
import http.server
import shutil
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "sefa_widget" / "static"
FLAGS = (
    "--no-sandbox --disable-dev-shm-usage --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--disable-background-timer-throttling --disable-renderer-backgrounding "
    "--disable-backgrounding-occluded-windows --hide-scrollbars --force-color-profile=srgb"
).split()


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve this folder, and the built bundle under /static/."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript"}

    def translate_path(self, path):
        name = path.split("?")[0]
        if name.startswith("/static/"):
            return str(STATIC / name.removeprefix("/static/"))
        return super().translate_path(path)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def address():
    missing = [name for name in ("panel.js", "panel.css") if not (STATIC / name).is_file()]
    if missing:
        pytest.fail(
            f"{STATIC} lacks {', '.join(missing)}: run `npm --prefix js ci && npm --prefix js run build`."
        )
    handler = functools.partial(Handler, directory=str(HERE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/page.html"
        server.shutdown()


@pytest.fixture(scope="session")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for path in map(shutil.which, names) if path), None)
    if found is None:
        pytest.skip(f"None of {', '.join(names)} is on PATH.")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_panel(address, chromium):
    """Open a page with one panel: `open_panel(width=800, theme="light", size="small", ...)` gives the page."""
    contexts = []
    failures = []

    def open_(width=800, height=900, theme="light", scheme="light", wait=True, **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(address)
        page.wait_for_function("window.ready")
        if theme:
            page.evaluate(
                "light => { document.body.dataset.jpThemeLight = light }", str(theme == "light").lower()
            )
        page.evaluate("options => window.open_panel(options)", options)
        if wait:
            page.wait_for_selector(".sefa-picture[data-revision]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert failures == []
