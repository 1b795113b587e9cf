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
_CLASSES = (
    "num_classes",
    "n_classes",
    "n_class",
    "label_count",
    "num_labels",
    "label_dim",
    "label_size",
    "c_dim",
)
_TAILS: tuple[tuple[int, ...] | str, ...] = ((), (1, 1), "row", "list")
"""Forms of z; see `_Form`."""
_STEPS = ("t", "timestep", "timesteps", "sigma", "time", "noise_level")


def ways_to_call(
    module: nn.Module, latent_dim: int | None, num_classes: int | None, call: Call | None
) -> Iterator[tuple[int, int, str, Call]]:
    """Go through the ways to call a module: latent size, classes, words for it, function."""
    sizes = [inputs_of(layer) for layer in weight_layers(module).values()]
    sizes = [size for size in sizes if size][:8]
    wanted, extra, swapped = _arguments(module) if call is None else (bool(num_classes), {}, False)
    embeddings = [layer for layer in module.modules() if isinstance(layer, nn.Embedding)]
    stated = [latent_dim] if latent_dim else _numbers(module, _LATENTS)
    classes_stated = [num_classes] if num_classes else []
    if wanted and not num_classes:
        classes_stated = [layer.num_embeddings for layer in embeddings] + _numbers(module, _CLASSES)
    behind = [layer.embedding_dim for layer in embeddings] + classes_stated
    guessed = [] if latent_dim else [n - k for n in sizes for k in behind if n > k] + sizes
    for d in dict.fromkeys(stated + guessed):
        counts = classes_stated or [0]  # a class that is asked for and not used is given as None
        if wanted and not num_classes and d in stated:  # two guesses together would fit anything
            counts = classes_stated + [0] + [n - d for n in sizes if n > d] + sizes
        for classes in dict.fromkeys(counts):
            with_classes = f" and {classes} classes" if classes else ""
            if call is not None:
                yield d, classes, f"call with z [N, {d}]{with_classes}", call
                continue
            forms = ["vectors", "indices"] if wanted else ["joined" if classes else "none"]
            if wanted and not classes:
                forms = ["null"]
            if embeddings:
                forms.reverse()
            for form, tail in product(forms, _TAILS):
                way = f"{_shape(d, tail)}{with_classes} as {form}" if classes else _shape(d, tail)
                yield d, classes, way, _Form(form, tail, extra, swapped)


@dataclass(frozen=True, slots=True)
class _Form:
    """Calls a module; an object, not a function made here, so that it can be pickled.

    Attributes
    ----------
    labels
        How classes are given: ``"vectors"``, ``"indices"``, ``"joined"`` (behind z), ``"none"``, or
        ``"null"``: None where a class is asked for.
    tail
        Axes behind those of z ``[N, d]``; ``"row"`` is z ``[N, 1, d]``, ``"list"`` a list of one z.
    extra
        Further arguments.
    swapped
        Whether classes come before z.
    """

    labels: str
    tail: tuple[int, ...] | str
    extra: dict[str, Any]
    swapped: bool = False

    def __call__(self, module: nn.Module, z: Tensor, labels: Tensor | None) -> Any:
        if self.labels == "joined" and labels is not None:
            z, labels = torch.cat([z, labels], dim=1), None
        if self.tail == "row":
            z = z[:, None]
        elif self.tail != "list":
            z = z.view(*z.shape, *self.tail)
        latent: Any = [z] if self.tail == "list" else z
        if self.labels == "null":
            return module(None, latent, **self.extra) if self.swapped else module(latent, None, **self.extra)
        if labels is None or self.labels == "none":
            return module(latent, **self.extra)
        if self.labels == "indices":
            if bool((labels.amax(dim=1) < 1).any()):
                raise ValueError("This module takes class indices, so its classes cannot be mixed.")
            labels = labels.argmax(dim=1)
        if self.swapped:
            return module(labels, latent, **self.extra)
        return module(latent, labels, **self.extra)


def _shape(d: int, tail: tuple[int, ...] | str) -> str:
    """Say in what form z is given."""
    if isinstance(tail, str):
        return f"z [N, 1, {d}]" if tail == "row" else f"[z] of [N, {d}]"
    return f"z [{', '.join(map(str, ('N', d, *tail)))}]"


def _arguments(module: nn.Module) -> tuple[bool, dict[str, Any], bool]:
    """Tell from the signature whether a class is wanted, what to give for a truncation, and the order.

    Raises
    ------
    ValueError
        If it needs more than a latent and a class.
    """
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(module.forward).parameters.values()
    first, *needed = [p.name for p in parameters if p.kind in kinds and _is_needed(p)] or ["z"]
    extra = {name: 1.0 for name in needed if name.startswith(("trunc", "psi"))}
    others = [name for name in needed if name not in extra]
    if len(others) == 1 and _is_class(first) and not _is_class(others[0]):
        return True, extra, True
    wanted = bool(others) and _is_class(others[0])
    if others[1:] or (others and not wanted):
        missing = others[wanted:]
        steps = [name for name in missing if name in _STEPS]
        if steps:
            raise ValueError(
                f"{type(module).__name__}.forward needs {steps[0]}, a step of a diffusion process: such a "
                "network has no latent vector to explore."
            )
        raise ValueError(
            f"{type(module).__name__}.forward also needs {', '.join(missing)}; "
            "give latent_dim=... and call=lambda module, z, labels: images, which fills it in."
        )
    return wanted, extra, False


def _is_needed(parameter: inspect.Parameter) -> bool:
    return parameter.default is inspect.Parameter.empty


def _is_class(name: str) -> bool:
    words = ("label", "class", "y", "c", "cls", "cond", "one_hot", "onehot", "categor")
    return name in words or any(word in name for word in words if len(word) > 2)


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
