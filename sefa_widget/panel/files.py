"""What a panel saves, each as a file: pictures, a film, its state, names and directions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sefa_widget.arguments import choice, new_file
from sefa_widget.arguments import path as full_path
from sefa_widget.directions.files import save_directions
from sefa_widget.labels import Labels
from sefa_widget.labels.files import save_labels
from sefa_widget.panel import beside
from sefa_widget.panel.session import Contents, Session
from sefa_widget.pictures.files import read_recipe
from sefa_widget.pictures.sheet import Sheet
from sefa_widget.progress import Progress
from sefa_widget.saving import replacing

Maker = Callable[[Session, Labels, Path, Progress | None], object]
"""Writes a file of a session and its labels."""

PICTURES = (".png", ".webp", ".npz")
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "sheet": PICTURES,
    "strip": PICTURES,
    "wall": PICTURES,
    "film": (".webp", ".gif", ".mp4"),
    "state": (".json",),
    "names": (".json", ".csv"),
    "directions": (".safetensors",),
    "page": (".html",),
}
"""What can be saved, and the endings of the files."""
MAKERS: dict[str, Maker] = {}
"""What later parts of the package make of a session; each puts its own here."""
USUAL = {".json": "state", ".csv": "names", ".safetensors": "directions", ".gif": "film", ".mp4": "film"}
USUAL[".html"] = "page"
"""What an ending stands for where nothing else is said; pictures are the sheet."""

STATE = "sefa_widget state"
"""What the JSON of a state says of itself."""
WALL = 32
"""Directions on a wall."""
FILM_SECONDS = 4.0


def save(session: Session, labels: Labels, path: Path, what: str | None, progress: Progress | None) -> Path:
    """Write one of `ENDINGS`; see `SefaWidget.save`."""
    path = new_file(path)
    ending = path.suffix.lower()
    what = USUAL.get(ending, "sheet") if what is None else choice(what, "what", ENDINGS)
    choice(ending, f"The ending of path, for {what!r},", ENDINGS[what])
    if what in MAKERS:
        MAKERS[what](session, labels, path, progress)
        return path
    if what == "state":
        return save_state(session, path)
    if what == "names":
        chosen = [label for label in labels if label.fingerprint == session.generator.fingerprint]
        return save_labels(chosen, path)
    contents = session.contents()
    if what == "directions":
        return save_directions(contents.found.directions, path)
    if what == "sheet":
        return session.sheet(progress=progress).save(path)
    if what == "wall":
        return noted(beside.wall(session.generator, contents, WALL, progress), session).save(path)
    frames = beside.FRAMES if what == "strip" else beside.FILM_FRAMES
    index = _open(contents, what)
    drawn = noted(beside.strip(session.generator, contents, index, progress, frames), session)
    return drawn.save(path) if what == "strip" else drawn.animate(path, seconds=FILM_SECONDS)


def _open(contents: Contents, what: str) -> int:
    """Give the open direction, or else the one that is moved farthest."""
    state = contents.state
    if state.focused is not None:
        return state.focused
    moved = {index: abs(strength) for index, strength in state.strengths.items() if strength}
    if not moved:
        raise ValueError(f"A {what} is of one direction: open one, for example with panel.focused = 3.")
    return max(moved, key=lambda index: moved[index])


def noted(drawn: Sheet, session: Session) -> Sheet:
    """Write the state into a sheet's recipe, so that a panel can go on from its file."""
    return replace(drawn, recipe={**drawn.recipe, "panel": session.describe()})


def save_state(session: Session, path: Path) -> Path:
    """Write the state as JSON."""
    about = {"format": STATE, "version": 1, "state": session.describe()}
    with replacing(path) as part:
        part.write_text(json.dumps(about, indent=1), "utf-8")
    return path


def read_state(given: str | Path) -> dict[str, Any]:
    """Read a state from its JSON, or from a picture that a panel saved.

    Raises
    ------
    ValueError
        If there is no such file, or it holds no state of a panel.
    """
    path = full_path(given, "state")
    if not path.is_file():
        raise ValueError(f"state is {str(path)!r}, but there is no such file.")
    try:
        if path.suffix.lower() == ".json":
            about = json.loads(path.read_text("utf-8"))
            found = about.get("state") if about.get("format") == STATE else None
        else:
            found = read_recipe(path).get("panel")
    except (AttributeError, OSError, ValueError) as error:
        raise ValueError(f"state is {str(path)!r}, which cannot be read as one: {error}") from error
    if not isinstance(found, dict):
        raise ValueError(
            f"state is {str(path)!r}, which holds no state of a panel; pictures and JSON files that a panel "
            "saved do."
        )
    return found
