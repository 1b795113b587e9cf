"""A panel as a picture with its caption, for where no kernel runs: saved notebooks, web pages, print."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image

from sefa_widget.directions import Directions
from sefa_widget.directions.layers import format_layers
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.state import State
from sefa_widget.pictures.files import Tiles, grid_image

MOST_BYTES = 100_000
"""Of the picture; it is in the HTML and beside it, so a cell's output stays under 300 kB."""
LARGEST = 960
"""Pixels of the picture's longer side."""
RUN_AGAIN = "Run the cell to move the sliders again."
BENEATH = "sefa-beneath"
"""Class of a still below its panel."""
GAP = 2
"""Pixels between two tiles."""


@dataclass(frozen=True, slots=True)
class Still:
    """What a panel shows, as a picture; the last expression of a cell shows it.

    Attributes
    ----------
    picture
        The bytes of a PNG, or of a JPEG where that would be large.
    mime
        ``"image/png"`` or ``"image/jpeg"``.
    width
        Width at which it is shown, in pixels.
    caption
        What it shows, in a sentence.
    code
        Python that draws it again, where it is known.
    """

    picture: bytes
    mime: str
    width: int
    caption: str
    code: str = ""

    def html(self, again: str = RUN_AGAIN) -> str:
        """Give it as HTML of its own, without scripts: every text is escaped. `again` says how it moves."""
        data = base64.b64encode(self.picture).decode()
        code = (
            f"<details><summary>Python that draws it again</summary><pre>{escape(self.code)}</pre></details>"
            if self.code
            else ""
        )
        return (
            '<figure style="margin: 0; max-width: 100%">'
            f'<img src="data:{self.mime};base64,{data}" width="{self.width}" style="max-width: 100%" '
            f'alt="{escape(self.caption)}">'
            f"<figcaption>{escape(self.caption)}<br>A saved picture, made by a GAN. {escape(again)}"
            f"</figcaption>{code}</figure>"
        )

    def _repr_mimebundle_(self, **_options: object) -> dict[str, object]:
        return self.bundle

    @property
    def bundle(self) -> dict[str, object]:
        """The forms of it, by MIME type."""
        return {
            "text/plain": self.caption,
            "text/html": self.html(),
            self.mime: base64.b64encode(self.picture).decode(),
        }

    @property
    def beneath(self) -> dict[str, object]:
        """The same as an output of its own below the panel, which hides it as long as it is there."""
        return {**self.bundle, "text/html": f'<div class="{BENEATH}">{self.html()}</div>'}


def still(tiles: Tiles, caption: str, code: str = "") -> Still:
    """Make a still of a panel's sheet ``[R, C, H, W, 3]``: a column for each start, a row for each edit."""
    image = grid_image(_apart(tiles.transpose(1, 0, 2, 3, 4)))
    scale = min(1.0, LARGEST / max(image.size))
    if scale < 1:
        image = image.resize([max(1, round(side * scale)) for side in image.size], Image.Resampling.LANCZOS)
    picture, mime = _encoded(image)
    shown = max(image.width, min(LARGEST, 160 * tiles.shape[0]))
    return Still(picture, mime, shown, caption, code)


def caption(
    name: str,
    state: State,
    found: Directions | None,
    names: Mapping[int, str],
    classes: Sequence[str] = (),
) -> str:
    """Say what a panel shows: whose pictures, which directions, and how far each is moved.

    `classes` are the names of the generator's classes; without them, numbers tell classes that differ.
    """
    mixed = len({pin.label for pin in state.starts}) > 1

    def title(pin: Pin) -> str:
        own = pin.name or (str(pin.seed) if pin.latent is None else "a found picture")
        if pin.label is None or not (classes or mixed):
            return own
        return f"{own} ({classes[pin.label] if classes else f'class {pin.label}'})"

    seeds = ", ".join(title(pin) for pin in state.starts[:9])
    more = f" and {len(state.starts) - 9} more" if len(state.starts) > 9 else ""
    parts = [f"{name}, seed{'s' if len(state.starts) > 1 else ''} {seeds}{more}"]
    if state.truncation_psi != 1:
        parts.append(f"truncation {state.truncation_psi:g}")
    moved = [
        f"{names.get(index, f'direction {index}')} {strength:+.3g}"
        for index, strength in state.strengths.items()
        if strength
    ]
    if moved and found is not None:
        parts.append(f"{found.method} of layers {format_layers(found.layers)}: {', '.join(moved)}")
    if state.carried:
        parts.append("and an edit of an earlier search")
    return "; ".join(parts) + "."


def _apart(tiles: Tiles) -> Tiles:
    """Put white lines between tiles."""
    wide = np.full((*tiles.shape[:2], tiles.shape[2] + GAP, tiles.shape[3] + GAP, 3), 255, np.uint8)
    wide[:, :, : tiles.shape[2], : tiles.shape[3]] = tiles
    return wide


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    """Encode without loss if that is small enough, else with loss, smaller and smaller."""
    data = _bytes(image, "PNG", optimize=True)
    if len(data) <= MOST_BYTES:
        return data, "image/png"
    while True:
        data = _bytes(image, "JPEG", quality=88)
        if len(data) <= MOST_BYTES:
            return data, "image/jpeg"
        image = image.resize([max(1, side * 4 // 5) for side in image.size], Image.Resampling.LANCZOS)


def _bytes(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()
