"""Builds the generator that a checkpoint holds, and says what was assumed of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import torch

from sefa_widget.checkpoint import Checkpoint, CheckpointError
from sefa_widget.generators.advice import step
from sefa_widget.generators.assuming import checked
from sefa_widget.generators.base import Generator
from sefa_widget.generators.config import check_config
from sefa_widget.generators.families import format_named
from sefa_widget.generators.limits import LIMITS, check_generator_size
from sefa_widget.generators.seeded_noise import SeededNoise


def build(
    checkpoint: Checkpoint, assume: Mapping[str, Any] | None = None, limits: Mapping[str, int] = LIMITS
) -> Generator:
    """Build a generator out of the tensors of a checkpoint, which it keeps.

    Settings and sizes are checked on the meta device, before memory is taken for anything.

    Raises
    ------
    CheckpointError
        If the tensors do not make a network of the checkpoint's format, or a larger one than `limits` allow.
    ValueError
        If `assume` says what cannot be assumed of such a file.
    """
    known = format_named(checkpoint.format)
    given = checked(assume, known.assume, f"a file of the format {known.name!r}")
    checkpoint = replace(checkpoint, assume={**checkpoint.assume, **given})
    try:
        architecture, config, tensors = known.convert(checkpoint)
        check_config(architecture, config)
        with torch.device("meta"):  # no memory and no random numbers for weights that are given anyway
            generator = architecture(**config)
        check_generator_size(generator, checkpoint.name, limits)
        generator.load_state_dict({key: t.contiguous() for key, t in tensors.items()}, assign=True)
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        raise CheckpointError(
            f"{checkpoint.name!r} looks like a {checkpoint.format} file, but its tensors and settings make "
            f"no such network: {kind}{reason[:240].rstrip('.')}. {step('Generator')}"
        ) from error
    for noise in generator.modules():
        if isinstance(noise, SeededNoise):
            noise.fill()
    generator.name = checkpoint.name
    generator = generator.eval().requires_grad_(False).float()
    generator.assumed = (*checkpoint.choices, *known.settled(generator, checkpoint))
    return generator


def assumption_line(generator: Generator) -> str:
    """Say what was assumed of a generator, and how to change it."""
    return f"{generator.name}: assumed {', '.join(generator.assumed)}. load_generator(assume=...) changes it."
