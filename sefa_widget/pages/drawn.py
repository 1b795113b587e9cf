"""What a page holds in which the generator does not run: its pictures, drawn and packed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sefa_widget.labels import Labels
from sefa_widget.pages.beforehand import Drawn
from sefa_widget.pages.choosing import Search, Strengths, chosen, chosen_pins, search_of, settled
from sefa_widget.pages.contents import page_contents
from sefa_widget.pages.document import Parts
from sefa_widget.pages.lesson import lesson_shows
from sefa_widget.pages.sprites import TEXT, Packer, shrunk
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.session import Session
from sefa_widget.pictures.drawing import batches_of_tiles
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.frames import to_pixels
from sefa_widget.pictures.starts import Start
from sefa_widget.progress import Progress, part

OTHERS = 400_000
"""Bytes of a page besides its pictures: the program, the still, what is known of directions."""
SHARES = 4
"""To find and measure directions takes about so much of the work, as a share: one of these."""
TITLES = {"webp": "WebP", "avif": "AVIF"}
"""How the codecs are written."""

Pixels = NDArray[np.uint8]
Sheet = tuple[Search, list[list[Strengths]]]
"""The pictures of one sprite: a search, and the strengths of its directions in rows and columns."""


def drawn_parts(
    session: Session,
    labels: Labels | None,
    sessions: Sequence[Session],
    drawn: Drawn,
    steps: Sequence[Mapping[str, Any]],
    why: str,
    progress: Progress | None = None,
) -> Parts:
    """Choose what is drawn, measure it, and draw and pack it.

    Parameters
    ----------
    session
        Whose panel the page is.
    labels
        Where names are found.
    sessions
        One for each search; see `sessions_of`.
    drawn
        How much is drawn.
    steps
        Those of a lesson; what they show is drawn too.
    why
        Why the generator does not run in the page; empty where that is wanted.
    progress
        Called with how much is done, and of how much.

    Raises
    ------
    ValueError
        If a direction does not exist, a lesson shows what cannot be drawn, or there is no room.
    """
    generator, state = session.generator, session.state
    shows = lesson_shows(steps, state)
    begin = part(progress, 0, SHARES)
    for n, one in enumerate(sessions):
        one.finder.found(one.state, part(part(begin, 0, 2), n, len(sessions)))
    choices = [chosen(one, labels, drawn, shows) for one in sessions]
    only = [directions for directions, _ in choices]
    contents = page_contents(session, labels, sessions, None, part(begin, 1, 2), only)
    searches = [
        search_of(state if n == 0 else one.state, one, *choices[n], drawn) for n, one in enumerate(sessions)
    ]
    pins = chosen_pins(state, generator.opening.seeds, drawn, shows)
    sheets = _sheets(searches, drawn.stride)
    count = len(pins) * sum(len(rows) * len(rows[0]) for _, rows in sheets)
    packer = Packer(drawn.codec, int((drawn.megabytes * 1e6 - OTHERS) / TEXT), count)
    size = 0, 0
    for sprite in _drawn(session, pins, sheets, drawn.pixels, _after(progress, count)):
        packer.add(sprite)
        size = sprite.shape[2], sprite.shape[3]
    packed = packer.packed()
    described = {
        "codec": f"image/{drawn.codec}",
        "height": size[0],
        "width": size[1],
        "stride": drawn.stride,
        "starts": [{"seed": pin.seed, "label": pin.label, "name": pin.name} for pin in pins],
        "sizes": packed.sizes,
        "searches": [search.described() for search in searches],
    }
    amount = _amount(drawn, searches, pins)
    cause = f"{why} So the" if why else "The"
    smaller = f" of {generator.resolution}" if size[0] < generator.resolution else ""
    loss = (
        f"of quality {packed.quality}: a colour is {packed.error:.1f} of 255 from Python's, on average"
        if packed.error
        else "without loss"
    )
    begun = settled(state, contents.values["state"], pins, searches[0])
    lines = [
        contents.begins,
        f"{cause} pictures of this page were drawn beforehand: {amount}.",
        f"{count} pictures of {size[0]}{smaller} px, packed as {TITLES[drawn.codec]} {loss}.",
        *_left_out(session, begun),
    ]
    blocks = {"pictures": packed.data, "vectors": contents.vectors}
    return Parts({**contents.values, "state": begun, "drawn": described}, blocks, lines)


def _sheets(searches: Sequence[Search], stride: int) -> list[Sheet]:
    """Give the sprites of each start: its own picture, then those of each search."""
    unedited: list[list[Strengths]] = [[{}]]
    return [(searches[0], unedited), *((one, rows) for one in searches for rows in one.sheets(stride))]


def _drawn(
    session: Session, pins: Sequence[Pin], sheets: Sequence[Sheet], most: int, progress: Progress | None
) -> Iterator[Pixels]:
    """Draw one sprite after another, ``[rows, columns, H, W, 3]``, at most `most` pixels high."""
    state, kept, done = session.state, KeptFeatures(), 0
    for pin in pins:
        start = Start(
            pin.seed,
            label=pin.label,
            truncation_psi=state.truncation_psi,
            truncation_cutoff=state.truncation_cutoff,
            noise="none" if state.noise == "none" else "const",
        )
        for search, rows in sheets:
            directions, moved = search.found.directions, list(search.found.rows)
            edits = [Edit(directions, strengths, moved) for row in rows for strengths in row]
            pictures: dict[int, Pixels] = {}
            for batch in batches_of_tiles(session.generator, [start], edits, kept=kept):
                for tile in batch:
                    pictures[tile.column] = shrunk(to_pixels(tile.image), most)
                done += len(batch)
                if progress is not None:
                    progress(done, 0)
            whole = np.stack([pictures[column] for column in range(len(edits))])
            yield whole.reshape(len(rows), len(rows[0]), *whole.shape[1:])


def _amount(drawn: Drawn, searches: Sequence[Search], pins: Sequence[Pin]) -> str:
    """Say how much is drawn, in words."""
    directions = sum(len(one.directions) for one in searches)
    pairs = sum(len(one.pairs) for one in searches)
    parts = [
        f"{drawn.strengths} strengths of {_counted(directions, 'direction')}",
        _counted(len(pins), "seed"),
    ]
    if pairs:
        parts.append(f"{_counted(pairs, 'pair')} of directions in {drawn.grid} x {drawn.grid} strengths")
    return ", ".join(parts)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _left_out(session: Session, begun: Mapping[str, Any]) -> list[str]:
    """Say what the panel showed and the page does not."""
    state = session.state
    moved = sum(strength != 0 for strength in state.strengths.values())
    lost = {
        "The second search of the panel is not in this page.": state.second is not None,
        "The kept edit of the panel is not in this page.": bool(state.carried),
        "The panel moved more directions than were drawn together.": len(begun["strengths"]) < moved,
        "Not all pictures of the panel were drawn.": len(begun["starts"]) < len(state.starts),
    }
    return [text for text, true in lost.items() if true]


def _after(progress: Progress | None, count: int) -> Progress | None:
    """Give the progress of drawing so many pictures, which follows on the directions."""
    if progress is None:
        return None
    return lambda done, _: progress(count + (SHARES - 1) * done, SHARES * count)
