"""DCGAN in the layout of the PyTorch example and of the many programs that follow it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise
from typing import Any

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, Contents, Leaf
from sefa_widget.generators.base import Generator
from sefa_widget.generators.dcgan.geometry import Convolution, choose, sizes
from sefa_widget.generators.dcgan.naming import example_names
from sefa_widget.generators.dcgan.network import DCGAN
from sefa_widget.generators.dcgan.settling import settle
from sefa_widget.generators.formats import Converted, Format, doublings, keys

DIGITS = 28
"""Side of the pictures of MNIST: what networks for grey pictures make where their kernels allow 32 too."""


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a DCGAN of any width, depth and kernels; see `Format.assume` for what tensors do not tell.

    Kernels, channels, biases, norms and learned slopes are those of the tensors. Strides and paddings are the
    usual ones of such kernels: a kernel of 4 doubles the size.
    """
    tensors: dict[str, Tensor] = {}
    entries: list[dict[str, Any]] = []
    same_width: list[bool] = []
    width, widths, behind = 0, [], {}
    groups = _groups(checkpoint.tensors)
    numbers = list(groups)
    for place, number in enumerate(numbers):
        group = groups[number]
        weight = group["weight"]
        if weight.ndim == 4:
            transposed = not entries or weight.shape[0] == width
            inputs, outputs = weight.shape[:2] if transposed else (weight.shape[1], weight.shape[0])
            if entries and inputs != width:
                raise ValueError(f"main.{number}.weight takes {inputs} channels, but gets {width}.")
            width = outputs
            widths.append(width)
            same_width.append(inputs == outputs)
            entries.append(
                {"kernel": weight.shape[2], "transposed": transposed, "bias": "bias" in group, "norm": False}
            )
            following = numbers[place + 1 :]
            behind = _behind(number, [(n, groups[n]) for n in following])
            entries[-1]["activation"] = behind["activation"]
            entries[-1]["activation_first"] = behind["activation_first"]
            name = f"convolutions.{len(entries) - 1}"
        elif "running_mean" in group:
            entries[-1]["norm"] = True
            name = f"norms.{len(entries) - 1}"
        else:
            entries[-1]["activation"] = "prelu"
            group = {"weight": weight.expand(width)}
            name = f"slopes.{len(entries) - 1}"
        tensors.update({f"{name}.{leaf}": tensor for leaf, tensor in group.items()})
    _add_upsampling(entries, groups)
    first = checkpoint.tensors["main.0.weight"].shape[0]
    if not first:
        raise ValueError("its first convolution reads a latent of 0 numbers.")
    classes = checkpoint.assume.get("label_size", 0)
    if not 0 <= classes < first:
        raise ValueError(f"label_size is {classes}; the latent and the label have {first} numbers together.")
    geometry = choose(
        [Convolution(**entry) for entry in entries], same_width, _wanted(entries, same_width, checkpoint)
    )
    config = {
        "latent_dim": first - classes,
        "widths": widths[:-1],
        "channels": widths[-1],
        "num_classes": classes,
        "geometry": [asdict(entry) for entry in geometry],
        "activation": checkpoint.assume.get("activation", "relu"),
        "output": checkpoint.assume.get("output", "tanh"),
        "batch_norm_eps": checkpoint.assume.get("batch_norm_eps", 1e-5),
    }
    return DCGAN, config, tensors


def _groups(tensors: Mapping[str, Tensor]) -> dict[int, dict[str, Tensor]]:
    groups: dict[int, dict[str, Tensor]] = {}
    for key, tensor in tensors.items():
        main, number, leaf = key.split(".")
        if main != "main":
            raise ValueError(f"{key!r} belongs to no DCGAN.")
        groups.setdefault(int(number), {})[leaf] = tensor
    return dict(sorted(groups.items()))


def _behind(number: int, following: list[tuple[int, Mapping[str, Tensor]]]) -> dict[str, Any]:
    """Tell by the gaps between numbers whether an activation stands behind a convolution, and where."""
    norm, after = None, None
    for place, group in following:
        if group["weight"].ndim == 4:
            after = place
            break
        if "running_mean" in group:
            norm = place
    if after is None:
        return {"activation": "none", "activation_first": False}  # the last one; see `output`
    free = after - number - 1 - (norm is not None)
    first = norm is not None and norm - number > 1
    return {"activation": "assumed" if free > 0 else "none", "activation_first": first}


def _add_upsampling(entries: list[dict[str, Any]], groups: Mapping[int, Mapping[str, Tensor]]) -> None:
    """Put an upsampling before each plain convolution where two places without tensors are free for it."""
    convolutions = [n for n, group in groups.items() if group["weight"].ndim == 4]
    for n, (before, number) in enumerate(pairwise(convolutions), start=1):
        taken = sum(before < other < number for other in groups)
        if not entries[n]["transposed"] and number - before - 1 - taken >= 2:
            entries[n]["upsample"] = 2


def _wanted(entries: list[dict[str, Any]], same_width: list[bool], checkpoint: Checkpoint) -> int:
    """Give the size that pictures shall have; 0 for what the kernels make."""
    if "size" in checkpoint.assume:
        return int(checkpoint.assume["size"])
    convolutions = [Convolution(**entry) for entry in entries]
    usual = sizes(choose(convolutions, same_width, 0))[-1]
    last = checkpoint.tensors[f"main.{max(_groups(checkpoint.tensors))}.weight"]
    grey = last.ndim == 4 and min(last.shape[:2]) == 1
    return DIGITS if grey and usual == 32 else 0


def settled(generator: Generator, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Settle activation and eps by the statistics of the batch norms; say what is assumed."""
    assert isinstance(generator, DCGAN)
    assume = checkpoint.assume
    phrases = settle(generator, assume)
    if "output" not in assume:
        phrases.append("output tanh")
    if "label_size" not in assume:
        phrases.append("no classes (label_size 0)")
    usual = [Convolution(**entry) for entry in generator.config["geometry"]]
    if "size" not in assume and generator.resolution == DIGITS and usual[-1].padding > 1:
        phrases.append(f"size {DIGITS} px, cut from {DIGITS + 4}")
    elif "size" not in assume and any(c.kernel % 2 and c.kernel > 1 and c.transposed for c in usual[1:]):
        phrases.append(f"size {generator.resolution} px")
    if any(entry.upsample > 1 for entry in usual):
        phrases.append("nearest upsampling before plain convolutions")
    return tuple(phrases)


def as_example(contents: Contents) -> Mapping[str, Leaf]:
    """Give the tensors under the names of the example, if they are a DCGAN."""
    named = example_names(contents.tensors)
    return contents.tensors if named is None else named


FORMAT = Format(
    "dcgan",
    "DCGAN of the PyTorch examples",
    "`netG_epoch_N.pth`, under any names, with any kernels",
    signature=keys("main.0.weight main.1.running_mean main.3.weight"),
    required=keys("main.0.weight main.#.running_mean"),
    latent=r"main\.0\.weight",
    convert=convert,
    told=lambda contents: example_names(contents.tensors) is not None,
    tensors=as_example,
    resolution=doublings("main.#.running_mean", smallest=8),
    assume=("activation", "output", "batch_norm_eps", "label_size", "size"),
    settled=settled,
)
