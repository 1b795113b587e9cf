"""The control of a spectrum: the same method on the same network with the weights it has before training."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sefa_widget.arguments import whole
from sefa_widget.directions.base import Directions, check_fit
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.progress import Progress, part


def reinitialised(generator: Generator, seed: int = 0) -> Generator:
    """Give a network of the same architecture with the weights it has before training.

    Architectures of this project are built again and initialised as their authors do. A module of somebody
    else's is copied, and `reset_parameters` is called wherever there is such a method; other weights become
    normal numbers of their own mean and standard deviation. Then pictures are drawn in train mode, for the
    statistics of batch norm. Filters, stored noise and the like stay as they are.

    >>> from sefa_widget import load_generator
    >>> faces = load_generator("faces")
    >>> fresh = reinitialised(faces)
    >>> fresh.config == faces.config, fresh.fingerprint == faces.fingerprint
    (True, False)

    Parameters
    ----------
    generator
        Any generator; it is left as it is.
    seed
        Same seed, same weights; torch's own random numbers go on as if nothing had been drawn.

    Returns
    -------
    Generator
        On the same device and of the same type, in eval mode.

    Raises
    ------
    ValueError
        If the network cannot be built or copied.
    """
    check_generator(generator)
    seed = whole(seed, "seed", 0)
    forked = [generator.device] if generator.device.type == "cuda" else []
    with generator.lock, torch.random.fork_rng(forked), torch.device("cpu"):
        torch.default_generator.manual_seed(seed)
        network = generator.untrained()
    network.name = f"{generator.name} before training"
    return network.eval().requires_grad_(False)


def control_spectra(
    generator: Generator,
    directions: Directions,
    n: int = 20,
    seed: int = 0,
    progress: Progress | None = None,
) -> Tensor:
    """Give the values that the same method finds in networks with the weights they have before training.

    Parameters
    ----------
    generator
        The generator that the directions were found in.
    directions
        What `factorize` gave; method, options, layers and `normalize` are taken from them.
    n
        How many networks.
    seed
        They have the seeds ``seed ... seed + n - 1``; see `reinitialised`.
    progress
        Called with how much is done and how much there is; what it raises ends the work.

    Returns
    -------
    Tensor
        ``[n, k]`` float64, comparable with `Directions.values`.

    Raises
    ------
    ValueError
        If the directions have no values, or it is not known how they were found.
    """
    (found,) = several_spectra(generator, [directions], n, seed, progress, stacklevel=3)
    return found


def several_spectra(
    generator: Generator,
    sets: Sequence[Directions],
    n: int = 20,
    seed: int = 0,
    progress: Progress | None = None,
    *,
    stacklevel: int = 2,
) -> list[Tensor]:
    """Give the control spectra of several sets of directions, in the same networks: each is made once.

    See `control_spectra`; ``stacklevel`` is that of the warning of `check_fit`.
    """
    for directions in sets:
        check_fit(directions, generator, "The directions", stacklevel)
        if directions.value is None:
            raise ValueError(f"{directions.method!r} gives its directions no values, so there is no control.")
        if directions.search.described is None:
            raise ValueError(
                f"It is not known how these directions ({directions.method}) were found, so it cannot be "
                "done again in other networks. A control needs directions of factorize or of "
                "save_directions."
            )
    n = whole(n, "n", 1)
    found: list[list[Tensor]] = [[] for _ in sets]
    for number in range(n):
        network = reinitialised(generator, seed + number)
        for place, directions in enumerate(sets):
            telling = part(progress, number * len(sets) + place, n * len(sets))
            again = directions.search.find(network, len(directions), telling)
            assert again.values is not None
            found[place].append(again.values)
        if progress is not None:
            progress(number + 1, n)
    return [torch.stack(values) for values in found]
