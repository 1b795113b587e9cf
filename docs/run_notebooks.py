"""Run every cell of the notebooks and keep what they put out: ``python docs/run_notebooks.py [NAME ...]``.

Outputs are what a reader sees without running anything, so pictures are small (JPEG where there is one) and
what only this machine knows (times, temporary files, the state of widgets) is left out.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


CELL_FILE = re.compile(r"\S*ipykernel_\d+\S*: ")
"""Where the code of a cell is while it runs, as warnings name it."""


def trim(notebook: Any) -> None:
    """Leave out of the outputs what is there twice, and the names of temporary files."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "image/jpeg" in output.get("data", {}):
                output.data.pop("image/png", None)
            if output.get("name") == "stderr":
                output.text = CELL_FILE.sub("", output.text)


def run(path: Path) -> None:
    """Run a notebook in a kernel of its own and write it with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        resources={"metadata": {"path": str(path.parent)}},
        kernel_name="python3",
        timeout=None,
        record_timing=False,
        store_widget_state=False,
    )
    client.execute()
    trim(notebook)
    notebook.metadata = {
        "kernelspec": notebook.metadata["kernelspec"],
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, path)
    print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


def main() -> None:
    """Run the named notebooks, or all."""
    os.environ["PLOTLY_RENDERER"] = "plotly_mimetype"  # figures as numbers, without plotly itself
    names = sys.argv[1:] or [path.stem for path in sorted(NOTEBOOKS.glob("*.ipynb"))]
    for name in names:
        run(NOTEBOOKS / f"{name}.ipynb")


if __name__ == "__main__":
    main()
