"""A page with the built panel and a scripted kernel."""

from __future__ import annotations

import functools
import http.server
import threading
from pathlib import Path

import pytest

from tests.patience import WAIT_MS

HERE = Path(__file__).parent
STATIC = HERE.parents[1] / "sefa_widget" / "static"
FROZEN_AT = 86_400
"""The second of its clock at which a page freezes: later than any page takes to load."""


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
    """Open a page with one panel; options it does not know go to `FakeModel` in fake_kernel.js.

    In a frozen page no time passes but what the test lets pass: `page.clock.run_for(milliseconds)`.
    """
    contexts = []
    failures = []

    def open_(width=800, height=900, theme="light", scheme="light", frozen=False, touch=False, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, has_touch=touch
        )
        contexts.append(context)
        context.set_default_timeout(WAIT_MS)
        page = context.new_page()
        if frozen:
            page.clock.install(time=0)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(address)
        page.wait_for_function("window.ready")
        if frozen:
            page.clock.pause_at(FROZEN_AT)
        if theme:
            light = str(theme == "light").lower()
            page.evaluate("light => { document.body.dataset.jpThemeLight = light }", light)
        page.evaluate("options => window.open_panel(options)", options)
        if frozen:
            page.clock.run_for(page.evaluate("models[0].delay"))
        shown = "attached" if "study" in options else "visible"  # a study hides the sheet
        page.wait_for_selector(".sefa-picture[data-revision]", state=shown)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert failures == []
