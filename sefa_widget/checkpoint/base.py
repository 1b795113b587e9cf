"""The weights of a generator as a file had them, and the error for a file that is refused."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

OWN_FORMAT = "sefa_widget"
"""Name of this project's own format, and the one metadata key of its safetensors files."""


LONGEST = 600
"""Characters of a message."""


class CheckpointError(Exception):
    """A file that cannot be read or written; the text says what was found and what to do.

    A longer text than 600 characters loses its middle.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text if len(text) <= LONGEST else f"{text[:360]} ... {text[-230:]}")


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """What a file of weights holds.

    Attributes
    ----------
    format
        Whose layout the tensors have, for example ``"dcgan"``; one of `sefa_widget.generators.FORMATS`.
    tensors
        The generator's tensors under the keys of their official state dict, on the CPU. Those that were read
        from a file lie in memory of their own.
    config
        What the file says about the network besides its tensors: plain values, as JSON has them.
    name
        Stem of the file name.
    assume
        What the user says of what no file of the format tells; see `Format.assume`.
    choices
        What was chosen where the file held several things, in words.
    networks
        Names of the generators in the file; the first was taken unless another was named.
    """

    format: str
    tensors: dict[str, Tensor]
    config: dict[str, Any] = field(default_factory=dict)
    name: str = "generator"
    assume: dict[str, Any] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
