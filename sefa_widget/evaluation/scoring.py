"""Scores of a generator's pictures, checked.

What a scorer gives comes from outside, so everything that can be wrong with it is said here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from sefa_widget.arguments import several
from sefa_widget.directions.scores import Scorer, read_scores
from sefa_widget.generators.base import Generator, Latent
from sefa_widget.measures.changes import BATCH_PIXELS, draw

COLUMNS = ("direction", "strongest", "effect", "purity")
"""Columns of a table of scores before those of the attributes; no attribute may have these names."""


class Scored:
    """A generator's pictures under a scorer whose answers are checked.

    Parameters
    ----------
    generator, scorer
        What draws pictures, and what scores them.
    names
        Names of the attributes; None takes the scorer's own `names`, or numbers them at the first answer.
    batch
        Pictures at once; None is as many as have half a million pixels.

    Raises
    ------
    ValueError
        If the names are not different words; from `score`, if the scorer's answer does not fit.
    """

    def __init__(
        self,
        generator: Generator,
        scorer: Scorer,
        names: Sequence[str] | None,
        batch: int | None,
    ) -> None:
        self.generator, self.scorer = generator, scorer
        self.batch = batch or max(1, BATCH_PIXELS // generator.resolution**2)
        self.names = _different(getattr(scorer, "names", None) if names is None else names)

    def score(self, latents: Latent) -> Tensor:
        """Draw and score latents batch by batch; ``[N, A]`` float64."""
        found = []
        for piece in _pieces(latents, self.batch):
            images = draw(self.generator, piece).cpu()
            with torch.no_grad():
                answer = self.scorer(images)
            found.append(self._checked(answer, len(images)))
        return torch.cat(found)

    def named(self, values: Tensor) -> Tensor:
        """Return scores ``[N, A]`` that have as many attributes as there are names; the first give these."""
        self.names = self.names or tuple(f"attribute {number}" for number in range(values.shape[1]))
        if values.shape[1] != len(self.names):
            raise ValueError(
                f"The scorer gives {values.shape[1]} attributes; there are {len(self.names)} names: "
                f"{', '.join(self.names)}."
            )
        return values

    def _checked(self, answer: object, count: int) -> Tensor:
        """Give the scorer's answer for `count` pictures as ``[count, A]``, or say what is wrong with it."""
        try:
            values = torch.as_tensor(answer)
        except (TypeError, ValueError, RuntimeError) as error:
            raise ValueError(
                f"The scorer gives {type(answer).__name__}; it must give numbers [N] or [N, A]."
            ) from error
        if values.ndim not in (1, 2) or len(values) != count or not values.numel():
            raise ValueError(
                f"The scorer gives shape {list(values.shape)} for {count} images; it must give [{count}] or "
                f"[{count}, A]."
            )
        values = self.named(read_scores(values))
        broken = ~values.isfinite()
        if bool(broken.any()):
            column = int(broken.any(0).nonzero()[0])
            raise ValueError(
                f"The scorer gives NaN or infinite scores of {self.names[column]!r} for "
                f"{int(broken[:, column].sum())} of {count} images; a change needs a score of every picture: "
                "let the scorer give a number, or leave the attribute out."
            )
        return values


def _pieces(latents: Latent, batch: int) -> Iterator[Latent]:
    for start in range(0, len(latents.codes), batch):
        part = slice(start, start + batch)
        labels = None if latents.labels is None else latents.labels[part]
        yield Latent(latents.codes[part], labels, latents.truncation_psi)


def _different(names: Sequence[str] | None) -> tuple[str, ...]:
    if names is None:
        return ()
    names = several(names, "names", "a list of different names of attributes")
    if (
        not all(isinstance(name, str) for name in names)
        or not names
        or len(set(names)) < len(names)
        or set(names) & set(COLUMNS)
    ):
        raise ValueError(
            f"Names of attributes are {names!r}; give a list of different names, none of them one of "
            f"{', '.join(COLUMNS)}."
        )
    return tuple(names)
