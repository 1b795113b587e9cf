"""Makes a page from a panel, a generator or a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sefa_widget import __version__
from sefa_widget.arguments import function, instance, new_file, number, several
from sefa_widget.checkpoint import Checkpoint
from sefa_widget.directions.layers import format_layers
from sefa_widget.generators import load_generator
from sefa_widget.generators.exporting import check_libraries
from sefa_widget.page.contents import page_contents, usual_layers
from sefa_widget.page.document import document
from sefa_widget.page.lesson import lesson_steps
from sefa_widget.page.model import PageModel, page_model
from sefa_widget.panel.code import python_code
from sefa_widget.panel.session import Session
from sefa_widget.panel.still import caption, still
from sefa_widget.panel.widget import SefaWidget
from sefa_widget.saving import replacing

MOST_MEGABYTES = 30.0
"""How large the network of a page may be unless told otherwise."""

Told = Callable[[str], object]
"""Called with what is being done, in words; what it raises ends the work."""


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
    progress: Told | None = None,
) -> Path:
    """Write the panel as one HTML file, in which the generator itself runs: no kernel, no network.

    >>> page("heads", "heads.html").name  # doctest: +SKIP
    'heads.html'

    The page opens from the disk. It has the sliders, filmstrips, spectrum, people, undo and names of the
    panel, for the directions that it holds. Any seed draws the same picture as in Python, to 2 of 255.

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
        panel's presets (bottom, middle, top, all).
    k
        How many directions of each search it holds; None is all.
    lesson
        Questions beside the panel: dicts of `title`, `text`, `question`, `choices`, `told` and `state`; see
        `sefa_widget.page.lesson`.
    most_megabytes
        How large the packed network may be.
    progress
        Called with what is being done, in words.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ImportError
        If onnx, onnxscript or onnxruntime is missing: ``pip install 'sefa_widget[page]'``.
    ValueError
        If the generator cannot be written as a network of a page, is too large, or an argument is wrong.
    """
    path = new_file(path)
    check_libraries("page")
    tell = (lambda _: None) if progress is None else function(progress, "progress", "what is being done")
    instance(note, "note", str, "a text")
    most = number(most_megabytes, "most_megabytes", 0.1, 1000)
    panel = source if isinstance(source, SefaWidget) else None
    session = Session(load_generator(source)) if panel is None else panel._session
    labels = panel.labels if panel is not None and panel._naming.open else None
    generator, state = session.generator, session.state
    name = generator.name if title is None else instance(title, "title", str, "a text")
    given = usual_layers(generator) if layers is None else several(layers, "layers", "ranges of layers")
    steps = lesson_steps(lesson, session)
    model = page_model(generator, state.truncation_psi, "none" if state.noise == "none" else "const", tell)
    if len(model.data) > most * 1e6:
        raise ValueError(
            f"{generator.name!r} is {len(model.data) / 1e6:.1f} MB as the network of a page, and "
            f"{most:g} MB are allowed. A browser would load it for long; most_megabytes= allows more."
        )
    searches = [(method, (one[0], one[1])) for method in (state.method, *methods) for one in given]
    contents = page_contents(session, labels, searches, k, tell)
    tell("drawing the first picture")
    with torch.no_grad():
        first = session.contents()
        code = python_code(generator, first)
        words = caption(generator.name, state, first.found.directions, {})
        picture = still(session.sheet().tiles, words, code).html()
    tell("writing the page")
    about = _about(session, contents.values["searches"][0]["info"]["title"], model, note)
    network = {
        "z_dim": generator.z_dim,
        "width": generator.width,
        "truncates": model.truncates,
        "most_psi": model.most_psi,
    }
    values = {**contents.values, "network": network, "title": name, "about": about, "lesson": steps}
    blocks = {"model": model.data, "vectors": contents.vectors}
    text = document(name, picture, about, values, blocks)
    with replacing(path) as part:
        part.write_text(text, "utf-8")
    return path


def _about(session: Session, found: str, model: PageModel, note: str) -> list[str]:
    """Say what a page is, in a few lines."""
    generator, layers = session.generator, format_layers(tuple(range(*session.state.layers)))
    today = datetime.now(timezone.utc).date().isoformat()
    return [
        f"{generator.name}: {generator.family}, {generator.resolution} px. All pictures are made by a GAN.",
        f"{found} of layers {layers} at first. A seed draws the same picture as in Python: colours differ by "
        f"{max(1, model.error)} of 255 at most.",
        *([note] if note else []),
        f"Made with sefa_widget {__version__} on {today}. ONNX Runtime Web (MIT licence) runs the generator.",
    ]
