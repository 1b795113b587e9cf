"""Makes tiny files of every container, for tests that damage them or only need their structure."""

from __future__ import annotations

import argparse
import io
import re
import sys
import types
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from safetensors.torch import save
from torch import Tensor

from sefa_widget.checkpoint import OWN_FORMAT
from sefa_widget.generators import FORMATS
from tests.checkpoint.network_pickles import Name, New, Writer, stylegan2

STATE_DICTS = tuple(name for name in FORMATS if name not in (OWN_FORMAT, "tf_stylegan2"))
"""Formats that come as a state dict."""

NETWORK = Name("dnnlib.tflib.network", "Network")


def keys_of(name: str) -> list[str]:
    """Give the keys that a format cannot do without, and those that tell it."""
    known = FORMATS[name]
    if name == "dcgan":  # told by shapes, or by these keys
        return ["main.0.weight", "main.1.weight", "main.1.running_mean", "main.3.weight"]
    required = [re.sub(r"\([^)]*\)\?", "", key) for key in known.required]
    return [re.sub(r"\\(.)", r"\1", key.replace(r"\d+", "0")) for key in required]


def state_dict(name: str) -> dict[str, Tensor]:
    random = torch.Generator().manual_seed(0)
    return OrderedDict((key, torch.randn(2, 3, generator=random)) for key in keys_of(name))


def tensorflow_network() -> tuple[New, New, New]:
    def part(*names: str) -> New:
        variables = [(name, np.full((2, 1), 0.5, np.float32)) for name in names]
        return New(
            NETWORK, state={"version": 4, "variables": variables, "build_module_src": "raise SystemExit"}
        )

    whole = part("dlatent_avg")
    whole.state["static_kwargs"] = {"resolution": np.int64(4), "latent_size": 2}
    whole.state["components"] = {
        "mapping": part("Dense0/weight"),
        "synthesis": part("4x4/Const/const", "4x4/Conv/weight", "4x4/Conv/mod_weight"),
    }
    return whole, whole, whole


def pickled(value: object, protocol: int = 4, numpy_major: int = 2) -> bytes:
    buffer = io.BytesIO()
    Writer(buffer, protocol, numpy_major).dump(value)
    return buffer.getvalue()


def torch_saved(value: object, *, zipped: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(value, buffer, _use_new_zipfile_serialization=zipped)
    return buffer.getvalue()


@contextmanager
def zoo_settings(**attributes: Any) -> Iterator[object]:
    """Give an object of a class that exists only as long as the file is written."""
    kind = type("BaseConfig", (), {"__module__": "models.utils.config"})
    names = ("models", "models.utils", "models.utils.config")
    sys.modules.update({name: types.ModuleType(name) for name in names})
    sys.modules["models.utils.config"].BaseConfig = kind
    settings = kind()
    vars(settings).update(attributes)
    try:
        yield settings
    finally:
        for name in names:
            del sys.modules[name]


def small_files() -> dict[str, bytes]:
    """Make one tiny file of each kind."""
    generator = stylegan2(8, 32, 2, dim=2, depth=1)
    files = {
        f"nvidia.protocol{protocol}.numpy{major}.pkl": pickled({"G_ema": generator}, protocol, major)
        for protocol, major in ((2, 1), (3, 1), (4, 1), (4, 2), (5, 2))
    }
    files["tf.pkl"] = pickled(tensorflow_network(), 4)
    genforce = {"generator_smooth": state_dict("genforce_stylegan2"), "generator": {}}
    training = {"g_ema": state_dict("rosinality"), "args": argparse.Namespace(size=8, path="x")}
    with zoo_settings(depth=2, scales=[4, 2]) as settings:
        zoo = {"config": settings, "avgG": state_dict("ganzoo_pgan")}
        for container, zipped in (("zip", True), ("legacy", False)):
            files[f"genforce.{container}.pth"] = torch_saved({"models": genforce}, zipped=zipped)
            files[f"rosinality.{container}.pt"] = torch_saved(training, zipped=zipped)
            files[f"zoo.{container}.pth"] = torch_saved(zoo, zipped=zipped)
    own = {OWN_FORMAT: '{"family": "dcgan", "config": {}}'}
    files["own.safetensors"] = save(state_dict("dcgan"), own)
    files["plain.safetensors"] = save(state_dict("fastgan"))
    return files
