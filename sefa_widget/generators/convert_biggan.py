"""A BigGAN file of Hugging Face or of ajbrock in, the `biggan` network with its tensors out.

Spectral norm is divided out, the latent's columns are put before those of the class embedding, and a chunk of
z becomes all of z with zero columns, so that one network serves all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.biggan import BigGAN, BigGANDeep
from sefa_widget.generators.spectral import fold_recomputed, fold_stored

Converted = tuple[type[Generator], dict[str, Any], dict[str, Tensor]]


def convert_huggingface(checkpoint: Checkpoint) -> Converted:
    """Take a BigGAN-deep of pytorch-pretrained-BigGAN (``embeddings``, ``generator.gen_z``, ...).

    The condition is z, then the class embedding; the projection puts out height, width, channels. Which
    blocks double the picture is only in config.json; without it every second does, as in all published
    files. Their own loader leaves the network in train mode, where each call makes a power iteration;
    here the stored vectors are used, as in eval mode.
    """
    settings = checkpoint.config
    given = {
        key.removeprefix("generator."): tensor for key, tensor in fold_stored(checkpoint.tensors).items()
    }
    count = 1 + max(int(key.split(".")[1]) for key in given if key.startswith("layers."))
    attention: list[int] = []
    shapes: list[tuple[int, int]] = []
    places = {
        "embeddings": "embedding",
        "gen_z": "projection",
        "bn": "output_norm",
        "conv_to_rgb": "to_image",
    }
    for n in range(count):
        here = f"layers.{n}"
        if f"{here}.gamma" in given:
            there = f"attentions.{len(shapes)}"
            attention.append(len(shapes))
            places[here] = there
            places |= {f"{here}.snconv1x1_{part}": f"{there}.{part}" for part in ("theta", "phi", "g")}
            places[f"{here}.snconv1x1_o_conv"] = f"{there}.o"
            continue
        there = f"blocks.{len(shapes)}"
        for k in range(4):
            places[f"{here}.conv_{k}"] = f"{there}.convolutions.{k}"
            places[f"{here}.bn_{k}"] = f"{there}.norms.{k}"
            places[f"{here}.bn_{k}.scale"] = f"{there}.norms.{k}.gain"
            places[f"{here}.bn_{k}.offset"] = f"{there}.norms.{k}.offset"
        shapes.append((given[f"{here}.conv_0.weight"].shape[1], given[f"{here}.conv_3.weight"].shape[0]))
    leaves = {"running_means": "means", "running_vars": "variances"}
    tensors = {}
    for key, tensor in given.items():
        name, _, leaf = key.rpartition(".")
        tensors[f"{places.get(name, name)}.{leaves.get(leaf, leaf)}"] = tensor
    for leaf in ("weight", "bias"):
        tensors[f"to_image.{leaf}"] = tensors[f"to_image.{leaf}"][:3]
        rows = tensors[f"projection.{leaf}"]
        tensors[f"projection.{leaf}"] = rows.view(16, -1, *rows.shape[1:]).transpose(0, 1).flatten(0, 1)
    for n in attention:
        tensors[f"attentions.{n}.gamma"] = tensors[f"attentions.{n}.gamma"].reshape(())
    ups = [bool(layer[0]) for layer in settings.get("layers", [])] or [n % 2 == 1 for n in range(len(shapes))]
    embedding = tensors["embedding.weight"]
    eps = float(settings.get("eps", 1e-4))
    config = {
        "latent_dim": tensors["projection.weight"].shape[1] - embedding.shape[0],
        "num_classes": embedding.shape[1],
        "embedding_dim": embedding.shape[0],
        "blocks": [[up, *shape] for up, shape in zip(ups, shapes, strict=True)],
        "attention": attention,
        "num_stats": len(tensors["output_norm.means"]),
        "eps": eps,
        "output_eps": eps,
    }
    return BigGANDeep, config, tensors


def convert_ajbrock(checkpoint: Checkpoint) -> Converted:
    """Take a BigGAN or BigGAN-deep of ajbrock/BigGAN-PyTorch (``linear``, ``blocks.0.0.bn1``, ...).

    The condition is the class embedding, then z or this block's chunk of z. Without hierarchical z only
    the projection reads z; without a shared embedding each norm has a table, which is a linear
    map of the class vector. ``BN_eps`` and ``G_depth`` (BigGAN-deep, blocks per resolution) are read from the
    configuration, else they are the defaults 1e-5 and 2; the norm before the image always has 1e-5. Standing
    statistics (``accumulation_counter``) are used undivided, as the official code does after loading.
    """
    settings, given = checkpoint.config, fold_recomputed(checkpoint.tensors)
    deep = "blocks.0.0.conv4.weight" in given
    count = 1 + max(int(key.split(".")[1]) for key in given if key.startswith("blocks."))
    table = given["blocks.0.0.bn1.gain.weight"]
    shared = given.get("shared.weight", torch.eye(table.shape[0]))
    embedding_dim = shared.shape[1]
    linear = given["linear.weight"]
    hierarchical = "shared.weight" in given and table.shape[1] > embedding_dim
    chunk = linear.shape[1]
    latent_dim = chunk - embedding_dim if deep else chunk
    if hierarchical and not deep:
        latent_dim = chunk * (count + 1)

    def condition(weight: Tensor, layer: int) -> Tensor:
        """Spread the columns ``[class, chunk]`` over ``[latent, class]``."""
        if "shared.weight" not in given:
            return weight.T
        if deep:
            return torch.cat([weight[:, embedding_dim:], weight[:, :embedding_dim]], dim=1)
        if not hierarchical:
            return weight
        spread = weight.new_zeros(len(weight), latent_dim)
        spread[:, layer * chunk : (layer + 1) * chunk] = weight[:, embedding_dim:]
        return torch.cat([spread, weight[:, :embedding_dim]], dim=1)

    if deep:
        projection = condition(linear, 0)
    else:
        projection = torch.cat(
            [linear, linear.new_zeros(len(linear), latent_dim - chunk + embedding_dim)], dim=1
        )
    tensors = {
        "embedding.weight": shared.T,
        "projection.weight": projection,
        "projection.bias": given["linear.bias"],
        "output_norm.weight": given["output_layer.0.gain"],
        "output_norm.bias": given["output_layer.0.bias"],
        "to_image.weight": given["output_layer.2.weight"],
        "to_image.bias": given["output_layer.2.bias"],
        **_statistics(given, "output_layer.0", "output_norm"),
    }
    for key, tensor in given.items():
        if match := re.fullmatch(r"blocks\.(\d+)\.0\.conv(\d|_sc)\.(weight|bias)", key):
            part = "shortcut" if match[2] == "_sc" else f"convolutions.{int(match[2]) - 1}"
            tensors[f"blocks.{match[1]}.{part}.{match[3]}"] = tensor
        elif match := re.fullmatch(r"blocks\.(\d+)\.0\.bn(\d)\.(gain|bias)\.weight", key):
            norm = f"blocks.{match[1]}.norms.{int(match[2]) - 1}"
            part = "offset" if match[3] == "bias" else "gain"
            tensors[f"{norm}.{part}.weight"] = condition(tensor, int(match[1]) + 1)
            tensors |= _statistics(given, f"blocks.{match[1]}.0.bn{match[2]}", norm)
        elif match := re.fullmatch(r"blocks\.(\d+)\.1\.(.+)", key):
            tensors[f"attentions.{int(match[1]) + 1}.{match[2]}"] = tensor
    depth = int(settings.get("G_depth", 2)) if deep else 1
    last = "conv4" if deep else "conv2"
    config = {
        "latent_dim": latent_dim,
        "num_classes": len(shared),
        "embedding_dim": embedding_dim,
        "blocks": [
            [
                n % depth == depth - 1,
                given[f"blocks.{n}.0.conv1.weight"].shape[1],
                given[f"blocks.{n}.0.{last}.weight"].shape[0],
            ]
            for n in range(count)
        ],
        "attention": [n + 1 for n in range(count) if f"blocks.{n}.1.gamma" in given],
        "flat": not deep and not hierarchical,
        "eps": float(settings.get("BN_eps", 1e-5)),
        "channels": given["output_layer.2.weight"].shape[0],
    }
    return BigGANDeep if deep else BigGAN, config, tensors


def _statistics(given: Mapping[str, Tensor], norm: str, place: str) -> dict[str, Tensor]:
    """Find the mean and variance of a norm, whichever of the three kinds it is."""
    found = {}
    for key, tensor in given.items():
        if re.fullmatch(rf"{re.escape(norm)}\.(bn\.)?(stored|running)_(mean|var)", key):
            found[f"{place}.{'means' if key.endswith('mean') else 'variances'}"] = tensor[None]
    return found
