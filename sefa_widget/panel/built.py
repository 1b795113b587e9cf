"""The built panel, as anywidget takes it."""

from __future__ import annotations

import os
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
"""Where the build puts the panel."""

NOT_BUILT = """export default { render({ el }) {
  el.textContent = "The panel is not built. In the source checkout run: pip install -e ."
} }"""
"""What a source checkout shows until its panel is built."""


def built(name: str, missing: str) -> str | Path:
    """Give a built file for anywidget: its text, since anywidget keeps each widget of a watched path alive.

    While the panel is being developed (``ANYWIDGET_HMR=1``) it is the path, which anywidget then watches.
    """
    path = STATIC / name
    if not path.is_file():
        return missing
    return path if os.environ.get("ANYWIDGET_HMR") == "1" else path.read_text(encoding="utf-8")
