"""BigGAN-deep in the files of Hugging Face's pytorch-pretrained-BigGAN.

Spectral norm is divided out.
"""

from __future__ import annotations

from typing import Any

from sefa_widget.checkpoint import Checkpoint, Contents
from sefa_widget.checkpoint.files import read_json_file
from sefa_widget.generators.biggan.network import BigGANDeep
from sefa_widget.generators.formats import Converted, Format, keys
from sefa_widget.generators.spectral import fold_stored


def convert(checkpoint: Checkpoint) -> Converted:
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


def settings_beside(contents: Contents) -> dict[str, Any]:
    """Read the settings in the same folder."""
    return read_json_file(contents.file.parent / "config.json")


FORMAT = Format(
    "huggingface_biggan_deep",
    "BigGAN-deep by Hugging Face",
    "the folder of pytorch-pretrained-BigGAN, or its `pytorch_model.bin`",
    signature=keys("generator.gen_z.weight_orig"),
    required=keys(
        "embeddings.weight generator.gen_z.weight_orig generator.layers.0.conv_0.weight_orig "
        "generator.bn.running_means generator.conv_to_rgb.weight_orig"
    ),
    latent=r"generator\.(gen_z|layers\.\d+\.bn_\d\.(scale|offset))\.weight_orig",
    convert=convert,
    settings=settings_beside,
)
