"""Writes pickles like those of NVIDIA's and others' programs, without those programs."""

from __future__ import annotations

import io
import pickle
from collections import OrderedDict
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch

SOURCE = "raise SystemExit('the source text of a pickled network was executed')\n"


class Name:
    """A global, written without looking whether it exists."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __call__(self) -> None:
        raise NotImplementedError


class Call:
    """Becomes a REDUCE of `function` on `arguments`."""

    def __init__(self, function: Name, *arguments: object) -> None:
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


class New:
    """Becomes a NEWOBJ of `kind` with items of a dict, or with a state."""

    def __init__(self, kind: Name, items: dict[str, Any] | None = None, state: object = None) -> None:
        self.kind, self.items, self.state = kind, items, state


class Writer(pickle._Pickler):
    """A pickler that can write the names that numpy 1 had."""

    dispatch: ClassVar = dict(pickle._Pickler.dispatch)

    def __init__(self, file: io.BufferedIOBase, protocol: int, numpy_major: int = 2) -> None:
        super().__init__(file, protocol)
        self.numpy_major = numpy_major

    def save_name(self, name: Name) -> None:
        if self.proto >= 4:
            self.save(name.module)
            self.save(name.name)
            self.write(pickle.STACK_GLOBAL)
        else:
            self.write(pickle.GLOBAL + f"{name.module}\n{name.name}\n".encode())
        self.memoize(name)

    def save_global(self, obj, name=None):
        if self.numpy_major == 1 and obj.__module__.startswith("numpy._core"):
            return self.save_name(Name(obj.__module__.replace("_core", "core"), obj.__name__))
        return super().save_global(obj, name)

    def save_new(self, new: New) -> None:
        self.save(new.kind)
        self.write(pickle.EMPTY_TUPLE + pickle.NEWOBJ)
        self.memoize(new)
        if new.items is not None:
            self.write(pickle.MARK)
            for key, value in new.items.items():
                self.save(key)
                self.save(value)
            self.write(pickle.SETITEMS)
        if new.state is not None:
            self.save(new.state)
            self.write(pickle.BUILD)

    dispatch[Name] = save_name
    dispatch[New] = save_new
    dispatch[type(save_name)] = save_global


HOOKS = (
    "_backward_pre_hooks",
    "_backward_hooks",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)
RECONSTRUCT = Name("torch_utils.persistence", "_reconstruct_persistent_obj")
EASY_DICT = Name("dnnlib.util", "EasyDict")


def write_pickle(value: object, path: Path, protocol: int = 4, numpy_major: int = 2) -> Path:
    with path.open("wb") as file:
        Writer(file, protocol, numpy_major).dump(value)
    return path


def module(
    class_name: str,
    parameters: dict[str, torch.Tensor] | None = None,
    buffers: dict[str, torch.Tensor] | None = None,
    modules: dict[str, object] | None = None,
    kwargs: dict[str, Any] | None = None,
    source: str = SOURCE,
    **attributes: object,
) -> Call:
    """Make what NVIDIA's persistence module pickles for a module."""
    state = {
        "training": False,
        "_parameters": OrderedDict(
            (name, torch.nn.Parameter(value)) for name, value in (parameters or {}).items()
        ),
        "_buffers": OrderedDict(buffers or {}),
        "_non_persistent_buffers_set": set(),
        **{name: OrderedDict() for name in HOOKS},
        "_modules": OrderedDict(modules or {}),
        "_init_args": (),
        "_init_kwargs": New(EASY_DICT, kwargs or {}),
        **attributes,
    }
    meta = {"type": "class", "version": 6, "module_src": source, "class_name": class_name, "state": state}
    return Call(RECONSTRUCT, meta)


def stylegan2(
    resolution: int,
    base: int,
    most: int,
    dim: int = 512,
    depth: int = 8,
    kwargs: dict[str, Any] | None = None,
) -> Call:
    """Make the pickled generator of a StyleGAN2 with random weights."""
    random = torch.Generator().manual_seed(resolution)

    def normal(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=random)

    def dense(inputs: int, outputs: int, activation: str = "linear") -> Call:
        weights = {"weight": normal(outputs, inputs), "bias": normal(outputs)}
        gain = np.float64(inputs**-0.5)
        return module("FullyConnectedLayer", weights, activation=activation, weight_gain=gain, bias_gain=1)

    def width(r: int) -> int:
        return min(base // r, most)

    kernel = torch.ones(4, 4) / 16
    blocks: dict[str, object] = {}
    r = 4
    while r <= resolution:
        inputs, outputs = width(r // 2) if r > 4 else 0, width(r)
        parts: dict[str, object] = {}
        for name, columns in (("conv0", inputs), ("conv1", outputs)):
            if columns:
                parts[name] = module(
                    "SynthesisLayer",
                    {
                        "weight": normal(outputs, columns, 3, 3),
                        "noise_strength": normal(),
                        "bias": normal(outputs),
                    },
                    {"resample_filter": kernel.clone(), "noise_const": normal(r, r)},
                    {"affine": dense(dim, columns)},
                    resolution=r,
                    up=2 if name == "conv0" else 1,
                    use_noise=True,
                    activation="lrelu",
                    conv_clamp=256,
                    act_gain=np.float64(2**0.5),
                )
        parts["torgb"] = module(
            "ToRGBLayer",
            {"weight": normal(3, outputs, 1, 1), "bias": normal(3)},
            modules={"affine": dense(dim, outputs)},
            conv_clamp=256,
            weight_gain=outputs**-0.5,
        )
        constant = {} if inputs else {"const": normal(outputs, 4, 4)}
        blocks[f"b{r}"] = module(
            "SynthesisBlock",
            constant,
            {"resample_filter": kernel.clone()},
            parts,
            resolution=r,
            architecture="skip",
            is_last=r == resolution,
        )
        r *= 2
    layers = {f"fc{i}": dense(dim, dim, "lrelu") for i in range(depth)}
    return module(
        "Generator",
        modules={
            "synthesis": module("SynthesisNetwork", modules=blocks, img_resolution=resolution, w_dim=dim),
            "mapping": module(
                "MappingNetwork", {}, {"w_avg": normal(dim)}, layers, num_layers=depth, w_avg_beta=0.998
            ),
        },
        kwargs={
            "z_dim": dim,
            "img_resolution": resolution,
            "mapping_kwargs": New(EASY_DICT, {"num_layers": depth}),
        }
        | (kwargs or {}),
        img_resolution=resolution,
        z_dim=dim,
        num_ws=2 * (resolution.bit_length() - 1) - 2,
    )
