"""Notebooks in a real JupyterLab, opened in the Chromium found on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import CHROMIUM_FLAGS, find_chromium
from tests.jupyter.lab import Notebook, running_lab, write_notebook
from tests.patience import WAIT_MS


@pytest.fixture(scope="session")
def own_chromium(chromium: Any) -> Iterator[Any]:
    """A browser for JupyterLab alone.

    In one that the tests of the page have used before, the panel of a reloaded page did not reach its kernel.
    """
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(), args=CHROMIUM_FLAGS, timeout=WAIT_MS
    )
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of a JupyterLab of our own, and the folder it serves."""
    with running_lab(tmp_path_factory.mktemp("lab")) as address_and_folder:
        yield address_and_folder


@pytest.fixture
def open_notebook(lab, own_chromium) -> Iterator[Callable[..., Notebook]]:
    """`open_notebook(["code of a cell", ...])` gives a `Notebook`; no error may reach the page."""
    address, folder = lab
    opened = []

    def open_cells(cells: list[str], width: int = 1200, height: int = 900) -> Notebook:
        context = own_chromium.new_context(viewport={"width": width, "height": height})
        opened.append((context, Notebook(context.new_page(), address, write_notebook(folder, cells))))
        opened[-1][1].open()
        return opened[-1][1]

    yield open_cells
    for context, notebook in opened:
        notebook.shut_down()
        context.close()
        assert not notebook.failures
