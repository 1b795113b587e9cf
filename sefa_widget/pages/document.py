"""The HTML of a page: its blocks are packed with gzip, whose checksum tells when they were changed."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from sefa_widget.panel.built import STATIC

PROGRAM = ("page.js", "page-worker.js", "page.css", "page-runtime.wasm.gz")
"""What the build makes for pages."""

LIVE_WORDS = "Everything runs in this page; nothing is sent anywhere.", "The generator is starting …"
DRAWN_WORDS = (
    "The pictures of this page were drawn beforehand; nothing is sent anywhere.",
    "The pictures are being unpacked …",
)
"""What stands above the panel, and in its place until it runs."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What differs between a page in which the generator runs and one that is drawn beforehand.

    Attributes
    ----------
    values
        What the program reads, as plain JSON values.
    blocks
        Bytes by the name of their block.
    lines
        What stands below the panel.
    """

    values: Mapping[str, Any]
    blocks: Mapping[str, bytes]
    lines: Sequence[str]


def check_built() -> None:
    """Say what is missing if this checkout has not built the program of pages.

    Raises
    ------
    ValueError
        If it has not.
    """
    if missing := [name for name in PROGRAM if not (STATIC / name).is_file()]:
        raise ValueError(f"{missing[0]} is not built. In the source checkout run: pip install -e .")


def document(
    title: str,
    still: str,
    values: Mapping[str, Any],
    blocks: Mapping[str, bytes],
    *,
    drawn: bool = False,
) -> str:
    """Write a page that needs nothing but itself.

    Parameters
    ----------
    title
        What stands above the panel.
    still
        HTML that is shown until the panel runs, and where it cannot.
    values
        What the program reads first, as JSON; the lines of ``about`` stand below the panel.
    blocks
        Bytes by the name of their block: ``vectors``, and ``model`` or ``pictures``.
    drawn
        Whether pictures were drawn beforehand, so that nothing is needed that runs a generator.
    """
    contents = json.dumps(values, allow_nan=False).encode()
    packed = {
        "contents": gzip.compress(contents, 9, mtime=0),
        **{name: gzip.compress(data, 9, mtime=0) for name, data in blocks.items()},
    }
    intro, begins = DRAWN_WORDS
    if not drawn:
        intro, begins = LIVE_WORDS
        packed["worker"] = gzip.compress((STATIC / "page-worker.js").read_bytes(), 9, mtime=0)
        packed["runtime"] = (STATIC / "page-runtime.wasm.gz").read_bytes()
    data = "\n".join(
        f'<script type="text/plain" id="{name}">{base64.b64encode(block).decode()}</script>'
        for name, block in packed.items()
    )
    program = (STATIC / "page.js").read_text("utf-8").replace("</script", "<\\/script")
    style = (STATIC / "page.css").read_text("utf-8").replace("</style", "<\\/style")
    lines = "\n".join(f"<p>{escape(line)}</p>" for line in values["about"])
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="sefa_widget">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<header>
<h1 class="page-title">{escape(title)}</h1>
<p class="page-intro page-quiet">{intro}</p>
</header>
<div id="message" class="page-message"></div>
<noscript><p>This page needs JavaScript to move the pictures.</p></noscript>
<main id="place"><div class="page-still" aria-busy="true">{still}
<p class="page-quiet" role="status">{begins}</p></div></main>
<footer class="page-about">
{lines}
</footer>
{data}
<script>{program}</script>
</body>
</html>
"""
