"""What `rescore` gives: how each direction changes every attribute, and what random bases do."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from sefa_widget.evaluation import holding
from sefa_widget.evaluation.scoring import COLUMNS
from sefa_widget.evaluation.tables import Table, html_table, text_table
from sefa_widget.measures.basis import QUANTILES, chance
from sefa_widget.pictures.editing import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Controls:
    """How steps along B random bases of k directions change the scores of A attributes.

    Measured like the directions they stand beside: on the same latents, with the same strengths and rows.

    Attributes
    ----------
    change, error
        ``[B, k, A]``: mean over samples, and its standard error, as of `Rescoring`.
    effect, purity
        ``[B, k]``: as of `Rescoring`.
    strengths
        ``[k]``: the steps.
    rows
        The code rows that were moved, as they were given.
    spread
        ``[A]``: standard deviation of each attribute's score over the unedited samples.
    """

    change: Tensor
    error: Tensor
    effect: Tensor
    purity: Tensor
    strengths: Tensor
    rows: Rows
    spread: Tensor

    def __len__(self) -> int:
        """Give B."""
        return len(self.change)

    def __repr__(self) -> str:
        """Say how many there are."""
        bases, k, _ = self.change.shape
        return f"Controls({bases} random bases of {k} directions)"

    def check_same(self, steps: Tensor, rows: Rows, spread: Tensor) -> None:
        """Refuse random bases that were measured otherwise than the directions will be."""
        same = {
            "strengths": torch.equal(self.strengths, steps),
            "rows": rows is not None and self.rows == rows,
            "latents and scorer": self.spread.shape == spread.shape
            and torch.allclose(self.spread, spread, rtol=1e-6),
        }
        for what, fits in same.items():
            if not fits:
                raise ValueError(
                    f"The controls were measured with other {what} than these directions; a fair control "
                    "has the same latents, scorer, strengths and rows (name the rows). Give a number of "
                    "controls instead."
                )


@dataclass(frozen=True, slots=True, eq=False)
class Rescoring:
    """How a step along each of k directions changes the scores of A attributes.

    Attributes
    ----------
    change
        ``[k, A]``: mean over samples of ``(score(+strength) - score(-strength)) / 2``, in spreads.
    error
        ``[k, A]``: standard error of that mean over samples, in spreads.
    effect
        ``[k]``: how much each direction does: the length of its true changes of all attributes,
        ``sqrt(sum mu^2)``, in spreads. Estimated without the noise of the changes, so that it does not grow
        where samples are few; a little below 0 is none. See `amounts`.
    effect_error
        ``[k]``: standard error of the effect.
    purity
        ``[k]``: how few attributes each direction changes, ``sum mu^4 / (sum mu^2)^2``: 1 is one alone, 1/A
        all equally, so 1/purity is how many there are in effect. Estimated without the noise too; NaN where
        the effect is not above its noise.
    purity_error
        ``[k]``: standard error of the purity.
    spread
        ``[A]``: standard deviation of each attribute's score over unedited samples, in the scorer's units.
    strengths
        ``[k]``: the step along each direction; a unit is a step of length 1 in the latent space.
    names
        Names of the A attributes.
    samples
        N: over how many samples the change was averaged.
    method
        How the directions were found, for example ``"sefa"``.
    control
        The same of many random bases; None if there are none.
    """

    change: Tensor
    error: Tensor
    effect: Tensor
    effect_error: Tensor
    purity: Tensor
    purity_error: Tensor
    spread: Tensor
    strengths: Tensor
    names: tuple[str, ...]
    samples: int
    method: str
    control: Controls | None

    @property
    def strongest(self) -> tuple[str, ...]:
        """Name of the attribute that each of the k directions changes most."""
        return tuple(self.names[column] for column in self.change.abs().argmax(1).tolist())

    @property
    def adjusted_p(self) -> Tensor:
        """How often random bases do as much to any attribute as these directions do to each, ``[A]``.

        Family-wise over all A attributes, and at least 1 / (B + 1); see `holding`.
        """
        return holding.adjusted_p(*self._sure_changes())

    def thresholds(self, level: float = 0.05) -> Tensor:
        """Give, of each attribute, the sure change that is still chance at a family-wise level, ``[A]``.

        Compare it with ``|change| - 2 error`` of the direction where that is largest.
        """
        return holding.thresholds(*self._sure_changes(), level)

    def held(self, level: float = 0.05) -> tuple[str, ...]:
        """Name the attributes that some direction changes more than random ones do, in the order of `names`.

        Those whose `adjusted_p` is at most `level`. Changes count less two standard errors. Of random
        directions, the probability that any of the A attributes is held is `level`, rounded down to
        a multiple of 1 / (B + 1).

        Parameters
        ----------
        level
            Family-wise level, at most 0.5; with B random bases at least 1 / (B + 1).

        Raises
        ------
        ValueError
            If there is no control, or too small a one for the level.
        """
        own, _ = self._sure_changes()
        above = (own.amax(0) > self.thresholds(level)).tolist()
        return tuple(name for name, held in zip(self.names, above, strict=True) if held)

    def unheld(self, level: float = 0.05) -> tuple[str, ...]:
        """Name the other attributes: those for which chance is not ruled out; see `held`."""
        held = self.held(level)
        return tuple(name for name in self.names if name not in held)

    def _sure_changes(self) -> tuple[Tensor, Tensor]:
        """Give what `holding` compares: ``[k, A]`` and ``[B, k, A]``."""
        if self.control is None:
            raise ValueError("There are no random bases to hold this against: rescore with controls=59.")
        own = holding.sure_change(self.change, self.error)
        return own, holding.sure_change(self.control.change, self.control.error)

    def table(self) -> Table:
        """One row per direction: attribute changed most, effect, purity and every change.

        The last rows, if there is a control, are the 5, 50 and 95 % quantiles over all random directions, of
        ``|change|`` for the attributes.
        """
        head = (*COLUMNS, *self.names)
        effects, purities = self.effect.tolist(), self.purity.tolist()
        columns = zip(self.strongest, effects, purities, self.change.tolist(), strict=True)
        rows: list[tuple[str | int | float, ...]] = [
            (index, strongest, effect, purity, *changes)
            for index, (strongest, effect, purity, changes) in enumerate(columns)
        ]
        if self.control is not None:
            beside = self.control
            values = torch.cat(
                [beside.effect[..., None], beside.purity[..., None], beside.change.abs()], dim=2
            ).flatten(0, 1)
            for quantile, row in zip(QUANTILES, chance(values).tolist(), strict=True):
                rows.append((f"random, {100 * quantile:g} %", "", *row))
        return [dict(zip(head, row, strict=True)) for row in rows]

    def __str__(self) -> str:
        """Write the table as plain text."""
        return text_table(self.table())

    def __repr__(self) -> str:
        """Say the span of the effects, and that of the control."""
        least, most = (float(value) for value in self.effect.aminmax())
        beside = ""
        if self.control is not None:
            low, _, high = chance(self.control.effect.flatten()).tolist()
            beside = f"; 5 to 95 % of {len(self.control)} random bases: {low:.3g} to {high:.3g}"
        return (
            f"Rescoring({len(self.change)} directions, {len(self.names)} attributes, {self.samples} samples: "
            f"effect {least:.3g} to {most:.3g}{beside})"
        )

    def _repr_html_(self) -> str:
        return html_table(self.table())
