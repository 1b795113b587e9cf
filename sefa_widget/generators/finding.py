"""Finds the generators among the networks of a file, under any prefix of their keys, the averaged first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from sefa_widget.checkpoint import CheckpointError, Contents, Leaf
from sefa_widget.checkpoint.search import rank
from sefa_widget.generators.advice import unknown
from sefa_widget.generators.dcgan.naming import example_names
from sefa_widget.generators.families import FORMATS
from sefa_widget.generators.formats import Format

_MOST_PREFIXES = 64
_MOST_TRIED = 16
"""Prefixes that are tried for one format: a file with more is made to take long."""
_SMALLEST = 4
"""Tensors that a generator has at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A generator in a file.

    Attributes
    ----------
    known
        Its format.
    contents
        Its tensors without the prefix, and what the file says besides.
    prefix
        What its keys begin with in the file, with the dot at its end, or nothing.
    """

    known: Format
    contents: Contents
    prefix: str = ""

    @property
    def name(self) -> str:
        """Where it is in the file; ``network=`` takes it."""
        parts = (self.contents.place, self.prefix.rstrip("."))
        return "/".join(part for part in parts if part) or "the only network"


def find_generators(networks: Sequence[Contents], known: Format | None = None) -> list[Found]:
    """List the generators of a file, the one to use first.

    Parameters
    ----------
    networks
        What the file holds.
    known
        The only format to look for; None looks for all.

    Raises
    ------
    CheckpointError
        If there is none.
    """
    formats = list(FORMATS.values()) if known is None else [known]
    found: list[Found] = []
    for contents in networks:
        found += _in(contents, formats)
    if found:
        return sorted(found, key=lambda one: rank(one.name))
    if known is not None:
        return [Found(known, networks[0])]
    for contents in networks:
        for format_ in formats:
            if format_.partly(contents):
                return [Found(format_, contents)]
    raise CheckpointError(unknown(networks))


def _in(contents: Contents, formats: Iterable[Format]) -> list[Found]:
    """Find generators in one network: the whole of it, or each part whose keys have a prefix."""
    formats = list(formats)
    found: dict[str, Found] = {}
    if contents.container == "nvidia":  # a network in another one is a part of it, and no generator
        return [Found(known, contents) for known in formats if known.matches(contents)][:1]
    for known in formats:
        if known.matches(contents):
            if known.name == "dcgan" and "main.0.weight" not in contents.tensors:
                break  # told by shapes alone: parts may be whole DCGANs
            return [Found(known, contents)]
    for known in formats:
        for prefix in islice(_prefixes(known, contents), _MOST_TRIED):
            part = _part(contents, prefix)
            if prefix not in found and known.matches(part):
                found[prefix] = Found(known, part, prefix)
    outermost = [
        one
        for prefix, one in found.items()
        if not any(other != prefix and prefix.startswith(other) for other in found)
    ]
    whole = [known for known in formats if not outermost and known.matches(contents)]
    return [Found(known, contents) for known in whole[:1]] or outermost


def _prefixes(known: Format, contents: Contents) -> Iterator[str]:
    """Give the prefixes under which a format's signature may be."""
    if known.signature:
        pattern = re.compile(rf"((?:[^.]+\.)+)(?:{known.signature[0]})")
        yield from dict.fromkeys(match[1] for key in contents.tensors if (match := pattern.fullmatch(key)))
    if known.name == "dcgan":
        yield from (
            prefix for prefix in _parts(contents.tensors) if example_names(_part(contents, prefix).tensors)
        )


def _parts(tensors: Mapping[str, Leaf]) -> list[str]:
    """List the beginnings of keys that enough tensors have, the shortest first."""
    counts: dict[str, int] = {}
    for key in tensors:
        names = key.split(".")
        for depth in range(1, min(5, len(names))):
            prefix = ".".join(names[:depth]) + "."
            counts[prefix] = counts.get(prefix, 0) + 1
    large = [prefix for prefix, count in counts.items() if count >= _SMALLEST]
    return sorted(large, key=lambda prefix: prefix.count("."))[:_MOST_PREFIXES]


def _part(contents: Contents, prefix: str) -> Contents:
    """Take the tensors whose keys have a prefix, without it."""
    inside = {key[len(prefix) :]: leaf for key, leaf in contents.tensors.items() if key.startswith(prefix)}
    others = dict.fromkeys(key.split(".")[0] for key in contents.tensors if not key.startswith(prefix))
    return replace(contents, tensors=inside, left_out=tuple(others))


def choose(found: Sequence[Found], network: str | None) -> Found:
    """Choose a generator by its name in the file, or the first.

    Raises
    ------
    CheckpointError
        If there is none of that name; the text lists them.
    """
    if network is None:
        return found[0]
    for one in found:
        if network in (one.name, one.name.split("/")[-1], one.contents.place, one.prefix.rstrip(".")):
            return one
    names = ", ".join(repr(one.name) for one in found[:8])
    raise CheckpointError(f"has no generator {network!r:.60}; it has {names}.")


def choice_in_words(chosen: Found, found: Sequence[Found]) -> tuple[str, ...]:
    """Say what was chosen where it was not clear, or where something is left out."""
    words = []
    equals = [one.name for one in found if rank(one.name) == rank(chosen.name)]
    if len(equals) > 1:
        words.append(f"the network {chosen.name!r} (network= takes {', '.join(map(repr, equals[:6]))})")
    generator_like = [name for name in chosen.contents.left_out if name not in ("n_averaged",)]
    if generator_like and len(equals) == 1 and rank(chosen.name) > 0:
        more = ", ..." if len(generator_like) > 3 else ""
        words.append(f"{chosen.prefix}* as the generator, without {', '.join(generator_like[:3])}{more}")
    return tuple(words)
