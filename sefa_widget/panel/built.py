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
    return path if _developing() else path.read_text(encoding="utf-8")


def module() -> str | Path:
    """Give the module that a page imports for each widget and keeps for good: small, it runs `program`.

    While the panel is being developed it is the whole panel, so that anywidget sees it change.
    """
    return built("panel.js" if _developing() else "entry.js", missing=NOT_BUILT)


def program() -> str:
    """Give the panel's program, which a page loads once for all widgets; none while it is being developed."""
    text = built("panel.js", missing="")
    return text if isinstance(text, str) else ""


def _developing() -> bool:
    return os.environ.get("ANYWIDGET_HMR") == "1"
