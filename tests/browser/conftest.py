"""A page with the built panel and a scripted kernel."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path

import pytest

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "sefa_widget" / "static"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serve this folder, and the built bundle under /static/."""

    def guess_type(self, path):
        return "text/javascript" if str(path).endswith(".js") else super().guess_type(path)

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
        names = " and ".join(missing)
        pytest.fail(f"{STATIC} lacks {names}: run `npm --prefix js install && npm --prefix js run build`.")
    handler = functools.partial(Handler, directory=str(HERE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/page.html"
        server.shutdown()


@pytest.fixture
def open_panel(address, chromium):
    """Open a page with one panel; options it does not know go to `FakeModel` in fake_kernel.js."""
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
            light = str(theme == "light").lower()
            page.evaluate("light => { document.body.dataset.jpThemeLight = light }", light)
        page.evaluate("options => window.open_panel(options)", options)
        if wait:
            page.wait_for_selector(".sefa-picture[data-revision]")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert failures == []
