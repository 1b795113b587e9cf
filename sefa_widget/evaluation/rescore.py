"""Measure how much a step along each direction changes the score of every attribute.

Source: Shen & Zhou 2021, section 3.2 and table 2 (re-scoring). There one side is moved and the change is
given in units of the predictor; here both sides are, so that signs of directions are only signs, and the
unit is the spread of the attribute, so that attributes can be held against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import torch
from torch import Tensor

from sefa_widget.arguments import function, positives, whole
from sefa_widget.directions import Directions
from sefa_widget.directions.base import check_directions
from sefa_widget.directions.scores import Scorer
from sefa_widget.evaluation.amounts import LEAST, Amount, amount
from sefa_widget.evaluation.chunks import Executor, check_executor, in_chunks
from sefa_widget.evaluation.rescoring import Controls, Rescoring
from sefa_widget.evaluation.scoring import Scored
from sefa_widget.generators.base import Generator, Latent, check_generator
from sefa_widget.measures.basis import as_control, random_bases
from sefa_widget.measures.fresh import Samples, drawn, fresh_samples, some
from sefa_widget.pictures.editing import Rows, edit
from sefa_widget.progress import Progress, check_progress

CONTROLS = 59
"""Random bases by default: with so many a level of 5 % is met exactly, because 5 % of 59 + 1 is whole."""

Amounts = list[Amount]
"""Of each of k directions."""
Step = tuple[Directions, int, float] | None
"""A direction of a set and a strength; None leaves pictures as they are."""


def rescore(
    generator: Generator,
    directions: Directions,
    scorer: Scorer,
    *,
    names: Sequence[str] | None = None,
    k: int | None = None,
    n: int = 200,
    strength: float | Tensor = 1.0,
    rows: Rows = None,
    latents: Latent | None = None,
    controls: int | Controls = CONTROLS,
    seed: int = 0,
    batch: int | None = None,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Rescoring:
    """Measure how a step along each direction changes what a scorer sees, in spreads of the attributes.

    Every sample is moved to both sides; the change of a score is half of ``score(+strength)`` minus
    ``score(-strength)``: its signed change per step. That draws ``(2 k (B + 1) + 1) N`` pictures, B being
    the number of random bases; most of the time goes into these.

    >>> from sefa_widget import factorize, load_generator
    >>> def brightness(images):
    ...     return images.mean((1, 2, 3))
    >>> generator = load_generator("faces")
    >>> directions = factorize(generator, k=2)
    >>> found = rescore(generator, directions, brightness, names=["brightness"], n=8, controls=19)
    >>> found.change.shape, found.strongest
    (torch.Size([2, 1]), ('brightness', 'brightness'))

    Parameters
    ----------
    generator
        The generator the directions belong to.
    directions
        The directions to move along.
    scorer
        From images ``[M, C, H, W]`` of about -1..1, float32 on the CPU, to scores ``[M]`` or ``[M, A]``; what
        `interfacegan` takes, for example a regressor from `load_regressor`.
    names
        Names of the A attributes; None takes the scorer's own `names`, or numbers them.
    k
        How many directions are measured, the first ones; None is all.
    n
        N: how many fresh samples are moved, the same for directions and random bases. Not used with
        `latents`.
    strength
        The step, or one step for each of the k directions ``[k]``, such as `MatchedStrengths.strengths`.
    rows
        The code rows that an edit moves; see `edit`.
    latents
        The samples; None draws `n` fresh ones.
    controls
        B: how many random bases of k directions are measured as well, at the same strengths on the same
        latents; 0 is none. Or the `control` of an earlier rescoring with the same latents, scorer,
        strengths and (named) rows, which is then not drawn again.
    seed
        Seed of the random bases.
    batch
        Pictures drawn and scored at once; None is as many as have half a million pixels.
    executor
        Who draws and scores, a batch each: an executor of `concurrent.futures`, or a Client of dask; None is
        this process. The result is the same for any number of workers.
    progress
        Called as ``progress(done, total)`` with numbers of pictures, after every batch; what it raises ends
        the work.

    Returns
    -------
    Rescoring
        Changes in units of each attribute's spread over the unedited samples; `plots.rescoring_figure` draws
        it. The standard errors take that spread as known.

    Raises
    ------
    ValueError
        If the strengths are not finite and above 0, or k, n, batch, names or directions do not fit; if the
        scorer gives something else than one finite number per picture and attribute, or the same score for
        every sample; if controls of an earlier rescoring were measured otherwise.
    """
    check_generator(generator)
    function(scorer, "scorer", "images [M, C, H, W]")
    check_progress(progress)
    seed = whole(seed, "seed", 0)
    steps = _steps(check_directions(directions), k, strength)
    directions = directions.first(len(steps))
    batch = None if batch is None else whole(batch, "batch", 1)
    bases = 0 if isinstance(controls, Controls) else whole(controls, "controls", 0)
    check_executor(executor)
    samples = fresh_samples(whole(n, "n", LEAST) if latents is None else LEAST, latents)
    count = len(samples)
    if count < LEAST:
        raise ValueError(f"There are {count} samples; mean changes and their errors need at least {LEAST}.")
    total = count * (1 + 2 * len(steps) * (1 + bases))
    scored = Scored(generator, scorer, names, batch)
    random = random_bases(bases, len(steps), generator.latent_dim, seed)
    sets = chain([directions], (as_control(directions, basis) for basis in random))
    with in_chunks(_score, (scored, rows), _wanted(sets, steps, samples, scored.batch), executor) as found:
        scores = _of_all(found, scored, count, progress, total)
        unedited = next(scores)
        spread = unedited.std(0)
        _check_spread(spread, scored.names, count)
        if isinstance(controls, Controls):
            controls.check_same(steps, rows, spread)

        def measured() -> Amounts:
            return [amount((next(scores) - next(scores)) / 2 / spread) for _ in steps]

        own = measured()
        if isinstance(controls, Controls):
            control: Controls | None = controls
        else:
            beside = [measured() for _ in range(bases)]
            control = _as_controls(beside, steps, rows, spread) if beside else None
    return Rescoring(
        change=_stack(own, "change"),
        error=_stack(own, "error"),
        effect=_stack(own, "effect"),
        effect_error=_stack(own, "effect_error"),
        purity=_stack(own, "purity"),
        purity_error=_stack(own, "purity_error"),
        spread=spread,
        strengths=steps,
        names=scored.names,
        samples=count,
        method=directions.method,
        control=control,
    )


def _wanted(
    sets: Iterable[Directions], steps: Tensor, samples: Samples, batch: int
) -> Iterator[tuple[Step, Samples]]:
    """Give all that is scored, a batch each: unedited samples, then both sides of each direction."""
    for part in some(samples, batch):
        yield None, part
    for directions in sets:
        for index, step in enumerate(steps.tolist()):
            for side in (step, -step):
                for part in some(samples, batch):
                    yield (directions, index, side), part


def _score(shared: tuple[Scored, Rows], piece: tuple[Step, Samples]) -> Tensor:
    """Draw and score some samples, moved along a direction or not; ``[N, A]``."""
    scored, rows = shared
    step, samples = piece
    latents = drawn(scored.generator, samples)
    if step is not None:
        directions, index, strength = step
        latents = edit(latents, directions, {index: strength}, rows=rows)
    return scored.score(latents)


def _of_all(
    found: Iterator[Tensor], scored: Scored, count: int, progress: Progress | None, total: int
) -> Iterator[Tensor]:
    """Join the scores of batches to those of all samples, ``[N, A]``."""
    done, parts = 0, []
    for values in found:
        parts.append(scored.named(values))
        done += len(values)
        if progress is not None:
            progress(done, total)
        if done % count == 0:
            yield torch.cat(parts)
            parts = []


def _check_spread(spread: Tensor, names: Sequence[str], samples: int) -> None:
    """Refuse attributes that all unedited samples have the same score of."""
    flat = [name for name, value in zip(names, spread.tolist(), strict=True) if not value > 0]
    if flat:
        raise ValueError(
            f"The scorer gives all {samples} unedited samples the same score of "
            f"{', '.join(map(repr, flat))}: there is no spread to measure a change in. Take more samples, or "
            "leave the attribute out."
        )


def _stack(amounts: Amounts, name: str) -> Tensor:
    return torch.stack([getattr(one, name) for one in amounts])


def _as_controls(bases: list[Amounts], steps: Tensor, rows: Rows, spread: Tensor) -> Controls:
    change, error, effect, purity = (
        torch.stack([_stack(amounts, name) for amounts in bases])
        for name in ("change", "error", "effect", "purity")
    )
    return Controls(change, error, effect, purity, strengths=steps, rows=rows, spread=spread)


def _steps(directions: Directions, k: int | None, strength: float | Tensor) -> Tensor:
    """Give the strength of each of the first k directions, ``[k]`` float64, or say what is wrong."""
    k = None if k is None else whole(k, "k", 1)
    count = len(directions.vectors[:k])
    return torch.tensor(positives(strength, "The strength", count), dtype=torch.float64)
