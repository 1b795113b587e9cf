"""FastGAN in the files of its official code."""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.fastgan.network import FastGAN
from sefa_widget.generators.formats import Converted, Format, keys, largest
from sefa_widget.generators.spectral import fold_stored


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a generator of the official FastGAN code (``init.init.0``, ``feat_8`` ..., ``to_big``)."""
    given = fold_stored(checkpoint.tensors, transposed=["init.init.0"])
    blocks = {key.split(".")[0] for key in given if key.startswith("feat_")}
    sizes = sorted(int(block.removeprefix("feat_")) for block in blocks)
    places = {
        "init.init.0": "projection",
        "init.init.1": "norm",
        "to_big": "to_image",
        "to_128": "to_small",
    }
    strengths: dict[str, Tensor] = {}
    for n, size in enumerate(sizes):
        noisy = f"feat_{size}.5.weight" in given
        for k, (convolution, norm) in enumerate([(1, 3), (5, 7)] if noisy else [(1, 2)]):
            places[f"feat_{size}.{convolution}"] = f"blocks.{n}.convolutions.{k}"
            places[f"feat_{size}.{norm}"] = f"blocks.{n}.norms.{k}"
        if noisy:
            pair = [given.pop(f"feat_{size}.{k}.weight").flatten() for k in (2, 6)]
            strengths[f"blocks.{n}.strengths"] = torch.cat(pair)
        places[f"se_{size}.main.1"] = f"excitations.{size}.squeeze"
        places[f"se_{size}.main.3"] = f"excitations.{size}.excite"
    tensors = strengths
    for key, tensor in given.items():
        name, _, leaf = key.rpartition(".")
        tensors[f"{places.get(name, name)}.{leaf}"] = tensor
    config = {
        "latent_dim": given["init.init.0.weight"].shape[0],
        "widths": [given["init.init.0.weight"].shape[1] // 2]
        + [given[f"feat_{size}.1.weight"].shape[0] // 2 for size in sizes],
        "channels": given["to_big.weight"].shape[0],
    }
    return FastGAN, config, tensors


FORMAT = Format(
    "fastgan",
    "FastGAN",
    "`N.pth` and `all_N.pth` at 256, 512 and 1024 px",
    signature=keys("init.init.0.weight_orig"),
    required=keys("init.init.0.weight_orig feat_8.1.weight_orig se_64.main.1.weight_orig to_big.weight_orig"),
    latent=r"init\.init\.0\.weight_orig",
    convert=convert,
    resolution=largest(r"feat_(\d{1,5})\."),
)
