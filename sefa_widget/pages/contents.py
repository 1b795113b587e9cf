"""What a page holds besides the network: directions of some searches, measured, and where to begin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sefa_widget.arguments import whole
from sefa_widget.directions import Directions
from sefa_widget.directions.layers import format_layers
from sefa_widget.generators.base import Generator
from sefa_widget.generators.opening import source_name
from sefa_widget.labels import Label, Labels
from sefa_widget.panel.contents import Found
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import describe
from sefa_widget.panel.summaries import about, directions_info
from sefa_widget.progress import Progress, part

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Contents:
    """What the program of a page reads.

    Attributes
    ----------
    values
        Plain JSON values.
    vectors
        The directions of all searches, float32 ``[k, d]`` each, one after another.
    """

    values: Mapping[str, Any]
    vectors: bytes

    @property
    def begins(self) -> str:
        """Which directions are shown first, in a sentence."""
        first = self.values["searches"][0]["info"]
        layers = format_layers(tuple(range(*first["layers"])))
        return f"{first['title']} of layers {layers} at first."


def of_seeds(session: Session) -> Session:
    """Give a session without starts that are latents: a page draws seeds.

    Raises
    ------
    ValueError
        If there is no other start.
    """
    state = session.state
    rows = [row for row, pin in enumerate(state.starts) if pin.latent is None]
    if len(rows) == len(state.starts):
        return session
    if not rows:
        raise ValueError(
            "A page draws seeds, and all pictures of this panel were found for photos. Add a seed with "
            "+ Add, or save the pictures."
        )
    starts = [state.starts[row].described() for row in rows]
    chosen = rows.index(state.chosen) if state.chosen in rows else 0
    begun = {**describe(state), "starts": starts, "chosen": chosen}
    return Session(session.generator, begun, session.finder.given, session.class_names)


def sessions_of(
    session: Session, searches: Sequence[tuple[str | None, Range]], edit_layers: Range | None = None
) -> list[Session]:
    """Give a session for the directions of each search (method and layers), that of `session` first.

    Parameters
    ----------
    session
        Whose generator they are of.
    searches
        Method and layers of each.
    edit_layers
        The layers that all of them edit; None is those of each search.

    Raises
    ------
    ValueError
        If the generator has no such layers or method.
    """
    state = session.state
    begun = {**describe(state), "strengths": {}, "carried": [], "second": None, "edit_layers": edit_layers}
    sessions = []
    for method, layers in dict.fromkeys(((state.method, state.layers), *searches)):
        one = Session(session.generator, begun, session.finder.given)
        if (method, layers) != (state.method, state.layers):
            one.apply({"method": method, "layers": list(layers), "options": {}})
        sessions.append(one)
    return sessions


def page_contents(
    session: Session,
    labels: Labels | None,
    sessions: Sequence[Session],
    k: int | None,
    progress: Progress | None = None,
    only: Sequence[Sequence[int]] | None = None,
) -> Contents:
    """Find and measure the directions of `sessions_of`, and describe all for a page.

    Parameters
    ----------
    session
        Where the page begins.
    labels
        Where names are found.
    sessions
        One for each search.
    k
        How many directions of each search the page holds; None is all.
    progress
        Called with how much is done, and of how much.
    only
        Numbers of the directions of each search that can be moved, ascending; None is all.
    """
    generator, state = session.generator, session.state
    held: list[dict[str, Any]] = []
    vectors: list[bytes] = []
    methods: dict[str, str] = {}
    for number, one in enumerate(sessions):
        few = None if only is None else list(only[number])
        found = _measured(one, part(progress, number, len(sessions)), few)
        info = _first(directions_info(one.state, found), k if few is None else few[-1] + 1) | {"only": few}
        directions = found.directions.first(len(info["ends"]))
        vectors.append(directions.vectors[slice(None) if few is None else few].float().numpy().tobytes())
        named = Naming(generator, Labels() if labels is None else labels)
        named.look(found.directions)
        held.append(
            {
                "info": info,
                "normalize": one.state.normalize,
                "options": describe(one.state)["options"],
                "rows": list(found.rows),
                "labels": {**named.info(found.directions), "place": "", "problem": ""},
                "label": _label(directions, generator),
            }
        )
        methods[info["method"]] = info["title"]
    described = about(generator, list(methods), session.class_names)
    for shown in described["methods"]:
        shown["options"], shown["takes"], shown["title"] = [], "", methods[shown["name"]]
    first = {**describe(session.identified()), "method": held[0]["info"]["method"]}
    first["noise"] = "none" if state.noise == "none" else "const"
    values = {
        "generator": {**described, "noisy": False},
        "state": {**first, "second": None, "revision": 0},
        "searches": held,
        "source": source_name(generator.source),
    }
    return Contents(values, b"".join(vectors))


def _measured(session: Session, progress: Progress | None, only: Sequence[int] | None) -> Found:
    """Find the directions of a session's state, measure where their sliders end and what they do."""
    state, finder, measuring = session.state, session.finder, part(progress, 1, 2)
    finder.found(state, part(progress, 0, 2))
    if only is None:
        for measure in (finder.measure_range, finder.measure_acts):
            while measure(state):
                if measuring is not None:
                    measuring(0, 1)
        return finder.found(state)
    # What has a strength is measured, whatever its number; the rest need not be.
    state = replace(state, strengths=dict.fromkeys(only, 1.0))
    missing, total = set(only), 2 * len(only)
    for number, measure in enumerate((finder.measure_range, finder.measure_acts)):
        going = True
        while going:
            going = measure(state)
            found = finder.found(state)
            missing = set(only) - set(found.acts if number else found.range.measured)
            if measuring is not None:
                measuring((number + 1) * len(only) - len(missing), total)
            going = going and bool(missing)
    return finder.found(state)


def _first(info: dict[str, Any], k: int | None) -> dict[str, Any]:
    """Keep the first k directions of a description."""
    if k is None:
        return info
    count = min(whole(k, "k", 1), len(info["ends"]))
    if count == len(info["ends"]):
        return info
    cut = {name: info[name][:count] for name in ("ends", "stops")}
    values = None if info["values"] is None else info["values"][:count]
    acts = {index: value for index, value in info["acts"].items() if int(index) < count}
    # Of a part of them no share of all can be told: the panel does so where the name begins with "share".
    name = f"first {count} of {len(info['ends'])}: {info['value_name']}" if info["value_name"] else ""
    return {**info, **cut, "values": values, "value_name": name, "acts": acts}


def _label(directions: Directions, generator: Generator) -> dict[str, Any]:
    """Give a label of these directions as files have it, without what is of a single one."""
    label: Label = Labels().add(directions, 0, "", generator=generator)
    own = ("id", "name", "vector", "index", "value", "time", "seeds", "rater", "note", "range", "sign")
    found = {name: value for name, value in label.to_json().items() if name not in own}
    return {**found, "study": ""}
