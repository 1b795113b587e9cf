"""The programs that show notebooks: how each is started, and what it opens."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.hosts.forwarder import forwarding
from tests.jupyter.lab import ServerLog, free_port, own_environment, write_notebook
from tests.patience import WAIT_SECONDS
from tests.processes import ENVIRONMENT

CELL = """
import ipywidgets, json
from IPython.display import display
from sefa_widget import explore
panel = explore('faces', device='cpu', state={'starts': [0]})
said = ipywidgets.Label()
def say(change):
    said.value = f"PYTHON {json.dumps(dict(panel.strengths))}"
panel.observe(say, 'strengths')
display(said)
panel
"""
"""A cell that shows a panel, and above it what Python knows of its strengths."""
APP = """
import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import json
    import marimo as mo
    from sefa_widget import explore
    return explore, json, mo


@app.cell
def _(explore, mo):
    panel = explore('faces', device='cpu', state={'starts': [0]})
    strengths, set_strengths = mo.state({})
    panel.observe(lambda change: set_strengths(dict(change.new)), 'strengths')
    mo.ui.anywidget(panel)
    return (strengths,)


@app.cell
def _(json, mo, strengths):
    mo.md(f"PYTHON {json.dumps(strengths())}")
    return


if __name__ == "__main__":
    app.run()
"""
"""A program of marimo whose last cell depends on the strengths of the panel."""


PANEL_APP = """
import json
import panel as pn
from sefa_widget import explore

pn.extension("ipywidgets")
panel = explore('faces', device='cpu', state={'starts': [0]})
said = pn.pane.Str("")
panel.observe(lambda change: setattr(said, "object", f"PYTHON {json.dumps(dict(change.new))}"), 'strengths')
pn.Column(said, pn.pane.IPyWidget(panel, sizing_mode="stretch_width"), sizing_mode="stretch_width").servable()
"""
"""A program of Panel that shows a panel, and above it what Python knows of its strengths."""
PROGRAMS = {"marimo": APP, "panel": PANEL_APP}
"""What hosts that show no notebooks show."""


@dataclass(frozen=True, slots=True)
class Host:
    """A program that shows notebooks.

    Attributes
    ----------
    name
        What people call it.
    module
        The Python module that is run.
    options
        Its options, from the port, the folder and the name of what it opens.
    path
        Where the page is, from the name of what it opens.
    dark
        What makes it dark, after the page was opened: a command of JupyterLab, or an option of the address;
        empty where it is always light.
    kept
        Whether a page that is loaded again shows the same panel; where not, it is a new one.
    slow
        Milliseconds that a way to it takes, through a forwarder of ours; None for no forwarder.
    """

    name: str
    module: str
    options: Callable[[int, Path, str], list[str]]
    path: str
    dark: str = ""
    kept: bool = True
    slow: int | None = None

    @property
    def installed(self) -> bool:
        """Whether it can be run here."""
        return importlib.util.find_spec(self.module) is not None

    @property
    def runs_cells(self) -> bool:
        """Whether somebody must run the cells; else the program does."""
        return self.module not in ("voila", "marimo", "panel")


def jupyter(*more: str) -> Callable[[int, Path, str], list[str]]:
    """Give the options of a program that runs on Jupyter's server."""

    def options(port: int, root: Path, name: str) -> list[str]:
        return [
            "--no-browser",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=0",
            "--IdentityProvider.token=",
            "--ServerApp.password=",
            f"--ServerApp.root_dir={root}",
            "--ServerApp.allow_root=True",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.news_url=None",
            *more,
        ]

    return options


def voila(template: str) -> Callable[[int, Path, str], list[str]]:
    """Give the options of Voila with a template."""

    def options(port: int, root: Path, name: str) -> list[str]:
        return [
            str(root / name),
            "--no-browser",
            f"--port={port}",
            "--token=",
            f"--template={template}",
            "--VoilaConfiguration.allow_theme_override=YES",
        ]

    return options


def marimo(port: int, root: Path, name: str) -> list[str]:
    """Give the options of marimo."""
    return ["run", str(root / name), "--headless", "--no-token", "--port", str(port)]


def panel(port: int, root: Path, name: str) -> list[str]:
    """Give the options of Panel."""
    return [
        "serve",
        str(root / name),
        "--port",
        str(port),
        "--address",
        "127.0.0.1",
        "--allow-websocket-origin",
        "*",
    ]


HOSTS = (
    Host("JupyterLab 4", "jupyterlab", jupyter(), "/doc/tree/{name}?reset", "JupyterLab Dark"),
    Host(
        "JupyterLab behind a proxy, 80 ms away",
        "jupyterlab",
        jupyter("--ServerApp.base_url=/user/x/"),
        "/user/x/doc/tree/{name}?reset",
        "JupyterLab Dark",
        slow=40,
    ),
    Host(
        "Notebook 7",
        "notebook",
        jupyter("--JupyterNotebookApp.expose_app_in_browser=True"),
        "/notebooks/{name}",
        "JupyterLab Dark",
    ),
    Host("nbclassic", "nbclassic", jupyter(), "/nbclassic/notebooks/{name}"),
    Host("Voila, template lab", "voila", voila("lab"), "/", "?theme=dark", kept=False),
    Host("Voila, template classic", "voila", voila("classic"), "/", kept=False),
    Host("marimo", "marimo", marimo, "/", kept=False),
    Host("Panel", "panel", panel, "/app", kept=False),
)


@contextmanager
def running(host: Host, base: Path) -> Iterator[tuple[str, Path]]:
    """Run a host in a folder; give the address of its page, and the notebook or program it shows."""
    root = base / "root"
    root.mkdir()
    if host.module in PROGRAMS:
        name = "app.py"
        (root / name).write_text(PROGRAMS[host.module])
    else:
        name = write_notebook(root, [CELL, "1 + 1"])
    settings = base / "settings" / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    settings.parent.mkdir(parents=True)
    settings.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    port = free_port()
    environment = own_environment(base) | {
        "PYTHONPATH": ENVIRONMENT["PYTHONPATH"],
        "HOME": str(base),
        "XDG_CONFIG_HOME": str(base / "config"),
    }
    command = [sys.executable, "-m", host.module, *host.options(port, root, name)]
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=root
    )
    try:
        ServerLog(server, server.stdout).address()
        with forwarding(port, (host.slow or 0) / 1000) if host.slow else _itself(port) as reached:
            yield f"http://127.0.0.1:{reached}{host.path.format(name=name)}", root / name
    finally:
        server.terminate()
        server.wait(WAIT_SECONDS)


@contextmanager
def _itself(port: int) -> Iterator[int]:
    yield port
