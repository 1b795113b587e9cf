"""StyleGAN3 in the pickles of NVIDIA's programs."""

from __future__ import annotations

import re
from typing import Any

from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, Contents
from sefa_widget.generators.base import Generator
from sefa_widget.generators.fir import padding
from sefa_widget.generators.formats import Converted, Format, keys
from sefa_widget.generators.nvidia import LATENT, contradiction, network_settings, nvidia_mapping, resolution
from sefa_widget.generators.style_conversion import StateDict
from sefa_widget.generators.stylegan3.network import StyleGAN3

MAX_SIZE = 8192
"""Height and width of features in pixels; more is a damaged file."""
FILTER_SIZE = 6
"""Taps of a filter per factor of its sampling rates, in official networks."""


def convert(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN3 of NVIDIA, with or without stored settings.

    A bare state dict lacks conv_clamp, output_scale and bandwidth: then they are those of official
    training (256, 0.25, 2).
    """
    state = StateDict(checkpoint)
    mapping, tensors = nvidia_mapping(state)
    w_dim = mapping["w_dim"]
    names = _layer_names(state)
    sizes = [int(re.findall(r"_(\d+)_", name)[0]) for name in names]
    square = checkpoint.assume.get("square", state.attribute("", "square", default=True)) is not False
    if not square:
        sizes = [2 * size for size in sizes]  # names hold the width
    if max(sizes) > MAX_SIZE or min(sizes) < 1:
        raise state.error(f"its layers have sizes {sizes}; they must be 1 to {MAX_SIZE}.")
    waves = state.tensor("synthesis.input.weight", None, None).shape[0]
    shapes = {
        "weight": (waves, waves),
        "transform": (3, 3),
        "freqs": (waves, 2),
        "phases": (waves,),
        "affine.weight": (4, w_dim),
        "affine.bias": (4,),
    }
    for name, shape in shapes.items():
        tensors[f"input.{name}"] = state.tensor(f"synthesis.input.{name}", *shape)
    layers: list[dict[str, Any]] = []
    inputs, in_size = waves, sizes[0]
    for n, (name, out_size) in enumerate(zip(names, sizes, strict=True)):
        layer, taken = _layer(
            state, f"synthesis.{name}", inputs, in_size, out_size, n == len(names) - 1, square
        )
        layers.append(layer)
        tensors.update({f"synthesis.{n}.{key}": tensor for key, tensor in taken.items()})
        tensors[f"synthesis.{n}.affine.weight"] = state.tensor(
            f"synthesis.{name}.affine.weight", inputs, w_dim
        )
        inputs, in_size = layer["outputs"], out_size
    state.finish()
    found = {"img_resolution": sizes[-1], "img_channels": inputs, "num_ws": len(names) + 1}
    if "mapping.embed_proj.weight" in checkpoint.tensors:
        found = {}  # what a super-resolution states may be of its stem
    for key, value in found.items():
        state.agree(key, value, state.attribute("", key), state.attribute("synthesis", key, key))
    clamp = state.attribute(
        f"synthesis.{names[0]}", "conv_clamp", default=_passed(checkpoint, "conv_clamp", 256)
    )
    config = {
        "mapping": mapping,
        "layers": layers,
        "sampling_rate": state.number("sampling_rate", _sampling_rate(state, sizes)),
        "bandwidth": state.number(
            "bandwidth", state.attribute("synthesis.input", "bandwidth", "first_cutoff", default=2)
        ),
        "conv_clamp": None if clamp is None else state.number("conv_clamp", clamp),
        "output_scale": state.number(
            "output_scale", state.attribute("synthesis", "output_scale", "output_scale", default=0.25)
        ),
    }
    config["square"] = square
    return StyleGAN3, config, tensors


def settled(generator: Generator, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Say that pictures are taken as square, where a state dict does not tell."""
    told = "square" in checkpoint.assume or checkpoint.config.get("attributes")
    return () if told else ("square pictures (assume={'square': False} halves the width)",)


def _layer_names(state: StateDict) -> list[str]:
    """Give the names ``L{number}_{size}_{channels}`` in order."""
    found = {}
    for key in state.tensors:
        if match := re.fullmatch(r"synthesis\.(L(\d{1,3})_\d{1,6}_\d{1,6})\.weight", key):
            found[int(match[2])] = match[1]
    numbers = sorted(found)
    grown = "mapping.embed_proj.weight" in state.checkpoint.tensors  # StyleGAN-XL leaves a number out
    if len(found) < 2 or (numbers != list(range(len(found))) and not grown):
        raise state.error(f"its layers have the numbers {sorted(found)}; they must be 0, 1, 2, ...")
    names = [found[number] for number in numbers]
    if not grown:
        state.agree("layer_names", names, state.attribute("synthesis", "layer_names"))
    return names


def _layer(
    state: StateDict, place: str, inputs: int, in_size: int, out_size: int, last: bool, square: bool
) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Give keyword arguments and tensors of the layer at `place`, but for its style weight."""
    weight = state.tensor(f"{place}.weight", None, inputs, None, None)
    outputs, kernel = weight.shape[0], weight.shape[2]
    tensors = {
        "weight": state.tensor(f"{place}.weight", outputs, inputs, kernel, kernel),
        "bias": state.tensor(f"{place}.bias", outputs),
        "magnitude_ema": state.tensor(f"{place}.magnitude_ema"),
        "affine.bias": state.tensor(f"{place}.affine.bias", inputs),
    }
    size = state.attribute("", "filter_size", "filter_size", default=FILTER_SIZE)
    taps, factors, radial = {}, {}, False
    for way in ("up", "down"):
        key = f"{place}.{way}_filter"
        taps[way] = 1
        if key in state:
            taps[way] = state.tensors[key].shape[0] if state.tensors[key].ndim else 0
            radial = way == "down" and state.tensors[key].ndim == 2
            tensors[f"{way}_filter"] = state.tensor(key, *([taps[way]] * (2 if radial else 1)))
        default = taps[way] // size if taps[way] > 1 else 1
        factors[way] = state.attribute(place, f"{way}_factor", default=default)
        if not isinstance(factors[way], int) or not 1 <= factors[way] <= taps[way]:
            raise state.error(f"{place} has the factor {factors[way]!r} with {taps[way]} {way} taps.")
    ways = (kernel, in_size, out_size, factors["up"], factors["down"], taps["up"], taps["down"])
    before, after = padding(*ways)
    if square:
        state.agree(f"padding of {place}", [before, after] * 2, state.attribute(place, "padding"))
    state.agree(f"is_torgb of {place}", last, state.attribute(place, "is_torgb"))
    layer = {
        "inputs": inputs,
        "outputs": outputs,
        "kernel": kernel,
        "in_size": in_size,
        "out_size": out_size,
        "up": factors["up"],
        "down": factors["down"],
        "up_taps": taps["up"],
        "down_taps": taps["down"],
        "radial": radial,
        "to_rgb": last,
    }
    return layer, tensors


def _sampling_rate(state: StateDict, sizes: list[int]) -> Any:
    """Give the input's sampling rate: stored, or its size without the margin.

    The margin is on both sides of all layers but the last two, whose sizes without it are powers of two.
    """
    stated = state.attribute("synthesis.input", "sampling_rate")
    if stated is not None:
        return stated
    fitting = [
        margin
        for margin in range(min(sizes[:-2] or sizes) // 2)
        if all((size - 2 * margin).bit_count() == 1 for size in sizes[:-2])
    ]
    stated = state.attribute("synthesis", "margin_size", "margin_size")
    margin = stated if stated is not None else 10 if 10 in fitting else fitting[0] if fitting else 0
    if margin not in fitting:
        raise state.error(f"its layer sizes {sizes} are not powers of two with a margin.")
    return sizes[0] - 2 * margin


def _passed(checkpoint: Checkpoint, name: str, default: Any) -> Any:
    """Give a keyword argument that may have been passed as None."""
    return checkpoint.config.get("init_kwargs", {}).get(name, default)


def pickled_layers(contents: Contents) -> bool:
    """Tell a pickled network by any of its layers."""
    names = any(re.match(r"synthesis\.(input|L\d)", key) for key in contents.tensors)
    return names and contents.container == "nvidia"


FORMAT = Format(
    "nvidia_stylegan3",
    "StyleGAN3 by NVIDIA",
    "`.pkl` of the stylegan3 repository, configurations t and r; `.pkl` of StyleGAN-XL",
    signature=keys("synthesis.input.freqs"),
    required=keys(
        "mapping.fc0.weight mapping.w_avg synthesis.input.weight synthesis.input.transform "
        "synthesis.input.freqs synthesis.input.phases synthesis.input.affine.weight "
        "synthesis.L0_#_#.weight synthesis.L0_#_#.affine.weight"
    ),
    latent=LATENT,
    convert=convert,
    partly=pickled_layers,
    settings=network_settings,
    resolution=resolution,
    contradiction=contradiction,
    assume=("square",),
    settled=settled,
)
