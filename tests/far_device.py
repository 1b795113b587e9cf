"""A second device that every machine has: tensors that say they are elsewhere, computed on the CPU.

torch refuses to mix tensors of two devices, and so does this; what crosses over is recorded. It stands on an
interface of torch for devices written in Python, which older versions have not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils import backend_registration
from torch.utils._python_dispatch import TorchDispatchMode, return_and_correct_aliasing
from torch.utils._pytree import tree_flatten, tree_map

NAME = "far"
aten = torch.ops.aten
MIXED = (aten.index, aten.index_put, aten.index_put_)
"""Operations that take indices from the CPU, as on any device."""


@dataclass(frozen=True)
class Move:
    """Numbers that crossed: where they came from, their type and how many."""

    source: str
    dtype: torch.dtype
    count: int


class Far(Tensor):
    """A tensor that says it is on another device."""

    near: Tensor

    @staticmethod
    def __new__(cls, near: Tensor, device: torch.device) -> Far:
        made = Tensor._make_wrapper_subclass(
            cls, near.size(), near.stride(), near.storage_offset(), dtype=near.dtype, device=device
        )
        made.near = near
        return made

    def __repr__(self) -> str:
        return f"Far({self.near!r})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        raise RuntimeError("A tensor of the far device was used outside of its mode.")


class FarDevice(TorchDispatchMode):
    """While it is entered, there is a device `device`; not in inference mode, which makes views differently.

    Parameters
    ----------
    float64
        Whether it has double precision, as CUDA, or not, as MPS.
    """

    def __init__(self, float64: bool = True) -> None:
        super().__init__()
        _register()
        self.device = torch.device(NAME, 0)
        self.float64 = float64
        self.moves: list[Move] = []

    def taken(self) -> list[Move]:
        """What crossed since the last call."""
        moves, self.moves = self.moves, []
        return moves

    def put(self, module: nn.Module) -> None:
        """Move the parameters and buffers of a module there."""
        for part in module.modules():
            for name, parameter in part._parameters.items():
                if parameter is not None:
                    part._parameters[name] = nn.Parameter(Far(parameter.detach(), self.device), False)
            for name, buffer in part._buffers.items():
                if buffer is not None:
                    part._buffers[name] = Far(buffer, self.device)

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = dict(kwargs or {})
        tensors = [one for one in tree_flatten((args, kwargs))[0] if isinstance(one, Tensor)]
        far = any(isinstance(one, Far) for one in tensors)
        packet = func.overloadpacket
        if kwargs.get("device") is not None:
            far_out = torch.device(kwargs["device"]).type == self.device.type
            kwargs["device"] = "cpu"
        else:
            far_out = far
        fetched = packet is aten._local_scalar_dense and far
        if fetched or (packet is aten._to_copy and far != far_out):
            self._record(args[0])
        elif packet is aten.copy_:
            if isinstance(args[0], Far) != isinstance(args[1], Far):
                self._record(args[1])
        elif packet not in (*MIXED, aten._to_copy):
            sides = {isinstance(one, Far) for one in tensors if one.ndim}
            if len(sides) > 1:
                raise RuntimeError(f"{func} got tensors of the CPU and of {self.device}.")
        out = func(*tree_map(_near, args), **tree_map(_near, kwargs))
        if far_out:
            out = tree_map(self._far, out)
        return return_and_correct_aliasing(func, args, kwargs, out) if _writes(func) else out

    def _far(self, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return value
        if not self.float64 and value.dtype == torch.float64:
            raise TypeError("This device has no float64.")
        return Far(value, self.device)

    def _record(self, tensor: Tensor) -> None:
        self.moves.append(Move(tensor.device.type, tensor.dtype, tensor.numel()))


def _near(value: Any) -> Any:
    return value.near if isinstance(value, Far) else value


def _writes(func: Any) -> bool:
    return any(one.alias_info is not None and one.alias_info.is_write for one in func._schema.arguments)


_registered: list[torch.library.Library] = []


def _register() -> None:
    """Tell torch of the device, once for the process; torch makes index tensors there by itself."""
    if _registered:
        return
    register = getattr(backend_registration, "_setup_privateuseone_for_python_backend", None)
    if register is None:
        pytest.skip("This version of torch knows no devices written in Python.")
    register(NAME)

    def empty_strided(size: Any, stride: Any, *, dtype: Any = None, **_others: Any) -> Tensor:
        return Far(torch.empty_strided(size, stride, dtype=dtype), torch.device(NAME, 0))

    def copy_from(source: Tensor, target: Tensor, non_blocking: bool = False) -> Tensor:
        _near(target).copy_(_near(source))
        return target

    library = torch.library.Library("aten", "IMPL")
    library.impl("empty_strided", empty_strided, "PrivateUse1")
    library.impl("_copy_from", copy_from, "PrivateUse1")
    _registered.append(library)
