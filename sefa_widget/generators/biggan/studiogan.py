"""The residual generators of PyTorch-StudioGAN: resnet (SNGAN, SAGAN), big_resnet (BigGAN) and the deep ones.

Their classes stand before z in what the norms read; here they stand behind it. Spectral norm is folded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.biggan.network import BigGAN, BigGANDeep
from sefa_widget.generators.formats import Converted, Format, keys
from sefa_widget.generators.spectral import fold_stored

EPS = 1e-4
"""Of every batch norm."""
_ATTENTION = {"conv1x1_theta": "theta", "conv1x1_phi": "phi", "conv1x1_g": "g", "conv1x1_attn": "o"}


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a residual generator of StudioGAN; which one it is, its keys tell."""
    given = fold_stored(checkpoint.tensors)
    if any("info_" in key for key in given):
        raise ValueError("it has the layers of an InfoGAN, which are not known here.")
    blocks, attention = _blocks(given)
    first = given["linear0.weight"]
    deep = f"blocks.{blocks[0]}.0.conv2d4.weight" in given
    reader = _Reader(given, blocks, deep)
    tensors: dict[str, Tensor] = {
        "projection.weight": reader.columns(first, -1),
        "projection.bias": given["linear0.bias"],
    }
    if reader.classes:
        tensors["embedding.weight"] = reader.embedding
    shapes: list[tuple[bool, int, int]] = []
    depth = len(blocks) // max(1, _doublings(given, blocks, deep))
    for n, place in enumerate(blocks):
        prefix, count = f"blocks.{place}.0.", 4 if deep else 2
        for k in range(count):
            ours = f"blocks.{n}.norms.{k}."
            tensors |= reader.norm(f"{prefix}bn{k + 1}", ours, n)
            for leaf in ("weight", "bias"):
                tensors[f"blocks.{n}.convolutions.{k}.{leaf}"] = given[f"{prefix}conv2d{k + 1}.{leaf}"]
        if f"{prefix}conv2d0.weight" in given:
            for leaf in ("weight", "bias"):
                tensors[f"blocks.{n}.shortcut.{leaf}"] = given[f"{prefix}conv2d0.{leaf}"]
        inputs = given[f"{prefix}conv2d1.weight"].shape[1]
        outputs = given[f"{prefix}conv2d{count}.weight"].shape[0]
        shapes.append((not deep or n % depth == depth - 1, inputs, outputs))
    for place, before in attention.items():
        for theirs, name in _ATTENTION.items():
            tensors[f"attentions.{before}.{name}.weight"] = given[f"blocks.{place}.0.{theirs}.weight"]
        tensors[f"attentions.{before}.gamma"] = given[f"blocks.{place}.0.sigma"].squeeze()
    tensors |= reader.norm("bn4", "output_norm.", -1)
    tensors["to_image.weight"], tensors["to_image.bias"] = given["conv2d5.weight"], given["conv2d5.bias"]
    config: dict[str, Any] = {
        "latent_dim": reader.z_dim,
        "num_classes": reader.classes,
        "embedding_dim": reader.width,
        "blocks": shapes,
        "attention": sorted(attention.values()),
        "flat": reader.flat,
        "eps": EPS,
        "output_eps": EPS,
        "channels": given["conv2d5.weight"].shape[0],
    }
    if deep:
        config["mixes_skip"] = f"blocks.{blocks[0]}.0.conv2d0.weight" in given
    return BigGANDeep if deep else BigGAN, config, tensors


def _blocks(given: Mapping[str, Tensor]) -> tuple[list[int], dict[int, int]]:
    """List the places of residual blocks, and those of attention with the blocks before them."""
    places = sorted({int(found[1]) for key in given if (found := re.match(r"blocks\.(\d{1,3})\.0\.", key))})
    blocks: list[int] = []
    attention: dict[int, int] = {}
    for place in places:
        if f"blocks.{place}.0.sigma" in given:
            attention[place] = len(blocks)
        else:
            blocks.append(place)
    return blocks, attention


def _doublings(given: Mapping[str, Tensor], blocks: list[int], deep: bool) -> int:
    """Tell how often a deep generator doubles: the last block of each stage changes the channels.

    Where a stage keeps them, shapes do not tell; stages have 2 blocks then.
    """
    if not deep:
        return len(blocks)
    changes = [
        n + 1
        for n, place in enumerate(blocks)
        if given[f"blocks.{place}.0.conv2d1.weight"].shape[1]
        != given[f"blocks.{place}.0.conv2d4.weight"].shape[0]
    ]
    depth = min(changes, default=2)
    while depth > 1 and (len(blocks) % depth or any(change % depth for change in changes)):
        depth -= 1
    return len(blocks) // depth


class _Reader:
    """How z and the class are read: sizes, and weights with z before the class.

    Parameters
    ----------
    given
        Tensors with the spectral norm folded.
    blocks
        Places of the blocks.
    deep
        Whether every layer reads the whole z.
    """

    def __init__(self, given: Mapping[str, Tensor], blocks: list[int], deep: bool) -> None:
        self.given, self.deep = given, deep
        inputs = given["linear0.weight"].shape[1]
        gain = given.get(f"blocks.{blocks[0]}.0.bn1.gain.weight")
        reads = 0 if gain is None else gain.shape[1]
        self.chunk, self.flat = inputs, False
        if deep:
            self.embedding = given["shared.weight"].T
            self.classes, self.width = self.embedding.shape[1], self.embedding.shape[0]
            self.z_dim = reads - self.width
        elif "shared.weight" in given:
            self.embedding = given["shared.weight"].T
            self.classes, self.width = self.embedding.shape[1], self.embedding.shape[0]
            self.z_dim = inputs * (len(blocks) + 1)
        elif reads == inputs:  # an unconditional BigGAN, whose norms read chunks of z
            self.embedding, self.classes, self.width = torch.zeros(0, 0), 0, 0
            self.z_dim = inputs * (len(blocks) + 1)
        else:
            self.embedding, self.classes, self.width = torch.eye(reads), reads, reads
            self.z_dim, self.flat = inputs, True

    def columns(self, weight: Tensor, block: int) -> Tensor:
        """Give a weight its columns for the whole z and then for the class."""
        whole = weight.new_zeros(len(weight), self.z_dim + self.width)
        if self.deep:
            whole[:, self.z_dim :] = weight[:, : self.width]
            whole[:, : self.z_dim] = weight[:, self.width :]
        elif self.flat:
            whole[:, : self.z_dim] = weight
        else:
            start = (block + 1) * self.chunk
            if block >= 0:
                whole[:, self.z_dim :] = weight[:, : self.width]
            whole[:, start : start + self.chunk] = weight[:, -self.chunk :]
        return whole

    def norm(self, theirs: str, ours: str, block: int) -> dict[str, Tensor]:
        """Take one batch norm, with the condition it reads."""
        given = self.given
        inner = f"{theirs}.bn" if f"{theirs}.bn.running_mean" in given else theirs
        found = {
            f"{ours}means": given[f"{inner}.running_mean"][None],
            f"{ours}variances": given[f"{inner}.running_var"][None],
        }
        if inner == theirs:
            found[f"{ours}weight"], found[f"{ours}bias"] = given[f"{theirs}.weight"], given[f"{theirs}.bias"]
        else:
            for leaf, name in (("gain", "gain"), ("bias", "offset")):
                weight = given[f"{theirs}.{leaf}.weight"]
                found[f"{ours}{name}.weight"] = weight if self.flat else self.columns(weight, block)
        return found


def settled(generator: Generator, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Say what no tensor tells."""
    return ("activation ReLU (of another one, pass the module itself)",)


FORMAT = Format(
    "studiogan",
    "ResNet, BigGAN and BigGAN-deep of PyTorch-StudioGAN",
    "`model=G_ema-...-step=N.pth`",
    signature=(r"linear0\.weight(_orig)?", r"blocks\.0\.0\.conv2d1\.weight(_orig)?"),
    required=(
        r"linear0\.weight(_orig)?",
        r"blocks\.0\.0\.conv2d1\.weight(_orig)?",
        *keys("linear0.bias bn4.running_mean conv2d5.bias"),
    ),
    latent=r"linear0\.weight(_orig)?|blocks\.\d+\.0\.bn\d\.(gain|bias)\.weight(_orig)?",
    convert=convert,
    settled=settled,
)
