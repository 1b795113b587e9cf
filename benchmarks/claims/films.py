"""Filmstrips: every picture is moved until it has itself changed by as much as the column says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from benchmarks.claims.claim import ROOT, Row, Run, Table
from benchmarks.claims.edits import rounded, solved
from sefa_widget import edit
from sefa_widget.directions import Directions
from sefa_widget.generators import Generator, Latent
from sefa_widget.measures.changes import draw, rms
from sefa_widget.pictures.editing import Rows
from sefa_widget.pictures.frames import to_pil, to_pixels

PICTURES = ROOT / "docs/claims/pictures"
COLUMNS = (-0.2, -0.1, 0.0, 0.1, 0.2)
"""Image change of each column: root mean square over pixels, to either side."""
LARGEST = 400_000
"""Bytes of a file."""
QUALITY = (92, 85, 75, 60)
"""Of WebP: the first with which the file is small enough."""
LEFT, TOP, GAP, SIDE = 96, 16, 8, 64


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """One picture moved along one direction.

    Attributes
    ----------
    row, block
        Where it stands: its words on the left, and above.
    latent
        Of length 1: the picture.
    vector
        The direction, ``[d]``.
    rows
        The code rows that move.
    """

    row: str
    block: str
    latent: Latent
    vector: Tensor
    rows: Rows = "all"


@dataclass(frozen=True, slots=True, eq=False)
class Film:
    """A figure: strips in rows and blocks, of one generator.

    Attributes
    ----------
    name
        Of the file: ``fig3-heads``.
    generator
        Draws the pictures.
    words
        What is seen, in Markdown.
    strips
        All strips, in any order.
    beside
        Pictures in front of the strips of a row, by its words: ``[3, R, R]`` each.
    """

    name: str
    generator: Generator
    words: str
    strips: tuple[Strip, ...]
    beside: Mapping[str, tuple[Tensor, ...]]

    @property
    def path(self) -> Path:
        """Where the picture is."""
        return PICTURES / f"{self.name}.webp"


def shot(run: Run, film: Film) -> Table:
    """Find the strength of every picture of a film, draw it, and give what was measured."""
    settings = (
        film.generator.fingerprint,
        COLUMNS,
        [(s.row, s.block, s.rows, rounded(s.vector), rounded(s.latent.codes)) for s in film.strips],
    )
    table = run.table(f"strengths of {film.name}", settings, lambda: _measured(run, film))
    film.path.parent.mkdir(parents=True, exist_ok=True)
    image = _drawn(film, table)
    for quality in QUALITY:
        image.save(film.path, quality=quality, method=6)
        if film.path.stat().st_size <= LARGEST:
            return table
    raise ValueError(
        f"{film.path.name} has {film.path.stat().st_size:,} bytes; at most {LARGEST:,} are wanted."
    )


def _measured(run: Run, film: Film) -> Table:
    say, rows = run.progress(f"strengths of {film.name}"), []
    for done, strip in enumerate(film.strips, 1):
        for column, strength, change in zip(COLUMNS, *_strengths(film.generator, strip), strict=True):
            about: Row = {"film": film.name, "row": strip.row, "block": strip.block, "column": column}
            rows.append({**about, "strength": strength, "change": change})
        say(done, len(film.strips))
    return rows


def _edited(generator: Generator, strip: Strip, strengths: Tensor) -> Tensor:
    """Draw a strip's picture at each strength."""
    directions = Directions.from_vectors(strip.vector[None], generator=generator)
    many = strip.latent.repeat(len(strengths))
    return draw(generator, edit(many, directions, strengths[:, None].float(), rows=strip.rows))


def _strengths(generator: Generator, strip: Strip) -> tuple[list[float], list[float]]:
    """Find the strength of each column for this picture itself, and the change that is reached there."""
    wanted = torch.tensor([column for column in COLUMNS if column], dtype=torch.float64)
    base = draw(generator, strip.latent)

    def changes(found: Tensor) -> Tensor:
        return rms(_edited(generator, strip, found * wanted.sign()) - base).double()

    found = solved(changes, wanted.abs(), _tell_nothing)
    reached = iter(zip((found * wanted.sign()).tolist(), changes(found).tolist(), strict=True))
    pairs = [next(reached) if column else (0.0, 0.0) for column in COLUMNS]
    return [strength for strength, _ in pairs], [change for _, change in pairs]


def _tell_nothing(done: int, total: int) -> None:
    """Tell nothing: a film tells of its strips."""


def _drawn(film: Film, table: Table) -> Image.Image:
    """Put the strips into a picture, with words on the left and above."""
    rows = list(dict.fromkeys(strip.row for strip in film.strips))
    blocks = list(dict.fromkeys(strip.block for strip in film.strips))
    before = max((len(pictures) for pictures in film.beside.values()), default=0)
    start, width = LEFT + before * (SIDE + GAP), len(COLUMNS) * SIDE + GAP
    sheet = Image.new("RGB", (start + len(blocks) * width - GAP, TOP + len(rows) * SIDE), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default()
    for place, block in enumerate(blocks):
        pen.text((start + place * width + width // 2, 2), block, "black", font, anchor="ma")
    for place, row in enumerate(rows):
        pen.multiline_text((2, TOP + place * SIDE + 22), row.replace(", ", ",\n"), "black", font)
        for number, picture in enumerate(film.beside.get(row, ())):
            sheet.paste(_tile(picture), (LEFT + number * (SIDE + GAP), TOP + place * SIDE))
    for strip in film.strips:
        own = [r["strength"] for r in table if (r["row"], r["block"]) == (strip.row, strip.block)]
        x, y = start + blocks.index(strip.block) * width, TOP + rows.index(strip.row) * SIDE
        for number, picture in enumerate(_edited(film.generator, strip, torch.tensor(own))):
            sheet.paste(_tile(picture), (x + number * SIDE, y))
    return sheet


def _tile(picture: Tensor) -> Image.Image:
    return to_pil(to_pixels(picture)).resize((SIDE, SIDE), Image.Resampling.NEAREST)
