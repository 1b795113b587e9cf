"""Lessons: questions beside the panel of a page, and the answers that come back from a class.

A step of a lesson is a dict:

- ``title``: a few words, of which no two steps have the same;
- ``text``: what there is to read; an empty line begins a new paragraph;
- ``question``: what is asked; empty for nothing;
- ``choices``: what can be chosen; none for an answer in one's own words;
- ``told``: what is told to each choice, in their order; for an answer in one's own words, one text;
- ``state``: what the panel shows, for example ``{"starts": [31, 88], "strengths": {2: 0.4}}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sefa_widget.arguments import instance, known_names, several
from sefa_widget.arguments import path as full_path
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import State, describe

FIXED = ("noise", "normalize", "options", "second")
"""Fields of the state that a page has as the panel had them."""
DRAWN_FIXED = ("truncation_psi", "truncation_cutoff", "edit_layers", "stretch", "ranges", "carried")
"""Fields that cannot change in a page that is drawn beforehand."""
PARTS = ("title", "text", "question", "choices", "told", "state")
MOST_TEXT = 5000
"""Characters of a text."""


def lesson_steps(given: Sequence[Mapping[str, Any]], session: Session) -> list[dict[str, Any]]:
    """Check the steps of a lesson, and give them as a page reads them.

    Raises
    ------
    ValueError
        If a step has no title or an unknown part, two have one title, or its state cannot be shown; the text
        names the step.
    """
    steps = [
        _step(one, number, session)
        for number, one in enumerate(several(given, "lesson", "dicts, one a step"))
    ]
    titles = [step["title"] for step in steps]
    if doubled := [title for title in titles if titles.count(title) > 1]:
        raise ValueError(f"Two steps of the lesson are called {doubled[0]!r}; answers are kept by the title.")
    return steps


def _step(given: Any, number: int, session: Session) -> dict[str, Any]:
    what = f"Step {number} of the lesson"
    instance(given, what, Mapping, "a dict")  # type: ignore[type-abstract]
    known_names(given, f"{what}: its part", PARTS)
    step: dict[str, Any] = {}
    for name in ("title", "text", "question"):
        step[name] = instance(given.get(name, ""), f"{what}: {name}", str, "a text")[:MOST_TEXT]
    if not step["title"].strip():
        raise ValueError(f"{what} has no title.")
    for name in ("choices", "told"):
        texts = given.get(name, ())
        step[name] = [
            instance(text, f"{what}: {name}", str, "a text") for text in several(texts, name, "texts")
        ]
    if step["told"] and len(step["told"]) != max(1, len(step["choices"])):
        raise ValueError(f"{what} tells {len(step['told'])} texts to {len(step['choices'])} choices.")
    state = given.get("state", {})
    instance(state, f"{what}: state", Mapping, "a dict of fields, as panel.state has them")  # type: ignore[type-abstract]
    try:
        shown = describe(Session(session.generator, {**describe(session.state), **state}).state)
    except ValueError as error:
        raise ValueError(f"{what}: {error}") from error
    now = describe(session.state)
    if other := [name for name in FIXED if name in state and shown[name] != now[name]]:
        raise ValueError(f"{what}: a page has the {other[0]} that the panel has; a step cannot change it.")
    step["state"] = {name: shown[name] for name in state if name in shown and name not in FIXED}
    return step


def lesson_searches(
    steps: Sequence[Mapping[str, Any]], state: State
) -> list[tuple[str | None, tuple[int, int]]]:
    """Give the method and the layers of the directions that steps show, where they say any."""
    found = []
    for shown in (step["state"] for step in steps):
        if "layers" in shown or "method" in shown:
            first, stop = shown.get("layers", state.layers)
            found.append((shown.get("method", state.method), (first, stop)))
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """What a step shows.

    Attributes
    ----------
    method, layers
        Of its directions.
    directions
        Numbers of those that it moves.
    starts
        Where its pictures begin; none where these stay as they are.
    """

    method: str | None
    layers: tuple[int, int]
    directions: tuple[int, ...]
    starts: tuple[Pin, ...]


def lesson_shows(steps: Sequence[Mapping[str, Any]], state: State) -> list[Shown]:
    """Give what the steps of `lesson_steps` show, for a page that is drawn beforehand.

    Raises
    ------
    ValueError
        If a step shows what cannot be drawn beforehand; the text names it.
    """
    found, now = [], describe(state)
    method, layers = state.method, state.layers
    for number, shown in enumerate(step["state"] for step in steps):
        what = f"Step {number} of the lesson"
        if other := [name for name in DRAWN_FIXED if name in shown and shown[name] != now[name]]:
            raise ValueError(
                f"{what}: a page that is drawn beforehand has the {other[0]} that the panel has."
            )
        method = shown.get("method", method)
        first, stop = shown.get("layers", layers)
        layers = first, stop
        moved = tuple(int(index) for index, strength in shown.get("strengths", {}).items() if strength)
        if len(moved) > 2:
            raise ValueError(f"{what} moves {len(moved)} directions; two are drawn together at most.")
        starts = tuple(Pin(**pin) for pin in shown.get("starts", ()))
        found.append(Shown(method, layers, moved, starts))
    return found


def read_answers(paths: Sequence[str | Path] | str | Path) -> list[dict[str, str]]:
    """Collect the answers of a class: the files that pages saved, or a folder of them.

    Returns
    -------
    list of dict
        One for each answer: ``lesson``, ``name``, ``step``, ``question``, ``answer`` and ``time``, which
        `pandas.DataFrame` takes as it is.

    Raises
    ------
    ValueError
        If a file is none that a page saved; the text names it.
    """
    given = [paths] if isinstance(paths, str | Path) else several(paths, "paths", "files or folders")
    files = [full_path(one, "paths") for one in given]
    files = [file for one in files for file in (sorted(one.glob("*.json")) if one.is_dir() else [one])]
    rows = []
    for file in files:
        try:
            about = json.loads(file.read_text("utf-8"))
            if about["format"] != "sefa_widget answers":
                raise ValueError("it says that it is something else.")
            for one in about["answers"]:
                fields = {name: str(one[name]) for name in ("step", "question", "answer", "time")}
                rows.append({"lesson": str(about["lesson"]), "name": str(about["name"]), **fields})
        except (KeyError, OSError, TypeError, ValueError) as error:
            raise ValueError(f"{file.name!r} holds no answers of a lesson: {error}") from error
    return rows
