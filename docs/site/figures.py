"""Shows the figures of notebooks without a notebook and without a network, by plotly's own script."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FIGURE = "application/vnd.plotly.v1+json"
SCRIPTS = ("plotly.min.js", "figures.js")
"""What a page with figures loads, and no other page does: plotly's script has 5 MB."""


def replace(output: dict[str, Any]) -> None:
    """Put HTML in the place of a figure's numbers, in an output of a notebook's cell."""
    figure = output.get("data", {}).pop(FIGURE, None)
    if figure is None:
        return
    numbers = json.dumps({name: figure[name] for name in ("data", "layout")}).replace("</", "<\\/")
    output["data"]["text/html"] = (
        f'<div class="figure-of-plotly"><script type="application/json">{numbers}</script>'
        "<noscript>A figure, which needs JavaScript.</noscript></div>"
    )


def of_page(text: str) -> str:
    """Take the figure out of a page that has one and nothing else."""
    begin, end = text.index('<div class="figure-of-plotly">'), text.index("</div>") + len("</div>")
    return text[begin:end]


def library() -> Path:
    """Give plotly's script, which comes with the Python package."""
    import plotly

    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
