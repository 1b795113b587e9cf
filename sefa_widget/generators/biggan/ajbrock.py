"""BigGAN and BigGAN-deep in the files of Andrew Brock's BigGAN-PyTorch.

Spectral norm is divided out, the latent's columns are put before those of the class embedding, and a chunk of
z becomes all of z with zero columns, so that one network serves all of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.biggan.network import BigGAN, BigGANDeep
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.spectral import fold_recomputed

LATENT = r"linear\.weight|blocks\.\d+\.\d+\.bn\d\.(gain|bias)\.weight"


def convert(checkpoint: Checkpoint) -> Converted:
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


NORMS = "blocks.0.0.bn1.gain.weight output_layer.2.weight"
UNSHARED = dict.fromkeys(keys("shared.weight"), "each norm has a table of classes")
FORMATS = (
    Format(
        "ajbrock_biggan_deep",
        "BigGAN-deep by Andrew Brock",
        "`G_ema.pth` of BigGAN-PyTorch",
        signature=keys("linear.weight blocks.0.0.conv4.weight"),
        required=keys(
            "linear.weight blocks.0.0.conv4.weight blocks.0.0.bn1.gain.weight output_layer.2.weight"
        ),
        latent=LATENT,
        convert=convert,
        optional=UNSHARED,
    ),
    Format(
        "ajbrock_biggan",
        "BigGAN by Andrew Brock",
        "`G_ema.pth` of BigGAN-PyTorch, with and without hierarchical z",
        signature=keys("linear.weight blocks.0.0.conv1.weight"),
        required=keys(
            "linear.weight blocks.0.0.conv1.weight blocks.0.0.bn1.gain.weight output_layer.2.weight"
        ),
        latent=LATENT,
        convert=convert,
        optional=UNSHARED,
        resolution=doublings("blocks.#.0.conv1.weight", smallest=8),
    ),
)
