"""How near a brief search comes to pictures that the generator made itself: what is usual for it."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from sefa_widget.generators.base import Generator, Latent
from sefa_widget.inversion.descent import adam
from sefa_widget.inversion.objective import Objective
from sefa_widget.inversion.starts import Samples

FIRST_SEED = 1_000_000
"""Own pictures are of seeds that no search samples by default."""
_kept: WeakKeyDictionary[Generator, dict[object, tuple[float, ...]]] = WeakKeyDictionary()


def own_errors(
    objective: Objective,
    samples: Samples,
    count: int,
    restarts: int,
    steps: int,
    cancel: Callable[[], bool] | None,
) -> tuple[float, ...]:
    """Search `count` own pictures as a given one is at first; give their errors, ascending.

    They are kept with the generator as long as its weights are the same. None are given if the search was
    cancelled.
    """
    generator, space = objective.generator, objective.space
    penalties = (objective.prior, objective.spread, objective.noise, objective.perceptual)
    key = (
        generator.weights_version,
        samples.count,
        samples.seed,
        count,
        restarts,
        steps,
        space.rows,
        penalties,
    )
    kept = _kept.setdefault(generator, {})
    if key in kept:
        return kept[key]
    targets, found, ended = _targets(generator, count), [], False

    def watch(_error: float, _image: Tensor) -> bool:
        nonlocal ended
        ended = cancel is not None and bool(cancel())
        return ended

    for latent in (targets[n] for n in range(count)):
        target = generator.synthesize(latent, noise=objective.noise).clamp(-1, 1).clone()
        start = samples.nearest(target, restarts, lambda _: cancel is not None and cancel())
        nearest = adam(objective.of(target), start, steps, watch)
        if ended:
            return ()
        found.append(float(nearest.errors.min()))
    kept.clear()  # what it was with other weights or options is not asked for again
    kept[key] = tuple(sorted(found))
    return kept[key]


def _targets(generator: Generator, count: int) -> Latent:
    labels = None
    if generator.num_classes:
        random = torch.Generator("cpu").manual_seed(FIRST_SEED)
        labels = torch.randint(generator.num_classes, (count,), generator=random)
    return generator.sample(range(FIRST_SEED, FIRST_SEED + count), labels=labels)
