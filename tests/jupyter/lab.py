"""Runs a JupyterLab with real kernels in a folder, and shows its notebooks as a browser page."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO, cast

import nbformat

from tests.patience import WAIT_MS, WAIT_SECONDS

ADDRESS = re.compile(r"http://(?:127\.0\.0\.1|localhost):\d+")
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "docmanager-extension/plugin": {"autosave": False},
}


def own_environment(base: Path) -> dict[str, str]:
    """Give an environment in which Jupyter reads and writes its files under a folder, none of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    return kept | {
        "JUPYTER_CONFIG_DIR": str(base / "config"),
        "JUPYTER_DATA_DIR": str(base / "data"),
        "JUPYTER_RUNTIME_DIR": str(base / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this Python
        "JUPYTERLAB_SETTINGS_DIR": str(base / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(base / "workspaces"),
        "IPYTHONDIR": str(base / "ipython"),
    }


@contextmanager
def running_lab(base: Path) -> Iterator[tuple[str, Path]]:
    """Run a JupyterLab of our own under a folder; gives its address and the folder it serves."""
    root = base / "root"
    root.mkdir()
    for name, settings in SETTINGS.items():
        path = base / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(settings))
    options = [
        "--no-browser",
        f"--ServerApp.port={free_port()}",
        "--ServerApp.port_retries=50",
        "--IdentityProvider.token=",
        "--ServerApp.password=",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.allow_root=True",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=None",
        f"--MappingKernelManager.kernel_info_timeout={WAIT_SECONDS}",
    ]
    command = [sys.executable, "-m", "jupyterlab", *options]
    server = subprocess.Popen(command, env=own_environment(base), stderr=subprocess.PIPE, text=True)
    try:
        yield ServerLog(server, server.stderr).address(), root
    finally:
        server.terminate()
        server.wait(WAIT_SECONDS)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ServerLog(threading.Thread):
    """Reads what a server writes, which it must not be kept from, until the server ends."""

    def __init__(self, server: subprocess.Popen[str], lines: TextIO | None) -> None:
        super().__init__(daemon=True)
        self.name, self.lines = str(server.args), cast(TextIO, lines)
        self.text = ""
        self.found = threading.Event()
        self.start()

    def run(self) -> None:
        for line in self.lines:
            self.text += line
            if ADDRESS.search(line):
                self.found.set()
        self.found.set()

    def address(self) -> str:
        """Give the server's address, once it listens there."""
        self.found.wait(WAIT_SECONDS)
        match = ADDRESS.search(self.text)
        if match is None:
            raise RuntimeError(f"{self.name} did not start:\n{self.text[-3000:]}")
        return match[0]


class Notebook:
    """One notebook, open in a browser page with its kernel connected."""

    def __init__(self, page: Any, address: str, name: str) -> None:
        self.page, self.address, self.name = page, address, name
        self.failures: list[str] = []
        page.set_default_timeout(WAIT_MS)
        self.told: list[str] = []
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        page.on("console", lambda message: self.told.append(message.text[:300]))

    def report(self) -> str:
        """Say what the panels and the console show, for a test that fails."""
        panels = self.page.locator(".sefa-panel").all()
        shown = [
            f"{panel.get_attribute('data-status')}: {panel.locator('..').get_attribute('class')}: "
            f"{panel.inner_text()[:300]!r}"
            for panel in panels
        ]
        return "\n".join([f"{len(panels)} panels", *shown, *self.told[-20:]])

    def open(self) -> None:
        self.page.goto(f"{self.address}/doc/tree/{self.name}?reset")
        self.connected()

    def connected(self) -> None:
        self.page.wait_for_function(
            """() => {
                const kernel = window.jupyterapp?.shell?.currentWidget?.sessionContext?.session?.kernel;
                return kernel?.connectionStatus === 'connected' && kernel.status === 'idle';
            }"""
        )

    def command(self, name: str, arguments: dict[str, Any] | None = None) -> None:
        self.page.evaluate(
            "([name, args]) => { window.jupyterapp.commands.execute(name, args); }", [name, arguments or {}]
        )

    def reload(self) -> int:
        """Load the page again until its panel has reached the kernel, six times at most; say how often.

        Seen with JupyterLab 4.6: now and then nothing that a reloaded page sends through a comm comes to
        the kernel, and the panel says that it does not answer. On a slow machine JupyterLab gives up asking
        for widgets, and shows an error in their place. A person loads the page once more then.
        """
        times = 0
        while times < 6:
            times += 1
            self.page.reload()
            self.connected()
            self.page.wait_for_function(
                """() => {
                    const panel = document.querySelector('.sefa-panel');
                    const silent = panel?.dataset.status === 'silent';
                    const outputs = [...document.querySelectorAll('.jp-OutputArea-output')];
                    const lost = outputs.some((output) => output.textContent.includes('model not found'));
                    return silent || lost || panel?.querySelector('.sefa-picture[data-revision]');
                }"""
            )
            if self.page.locator(".sefa-picture[data-revision]").count() > 0:
                break
        return times

    def shut_down(self) -> None:
        """End the kernel: its panel would go on measuring, beside the next test."""
        self.page.evaluate("() => window.jupyterapp?.shell?.currentWidget?.sessionContext?.shutdown()")

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")

    def run_cell(self, number: int) -> None:
        """Run one cell without waiting for it."""
        self.page.evaluate(
            """number => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = number;
                notebook.deselectAll();
                window.jupyterapp.commands.execute('notebook:run-cell');
            }""",
            number,
        )

    def output(self, number: int) -> str:
        """The text a cell has put out so far."""
        return str(
            self.page.evaluate(
                """number => {
                    const cell = window.jupyterapp.shell.currentWidget.content.widgets[number];
                    return cell.outputArea?.node.innerText ?? '';
                }""",
                number,
            )
        )

    def theme(self, name: str) -> None:
        self.command("apputils:change-theme", {"theme": name})
        light = "true" if "Light" in name else "false"
        self.page.wait_for_selector(f"body[data-jp-theme-light={light}]", state="attached")

    def save(self) -> None:
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")


def write_notebook(folder: Path, cells: list[str]) -> str:
    """Write a notebook of code cells under a name of its own, and give the name."""
    name = f"notebook{len(list(folder.glob('*.ipynb')))}.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, folder / name)
    return name
