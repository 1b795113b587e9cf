"""Makes a page from a panel, a generator or a file."""

from __future__ import annotations

import reprlib
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from torch import nn

from sefa_widget import __version__
from sefa_widget.arguments import instance, new_file, number, several, whole
from sefa_widget.checkpoint import Checkpoint
from sefa_widget.directions.presets import RANGES, range_of, usual_layers
from sefa_widget.generators import load_generator
from sefa_widget.labels import Labels
from sefa_widget.pages.beforehand import Drawn
from sefa_widget.pages.contents import of_seeds, sessions_of
from sefa_widget.pages.document import check_built, document
from sefa_widget.pages.drawn import drawn_parts
from sefa_widget.pages.lesson import lesson_searches, lesson_steps
from sefa_widget.pages.live import NoNetwork, live_parts, network_of
from sefa_widget.panel.files import MAKERS
from sefa_widget.panel.session import Session
from sefa_widget.panel.still import caption, still
from sefa_widget.panel.widget import SefaWidget
from sefa_widget.progress import Progress, check_progress, part
from sefa_widget.saving import replacing

LIVE_AGAIN = "It moves where this page can run: in a browser with JavaScript and WebAssembly."
DRAWN_AGAIN = "It moves where this page can run: in a browser with JavaScript."
SHARES = 5
"""The network takes about so much of the work, as a share: one of these."""
MOST_MEGABYTES = 30.0
"""How large the network of a page may be unless told otherwise."""


def page(
    source: SefaWidget | str | Path | Checkpoint | nn.Module,
    path: str | Path,
    *,
    title: str | None = None,
    note: str = "",
    methods: Sequence[str] = (),
    layers: Sequence[tuple[int, int]] | None = None,
    k: int | None = None,
    lesson: Sequence[Mapping[str, Any]] = (),
    most_megabytes: float = MOST_MEGABYTES,
    drawn: Drawn | bool | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the panel as one HTML file, in which the generator itself runs: no kernel, no network.

    >>> page("heads", "heads.html").name  # doctest: +SKIP
    'heads.html'

    The page opens from the disk. It has the sliders, filmstrips, spectrum, people, undo and names of the
    panel, for the directions that it holds. Any seed draws the same picture as in Python, to 2 of 255.

    A generator that is too large for that, or cannot be written as ONNX, does not run in the page: its
    pictures are drawn beforehand, for some directions, seeds and strengths, and a warning says why.

    Parameters
    ----------
    source
        A panel, whose state, names and directions the page begins with, or what `explore` takes.
    path
        Where to write; an existing file is replaced.
    title
        What stands above the panel; None is the name of the generator.
    note
        A line below the panel, for example the licence of the model.
    methods
        Methods besides that of the panel, for example ``["pca", "random"]``.
    layers
        Half-open ranges of layers whose directions the page holds, besides those of the panel; None is the
        panel's presets (bottom, middle, top, all), and none of them where pictures are drawn beforehand.
    k
        How many directions of each search it holds; None is all, or those that `drawn` says.
    lesson
        Questions beside the panel: dicts of `title`, `text`, `question`, `choices`, `told` and `state`; see
        `sefa_widget.pages.lesson`.
    most_megabytes
        How large the packed network may be.
    drawn
        True or a `sefa_widget.pages.Drawn`: the pictures are drawn beforehand, in any case; False: never, a
        generator that cannot run in a page is refused; None: where it cannot.
    progress
        Called with how much is done, and of how much; what it raises ends the work, and nothing is written.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ImportError
        If the generator is to run in the page, and onnx, onnxscript or onnxruntime is missing: ``pip install
        'sefa_widget[page]'``.
    ValueError
        If an argument is wrong, there is no room for the pictures that are drawn beforehand, or, with
        ``drawn=False``, the generator cannot run in a page.
    """
    if isinstance(source, SefaWidget):
        session, labels = source._session, source.labels if source._naming.open else None
    else:
        session, labels = Session(load_generator(source)), None
    return write_page(
        session,
        labels,
        path,
        title=title,
        note=note,
        methods=methods,
        layers=layers,
        k=k,
        lesson=lesson,
        most_megabytes=most_megabytes,
        drawn=drawn,
        progress=progress,
    )


def write_page(
    session: Session,
    labels: Labels | None,
    path: str | Path,
    progress: Progress | None = None,
    *,
    title: str | None = None,
    note: str = "",
    methods: Sequence[str] = (),
    layers: Sequence[tuple[int, int]] | None = None,
    k: int | None = None,
    lesson: Sequence[Mapping[str, Any]] = (),
    most_megabytes: float = MOST_MEGABYTES,
    drawn: Drawn | bool | None = None,
) -> Path:
    """Write the page of a session, with the names of `labels`; see `page`."""
    path = new_file(path)
    check_progress(progress)
    instance(note, "note", str, "a text")
    most = number(most_megabytes, "most_megabytes", 0.1, 1000)
    if not isinstance(drawn, Drawn | bool | None):
        raise ValueError(f"drawn is {reprlib.repr(drawn)}; it must be True, False, None or a Drawn(...).")
    seeds = of_seeds(session)
    if seeds is not session:
        session, left = seeds, "Pictures that were found for photos are not in this page."
        warnings.warn(left, stacklevel=3)
        note = f"{note} {left}".strip()
    generator, state = session.generator, session.state
    name = generator.name if title is None else instance(title, "title", str, "a text")
    ranges = None if layers is None else [range_of(one) for one in several(layers, "layers", RANGES)]
    steps = lesson_steps(lesson, session)
    if k is not None:
        whole(k, "k", 1)

    def sessions(ranges: Sequence[tuple[int, int]], edit_layers: tuple[int, int] | None) -> list[Session]:
        searches = [(method, one) for method in (state.method, *methods) for one in ranges]
        return sessions_of(session, [*searches, *lesson_searches(steps, state)], edit_layers)

    whole_page = sessions(usual_layers(generator) if ranges is None else ranges, None)
    check_built()
    model, why, rest = None, "", progress
    if drawn in (None, False):
        try:
            model = network_of(session.generator, session.state, most, part(progress, 0, SHARES))
        except NoNetwork as error:
            if drawn is False:
                raise
            why = f"{str(error).rstrip('.')}."
        rest = _rest(progress)
    if model is None:
        asked = drawn if isinstance(drawn, Drawn) else Drawn()
        if k is not None and isinstance(asked.directions, int):
            asked = replace(asked, directions=min(k, asked.directions))
        few = sessions([state.layers] if ranges is None else ranges, state.edit_layers)
        if why:
            warnings.warn(f"{why} So its pictures are drawn beforehand.", stacklevel=3)
        made = drawn_parts(session, labels, few, asked, steps, why, rest)
    else:
        made = live_parts(session, labels, whole_page, k, model, rest)
    first = session.contents()
    words = caption(generator.name, state, first.found.directions, {}, session.class_names)
    picture = still(session.sheet().tiles, words).html(DRAWN_AGAIN if model is None else LIVE_AGAIN)
    values = {**made.values, "title": name, "about": _about(session, made.lines, note), "lesson": steps}
    text = document(name, picture, values, made.blocks, drawn=model is None)
    with replacing(path) as beside:
        beside.write_text(text, "utf-8")
    return path


MAKERS["page"] = write_page


def _about(session: Session, lines: Sequence[str], note: str) -> list[str]:
    """Say what a page is, in a few lines."""
    generator = session.generator
    today = datetime.now(timezone.utc).date().isoformat()
    fresh = session.state.noise == "random"
    return [
        f"{generator.name}: {generator.family}, {generator.resolution} px. All pictures are made by a GAN.",
        *lines,
        *(["The panel drew fresh noise; this page draws with the stored noise."] if fresh else []),
        *([note] if note else []),
        f"Made with sefa_widget {__version__} on {today}.",
    ]


def _rest(progress: Progress | None) -> Progress | None:
    """Give the progress of what follows on the network."""
    if progress is None:
        return None
    return lambda done, total: progress(total + (SHARES - 1) * done, SHARES * total)
