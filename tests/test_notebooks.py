"""The notebooks as a person runs them: every cell in order, in a kernel of its own."""

import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbconvert.exporters import get_exporter

from tests.jupyter.lab import own_environment
from tests.patience import WAIT_SECONDS

pytestmark = pytest.mark.notebooks

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_runs(path, tmp_path, monkeypatch):
    environment = own_environment(tmp_path)
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    notebook = nbformat.read(path, as_version=4)
    folder = {"metadata": {"path": str(path.parent)}}
    NotebookClient(
        notebook,
        resources=folder,
        kernel_name="python3",
        timeout=None,  # of a cell: the test itself has one
        startup_timeout=WAIT_SECONDS,
        iopub_timeout=WAIT_SECONDS,
    ).execute()


@pytest.mark.parametrize("kind", ["html", "markdown"])
def test_a_saved_panel_is_seen_where_no_kernel_runs(tmp_path, kind):
    cells = ["from sefa_widget import explore\npanel = explore('faces', device='cpu')\npanel"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", timeout=None, store_widget_state=False).execute()
    nbformat.write(notebook, tmp_path / "saved.ipynb")
    assert (tmp_path / "saved.ipynb").stat().st_size < 300_000
    text, _ = get_exporter(kind)().from_filename(tmp_path / "saved.ipynb")
    assert "<img" in text
    assert "data:image/png;base64," in text
    assert "seeds 47, 57, 91, 114." in text
