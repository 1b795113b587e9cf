"""How a module of somebody else's may be called: with which latents, with which classes, in which form."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from torch import Tensor, nn

from sefa_widget.generators.readers import weight_layers

Call = Callable[[nn.Module, Tensor, Tensor | None], Any]
"""From the module, latents ``[N, d]`` and class vectors ``[N, num_classes]`` or None: images."""

_LATENTS = ("latent_dim", "z_dim", "nz", "latent_size", "dim_z", "z_size", "latent_space_size", "noise_dim")
_CLASSES = ("num_classes", "n_classes", "n_class", "label_count", "num_labels", "label_dim", "label_size")


def ways_to_call(
    module: nn.Module, latent_dim: int | None, num_classes: int | None, call: Call | None
) -> Iterator[tuple[int, int, str, Call]]:
    """Go through the ways to call a module: latent size, classes, words for it, function."""
    sizes = [inputs_of(layer) for layer in weight_layers(module).values()]
    sizes = [size for size in sizes if size][:8]
    wanted, extra = _arguments(module) if call is None else (bool(num_classes), {})
    embeddings = [layer for layer in module.modules() if isinstance(layer, nn.Embedding)]
    stated = [latent_dim] if latent_dim else _numbers(module, _LATENTS)
    classes_stated = [num_classes] if num_classes else []
    if wanted and not num_classes:
        classes_stated = [layer.num_embeddings for layer in embeddings] + _numbers(module, _CLASSES)
    behind = [layer.embedding_dim for layer in embeddings] + classes_stated
    guessed = [] if latent_dim else [n - k for n in sizes for k in behind if n > k] + sizes
    for d in dict.fromkeys(stated + guessed):
        counts = classes_stated or ([] if wanted else [0])
        if wanted and not num_classes and d in stated:  # two guesses together would fit anything
            counts = classes_stated + [n - d for n in sizes if n > d] + sizes
        for classes in dict.fromkeys(counts):
            with_classes = f" and {classes} classes" if classes else ""
            if call is not None:
                yield d, classes, f"call with z [N, {d}]{with_classes}", call
                continue
            forms = ["vectors", "indices"] if wanted else ["joined" if classes else "none"]
            if embeddings:
                forms.reverse()
            for form, tail in product(forms, ((), (1, 1))):
                shape = ", ".join(map(str, ("N", d, *tail)))
                way = f"z [{shape}]{with_classes} as {form}" if classes else f"z [{shape}]"
                yield d, classes, way, _Form(form, tail, extra)


@dataclass(frozen=True, slots=True)
class _Form:
    """Calls a module; an object, not a function made here, so that it can be pickled.

    Attributes
    ----------
    labels
        How classes are given: ``"vectors"``, ``"indices"``, ``"joined"`` (behind z) or ``"none"``.
    tail
        Axes behind those of z ``[N, d]``.
    extra
        Further arguments.
    """

    labels: str
    tail: tuple[int, ...]
    extra: dict[str, Any]

    def __call__(self, module: nn.Module, z: Tensor, labels: Tensor | None) -> Any:
        if self.labels == "joined" and labels is not None:
            z, labels = torch.cat([z, labels], dim=1), None
        z = z.view(*z.shape, *self.tail)
        if labels is None or self.labels == "none":
            return module(z, **self.extra)
        if self.labels == "indices":
            if bool((labels.amax(dim=1) < 1).any()):
                raise ValueError("This module takes class indices, so its classes cannot be mixed.")
            labels = labels.argmax(dim=1)
        return module(z, labels, **self.extra)


def _arguments(module: nn.Module) -> tuple[bool, dict[str, Any]]:
    """Tell from the signature whether a class comes second, and what to give for a truncation."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(module.forward).parameters.values()
    needed = [p.name for p in parameters if p.kind in kinds and p.default is inspect.Parameter.empty][1:]
    extra = {name: 1.0 for name in needed if name.startswith(("trunc", "psi"))}
    others = [name for name in needed if name not in extra]
    words = ("label", "class", "y", "c", "cls", "cond", "one_hot", "onehot", "categor")
    wanted = bool(others) and (others[0] in words or any(w in others[0] for w in words if len(w) > 2))
    if others[1:] or (others and not wanted):
        raise ValueError(
            f"{type(module).__name__}.forward also needs {', '.join(others[wanted:])}; "
            "give call=lambda module, z, labels: images."
        )
    return wanted, extra


def _numbers(module: nn.Module, names: Sequence[str]) -> list[int]:
    """Find whole numbers among the attributes of a module and of its configuration."""
    owners = [module, *(getattr(module, name, None) for name in ("config", "cfg", "args", "opt", "hparams"))]
    found = [getattr(owner, name, None) for owner in owners for name in names]
    return [number for number in found if isinstance(number, int) and number > 0]


def inputs_of(layer: nn.Module) -> int:
    """Give how many numbers a layer takes at each place; 0 if it does not say."""
    size = getattr(layer, "in_features", None) or getattr(layer, "in_channels", None)
    if size is None:
        matrices = [weight for weight in layer.parameters(recurse=False) if weight.ndim == 2]
        size = matrices[0].shape[1] if matrices else 0
    return int(size)


def images_of(call: Call, module: nn.Module, z: Tensor, labels: Tensor | None) -> Tensor:
    """Run a module and give its images ``[N, C, H, W]``, the first of what it gives.

    Raises
    ------
    ValueError
        If it gives something else.
    """
    image = call(module, z, labels)
    while isinstance(image, (list, tuple)) and image:
        image = image[0]
    if not isinstance(image, Tensor) or image.ndim != 4 or len(image) != len(z):
        found = list(image.shape) if isinstance(image, Tensor) else type(image).__name__
        raise ValueError(f"The module gives {found}, not images [{len(z)}, C, H, W].")
    return image
