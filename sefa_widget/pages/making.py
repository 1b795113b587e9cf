"""Makes a page from a panel, a generator or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from torch import nn

from sefa_widget import __version__
from sefa_widget.arguments import instance, new_file, number, several, whole
from sefa_widget.checkpoint import Checkpoint
from sefa_widget.directions.layers import format_layers
from sefa_widget.directions.presets import RANGES, range_of, usual_layers
from sefa_widget.generators import load_generator
from sefa_widget.generators.exporting import check_libraries
from sefa_widget.generators.latent import Noise
from sefa_widget.labels import Labels
from sefa_widget.pages.contents import page_contents, sessions_of
from sefa_widget.pages.document import check_built, document
from sefa_widget.pages.lesson import lesson_searches, lesson_steps
from sefa_widget.pages.model import PageModel, page_model
from sefa_widget.panel.files import MAKERS
from sefa_widget.panel.session import Session
from sefa_widget.panel.still import caption, still
from sefa_widget.panel.widget import SefaWidget
from sefa_widget.progress import Progress, check_progress, part
from sefa_widget.saving import replacing

LIVE_AGAIN = "It moves where this page can run: in a browser with JavaScript and WebAssembly."
HALF_BYTES = 2
"""Of a weight in half precision."""
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
    progress: Progress | None = None,
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
        `sefa_widget.pages.lesson`.
    most_megabytes
        How large the packed network may be.
    progress
        Called with how much is done, and of how much; what it raises ends the work, and nothing is written.

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
) -> Path:
    """Write the page of a session, with the names of `labels`; see `page`."""
    path = new_file(path)
    check_libraries("page")
    check_progress(progress)
    instance(note, "note", str, "a text")
    most = number(most_megabytes, "most_megabytes", 0.1, 1000)
    generator, state = session.generator, session.state
    name = generator.name if title is None else instance(title, "title", str, "a text")
    given = usual_layers(generator) if layers is None else several(layers, "layers", RANGES)
    ranges = [range_of(one) for one in given]
    steps = lesson_steps(lesson, session)
    searches = [(method, one) for method in (state.method, *methods) for one in ranges]
    sessions = sessions_of(session, [*searches, *lesson_searches(steps, state)])
    if k is not None:
        whole(k, "k", 1)
    check_built()
    noise: Noise = "none" if state.noise == "none" else "const"
    least = HALF_BYTES * sum(weight.numel() for weight in generator.parameters())
    model = (
        None
        if least > most * 1e6
        else page_model(generator, state.truncation_psi, noise, part(progress, 0, SHARES))
    )
    size = least if model is None else len(model.data)
    if model is None or size > most * 1e6:
        raise ValueError(
            f"{generator.name!r} is {size / 1e6:.1f} MB as the network of a page, and {most:g} MB are "
            "allowed. A browser would load it for long; most_megabytes= allows more."
        )
    contents = page_contents(session, labels, sessions, k, _rest(progress))
    first = session.contents()
    words = caption(generator.name, state, first.found.directions, {})
    picture = still(session.sheet().tiles, words).html(LIVE_AGAIN)
    values = {
        **contents.values,
        "network": {
            "z_dim": generator.z_dim,
            "width": generator.width,
            "truncates": model.truncates,
            "most_psi": model.most_psi,
        },
        "title": name,
        "about": _about(session, contents.values["searches"][0]["info"]["title"], model, note),
        "lesson": steps,
    }
    blocks = {"model": model.data, "vectors": contents.vectors}
    text = document(name, picture, values, blocks)
    with replacing(path) as beside:
        beside.write_text(text, "utf-8")
    return path


MAKERS["page"] = write_page


def _about(session: Session, found: str, model: PageModel, note: str) -> list[str]:
    """Say what a page is, in a few lines."""
    generator, layers = session.generator, format_layers(tuple(range(*session.state.layers)))
    today = datetime.now(timezone.utc).date().isoformat()
    return [
        f"{generator.name}: {generator.family}, {generator.resolution} px. All pictures are made by a GAN.",
        f"{found} of layers {layers} at first. A seed draws the same picture as in Python: colours differ by "
        f"{max(1, model.error)} of 255 at most.",
        *_left_out(session),
        *([note] if note else []),
        f"Made with sefa_widget {__version__} on {today}. ONNX Runtime Web (MIT licence) runs the generator.",
    ]


def _left_out(session: Session) -> list[str]:
    """Say what the panel showed and the page does not."""
    state = session.state
    said = {
        "The panel drew fresh noise; this page draws with the stored noise.": state.noise == "random",
        "The second search of the panel is not in this page.": state.second is not None,
    }
    return [text for text, true in said.items() if true]


def _rest(progress: Progress | None) -> Progress | None:
    """Give the progress of what follows on the network."""
    if progress is None:
        return None
    return lambda done, total: progress(total + (SHARES - 1) * done, SHARES * total)
