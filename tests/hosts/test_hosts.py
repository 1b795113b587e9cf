"""The panel in each program that shows notebooks; `docs/hosts_table.py` makes a table of what is seen."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.hosts.servers import HOSTS, Host, running
from tests.patience import WAIT_MS, WAIT_SECONDS

pytestmark = pytest.mark.browser

CONNECTED = """() => {
    const kernel = window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel
        ?? window.Jupyter?.notebook?.kernel;
    const answered = kernel?.info_reply?.status && kernel.widget_manager;
    const classic = answered && !window.Jupyter.notebook.kernel_busy;
    return kernel?.connectionStatus === 'connected' && kernel.status === 'idle' || classic;
}"""
STEP = 0.0051  # a row says two places
RUN = """() => {
    if (window.jupyterapp) window.jupyterapp.commands.execute('notebook:run-all-cells');
    else window.Jupyter.notebook.execute_all_cells();
}"""
SAVE = """async () => {
    if (window.jupyterapp) await window.jupyterapp.shell.currentWidget.context.save();
    else await window.Jupyter.notebook.save_notebook();
}"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
CELLS = """() => window.jupyterapp?.shell?.currentWidget?.content?.widgets?.length
    ?? window.Jupyter?.notebook?.ncells() ?? 0"""


class Shown:
    """A host's page with one panel, under a system that prefers dark."""

    def __init__(self, host: Host, page: Any, address: str) -> None:
        self.host, self.page, self.address = host, page, address
        self.failures: list[str] = []
        page.on("pageerror", self._fail)
        page.goto(address)
        if host.runs_cells:
            page.wait_for_function(CONNECTED)
            page.evaluate(RUN)
        self.wait()

    def _fail(self, error: Any) -> None:
        """Note an error of the panel, whose program comes from a blob; hosts have errors of their own."""
        if "blob:" in (error.stack or ""):
            self.failures.append(str(error.stack))

    @property
    def panel(self) -> Any:
        return self.page.locator(".sefa-panel")

    @property
    def picture(self) -> Any:
        return self.panel.locator(".sefa-chosen .sefa-picture").first

    @property
    def slider(self) -> Any:
        return self.panel.get_by_role("slider", name="Direction 0", exact=True)

    @property
    def strength(self) -> float:
        """The strength as the row says it: a slider shows its end where the strength lies beyond."""
        return float(self.panel.get_by_label("Strength of direction 0", exact=True).input_value())

    def wait(self) -> None:
        """Wait for the first picture."""
        self.page.locator(".sefa-picture[data-revision]").first.wait_for()

    def reload(self) -> None:
        """Load the page again, six times at most: see `tests.jupyter.lab.Notebook.reload`."""
        for _ in range(6):
            self.page.reload()
            self.page.wait_for_function(
                """() => {
                    const trees = (root) => [...root.querySelectorAll('*')].filter((e) => e.shadowRoot);
                    const find = (root) => root.querySelector('.sefa-panel')
                        ?? trees(root).reduce((found, e) => found ?? find(e.shadowRoot), null);
                    const panel = find(document);
                    const silent = panel?.dataset.status === 'silent';
                    return silent || panel?.querySelector('.sefa-picture[data-revision]');
                }"""
            )
            if self.panel.locator(".sefa-picture[data-revision]").count() > 0:
                return

    def move(self) -> None:
        """Move the slider by a key; JupyterLab takes the focus back some time after a cell was run.

        The row says a strength in the frame after the key: pressed again before that, it goes two steps.
        """
        before = self.strength
        while self.strength == before:
            self.slider.press("ArrowLeft" if before > 0 else "ArrowRight")
            self.page.evaluate(TWO_FRAMES)

    def pixels(self) -> str:
        script = "c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].join()"
        return str(self.picture.evaluate(script))

    def wait_for_other(self, pixels: str) -> None:
        """Wait until the picture is another one, and the panel has no more to wait for."""
        self.page.wait_for_function(
            """([canvas, before]) => {
                const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                return [...data].join() !== before;
            }""",
            arg=[self.picture.element_handle(), pixels],
        )

    def python(self) -> dict[str, float]:
        """What Python says of the strengths, once it agrees with the panel about the first."""
        said = self.page.get_by_text(re.compile(r'PYTHON \{["“]0')).first
        for _ in range(round(WAIT_SECONDS)):
            strengths = json.loads(said.inner_text().strip().removeprefix("PYTHON ").replace("“", '"'))
            if abs(strengths["0"] - self.strength) <= STEP:
                return dict(strengths)
            self.page.wait_for_timeout(1000)
        raise AssertionError(f"Python says {strengths}, the panel {self.strength}.")


def bring_anywidget(route: Any) -> None:
    """Give the script of the installed anywidget for what Panel takes from the web; all else is refused."""
    if "/anywidget" in route.request.url:
        route.fulfill(path=Path(sys.prefix) / "share/jupyter/nbextensions/anywidget/index.js")
    else:
        route.abort()


@pytest.fixture(scope="module", params=HOSTS, ids=lambda host: host.name)
def shown(request, chromium, tmp_path_factory) -> Iterator[Shown]:
    host = request.param
    if not host.installed:
        pytest.skip(f"{host.module} is not installed: pip install -e '.[hosts]'")
    with running(host, tmp_path_factory.mktemp(host.module)) as (address, _):
        context = chromium.new_context(viewport={"width": 1200, "height": 1100}, color_scheme="dark")
        context.set_default_timeout(WAIT_MS)
        context.route("https://unpkg.com/**", bring_anywidget)
        shown = Shown(host, context.new_page(), address)
        yield shown
        context.close()
        assert shown.failures == []


def test_shows_the_whole_panel(shown):
    """It is as wide as the page lets it, and nothing in it is flattened."""
    assert shown.panel.bounding_box()["width"] > 800
    assert shown.panel.locator(".sefa-plot").first.bounding_box()["height"] > 30
    assert len(set(shown.pixels().split(","))) > 50


def test_drags_a_slider_and_the_picture_follows(shown):
    before = shown.pixels()
    shown.slider.scroll_into_view_if_needed()
    box = shown.slider.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    shown.page.mouse.move(x, y)
    shown.page.mouse.down()
    for step in range(1, 6):
        shown.page.mouse.move(x + 16 * step, y)
    shown.page.mouse.up()
    assert shown.strength > 0
    shown.wait_for_other(before)


def test_updates_python(shown):
    shown.move()
    assert shown.python()["0"] == pytest.approx(shown.strength, abs=STEP)


def test_theme_is_the_hosts_and_not_the_systems(shown):
    expect(shown.panel).to_have_css("color-scheme", "light")
    if shown.host.dark.startswith("JupyterLab"):
        shown.page.emulate_media(color_scheme="light")
        change = "theme => window.jupyterapp.commands.execute('apputils:change-theme', { theme })"
        for theme, scheme in ((shown.host.dark, "dark"), ("JupyterLab Light", "light")):
            shown.page.evaluate(change, theme)
            expect(shown.panel).to_have_css("color-scheme", scheme)
    elif shown.host.dark:
        other = shown.page.context.new_page()
        other.emulate_media(color_scheme="light")
        other.goto(shown.address + shown.host.dark)
        expect(other.locator(".sefa-panel")).to_have_css("color-scheme", "dark")
        other.close()


def test_keyboard_works_and_the_host_hears_nothing(shown):
    cells = shown.page.evaluate(CELLS)
    shown.move()
    for key in ("b", "d", "d", "y"):  # commands of notebooks
        shown.slider.press(key)
    assert shown.page.evaluate(CELLS) == cells


def test_reload_shows_the_panel_again(shown):
    field = shown.panel.get_by_label("Strength of direction 0", exact=True)
    shown.move()
    shown.python()
    strength = field.input_value()
    if shown.host.runs_cells:
        shown.page.evaluate(SAVE)
    shown.reload()
    expect(field).to_have_value(strength if shown.host.kept else "0")
