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
from sefa_widget.generators.families import format_named


def build(checkpoint: Checkpoint, assume: Mapping[str, Any] | None = None) -> Generator:
    """Build a generator out of the tensors of a checkpoint, which it keeps.

    Raises
    ------
    CheckpointError
        If the tensors do not make a network of the checkpoint's format.
    ValueError
        If `assume` says what cannot be assumed of such a file.
    """
    known = format_named(checkpoint.format)
    given = checked(assume, known.assume, f"a file of the format {known.name!r}")
    checkpoint = replace(checkpoint, assume={**checkpoint.assume, **given})
    try:
        architecture, config, tensors = known.convert(checkpoint)
        with torch.device("meta"):  # no memory and no random numbers for weights that are given anyway
            generator = architecture(**config)
        generator.load_state_dict({key: t.contiguous() for key, t in tensors.items()}, assign=True)
    except (IndexError, KeyError, RuntimeError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(
            f"{checkpoint.name!r} looks like a {checkpoint.format} file, but its tensors do not make such a "
            f"network: {type(error).__name__}: {reason[:240]}. {step('Generator')}"
        ) from error
    generator.name = checkpoint.name
    generator = generator.eval().requires_grad_(False).float()
    generator.assumed = (*checkpoint.choices, *known.settled(generator, checkpoint))
    return generator


def assumption_line(generator: Generator) -> str:
    """Say what was assumed of a generator, and how to change it."""
    return f"{generator.name}: assumed {', '.join(generator.assumed)}. load_generator(assume=...) changes it."
