"""The share of all image change that the span of directions captures; it needs no labels."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sefa_widget.arguments import instance, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.directions.jacobian import jacobian_gram
from sefa_widget.evaluation.chunks import Executor, check_executor, in_chunks
from sefa_widget.generators.base import Generator, Latent, check_generator
from sefa_widget.measures.basis import BASES, chance, orthonormalize, random_bases
from sefa_widget.measures.fresh import Samples, drawn, fresh_samples, some
from sefa_widget.pictures.editing import Rows, row_numbers
from sefa_widget.progress import Progress, check_progress

LATENTS = 100
"""Latents by default."""
CHUNK = 4
"""Latents whose Jacobians one worker makes at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class CapturedChange:
    """How much of the change that a small step makes in the picture lies in the span of directions.

    Attributes
    ----------
    curve
        ``[k]``: the share captured by the first 1, 2, ... k directions; 0 to 1, never falls.
    control
        ``[B, k]``: the same of B random orthonormal bases; about j/d.
    bound
        ``[k]``: the most that any 1, 2, ... k directions can capture on these latents.
    latents
        Over how many latents the change was averaged.
    """

    curve: Tensor
    control: Tensor
    bound: Tensor
    latents: int

    @property
    def chance(self) -> Tensor:
        """5, 50 and 95 % of the control over its B bases, ``[3, k]``."""
        return chance(self.control)

    def first(self, k: int | None) -> CapturedChange:
        """Give the score of the first k directions alone; None is all."""
        return replace(self, curve=self.curve[:k], control=self.control[:, :k], bound=self.bound[:k])

    def __repr__(self) -> str:
        """Say the last value of each curve."""
        low, _, high = self.chance[:, -1].tolist()
        return (
            f"CapturedChange({len(self.curve)} directions: {float(self.curve[-1]):.3f}, "
            f"at most {float(self.bound[-1]):.3f}; 5 to 95 % of {len(self.control)} random bases: "
            f"{low:.3f} to {high:.3f})"
        )


def captured_change(
    generator: Generator,
    directions: Directions,
    *,
    latents: Latent | None = None,
    rows: Rows = None,
    gram: Tensor | None = None,
    controls: int = BASES,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> CapturedChange:
    """Score directions by ``trace(N^T G N) / trace(G)`` for the first 1 to k of them.

    G is the mean of ``J^T J`` over latents, J the image Jacobian; N an orthonormal basis of the span, so
    that directions that are not orthogonal (ICA, supervised) are scored on the same footing. G depends on the
    code rows that are moved: shares of directions on different rows are shares of different totals, and
    cannot be held against each other.

    Parameters
    ----------
    generator
        The generator the directions belong to.
    directions
        The k directions, in the order in which they are to be counted.
    latents
        Latents to average over; None takes 100 fresh ones.
    rows
        The code rows that an edit moves; see `edit`. None is those of the directions' own layers.
    gram
        G ``[d, d]`` if it is known already, from `jacobian_gram` with the same rows: scoring several methods
        then costs one Jacobian. `latents` are then only counted, and `rows` not used.
    controls
        B: how many random bases are scored beside the directions; they cost no picture.
    seed
        Seed of the random bases.
    executor
        Who makes the Jacobians: an executor of `concurrent.futures`, or a Client of dask; None is this
        process. The result is the same for any number of workers.
    progress
        Called as ``progress(done, total)`` with numbers of latents, after every few; what it raises ends the
        work. Ctrl-C keeps what was averaged, with a warning that says of how many latents.

    Returns
    -------
    CapturedChange
        The curve with its control and bound.

    Raises
    ------
    ValueError
        If the directions are not of this generator's size, or no step changes the picture.
    """
    controls = whole(controls, "controls", 1)
    d = check_generator(generator).latent_dim
    check_directions(directions)
    if directions.vectors.shape[1] != d:
        raise ValueError(
            f"Directions are of size {directions.vectors.shape[1]}; the latent space of {generator.name!r} "
            f"has {d}."
        )
    seed = whole(seed, "seed", 0)
    samples = fresh_samples(LATENTS, latents)
    check_executor(executor)
    check_progress(progress)
    count = len(samples)
    if gram is not None:
        instance(gram, "gram", Tensor, "a matrix [d, d], as jacobian_gram gives it")
    else:
        moved = row_numbers(rows, generator.num_codes, directions)
        gram, count = _mean_gram(generator, samples, moved, executor, progress)
    trace = float(gram.trace())
    if not trace > 0:
        raise ValueError(f"No step of the codes changes the pictures of {generator.name!r}.")
    k = len(directions)
    random = [_curve(basis, gram) for basis in random_bases(controls, min(k, d), d, seed)]
    control = torch.stack(random)
    bound = torch.linalg.eigvalsh(gram).flip(0)[:k].cumsum(0) / trace
    return CapturedChange(
        curve=_curve(orthonormalize(directions.vectors), gram),
        control=torch.cat([control, control[:, -1:].expand(-1, k - control.shape[1])], 1),
        bound=torch.cat([bound, bound[-1:].expand(k - len(bound))]),
        latents=count,
    )


def _mean_gram(
    generator: Generator,
    samples: Samples,
    rows: list[int],
    executor: Executor | None,
    progress: Progress | None,
) -> tuple[Tensor, int]:
    """Give the mean of ``J^T J``, and over how many latents it is."""
    total = torch.zeros(generator.latent_dim, generator.latent_dim, dtype=torch.float64)
    done = 0
    try:
        with in_chunks(_grams, (generator, rows), some(samples, CHUNK), executor) as found:
            for part, count in found:
                total, done = total + part, done + count
                if progress is not None:
                    progress(done, len(samples))
    except KeyboardInterrupt:
        if not done:
            raise
        warnings.warn(f"Interrupted: this is the mean over {done} of {len(samples)} latents.", stacklevel=3)
    return total / done, done


def _grams(shared: tuple[Generator, list[int]], samples: Samples) -> tuple[Tensor, int]:
    """Give the sum of ``J^T J`` over some latents, one at a time: an interrupt leaves none half counted."""
    generator, rows = shared
    latents = drawn(generator, samples)
    sums = [jacobian_gram(generator, latents[place], rows=rows) for place in range(len(latents))]
    return torch.stack(sums).sum(0), len(latents)


def _curve(basis: Tensor, gram: Tensor) -> Tensor:
    return ((basis @ gram) * basis).sum(1).cumsum(0) / gram.trace()
