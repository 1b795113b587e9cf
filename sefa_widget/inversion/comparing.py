"""Says after a search how near it came, against pictures that the generator drew itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sefa_widget.arguments import function, instance, whole
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.inversion.objective import Objective
from sefa_widget.inversion.own import own_errors
from sefa_widget.inversion.result import Inversion
from sefa_widget.inversion.search import OWN, PRIOR, RESTARTS, SAMPLES, SPREAD, STEPS, brief_steps
from sefa_widget.inversion.space import Space, check_space
from sefa_widget.inversion.starts import Samples


def compared(
    generator: Generator,
    found: Inversion,
    *,
    steps: int = STEPS,
    restarts: int = RESTARTS,
    samples: int = SAMPLES,
    own: int = OWN,
    cancel: Callable[[], bool] | None = None,
) -> Inversion:
    """Say afterwards how near a search came, against pictures that the generator drew itself.

    ``invert(..., own=0)`` gives the picture sooner; this adds what it left out.

    >>> from sefa_widget import load_generator
    >>> from sefa_widget.inversion import compared, invert
    >>> generator = load_generator("faces")
    >>> picture = generator.synthesize(generator.sample(700))[0]
    >>> options = {"steps": 5, "samples": 8, "restarts": 2}
    >>> found = compared(generator, invert(generator, picture, own=0, **options), own=2, **options)
    >>> len(found.own_errors)
    2

    Parameters
    ----------
    generator
        The generator that was searched.
    found
        What came out, with the default `space`, `seed`, `prior`, `spread` and `noise`.
    steps, restarts, samples, own
        As in that search; see `invert`.
    cancel
        Asked after each step; when it returns true, nothing is added.

    Returns
    -------
    Inversion
        The same with `own_errors`.

    Raises
    ------
    ValueError
        If an argument is not as described.
    """
    check_generator(generator)
    instance(found, "found", Inversion, "an Inversion, as invert(...) gives it")
    steps, restarts = whole(steps, "steps", 1), whole(restarts, "restarts", 1)
    samples, own = whole(samples, "samples", max(restarts, 2)), whole(own, "own", 1)
    asked = None if cancel is None else function(cancel, "cancel", "nothing, that tells whether to stop")
    pool = Samples(generator, samples, 0, "const")
    space = Space.of(pool.latent, check_space(generator, None))
    objective = Objective(generator, found.target[None], space, PRIOR, SPREAD, "const")
    usual = own_errors(objective, pool, own, restarts, brief_steps(steps), asked)
    return replace(found, own_errors=usual)
