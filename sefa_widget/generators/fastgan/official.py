"""FastGAN in the files of its official code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint, Contents
from sefa_widget.generators.fastgan.network import FastGAN
from sefa_widget.generators.formats import Converted, Format, keys, largest
from sefa_widget.generators.spectral import fold_stored


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a generator of the official FastGAN code or of projected_gan, plain, lite or with classes.

    Networks of projected_gan have blocks to 256 px at least, used or not.
    """
    given = fold_stored(checkpoint.tensors, transposed=["init.init.0"])
    projected, classes = "to_big.bias" in given, "embed.weight" in given
    blocks = {key.split(".")[0] for key in given if key.startswith("feat_")}
    sizes = sorted(int(block.removeprefix("feat_")) for block in blocks)
    if projected:
        sizes = [size for size in sizes if size <= _side(checkpoint, given, sizes)]
        given = {key: tensor for key, tensor in given.items() if _size(key) <= sizes[-1]}
    places = {
        "init.init.0": "projection",
        "init.init.1": "norm",
        "to_big": "to_image",
        "to_128": "to_small",
    }
    strengths: dict[str, Tensor] = {}
    noisy: list[bool] = []
    for n, size in enumerate(sizes):
        feat, noise = f"feat_{size}", [f"feat_{size}.{k}.weight" for k in (2, 6)]
        layers = [("1", "3"), ("5", "7")] if f"{feat}.5.weight" in given else [("1", "2")]
        if classes:
            twice = f"{feat}.conv2.weight" in given
            layers = [("conv1", "bn1"), ("conv2", "bn2")] if twice else [("conv", "bn")]
            noise = [f"{feat}.noise.weight"] * 2
        for k, (convolution, norm) in enumerate(layers):
            places[f"{feat}.{convolution}"] = f"blocks.{n}.convolutions.{k}"
            places[f"{feat}.{norm}"] = f"blocks.{n}.norms.{k}"
            places[f"{feat}.{norm}.gain"] = f"blocks.{n}.norms.{k}.gain"
            places[f"{feat}.{norm}.bias"] = f"blocks.{n}.norms.{k}.offset"
        noisy.append(len(layers) == 2)
        if noisy[-1]:
            strengths[f"blocks.{n}.strengths"] = torch.cat([given[key].flatten() for key in noise])
            given = {key: tensor for key, tensor in given.items() if key not in noise}
        places[f"se_{size}.main.1"] = f"excitations.{size}.squeeze"
        places[f"se_{size}.main.3"] = f"excitations.{size}.excite"
    tensors = strengths
    for key, tensor in given.items():
        name, _, leaf = key.rpartition(".")
        stored = {"stored_mean": "bn.running_mean", "stored_var": "bn.running_var"}
        tensors[f"{places.get(name, name)}.{stored.get(leaf, leaf)}"] = tensor
    config = {
        "latent_dim": given["init.init.0.weight"].shape[0],
        "widths": [given["init.init.0.weight"].shape[1] // 2]
        + [tensors[f"blocks.{n}.convolutions.0.weight"].shape[0] // 2 for n in range(len(sizes))],
        "channels": given["to_big.weight"].shape[0],
        "twice": noisy,
        "projected": projected,
    }
    if classes:
        tensors["embedding.weight"] = tensors.pop("embed.weight").T
        config["embedding_dim"], config["num_classes"] = tensors["embedding.weight"].shape
        for n, twice in enumerate(noisy):
            for k in range(1 + twice):
                tensors[f"blocks.{n}.norms.{k}.bn.num_batches_tracked"] = torch.tensor(0)
    return FastGAN, config, tensors


def _size(key: str) -> int:
    """Give the size of the block that a key belongs to; 0 of other keys."""
    match = re.match(r"(?:feat|se)_(\d{1,5})\.", key)
    return int(match[1]) if match else 0


def _side(checkpoint: Checkpoint, given: Mapping[str, Tensor], sizes: list[int]) -> int:
    """Tell the size of pictures: the network says it, or the channels that the image is made of."""
    stated = checkpoint.config.get("img_resolution")
    if isinstance(stated, int):
        return stated
    width = given["to_big.weight"].shape[1]
    fitting = [
        size
        for size in sizes
        if size >= 128
        and any(
            given[key].shape[0] == 2 * width
            for key in given
            if re.fullmatch(rf"feat_{size}\.(1|5|conv\d?)\.weight", key)
        )
    ]
    return max(fitting, default=sizes[-1])


def settings(contents: Contents) -> dict[str, Any]:
    """Choose the size that a pickled network says."""
    about = contents.network.get("attributes", {}).get("", {})
    return {"img_resolution": about["img_resolution"]} if "img_resolution" in about else {}


FORMAT = Format(
    "fastgan",
    "FastGAN",
    "`N.pth` and `all_N.pth` at 256, 512 and 1024 px; `.pkl` of projected_gan, with and without classes",
    signature=keys("init.init.0.weight_orig"),
    required=keys("init.init.0.weight_orig se_64.main.1.weight_orig to_big.weight_orig"),
    latent=r"init\.init\.0\.weight_orig",
    convert=convert,
    settings=settings,
    resolution=largest(r"feat_(\d{1,5})\."),
)
