"""Finds the directions of labels again among those of another search, or of other weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.arguments import instance, number
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions, check_fit
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.labels.space import SAME, likeness, sketch
from sefa_widget.labels.value import Label
from sefa_widget.measures.basis import random_units
from sefa_widget.measures.matching import absolute_cosines, match

THRESHOLD = 0.8
"""|cos| from which on a label is taken for that of the other direction."""
BASES = 1000
"""Random sets of directions that chance is read off."""
QUANTILE = 0.95
"""Of these sets so many are farther than `Matches.chance`."""
EQUAL = 0.9999
"""|cos| from which on two labels are of one direction."""


@dataclass(frozen=True, slots=True)
class Match:
    """A label and the direction that it belongs to.

    Attributes
    ----------
    label
        The label.
    index
        Number of the direction.
    similarity
        |cos| between the two, 0 to 1.
    sign
        Which end of the direction has what the label says: 1, that of positive strengths; -1, the other.
    """

    label: Label
    index: int
    similarity: float
    sign: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A label whose latent space is not that of the directions.

    Attributes
    ----------
    label
        The label.
    reason
        Why a cosine would mean nothing.
    """

    label: Label
    reason: str


@dataclass(frozen=True, slots=True)
class Matches:
    """Which labels were found again, by falling similarity.

    Attributes
    ----------
    found
        As near as `threshold`, and nearer than chance: the direction may have the name.
    offered
        Nearer than chance, but not near enough: a person should look first.
    lost
        No nearer than chance, or nearest to a direction that is nearer to another label.
    refused
        Labels of another latent space.
    threshold
        |cos| that was asked for.
    chance
        |cos| that the nearest of k random orthonormal directions of this size exceeds in 5 of 100 cases.
    """

    found: tuple[Match, ...]
    offered: tuple[Match, ...]
    lost: tuple[Match, ...]
    refused: tuple[Refused, ...]
    threshold: float
    chance: float

    def __str__(self) -> str:
        """Say how many names were found again."""
        groups = (self.found, self.offered, self.lost)
        names = [{match.label.name for match in group} for group in groups]
        refused = {one.label.name for one in self.refused}
        near = ", ".join(f"{match.similarity:.2f}" for match in self.found)
        total = len(set().union(*names, refused))
        text = f"{len(names[0])} of {total} names found again" + (f" ({near})" if near else "")
        others = [
            f"{len(group)} {word}"
            for group, word in (
                (names[1], "offered"),
                (names[2], "no nearer than chance"),
                (refused, "refused"),
            )
            if group
        ]
        return "; ".join([text, *others])


def match_labels(
    labels: Iterable[Label],
    directions: Directions,
    *,
    threshold: float = THRESHOLD,
    generator: Generator | None = None,
) -> Matches:
    """Find the directions of labels again among others, one to one, so that the total |cos| is largest.

    Labels of one direction (several raters) stay together. Labels without a name are left out.

    >>> from sefa_widget import Labels, factorize, load_generator
    >>> faces, labels = load_generator("faces"), Labels()
    >>> label = labels.add(factorize(faces), 0, "background", generator=faces)
    >>> print(labels.match(factorize(faces, normalize=False)))
    1 of 1 names found again (1.00)

    Parameters
    ----------
    labels
        Any labels.
    directions
        Where they are looked for.
    threshold
        |cos| from which on a label counts as found, 0 to 1.
    generator
        The generator of the directions. Needed for labels of other weights: they are compared only if it is
        of the same family and its latent space is the same (`sefa_widget.labels.space`).

    Raises
    ------
    ValueError
        If an argument is not what it may be.
    """
    check_directions(directions)
    threshold = number(threshold, "threshold", 0, 1)
    if generator is not None:
        check_fit(directions, check_generator(generator), "The directions")
    given = [instance(label, "A label", Label, "a Label") for label in labels]
    fitting, refused = [], []
    for label in given:
        if not label.name:
            continue
        reason = _reason(label, directions, generator)
        if reason is None:
            fitting.append(label)
        else:
            refused.append(Refused(label, reason))
    k, d = directions.vectors.shape
    by_chance = random_units(BASES, d)[:, :k].abs().amax(1)
    chance = float(by_chance.quantile(QUANTILE))
    matched, left = _matched(fitting, directions.vectors)
    found = [one for one in matched if one.similarity >= threshold and one.similarity > chance]
    offered = [one for one in matched if chance < one.similarity < threshold]
    lost = [one for one in matched if one.similarity <= chance] + left
    return Matches(_ordered(found), _ordered(offered), _ordered(lost), tuple(refused), threshold, chance)


def _matched(labels: list[Label], vectors: Tensor) -> tuple[list[Match], list[Match]]:
    """Match labels with directions; also give those for which no direction is left, with their nearest."""
    groups = _by_direction(labels)
    if not groups:
        return [], []
    cosines = absolute_cosines(torch.stack([group[0].vector for group in groups]), vectors)
    places = dict(match(cosines))
    matched: list[Match] = []
    left: list[Match] = []
    for row, group in enumerate(groups):
        place = places.get(row, int(cosines[row].argmax()))
        for label in group:
            cosine = float(label.vector @ vectors[place])
            sign = label.sign if cosine >= 0 else -label.sign
            one = Match(label, place, min(1.0, abs(cosine)), sign)
            (matched if row in places else left).append(one)
    return matched, left


def _ordered(matches: list[Match]) -> tuple[Match, ...]:
    return tuple(sorted(matches, key=lambda one: -one.similarity))


def _by_direction(labels: list[Label]) -> list[list[Label]]:
    """Put labels of one direction together."""
    groups: list[list[Label]] = []
    if labels:
        vectors = torch.stack([label.vector for label in labels])
        free = torch.ones(len(labels), dtype=torch.bool)
        for first in range(len(labels)):
            if free[first]:
                own = free & ((vectors @ vectors[first]).abs() >= EQUAL)
                own[first] = True
                free &= ~own
                groups.append([labels[place] for place in own.nonzero()[:, 0].tolist()])
    return groups


def _reason(label: Label, directions: Directions, generator: Generator | None) -> str | None:
    """Say why a label cannot be compared with directions; None where it can."""
    sizes = len(label.vector), directions.vectors.shape[1]
    if sizes[0] != sizes[1]:
        return f"It has size {sizes[0]}, the directions have size {sizes[1]}."
    theirs = directions.fingerprint or ("" if generator is None else generator.fingerprint)
    if not label.fingerprint or not theirs or label.fingerprint == theirs:
        return None
    owner = f"generator {label.generator!r} (fingerprint {label.fingerprint})"
    if generator is None:
        return f"It is of another {owner}; give generator=, the one of the directions, to compare the two."
    if not label.sketch:
        return (
            f"It is of another {owner}, and was given without it, so their latent spaces cannot be compared."
        )
    if label.family != generator.family:
        return f"It is of another {owner}, of the family {label.family!r} and not {generator.family!r}."
    if label.space != generator.latent_space:
        return f"It is of another {owner}, in {label.space} and not in {generator.latent_space}."
    alike = likeness(label.sketch, sketch(generator))
    if alike < SAME:
        what = "the mapping network" if label.space == "w" else "the first layer"
        return (
            f"It is of another {owner}, where {what} is another one (likeness {alike:.2f}; {SAME} is needed)."
        )
    return None
