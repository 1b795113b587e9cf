"""Counts the answers of a study."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sefa_widget.evaluation.tables import Table, html_table, text_table
from sefa_widget.labels.agreement import Agreement, Share, agreement, share
from sefa_widget.labels.value import Label

QUESTIONS = ("obvious", "meaningful")
"""What is asked of each direction."""
Key = tuple[str, object, int | None]
"""What tells a direction: the generator's fingerprint, the search and the number."""


@dataclass(frozen=True, slots=True)
class GroupCount:
    """What raters said of the directions of one group of layers, or of its random directions.

    A direction counts as obvious, or as meaningful, if more than half of those who answered it said so. The
    intervals are over directions, as if these were drawn at random.

    Attributes
    ----------
    group
        Name of the group.
    control
        Whether it is its random directions that are counted.
    asked
        How many directions it has.
    answers
        How many answers there are.
    obvious, meaningful
        How many of those that were answered.
    by_rater
        Rater -> how many that rater found obvious, how many meaningful, and how many the rater answered.
    """

    group: str
    control: bool
    asked: int
    answers: int
    obvious: Share
    meaningful: Share
    by_rater: Mapping[str, tuple[int, int, int]]


@dataclass(frozen=True, slots=True)
class StudyResult:
    """The counts of a study.

    Attributes
    ----------
    groups
        For each group of layers its directions, then its random directions.
    false_positives
        How many of all random directions were found meaningful.
    agreement
        How far raters agree whether a direction is ``"obvious"`` and whether it is ``"meaningful"``, over all
        items, random ones too.
    raters
        Names of those who answered, by alphabet.
    ignored
        How many answers carry the study's name but are of none of its directions: given in a study of the
        same name with other arguments, or of another generator.
    """

    groups: tuple[GroupCount, ...]
    false_positives: Share
    agreement: Mapping[str, Agreement]
    raters: tuple[str, ...]
    ignored: int

    def table(self) -> Table:
        """Give the counts as a table, one row for each group."""
        return [
            {
                "layers": one.group,
                "directions": "random" if one.control else "found",
                "asked": one.asked,
                "answers": one.answers,
                "obvious": str(one.obvious),
                "meaningful": str(one.meaningful),
            }
            for one in self.groups
        ]

    def __str__(self) -> str:
        """Write the table, the agreement and the false positives as text."""
        lines = [text_table(self.table()), f"meaningful among random directions: {self.false_positives}"]
        for question, found in self.agreement.items():
            pairs = [f"{one} and {other} {kappa:.2f}" for (one, other), kappa in found.cohen.items()]
            lines.append(
                f"agreement on {question!r}: Fleiss {found.fleiss:.2f}, Krippendorff {found.krippendorff:.2f}"
                + (f", Cohen {'; '.join(pairs)}" if len(pairs) in range(1, 4) else "")
            )
        if self.ignored:
            lines.append(f"{self.ignored} answers are of none of the directions of this study")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return html_table(self.table())


def key_of(label: Label) -> Key:
    """Tell which direction a label is of."""
    return label.fingerprint, label.search, label.index


def count(items: Mapping[Key, tuple[str, bool]], answers: Iterable[Label]) -> StudyResult:
    """Count answers; items give for each direction its group and whether it is random."""
    said: dict[Key, dict[str, Label]] = {key: {} for key in items}
    ignored = 0
    for label in answers:
        key = key_of(label)
        if key in said and None not in (label.obvious, label.meaningful):
            said[key][label.rater] = label  # the last answer of a rater counts
        else:
            ignored += 1
    raters = tuple(sorted({rater for given in said.values() for rater in given}))
    groups = tuple(
        _group(*which, [said[key] for key in items if items[key] == which], raters)
        for which in dict.fromkeys(items.values())
    )
    random = [given for key, given in said.items() if items[key][1] and given]
    return StudyResult(
        groups=groups,
        false_positives=share(sum(_most(given, "meaningful") for given in random), len(random)),
        agreement={
            question: agreement(
                {
                    rater: {
                        key: bool(getattr(given[rater], question))
                        for key, given in said.items()
                        if rater in given
                    }
                    for rater in raters
                }
            )
            for question in QUESTIONS
        },
        raters=raters,
        ignored=ignored,
    )


def _group(group: str, control: bool, said: list[dict[str, Label]], raters: tuple[str, ...]) -> GroupCount:
    answered = [given for given in said if given]
    obvious, meaningful = (
        share(sum(_most(given, question) for given in answered), len(answered)) for question in QUESTIONS
    )
    by_rater = {}
    for rater in raters:
        own = [given[rater] for given in answered if rater in given]
        by_rater[rater] = (
            sum(label.obvious is True for label in own),
            sum(label.meaningful is True for label in own),
            len(own),
        )
    answers = sum(len(given) for given in said)
    return GroupCount(group, control, len(said), answers, obvious, meaningful, by_rater)


def _most(given: Mapping[str, Label], question: str) -> bool:
    """Tell whether more than half said yes."""
    return 2 * sum(getattr(label, question) is True for label in given.values()) > len(given)
