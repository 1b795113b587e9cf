"""Settles by a few samples which activation a DCGAN was trained with: its batch norms remember statistics."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from itertools import product
from typing import Any

import torch
from torch import Tensor, nn

from sefa_widget.generators.dcgan.network import DCGAN
from sefa_widget.generators.stages import draw

SAMPLES = 32
LARGEST = 1024
"""Pixels of a side up to which so many pictures are drawn."""
FITS, STILL_FITS = 0.25, 0.4
"""Mismatch of statistics that few samples explain, and the largest at which another choice is believed."""
ENOUGH = 24
"""Channels whose statistics must fit another choice: a few may fit by chance."""
BETTER = 2.0
"""How many times better than the usual another choice must fit."""
EPS = (1e-5, 0.8)
"""Values of the batch norms' eps that are tried with each activation: the second is a well-known mistake."""
MORE_EPS = (0.01, 0.03, 0.1, 0.3)


def settle(generator: DCGAN, assume: Mapping[str, Any]) -> list[str]:
    """Choose the activation and eps that fit the stored statistics; give what is assumed, in words.

    Warns
    -----
    UserWarning
        If nothing fits the statistics, or the pictures are saturated.
    """
    if not _remembers(generator):
        return _words(generator, assume, "")
    if generator.resolution > LARGEST:
        return _words(generator, assume, " (pictures are too large to compare statistics of many)")
    usual = generator.activation, generator.batch_norm_eps
    mismatch = _mismatch(generator, check=True)
    found = ""
    if mismatch > FITS:
        activations = [generator.activation] if "activation" in assume else _candidates(generator)
        eps = [generator.batch_norm_eps] if "batch_norm_eps" in assume else EPS
        scores = {choice: _with(generator, *choice) for choice in product(activations, eps)}
        best = _best(scores)
        if "batch_norm_eps" not in assume:
            scores |= {(best[0], value): _with(generator, best[0], value) for value in MORE_EPS}
            best = _best(scores)
        if scores[best] < min(STILL_FITS, mismatch / BETTER) and _channels(generator) >= ENOUGH:
            generator.use(*best)
            found = ", which fits the statistics of its batch norms"
        else:
            generator.use(*usual)
            warnings.warn(
                f"{generator.name!r}: with {_name(usual[0])} and batch-norm eps {usual[1]:g} features have "
                "other statistics than its batch norms have stored, and so with every other activation known "
                "here. Pictures may be wrong: compare one with those of the program it comes from, and give "
                "what differs with assume={...}, or pass the module itself.",
                stacklevel=6,
            )
    return _words(generator, assume, found)


def _candidates(generator: DCGAN) -> list[str]:
    return [name for name in generator.known_activations if name != "none"]


def _channels(generator: DCGAN) -> int:
    return sum(norm.num_features for norm in list(generator.norms)[1:] if isinstance(norm, nn.BatchNorm2d))


def _best(scores: Mapping[tuple[str, float], float]) -> tuple[str, float]:
    """Give the choice that fits best; of those that fit about as well, the first."""
    least = min(scores.values())
    return next(choice for choice, score in scores.items() if score <= 1.25 * least)


def _with(generator: DCGAN, activation: str, eps: float) -> float:
    generator.use(activation, eps)
    return _mismatch(generator)


def _remembers(generator: DCGAN) -> bool:
    """Tell whether it was trained: an untrained batch norm has statistics 0 and 1."""
    norms = [norm for norm in generator.norms if isinstance(norm, nn.BatchNorm2d)]
    return any(bool(norm.get_buffer("running_mean").any()) for norm in norms)


@torch.no_grad()
def _mismatch(generator: DCGAN, check: bool = False) -> float:
    """Compare statistics of features before each batch norm but the first with the stored ones.

    0 is equal; 1 is about one standard deviation, or a variance e times as large.
    """
    found: list[float] = []

    def compare(norm: nn.Module, given: tuple[Tensor, ...]) -> None:
        x = given[0].transpose(0, 1).flatten(1)
        mean, var = norm.get_buffer("running_mean"), norm.get_buffer("running_var") + 1e-12
        shift = (x.mean(1) - mean).abs() / var.sqrt()
        ratio = ((x.var(1) + 1e-12) / var).log().abs()
        found.append(float((shift + ratio).mean()))

    norms = [norm for norm in generator.norms if isinstance(norm, nn.BatchNorm2d)]
    handles = [norm.register_forward_pre_hook(compare) for norm in norms]
    try:
        with suppress(RuntimeError), torch.random.fork_rng([]):
            z = torch.randn(SAMPLES, generator.z_dim, generator=torch.Generator().manual_seed(0))
            labels = None
            if generator.num_classes:
                labels = torch.arange(SAMPLES) % generator.num_classes
            image = draw(generator.stages(), (), generator.mapping(z, labels=labels), "const")
            if check:
                _check_range(generator, image)
    finally:
        for handle in handles:
            handle.remove()
    behind = found[1:]
    return max(behind) if behind else 0.0


def _check_range(generator: DCGAN, image: Tensor) -> None:
    """Say so if pictures are black and white only, or far outside -1..1."""
    size = image.abs()
    if float((size > 0.99).float().mean()) > 0.9 or float(size.max()) > 4:
        found = "black or white nearly everywhere" if float(size.max()) <= 1 else "far outside -1..1"
        warnings.warn(
            f"{generator.name!r} draws pictures that are {found}: what is assumed of it may be wrong. Give "
            "assume={'output': 'tanh', 'sigmoid' or 'none', 'activation': ...}, or pass the module itself.",
            stacklevel=8,
        )


def _words(generator: DCGAN, assume: Mapping[str, Any], found: str) -> list[str]:
    words = []
    if "activation" not in assume and any(e["activation"] == "assumed" for e in generator.config["geometry"]):
        words.append(f"activation {_name(generator.activation)}{found}")
    if "batch_norm_eps" not in assume:
        words.append(f"batch_norm_eps {generator.batch_norm_eps:g}")
    return words


def _name(activation: str) -> str:
    names = {"relu": "ReLU", "leaky_relu": "LeakyReLU(0.2)", "leaky_relu_0.01": "LeakyReLU(0.01)"}
    return names.get(activation, activation)
