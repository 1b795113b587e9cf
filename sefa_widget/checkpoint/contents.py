"""What a file holds of a network: tensors that are not read yet, and what the file says besides."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.storage import View, is_finite, read_view
from sefa_widget.checkpoint.stubs import ArrayStub
from sefa_widget.progress import Progress

Leaf = Tensor | View | ArrayStub
"""A tensor, or the description of one that is still in the file."""


@dataclass(frozen=True, slots=True, eq=False)
class Contents:
    """A network in an open file.

    Attributes
    ----------
    tensors
        Its tensors, not read yet, under the keys they have in the file.
    container
        How it is kept: as a state dict, as a network that NVIDIA's PyTorch or TensorFlow programs pickled,
        or as a module that was pickled by the name of its class.
    network
        What a pickled network says about itself.
    class_name
        Of a network that was pickled whole: its class.
    args
        Arguments of the training program, from beside the network.
    settings
        Attributes of a settings object beside the network.
    beside
        Tensors beside the network, by name.
    place
        Names of the dicts that it stands in, for example ``"G_ema"`` or ``"models/generator"``.
    left_out
        Parts of the file that belong to other networks, where keys tell them apart.
    metadata
        Metadata of a safetensors file.
    file, size
        The file, and its bytes.
    """

    tensors: Mapping[str, Leaf]
    container: Literal["state dict", "nvidia", "module", "tensorflow"] = "state dict"
    network: dict[str, Any] = field(default_factory=dict)
    args: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    beside: Mapping[str, View] = field(default_factory=dict)
    place: str = ""
    left_out: tuple[str, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    file: Path = Path()
    size: int = 0
    class_name: str = ""

    def read(self, leaves: Mapping[str, Leaf], progress: Progress | None = None) -> dict[str, Tensor]:
        """Copy tensors of this file into memory of their own, on the CPU; progress counts their bytes.

        Raises
        ------
        CheckpointError
            If they are larger than the file can hold, or than the memory that is free.

        Warns
        -----
        UserWarning
            If some numbers are NaN or infinite.
        """
        cost = check_cost(leaves.values(), self.size)
        try:
            read, done = {}, 0
            for key, leaf in leaves.items():
                read[key] = _read(leaf)
                done += 0 if isinstance(leaf, Tensor) else leaf.cost
                if progress is not None:
                    progress(done, cost)
        except (MemoryError, RuntimeError) as error:  # torch raises RuntimeError where memory is short
            raise CheckpointError(f"needs {cost} bytes of memory, which are not free here.") from error
        if broken := [key for key, (_, finite) in read.items() if not finite]:
            more = f" and {len(broken) - 3} more" if len(broken) > 3 else ""
            warnings.warn(
                f"NaN or infinite numbers in {', '.join(map(repr, broken[:3]))}{more}: pictures may be "
                "blank. Download the file again, or take an earlier snapshot.",
                stacklevel=4,
            )
        return {key: tensor for key, (tensor, _) in read.items()}


def check_cost(leaves: Iterable[Leaf], size: int) -> int:
    """Give the bytes that reading takes, or refuse if a file of `size` bytes cannot hold so many."""
    cost = sum(leaf.cost for leaf in leaves if not isinstance(leaf, Tensor))
    if cost > 2 * size:
        raise CheckpointError(
            f"describes tensors of {cost} bytes in a file of {size}. It is damaged or made to attack."
        )
    return cost


def _read(leaf: Leaf) -> tuple[Tensor, bool]:
    """Read a tensor, and say whether it is finite."""
    if isinstance(leaf, View):
        return read_view(leaf)
    tensor = leaf.tensor() if isinstance(leaf, ArrayStub) else leaf
    return tensor, is_finite(tensor)
