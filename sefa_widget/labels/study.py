"""A study of how many directions mean something: several raters, shuffled, random directions mixed in."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sefa_widget.arguments import MAX_SEED, flag, instance, several, whole
from sefa_widget.directions import Directions, LayerChoice, choose_layers, factorize, format_layers
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.labels.counts import Key, StudyResult, count, key_of
from sefa_widget.labels.labels import Labels
from sefa_widget.labels.value import Label

GROUPS = ((0, 2), (2, 6), (6, None))
"""Layers of the groups of the paper: bottom, middle, top."""
MOST_SEEDS = 8
"""How many rows of pictures raters see at most."""
_CONTROL_SEED = 2**32
_SEEDS = (0, 1, 2)


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One direction that raters are asked about; only its pictures may be shown to them.

    Attributes
    ----------
    group
        Name of its group of layers.
    control
        Whether it is a random direction.
    directions, index
        Where it is from, for `edit` and `Labels.add`.
    """

    group: str
    control: bool
    directions: Directions
    index: int

    @property
    def key(self) -> Key:
        """What is the same for this item in every kernel."""
        return self.directions.fingerprint, self.directions.search, self.index


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """The user study of SeFa's Table 3: how many of each group's first directions mean something.

    Raters are asked of each direction whether it changes the picture obviously, and whether the change means
    something. (The caption of the paper's table swaps numerator and denominator; here each count has its
    name.) Random directions are mixed in: what raters say of these is how often they see a meaning in
    nothing. Answers are labels with the study's name, so they are kept like all labels: everyone of a class
    may have a kernel of their own and one store, and the counts grow as answers come in.

    Source: Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, table 3.

    >>> from sefa_widget import Labels, load_generator
    >>> study = Study.of(load_generator("heads"), "class of 2026", n=4)
    >>> labels = Labels()
    >>> item = study.remaining(labels, "Ada")[0]
    >>> label = study.answer(labels, item, "Ada", obvious=True, meaningful=False)
    >>> len(study.items), len(study.remaining(labels, "Ada"))
    (18, 17)

    Attributes
    ----------
    name
        Name of the study; answers carry it.
    items
        All directions, group by group; `order` gives the order in which a rater sees them.
    seed
        Of the shuffling and of the random directions.
    seeds
        Of the pictures that raters see.
    """

    name: str
    items: tuple[Item, ...]
    seed: int
    seeds: tuple[int, ...] = _SEEDS

    @classmethod
    def of(
        cls,
        generator: Generator,
        name: str,
        *,
        groups: Mapping[str, LayerChoice] | None = None,
        n: int | None = None,
        controls: int | None = None,
        method: str | None = None,
        seed: int = 0,
        seeds: Sequence[int] | None = None,
        **options: Any,
    ) -> Study:
        """Make a study; the same arguments give the same study in every kernel.

        Parameters
        ----------
        generator
            The generator.
        name
            Name of the study.
        groups
            Name -> layers, for example ``{"pose": (0, 3), "colour": (6, 10)}``; None is the paper's groups of
            layers 0-1, 2-5 and 6 to the last, as far as the generator has them.
        n
            How many directions of each group, from the first on; None is 10, or all if there are fewer.
        controls
            How many random directions for each group; None is half as many as `n`.
        method, options
            How directions are found; see `factorize`.
        seed
            Of the shuffling and of the random directions.
        seeds
            Of the pictures that raters see; None is those that a panel of the generator begins with, or 0, 1
            and 2.

        Raises
        ------
        ValueError
            If an argument is not what it may be.
        """
        text = instance(name, "name", str, "a text")
        if not text:
            raise ValueError("name is empty; a study needs a name, which its answers carry.")
        limit = check_generator(generator).latent_dim
        n = min(10, limit) if n is None else whole(n, "n", 1, limit)
        seed = whole(seed, "seed", 0, MAX_SEED)
        shown = _seeds(generator, seeds)
        extra = (n + 1) // 2 if controls is None else whole(controls, "controls", 0, limit)
        wanted = (
            _groups(generator) if groups is None else instance(groups, "groups", dict, "a dict of layers")
        )
        if not wanted:
            raise ValueError("groups is empty; give one group of layers or more.")
        items: list[Item] = []
        for number, (group, layers) in enumerate(wanted.items()):
            numbers = list(choose_layers(generator, layers))
            found = factorize(generator, method=method, layers=numbers, k=n, **options)
            items += [Item(str(group), False, found, index) for index in range(len(found))]
            if extra:
                drawn = factorize(
                    generator,
                    method="random",
                    layers=numbers,
                    k=extra,
                    seed=(_CONTROL_SEED + 1000 * seed + number) % MAX_SEED,
                )
                items += [Item(str(group), True, drawn, index) for index in range(extra)]
        return cls(text, tuple(items), seed, shown)

    def order(self, rater: str) -> tuple[Item, ...]:
        """Give the items shuffled for one rater, the same way each time."""
        items = list(self.items)
        random.Random(f"{self.seed} {self.name} {_rater(rater)}").shuffle(items)
        return tuple(items)

    def answers(self, labels: Labels) -> tuple[Label, ...]:
        """Give all answers, in the order in which they were given."""
        return labels.select(study=self.name)

    def remaining(self, labels: Labels, rater: str) -> tuple[Item, ...]:
        """Give the items that a rater has not answered yet, in the rater's order."""
        given = {key_of(label) for label in labels.select(study=self.name, rater=_rater(rater))}
        return tuple(item for item in self.order(rater) if item.key not in given)

    def answer(
        self,
        labels: Labels,
        item: Item,
        rater: str,
        *,
        obvious: bool,
        meaningful: bool,
        name: str = "",
        generator: Generator | None = None,
        **fields: Any,
    ) -> Label:
        """Keep a rater's answer; one that is given again takes the place of the first.

        Parameters
        ----------
        labels
            Where it is kept.
        item
            One of `items`.
        rater
            Name of the rater.
        obvious, meaningful
            Whether the direction changes the picture obviously, and whether the change means something.
        name
            What it does, if the rater has a word for it.
        generator, fields
            As for `Labels.add`, for example ``seeds=[1, 2, 3]``.

        Raises
        ------
        ValueError
            If an argument is not what it may be.
        """
        where = instance(labels, "labels", Labels, "Labels, as Labels(path) gives them")
        asked = instance(item, "item", Item, "an item of study.items")
        said = {
            "name": name,
            "obvious": flag(obvious, "obvious"),
            "meaningful": flag(meaningful, "meaningful"),
            **fields,
        }
        whose: dict[str, Any] = {"study": self.name, "rater": _rater(rater)}
        fingerprint, search, index = asked.key
        before = where.select("", fingerprint=fingerprint, search=search, index=index, limit=1, **whose)
        if before:
            return where.edit(before[0], **said)
        return where.add(asked.directions, asked.index, generator=generator, **whose, **said)

    def result(self, labels: Labels) -> StudyResult:
        """Count the answers that there are so far.

        Raises
        ------
        ImportError
            If statsmodels or krippendorff are not installed (``pip install 'sefa_widget[study]'``).
        """
        return count({item.key: (item.group, item.control) for item in self.items}, self.answers(labels))


def _groups(generator: Generator) -> dict[str, LayerChoice]:
    last = len(generator.layers)
    ranges = [(start, min(last if end is None else end, last)) for start, end in GROUPS if start < last]
    return {format_layers(tuple(range(*layers))): layers for layers in ranges}


def _seeds(generator: Generator, seeds: Sequence[int] | None) -> tuple[int, ...]:
    if seeds is None:
        own = generator.opening.seeds
        return own if len(own) > 1 else _SEEDS
    given = [whole(seed, "A seed", 0, MAX_SEED) for seed in several(seeds, "seeds", "a list of seeds")]
    if not 0 < len(given) <= MOST_SEEDS:
        raise ValueError(f"seeds are {len(given)}; raters are shown 1 to {MOST_SEEDS}.")
    return tuple(given)


def _rater(rater: str) -> str:
    if not instance(rater, "rater", str, "a text"):
        raise ValueError("rater is empty; a study needs the name of who answers.")
    return rater
