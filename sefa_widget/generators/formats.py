"""A file format: how its files are recognised, what they must hold, and how they become a generator."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, Contents, Leaf
from sefa_widget.generators.base import Generator

Converted = tuple[type[Generator], dict[str, Any], dict[str, Tensor]]
"""The architecture, its keyword arguments, and the tensors under its own keys."""

_MOST_DOUBLINGS = 16


@dataclass(frozen=True, slots=True, eq=False)
class Format:
    """One layout of files of generators, declared beside the architecture that it becomes.

    Keys are told by regular expressions that match whole keys; `keys` writes them.

    Attributes
    ----------
    name
        What ``format=`` of `load_generator` takes, and `Checkpoint.format` holds.
    title
        Name for people.
    files
        The files that people have it in, for the table of the README.
    signature
        Keys that tell the format, if all of them are there.
    required
        Keys without which the network cannot be complete.
    latent
        Keys of the weights that read the latent.
    convert
        Makes of a checkpoint the architecture, its keyword arguments, and the tensors under its own keys.
    optional
        Keys that may be missing, each with what is done then.
    told
        Another way to tell the format, of files that have no signature.
    partly
        Tells the format of a network that lacks a part of the signature, so that a message can say which.
    tensors
        Chooses the tensors that belong to the network, under the keys that `convert` expects.
    settings
        Chooses the settings that belong to the network: plain values.
    resolution
        Height and width of the pictures in pixels, as far as keys tell.
    contradiction
        Says what is wrong, where settings contradict the tensors.
    assume
        What its files do not tell and the user may say with ``assume={...}``: names in
        `sefa_widget.generators.assuming.KNOWN`.
    settled
        Looks at the generator that was built; says in words what of that is assumed.
    """

    name: str
    title: str
    files: str
    signature: tuple[str, ...]
    required: tuple[str, ...]
    latent: str
    convert: Callable[[Checkpoint], Converted]
    optional: Mapping[str, str] = field(default_factory=dict)
    told: Callable[[Contents], bool] = lambda contents: False
    partly: Callable[[Contents], bool] = lambda contents: False
    tensors: Callable[[Contents], Mapping[str, Leaf]] = lambda contents: contents.tensors
    settings: Callable[[Contents], dict[str, Any]] = lambda contents: {}
    resolution: Callable[[Iterable[str]], int | None] = lambda keys: None
    contradiction: Callable[[Checkpoint], str | None] = lambda checkpoint: None
    assume: tuple[str, ...] = ()
    settled: Callable[[Generator, Checkpoint], tuple[str, ...]] = lambda generator, checkpoint: ()

    def matches(self, contents: Contents) -> bool:
        """Tell whether a file has this format."""
        signed = bool(self.signature) and not _unmet(self.signature, contents.tensors)
        return signed or self.told(contents)

    def missing(self, present: Iterable[str]) -> list[str]:
        """List the keys that the network needs but `present` lacks; ``#`` stands for any number."""
        return [_readable(pattern) for pattern in _unmet(self.required, present)]

    def replaced(self, present: Iterable[str]) -> dict[str, str]:
        """Give the optional keys that `present` lacks, each with what is done without it."""
        return {_readable(pattern): self.optional[pattern] for pattern in _unmet(self.optional, present)}

    def latent_keys(self, present: Iterable[str]) -> list[str]:
        """List the weights that read the latent, in the order of `present`."""
        pattern = re.compile(self.latent)
        return [key for key in present if pattern.fullmatch(key)]


def keys(text: str) -> tuple[str, ...]:
    r"""Write the patterns of keys, separated by spaces; ``#`` stands for a number.

    >>> keys("main.0.weight layer#.bias")
    ('main\\.0\\.weight', 'layer\\d+\\.bias')
    """
    return tuple(re.escape(key).replace(r"\#", r"\d+") for key in text.split())


def doublings(key: str, smallest: int = 4, per: int = 1) -> Callable[[Iterable[str]], int | None]:
    """Make a `Format.resolution`: one such key stands for `smallest` pixels, each further `per` double them.

    >>> doublings("output#.weight")(["output0.weight", "output1.weight", "output2.weight"])
    16
    """
    (pattern,) = keys(key)

    def resolution(present: Iterable[str]) -> int | None:
        count = sum(re.fullmatch(pattern, key) is not None for key in present)
        twice = (count - 1) // per
        return smallest * 2**twice if 0 <= twice <= _MOST_DOUBLINGS else None

    return resolution


def largest(pattern: str) -> Callable[[Iterable[str]], int | None]:
    r"""Make a `Format.resolution`: the largest number that a group of the pattern finds at the start of keys.

    >>> largest(r"feat_(\d{1,5})\.")(["feat_8.1.weight", "feat_16.1.weight"])
    16
    """

    def resolution(present: Iterable[str]) -> int | None:
        return max((int(found[1]) for key in present if (found := re.match(pattern, key))), default=None)

    return resolution


def _unmet(patterns: Iterable[str], present: Iterable[str]) -> list[str]:
    present = list(present)
    return [pattern for pattern in patterns if not any(re.fullmatch(pattern, key) for key in present)]


def _readable(pattern: str) -> str:
    plain = re.sub(r"\([^)]*\)\?", "", pattern)  # without what may be there or not
    return re.sub(r"\\(.)", r"\1", plain.replace(r"\d+", "#"))
