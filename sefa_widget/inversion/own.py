"""How near a brief search comes to pictures that the generator made itself: what is usual for it."""

from __future__ import annotations

from collections.abc import Callable
from weakref import WeakKeyDictionary

from torch import Tensor

from sefa_widget.generators.base import Generator, Latent
from sefa_widget.inversion.descent import adam
from sefa_widget.inversion.objective import Objective, differences, drawn

FIRST_SEED = 1_000_000
"""Own pictures are of seeds that no search samples by default."""
_kept: WeakKeyDictionary[Generator, dict[object, tuple[float, ...]]] = WeakKeyDictionary()


def own_errors(
    objective: Objective,
    samples: Latent,
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
    penalties = (objective.prior, objective.spread, objective.noise)
    key = (generator.weights_version, len(samples), count, restarts, steps, space.rows, penalties)
    kept = _kept.setdefault(generator, {})
    if key in kept:
        return kept[key]
    images = drawn(generator, samples, objective.noise, cancel)
    targets, found, ended = _targets(generator, samples, count), [], False

    def watch(_error: float, _image: Tensor) -> bool:
        nonlocal ended
        ended = cancel is not None and bool(cancel())
        return ended

    for latent in (targets[n] for n in range(count)):
        target = generator.synthesize(latent, noise=objective.noise).clamp(-1, 1).clone()
        start = chosen(samples, differences(images, target).argsort(stable=True)[:restarts])
        nearest = adam(Objective(generator, target, space, *penalties), start, steps, watch)
        if ended:
            return ()
        found.append(float(nearest.errors.min()))
    kept.clear()  # what it was with other weights or options is not asked for again
    kept[key] = tuple(sorted(found))
    return kept[key]


def chosen(latent: Latent, places: Tensor) -> Latent:
    """Give some of several latents."""
    labels = None if latent.labels is None else latent.labels[places]
    return Latent(latent.codes[places], labels, latent.truncation_psi)


def _targets(generator: Generator, samples: Latent, count: int) -> Latent:
    labels = None if samples.labels is None else samples.labels.repeat(-(-count // len(samples)), 1)[:count]
    return generator.sample(range(FIRST_SEED, FIRST_SEED + count), labels=labels)
