"""DCGAN in the files of pytorch_GAN_zoo."""

from __future__ import annotations

from collections.abc import Mapping

from sefa_widget.checkpoint import Checkpoint, Contents, Leaf
from sefa_widget.generators.dcgan.network import DCGAN
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.ganzoo import class_vector_size, ends_in_tanh


def convert(checkpoint: Checkpoint) -> Converted:
    """Take a DCGAN (``formatLayer``, ``main.batchNorm0``, ``main.convTranspose1``, ..., ``main.outlayer``).

    The zoo never leaves train mode, so its own pictures use the statistics of the batch; here it is the
    stored ones, as everywhere.
    """
    settings, given = checkpoint.config, checkpoint.tensors
    depth = sum(key.startswith("main.convTranspose") and key.endswith(".weight") for key in given)
    places = {"formatLayer": "convolutions.0", "main.outlayer": f"convolutions.{depth + 1}"}
    places |= {f"main.convTranspose{n}": f"convolutions.{n}" for n in range(1, depth + 1)}
    places |= {f"main.batchNorm{n}": f"norms.{n}" for n in range(depth + 1)}
    tensors = {}
    for key, tensor in given.items():
        name, _, leaf = key.rpartition(".")
        tensors[f"{places.get(name, name)}.{leaf}"] = tensor
    classes = class_vector_size(settings)
    config = {
        "latent_dim": given["formatLayer.weight"].shape[0] - classes,
        "widths": [given[f"main.batchNorm{n}.weight"].shape[0] for n in range(depth + 1)],
        "channels": given["main.outlayer.weight"].shape[1],
        "num_classes": classes,
        "output": "tanh" if ends_in_tanh(settings, "DCGAN") else "none",
    }
    return DCGAN, config, tensors


def newer_keys(contents: Contents) -> Mapping[str, Leaf]:
    """Bring the keys of older files of the GAN zoo to the layout of newer ones."""
    return {key.replace(".module.", "."): leaf for key, leaf in contents.tensors.items()}


FORMAT = Format(
    "ganzoo_dcgan",
    "DCGAN of the GAN zoo",
    "`.pt` of pytorch_GAN_zoo",
    signature=(r"formatLayer(\.module)?\.weight", r"main\.outlayer(\.module)?\.weight"),
    required=keys("formatLayer.weight main.batchNorm0.weight main.outlayer.weight"),
    latent=r"formatLayer\.weight",
    convert=convert,
    tensors=newer_keys,
    settings=lambda contents: contents.settings,
    resolution=doublings("main.batchNorm#.weight", smallest=8),
)
