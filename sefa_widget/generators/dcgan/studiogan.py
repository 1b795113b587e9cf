"""DCGAN in the files of PyTorch-StudioGAN (``deep_conv``): a linear layer, then transposed convolutions."""

from __future__ import annotations

from dataclasses import asdict

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator
from sefa_widget.generators.dcgan.geometry import FIRST, Convolution
from sefa_widget.generators.dcgan.network import DCGAN
from sefa_widget.generators.formats import Converted, Format, keys
from sefa_widget.generators.spectral import fold_stored

EPS = 1e-4
"""Of every batch norm."""


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a deep_conv generator, with or without classes.

    The bias of its linear layer is a picture of 4x4 that is added.
    """
    count = sum(key.endswith(".deconv0.bias") for key in checkpoint.tensors)
    places = [f"blocks.{n}.0" for n in range(count)]
    given = fold_stored(checkpoint.tensors, [f"{place}.deconv0" for place in places])
    widths = [given[f"{places[0]}.deconv0.weight"].shape[0]]
    gain = given.get(f"{places[0]}.bn0.gain.weight")
    classes = 0 if gain is None else gain.shape[1]
    columns = given["linear0.weight"].T
    tensors = {
        "convolutions.0.weight": columns.reshape(len(columns), widths[0], 4, 4),
        "start": given["linear0.bias"].view(widths[0], 4, 4),
    }
    for n, place in enumerate(places, start=1):
        widths.append(given[f"{place}.deconv0.weight"].shape[1])
        for leaf in ("weight", "bias"):
            tensors[f"convolutions.{n}.{leaf}"] = given[f"{place}.deconv0.{leaf}"]
        for key in [key for key in given if key.startswith(f"{place}.bn0.")]:
            name = key.removeprefix(f"{place}.bn0.")
            tensors[f"norms.{n}.{'offset.weight' if name == 'bias.weight' else name}"] = given[key]
    for leaf in ("weight", "bias"):
        tensors[f"convolutions.{count + 1}.{leaf}"] = given[f"conv4.{leaf}"]
    geometry = [
        Convolution(**{**asdict(FIRST), "norm": False, "activation": "none"}),
        *[Convolution(bias=True)] * count,
        Convolution(3, 1, 1, transposed=False, bias=True, norm=False, activation="none"),
    ]
    config = {
        "latent_dim": len(columns),
        "widths": widths,
        "channels": given["conv4.weight"].shape[0],
        "geometry": [asdict(entry) for entry in geometry],
        "activation": checkpoint.assume.get("activation", "relu"),
        "batch_norm_eps": EPS,
        "start": True,
        "num_classes": classes,
        "class_norms": classes > 0,
    }
    return DCGAN, config, tensors


def settled(generator: Generator, checkpoint: Checkpoint) -> tuple[str, ...]:
    """Say what no tensor tells."""
    return () if "activation" in checkpoint.assume else ("activation ReLU",)


FORMAT = Format(
    "studiogan_dcgan",
    "DCGAN of PyTorch-StudioGAN",
    "`model=G_ema-...-step=N.pth`",
    signature=(r"linear0\.weight(_orig)?", r"blocks\.0\.0\.deconv0\.weight(_orig)?"),
    required=(
        r"linear0\.weight(_orig)?",
        r"blocks\.0\.0\.deconv0\.weight(_orig)?",
        *keys("linear0.bias conv4.bias"),
    ),
    latent=r"linear0\.weight(_orig)?",
    convert=convert,
    assume=("activation",),
    settled=settled,
)
