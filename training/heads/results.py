"""The page ``docs/heads-results.md``: what was measured, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.directions import Directions, Plane
from sefa_widget.evaluation import CapturedChange, Nearest, Rescoring
from sefa_widget.evaluation.holding import sure_change
from sefa_widget.measures.basis import chance

LEVEL = 0.05
"""Family-wise level of all marks on the page."""
Range = tuple[int, int]
"""A half-open range of layers."""


@dataclass(frozen=True)
class Measured:
    """One set of directions and what it does to attributes.

    Attributes
    ----------
    name, directions
        The set; its first directions are measured.
    rows
        The code rows that were moved.
    found
        What they do, beside random bases.
    length
        Mean standard deviation of w along them, in units of the step.
    captured
        The image change they capture; None of sets that move some layers only.
    """

    name: str
    directions: Directions
    rows: Range
    found: Rescoring
    length: float
    captured: CapturedChange | None


@dataclass(frozen=True)
class Supervised:
    """What labels tell about the attributes.

    Attributes
    ----------
    planes
        The plane of each attribute.
    nearest
        By name of a set, its nearest direction to each attribute's normal.
    explained
        ``[3, A]``: 5, 50 and 95 % of the share of variance that a linear map of w explains, over resamples.
    """

    planes: tuple[Plane, ...]
    nearest: dict[str, tuple[Nearest, ...]]
    explained: Tensor


def write_results(measured: Sequence[Measured], supervised: Supervised, step: float) -> str:
    """Write the whole page."""
    names = measured[0].found.names
    parts = [
        ("What each set does", _summary(measured)),
        *((f"Matrix: {one.name}", _matrix(one.found)) for one in measured),
        ("Captured change", _captured(measured)),
        ("Nearest direction to each supervised one", _nearest(names, supervised)),
        ("Attributes that a linear map of w predicts", _explained(names, supervised.explained)),
    ]
    text = _head(measured[0].found, step)
    for title, part in parts:
        text += f"\n## {title}\n\n{part}\n"
    return text


def _head(found: Rescoring, step: float) -> str:
    assert found.control is not None
    bases, k = found.control.change.shape[:2]
    return f"""# The heads: measured

Written by `python -m training.heads.measure --samples {found.samples}`; what it means is in
[heads.md](heads.md).

{found.samples} latents. Every direction is moved to both sides by the same step of {step:.3f}: the root
mean square, over all directions, of the standard deviation of w. Changes are in standard deviations of
the attribute over the generator's own pictures, ± the standard error of the mean. The first {k}
directions of each set. Random: {bases} orthonormal bases of {k} directions, moved in the same layers by
the same step on the same latents; sets that move the same layers share them.
"""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown, its first column to the left."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _beside(value: Tensor, control: Tensor) -> str:
    """Say 5 to 95 % of a control ``[B]``, and how many are below a value."""
    low, _, high = chance(control).tolist()
    return f"{low:.2f}-{high:.2f}, {int((control < value).sum())} of {len(control)}"


def _summary(measured: Sequence[Measured]) -> str:
    first = measured[0].found
    assert first.control is not None
    text = f"""Means over the {len(first.change)} directions of a set. Length: standard deviation of w
along the directions, in steps. Effect: length of the true changes of all attributes, noise taken out.
Purity: `sum mu^4 / (sum mu^2)^2`, 1/{len(first.names)} where all attributes change equally, 1 where one
changes alone. ±: mean of the standard errors of the directions, so at least that of the mean. Random: 5
to 95 % of the {len(first.control)} bases, and how many of them are below. Held: attributes that some
direction changes more than random bases do, at a family-wise level of {100 * LEVEL:g} % over the
{len(first.names)} attributes of a set.

"""
    rows = []
    for one in measured:
        found, control = one.found, one.found.control
        assert control is not None
        effect, purity = found.effect.mean(), found.purity.nanmean()
        rows.append(
            [
                one.name,
                f"{one.length:.2f}",
                f"{effect:.2f} ± {found.effect_error.mean():.2f}",
                _beside(effect, control.effect.mean(1)),
                f"{purity:.2f} ± {found.purity_error.nanmean():.2f}",
                _beside(purity, control.purity.nanmean(1)),
                ", ".join(found.held(LEVEL)) or "none",
            ]
        )
    return text + _table(["set", "length", "effect", "random", "purity", "random", "held"], rows)


def _matrix(found: Rescoring) -> str:
    assert found.control is not None
    thresholds, p = found.thresholds(LEVEL), found.adjusted_p
    above = sure_change(found.change, found.error) > thresholds
    rows = []
    for column, name in enumerate(found.names):
        cells = []
        for row, (change, error) in enumerate(
            zip(found.change[:, column], found.error[:, column], strict=True)
        ):
            text = f"{change:+.2f} ± {error:.2f}"
            cells.append(f"**{text}**" if above[row, column] else text)
        _, median, high = chance(found.control.change[:, :, column].abs().flatten()).tolist()
        rows.append([name, *cells, f"{median:.2f}", f"{high:.2f}", f"{p[column]:.2f}"])
    text = f"""In bold what is, less two standard errors, above the threshold of the attribute at the
family-wise level of {100 * LEVEL:g} %. Random: 50 and 95 % of `|change|` over all random directions; p:
family-wise, of the whole row.

"""
    head = [f"#{index}" for index in range(len(found.change))]
    return text + _table(["attribute", *head, "random, 50 %", "random, 95 %", "p"], rows)


def _captured(measured: Sequence[Measured]) -> str:
    rows, text = [], ""
    for one in measured:
        score = one.captured
        if score is not None:
            rows.append([one.name, f"{score.curve[-1]:.3f}", _beside(score.curve[-1], score.control[:, -1])])
            text = (
                f"Share of the image change that the first {len(score.curve)} directions capture (mean over "
                f"{score.latents} latents), and 5 to 95 % of {len(score.control)} random bases with how many "
                f"capture less. No {len(score.curve)} directions capture more than {score.bound[-1]:.3f}."
            )
    return text + "\n\n" + _table(["set", "captured", "random"], rows)


def _nearest(names: Sequence[str], supervised: Supervised) -> str:
    planes, nearest = supervised.planes, supervised.nearest
    one = next(iter(nearest.values()))[0]
    low, middle, _ = chance(one.control).tolist()
    rows = []
    for index, name in enumerate(names):
        cells = []
        for found in (found[index] for found in nearest.values()):
            text = f"{found.distance:.2f} (#{found.index})"
            cells.append(f"**{text}**" if found.p * len(names) <= LEVEL else text)
        rows.append([name, f"{planes[index].accuracy:.2f}", f"{planes[index].reliability:.2f}", *cells])
    text = f"""Distance `1 - |cos|` from the normal of each attribute's plane ({planes[0].high} of
{planes[0].samples:,} samples at either end) to the nearest of the first {one.searched} directions of each
set. Random: the nearest of {one.searched} orthonormal ones, over {len(one.control):,} bases: 50 % below
{middle:.2f}, 5 % below {low:.2f}. In bold what is nearer than chance at {100 * LEVEL:g} % over the
{len(names)} attributes of a column (Bonferroni). Accuracy: of codes kept out of the fit. Reliability: |cos|
of the normals from two halves of the samples; of random directions 95 % are below {planes[0].chance:.2f}.

"""
    return text + _table(["attribute", "accuracy", "reliability", *nearest], rows)


def _explained(names: Sequence[str], shares: Tensor) -> str:
    order = torch.argsort(shares[1], descending=True).tolist()
    rows = [[names[i], f"{shares[1, i]:.2f}", f"{shares[0, i]:.2f}-{shares[2, i]:.2f}"] for i in order]
    return (
        "Fitted to one half of the scored pictures, measured on the other; 5 to 95 % of 1,000 resamples.\n\n"
        + _table(["attribute", "R²", "5 to 95 %"], rows)
    )
