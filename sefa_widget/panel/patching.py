"""Patches change a state: all of a patch is checked and taken, or nothing."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sefa_widget.arguments import instance, known_names
from sefa_widget.directions import Search, methods_for
from sefa_widget.directions.layers import latent_layers
from sefa_widget.generators.base import Generator
from sefa_widget.panel.carried import Carried, merged
from sefa_widget.panel.fields import Scope
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.state import FIELDS, OF_CHOSEN, State


def patched(
    generator: Generator,
    state: State,
    patch: Mapping[str, Any],
    methods: Sequence[str] | None = None,
    *,
    merge: bool = True,
) -> State:
    """Take new absolute values for fields of a state; all of them, or none if one is wrong.

    Where the new values ask for other directions, what the sliders had set is carried over, see
    `State.carried`: it moves on beside the sliders, which begin at zero. It is back on the sliders once these
    directions are asked for again. Values that say the strengths, too, mean those.

    Parameters
    ----------
    generator
        What the values must fit.
    state
        The state so far.
    patch
        Values by field name, or of the chosen start by those of `OF_CHOSEN`. The keys of `strengths` may be
        texts, as JSON has them. `revision` is ignored.
        `generator` and `fingerprint` say which generator the values are of; without them they are taken.
    methods
        Names that methods may have; None is what `methods_for` says.
    merge
        Whether `strengths` changes only the directions that it names; if not, it replaces all.

    Returns
    -------
    State
        The new state, with a higher revision if anything changed.

    Raises
    ------
    ValueError
        If the values are of a generator with another fingerprint, a field is unknown, or this generator
        cannot draw a value.
    """
    instance(patch, "The state", Mapping, "a dict, as panel.state gives it")  # type: ignore[type-abstract]
    _check_generator(generator, patch)
    wanted = {name: patch[name] for name in patch if name not in ("generator", "fingerprint", "revision")}
    known_names(wanted, "The state's field", [*FIELDS, *OF_CHOSEN])
    if methods is None:
        methods = [method.name for method in methods_for(generator)]
    scope = Scope(generator, methods, state.layers, state.normalize)
    known = {**FIELDS, **OF_CHOSEN}
    changes = {name: known[name].check(value, known[name].title, scope) for name, value in wanted.items()}
    strengths = changes.pop("strengths", None)
    if "method" in changes and changes["method"] != state.method:
        changes.setdefault("options", {})
    of_chosen = {name: changes.pop(name) for name in OF_CHOSEN if name in changes}
    changed = replace(state, **_choose(state, changes))
    if of_chosen:
        changed = replace(changed, starts=_change_chosen(changed, of_chosen))
    for search in filter(None, (changed.search, changed.second)):
        if search.described is not None and search.described.layers == "latent":
            latent_layers(generator, list(search.layers or ()), search.described.name)
    changed = replace(changed, options=dict(changed.search.options))
    if not _equal(generator, changed.search, state.search):
        given = strengths is not None or "carried" in changes
        changed = replace(changed, strengths={}) if given else _carry(generator, state, changed)
        # What is said of single directions by their numbers is of the directions before.
        of_others: dict[str, Any] = {"locked": (), "ranges": {}}
        changed = replace(changed, **{name: of_others[name] for name in of_others if name not in changes})
    if strengths is not None:
        new = {**(changed.strengths if merge else {}), **strengths}
        changed = replace(changed, strengths={i: new[i] for i in sorted(new) if new[i] != 0})
    return state if changed == state else replace(changed, revision=state.revision + 1)


def _equal(generator: Generator, one: Search, other: Search) -> bool:
    """Say whether two searches find the same directions of a generator, whatever they leave open."""
    return one == other or _resolved(generator, one) == _resolved(generator, other)


def _resolved(generator: Generator, search: Search) -> Search:
    if search.method is not None and search.described is None:  # directions that were given
        return search
    try:
        return search.resolved(generator)
    except ValueError:  # no method reads these layers: the search that finds nothing says so
        return search


def _carry(generator: Generator, before: State, after: State) -> State:
    """Carry what the sliders had set over to other directions, and put back on them what was set there."""
    edits = (
        *before.carried,
        Carried.of(_resolved(generator, before.search), before.strengths, before.edit_layers),
    )
    own = [
        edit
        for edit in edits
        if edit.edit_layers == after.edit_layers and _equal(generator, edit.search, after.search)
    ]
    rest = merged([edit for edit in edits if edit not in own])
    sums: dict[int, float] = {}
    for index, strength in (pair for edit in own for pair in edit.strengths):
        sums[index] = sums.get(index, 0.0) + strength
    return replace(after, carried=rest, strengths={i: sums[i] for i in sorted(sums) if sums[i] != 0})


def _choose(state: State, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Let the chosen start be one that there is: the last one if there are fewer now."""
    count = len(changes.get("starts", state.starts))
    if changes.get("chosen", 0) >= count:
        raise ValueError(f"The chosen start is {changes['chosen']}; it must be 0 to {count - 1}.")
    return {"chosen": min(state.chosen, count - 1), **changes}


def _change_chosen(state: State, values: Mapping[str, Any]) -> tuple[Pin, ...]:
    """Change the chosen start; a name is one of a seed or a latent, so another seed has none."""
    pin = state.starts[state.chosen]
    if "seed" in values and (values["seed"] != pin.seed or pin.latent is not None):
        pin = replace(pin, name="", latent=None)
    starts = list(state.starts)
    starts[state.chosen] = replace(pin, **values)
    return tuple(starts)


def _check_generator(generator: Generator, patch: Mapping[str, Any]) -> None:
    """Refuse values that say they are of another generator; its name may be another."""
    given = patch.get("fingerprint")
    if given is None or given == generator.fingerprint:
        return
    name = patch.get("generator")
    other = "a generator" if name is None else reprlib.repr(name)
    raise ValueError(
        f"This state is of {other} (fingerprint {reprlib.repr(given).strip(chr(39))}), and this panel "
        f"explores {generator.name!r} (fingerprint {generator.fingerprint}). Open that generator with "
        "explore(..., state=...), or leave 'generator' and 'fingerprint' out of the state to take its values "
        "here."
    )
