"""Loads and saves generators; `families` says which architectures and file formats there are."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sefa_widget.arguments import instance, new_file
from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint import OWN_FORMAT, Checkpoint, CheckpointError
from sefa_widget.checkpoint.foreign import address
from sefa_widget.generators.assuming import checked
from sefa_widget.generators.base import Generator, Latent, Layer, Noise, check_generator
from sefa_widget.generators.borrowing import from_module
from sefa_widget.generators.building import assumption_line, build
from sefa_widget.generators.calling import Call
from sefa_widget.generators.families import FAMILIES, FORMATS
from sefa_widget.generators.hub import START, downloaded
from sefa_widget.generators.limits import LIMITS, checked_limits
from sefa_widget.generators.opening import BUNDLED
from sefa_widget.generators.precision import as_dtype
from sefa_widget.generators.reading import checkpoint_of, read_checkpoint
from sefa_widget.generators.style_space import style_space
from sefa_widget.progress import Progress, check_progress
from sefa_widget.saving import write_tensors

__all__ = [
    "BUNDLED",
    "FAMILIES",
    "FORMATS",
    "Generator",
    "Latent",
    "Layer",
    "Noise",
    "choose_device",
    "load_generator",
    "read_checkpoint",
    "save_generator",
    "style_space",
]


def load_generator(
    source: str | Path | Checkpoint | Mapping[str, Any] | Generator | nn.Module | None = None,
    *,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    format: str | None = None,  # noqa: A002  # the word users have for it
    latent_dim: int | None = None,
    num_classes: int | None = None,
    layers: Sequence[str] | None = None,
    latent_from: str | None = None,
    call: Call | None = None,
    name: str | None = None,
    assume: Mapping[str, Any] | None = None,
    network: str | None = None,
    limits: Mapping[str, int] | None = None,
    progress: Progress | None = None,
) -> Generator:
    """Load a pre-trained generator.

    >>> generator = load_generator()
    >>> generator.name, generator.latent_dim, generator.resolution
    ('heads', 32, 64)

    Parameters
    ----------
    source
        A file, the name of a bundled generator (``"heads"``, a StyleGAN2, ``"faces"``, a DCGAN, or
        ``"garments"``, a BigGAN of ten classes), a state dict or a `Checkpoint`, whose tensors are copied, or
        a generator, which is returned as it is. None is ``"heads"``. Any other `torch.nn.Module` is borrowed:
        one line is printed about the layers found that read its latent. The text ``"heads"`` means the
        bundled generator even where a file or folder has that name: write ``"./heads"`` or
        ``Path("heads")`` for that. ``~`` is the home folder.
        ``"hf://user/repository"`` is downloaded from the Hugging Face Hub, if huggingface_hub is installed.
    device
        Where it computes, for example ``"cpu"``, ``"cuda:0"`` or ``"mps"``; None takes the first there
        is of CUDA, MPS and CPU, and leaves generators and modules where they are.
    dtype
        What pictures are drawn in: ``"float32"``, ``"bfloat16"`` or ``"float16"``, or such a `torch.dtype`.
        The half types are for the four highest resolutions; the weights, the mapping network and the styles
        stay float32, and so do directions, Jacobians and saved files. None is float32, and leaves generators
        as they are. docs/devices.md says how much pictures differ.
    format
        Of a file that is not recognised: the name of its format, one of `FORMATS`.
    latent_dim, num_classes, layers, latent_from, call, name
        How to use a module, where it cannot be guessed; see `sefa_widget.generators.borrowing.from_module`.

    assume
        What a file does not tell of its network, where the usual is wrong: ``{"activation": "leaky_relu",
        "output": "sigmoid", "batch_norm_eps": 0.8, "label_size": 3, "size": 28}`` of a DCGAN. One line is
        printed about what is assumed, and `Generator.assumed` keeps it.
    network
        Which generator of a file that holds several, by its name there, for example ``"netG_B"``; None takes
        the averaged one.
    limits
        What is allowed of a file beyond the usual, which is ``{"pixels": 8192, "latent": 16384, "parameters":
        2**30}``: height or width of pictures, numbers of a latent, numbers of all weights.
    progress
        Called with the bytes of tensors that are read from a file, and of all; what it raises ends it.

    Returns
    -------
    Generator
        In eval mode, without gradients; its weights are float32.

    Raises
    ------
    CheckpointError
        If the file cannot be read, does not fit the architecture it looks like, or is larger than `limits`.
    ValueError
        If the device does not exist here or cannot draw in the dtype, or a module cannot be taken as a
        generator.
    """
    if limits is not None and isinstance(source, nn.Module):
        raise ValueError("limits are of a file; a module or a generator is in memory already.")
    chosen = choose_device(device)
    drawn_in = None
    if dtype is not None:
        where = source.device if isinstance(source, Generator) and device is None else chosen
        drawn_in = as_dtype(dtype, where)
    if isinstance(source, Generator):
        generator: Generator = source if device is None else source.to(chosen)
    elif isinstance(source, nn.Module):
        if device is not None:
            source.to(chosen)
        generator = from_module(
            source,
            latent_dim=latent_dim,
            num_classes=num_classes,
            layers=layers,
            latent_from=latent_from,
            call=call,
            name=name,
            output=checked(assume, ("output",), "a module").get("output"),
        )
        print(generator.summary)
    elif any(option is not None for option in (latent_dim, num_classes, layers, latent_from, call, name)):
        raise ValueError(
            "Only a torch.nn.Module takes latent_dim, num_classes, layers, latent_from, call or name."
        )
    else:
        generator = _read(
            source, format, assume, network, checked_limits(limits), check_progress(progress)
        ).to(chosen)
    if drawn_in is not None:
        generator.synthesis_dtype = drawn_in
    return generator


def _read(
    source: str | Path | Checkpoint | Mapping[str, Any] | None,
    format: str | None,  # noqa: A002  # see above
    assume: Mapping[str, Any] | None,
    network: str | None,
    limits: Mapping[str, int],
    progress: Progress | None,
) -> Generator:
    """Make a generator of a bundled name, a file or a checkpoint."""
    source = next(iter(BUNDLED)) if source is None else source
    if isinstance(source, Checkpoint):
        copies = {key: tensor.clone() for key, tensor in source.tensors.items()}
        return build(replace(source, tensors=copies), assume, limits)
    if isinstance(source, Mapping) and _holds_tensors(source):
        generator = build(checkpoint_of(source, format, network), assume, limits)
        if generator.assumed:
            print(assumption_line(generator))
        return generator
    if format is not None:
        instance(format, "format", str, f"one of {', '.join(FORMATS)}")
    if not isinstance(source, os.PathLike):
        names = " or ".join(map(repr, BUNDLED))
        instance(
            source,
            "source",
            str,
            f"a file, {names}, a state dict, a Checkpoint, a generator or a torch.nn.Module",
        )
    if isinstance(source, str) and source in BUNDLED:
        bundled = resources.files("sefa_widget.generators") / "bundled" / f"{source}.safetensors"
        with resources.as_file(bundled) as path:
            generator = build(read_checkpoint(path, format), assume)
        generator.opening, generator.source = BUNDLED[source], source
        return generator
    if isinstance(source, str) and source.startswith(START):
        source = downloaded(source)
    if isinstance(source, str) and (reason := address(source)):
        raise CheckpointError(f"{source[-200:]!r} {reason}")
    given = source if isinstance(source, str | Path) else Path(str(source))
    path = full_path(given, "source")
    if network is not None:
        instance(network, "network", str, "the name of a generator in the file")
    generator = build(read_checkpoint(given, format, network, limits, progress), assume, limits)
    if generator.assumed:
        print(assumption_line(generator))
    generator.source = (
        str(path) if format is None and network is None and not assume and limits == LIMITS else None
    )
    return generator


def _holds_tensors(value: Mapping[str, Any]) -> bool:
    return any(
        isinstance(item, torch.Tensor) or (isinstance(item, Mapping) and _holds_tensors(item))
        for item in value.values()
    )


def save_generator(generator: Generator, path: str | Path) -> Path:
    """Write a generator as a safetensors file that `load_generator` reads back to the same pictures.

    Parameters
    ----------
    generator
        Any generator of this project.
    path
        Where to write; an existing file is replaced. ``~`` is the home folder.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ValueError
        If what is given is no generator of this project, or there is no such folder.
    SaveError
        If the disk is full or cannot be written to; an existing file is as it was.
    """
    check_generator(generator)
    path = new_file(path)
    tensors = {key: value.detach().cpu().contiguous() for key, value in generator.state_dict().items()}
    about = {"family": generator.family, "config": generator.config}
    if generator.assumed:
        about["assumed"] = list(generator.assumed)
    write_tensors(tensors, path, {OWN_FORMAT: json.dumps(about)})
    return path


def choose_device(device: str | torch.device | None) -> torch.device:
    """Turn the user's word for a device into one that works here, or say which do.

    Raises
    ------
    ValueError
        If there is no such device on this machine.
    """
    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available = [f"cuda:{n}" for n in range(torch.cuda.device_count())] + available
    if device is None:
        return torch.device(available[0])
    try:
        chosen = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"Device {device!r} is unknown; here are {', '.join(available)}.") from error
    name = str(torch.device("cuda", chosen.index or 0)) if chosen.type == "cuda" else chosen.type
    if name not in available:
        raise ValueError(f"Device {str(chosen)!r} is not available; here are {', '.join(available)}.")
    return chosen
