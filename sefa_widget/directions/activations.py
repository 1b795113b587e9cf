"""Draws samples of a generator in batches: latents, and what a layer makes of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from sefa_widget.arguments import MAX_SEED, instance, whole, wholes
from sefa_widget.directions.method import Option
from sefa_widget.generators.base import Generator, Latent, check_generator
from sefa_widget.generators.batch import in_batches
from sefa_widget.generators.inputs import truncation
from sefa_widget.generators.precision import full_precision
from sefa_widget.generators.readers import hooked

Batch = tuple[Tensor, Tensor]
"""Features ``[N, D]`` and the latents ``[N, d]`` that produced them."""

_BLOCK = 1024
"""Vectors drawn at once: always as many, so that neither the batch nor n changes the first ones."""


SAMPLING = (
    Option("n", "Samples", "whole", 100_000, "How many samples are drawn.", least=2),
    Option(
        "layer",
        "Layer",
        "text",
        None,
        "Name of the sub-module whose output is sampled; None samples w.",
        offered=False,
    ),
    Option("seed", "Seed", "whole", 0, "Same seed, same samples.", least=0, most=MAX_SEED),
    Option(
        "batch",
        "Batch",
        "whole",
        None,
        "How many samples at once; None is 1024 w's, or 32 outputs of a layer.",
        least=1,
        offered=False,
    ),
    Option(
        "labels",
        "Classes",
        "other",
        None,
        "A class, or classes that take turns; None is class 0.",
        offered=False,
    ),
    Option("truncation_psi", "Truncation ψ", "real", 1.0, "Truncation of the samples."),
    Option(
        "truncation_cutoff",
        "Truncation cutoff",
        "whole",
        None,
        "Truncate only code rows before this one; None truncates all.",
        least=0,
        offered=False,
    ),
)
"""Options of methods that draw samples; see `Samples`."""


class _Stop(Exception):
    """Ends a run early."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """Draws of a generator; iterating over them again draws the same ones, and nothing is stored.

    Attributes
    ----------
    generator
        Where they come from.
    n
        How many; the first of them are the same whatever `n` is.
    seed
        Same seed, same draws, on every machine and with every batch size.
    layer
        Name of a sub-module whose output is the features; None takes the latents themselves.
    batch
        How many at once; None is 1024 latents, or 32 outputs of a layer.
    labels
        A class, or classes that take turns; None is class 0 where there are classes.
    truncation_psi
        See `Generator.mapping`.
    truncation_cutoff
        See `Generator.mapping`.
    """

    generator: Generator
    n: int
    seed: int = 0
    layer: str | None = None
    batch: int | None = None
    labels: int | Sequence[int] | None = None
    truncation_psi: float = 1.0
    truncation_cutoff: int | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn, and keep whole numbers as those of Python."""
        classes = check_generator(self.generator).num_classes
        object.__setattr__(self, "n", whole(self.n, "n", 2))
        object.__setattr__(self, "seed", whole(self.seed, "seed", 0, MAX_SEED))
        if self.batch is not None:
            object.__setattr__(self, "batch", whole(self.batch, "batch", 1))
        if self.labels is not None and classes:
            object.__setattr__(self, "labels", wholes(self.labels, "labels", "A class", 0, classes - 1))
        if self.layer is not None:
            instance(self.layer, "layer", str, "the name of a sub-module")
        truncation(self.truncation_psi, self.truncation_cutoff)
        names = [name for name, _ in self.generator.named_modules() if name]
        if self.layer is not None and self.layer not in names:
            near = difflib.get_close_matches(self.layer, names, 5, 0.3) or names[:5]
            raise ValueError(
                f"{self.generator.name!r} has no sub-module {self.layer!r}; it has {', '.join(near)}, ..."
            )

    def latents(self) -> Iterator[Latent]:
        """Draw them, a batch at a time."""
        random = torch.Generator("cpu").manual_seed(self.seed)
        batch = self.batch or (_BLOCK if self.layer is None else 32)
        classes = None if self.labels is None else torch.as_tensor(self.labels).reshape(-1)
        for start in range(0, self.n, _BLOCK):
            block = torch.randn(_BLOCK, self.generator.z_dim, generator=random)[: self.n - start]
            for offset in range(0, len(block), batch):
                z = block[offset : offset + batch]
                turns = torch.arange(start + offset, start + offset + len(z))
                with self.generator.lock, torch.inference_mode():
                    latent = self.generator.mapping(
                        z,
                        labels=None if classes is None else classes[turns % len(classes)],
                        truncation_psi=self.truncation_psi,
                        truncation_cutoff=self.truncation_cutoff,
                    )
                yield latent

    def __iter__(self) -> Iterator[Batch]:
        """Give features and latents, a batch at a time; a latent is the mean of its rows of codes."""
        for latent in self.latents():
            z = latent.codes.mean(1)
            yield (z if self.layer is None else self._features(self.layer, latent)), z

    def _features(self, layer: str, latent: Latent) -> Tensor:
        output = partial(layer_output, self.generator, layer)
        return torch.cat(list(in_batches(self.generator, latent, output, len(latent.codes))))


def layer_output(generator: Generator, layer: str, latent: Latent) -> Tensor:
    """Draw as far as a sub-module and give what it puts out, ``[N, D]`` with its axes flattened.

    Raises
    ------
    ValueError
        If the sub-module takes no part in drawing, or does not put out one row per latent.
    """
    kept: list[object] = []

    def keep(_module: object, _inputs: object, output: object) -> None:
        kept.append(output[0] if isinstance(output, (list, tuple)) and output else output)
        raise _Stop

    with (
        generator.lock,
        full_precision(),
        hooked([generator.get_submodule(layer).register_forward_hook(keep)]),
    ):
        try:
            generator.synthesize(latent)
        except _Stop:
            pass
        else:
            raise ValueError(f"Sub-module {layer!r} of {generator.name!r} takes no part in drawing.")
    output = kept[0]
    if not isinstance(output, Tensor) or output.ndim < 2 or len(output) != len(latent.codes):
        raise ValueError(
            f"Sub-module {layer!r} of {generator.name!r} does not put out one row of numbers per latent."
        )
    return output.flatten(1)
