"""The keys of a state dict in; out, whose layout it is and which keys of that layout it lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sefa_widget.checkpoint.base import OWN_FORMAT


@dataclass(frozen=True, slots=True)
class Format:
    """What tells a layout of tensors; all texts are regular expressions that match whole keys."""

    name: str
    """Name in `Checkpoint.format`."""
    title: str
    """Name for people."""
    files: str
    """The files that people have it in."""
    signature: tuple[str, ...]
    """Keys that tell the format, if all of them are there."""
    required: tuple[str, ...]
    """Keys without which the network cannot be complete."""
    latent: str
    """Weights that read the latent."""


def _keys(text: str) -> tuple[str, ...]:
    """Split and escape; ``#`` stands for a number."""
    return tuple(re.escape(key).replace(r"\#", r"\d+") for key in text.split())


_FORMATS = (
    Format(OWN_FORMAT, "sefa_widget", "what `save_generator` wrote (safetensors)", (), (), ""),
    Format(
        "genforce_stylegan2",
        "StyleGAN2 by genforce",
        "`.pth` of genforce/sefa and genforce/genforce: model zoo and training",
        _keys("synthesis.early_layer.const"),
        _keys(
            "mapping.dense0.weight truncation.w_avg synthesis.early_layer.const synthesis.layer0.weight "
            "synthesis.layer0.style.weight synthesis.output#.weight"
        ),
        r"synthesis\.(layer|output)\d+\.style\.weight",
    ),
    Format(
        "genforce_stylegan",
        "StyleGAN by genforce",
        "`.pth`, the same",
        _keys("synthesis.layer0.const"),
        _keys(
            "mapping.dense0.weight truncation.w_avg synthesis.layer0.const synthesis.layer0.style.weight "
            "synthesis.layer1.weight synthesis.output#.weight"
        ),
        r"synthesis\.layer\d+\.style\.weight",
    ),
    Format(
        "genforce_pggan",
        "PGGAN by genforce",
        "`.pth`, the same",
        _keys("layer0.weight output0.weight"),
        _keys("layer0.weight layer0.bias layer1.weight output0.weight output0.bias"),
        r"layer0\.weight",
    ),
    Format(
        "nvidia_stylegan3",
        "StyleGAN3 by NVIDIA",
        "`.pkl` of the stylegan3 repository, configurations t and r",
        _keys("synthesis.input.freqs"),
        _keys(
            "mapping.fc0.weight mapping.w_avg synthesis.input.weight synthesis.input.transform "
            "synthesis.input.freqs synthesis.input.phases synthesis.input.affine.weight "
            "synthesis.L0_#_#.weight synthesis.L0_#_#.affine.weight"
        ),
        r"synthesis\..+\.affine\.weight",
    ),
    Format(
        "nvidia_stylegan2",
        "StyleGAN2 by NVIDIA",
        "`.pkl` of stylegan2-ada-pytorch and stylegan3: skip, resnet and orig, with and without classes",
        _keys("synthesis.b4.const"),
        _keys(
            "mapping.fc0.weight mapping.w_avg synthesis.b4.const synthesis.b4.conv1.weight "
            "synthesis.b4.conv1.affine.weight synthesis.b#.torgb.weight"
        ),
        r"synthesis\..+\.affine\.weight",
    ),
    Format(
        "tf_stylegan2",
        "StyleGAN2 by NVIDIA, from TensorFlow",
        "`.pkl` of the TensorFlow repository, configurations E and F",
        _keys("synthesis/4x4/Const/const synthesis/4x4/Conv/mod_weight"),
        _keys(
            "dlatent_avg mapping/Dense0/weight synthesis/4x4/Const/const synthesis/4x4/Conv/weight "
            "synthesis/4x4/Conv/mod_weight"
        ),
        r"synthesis/.+/mod_weight",
    ),
    Format(
        "rosinality",
        "StyleGAN2 by rosinality",
        "`.pt`: converted and training",
        _keys("style.1.weight conv1.conv.modulation.weight"),
        _keys(
            "style.1.weight input.input conv1.conv.weight conv1.conv.modulation.weight to_rgb1.conv.weight "
            "convs.0.conv.weight to_rgbs.0.conv.weight"
        ),
        r".+\.modulation\.weight",
    ),
    Format(
        "huggingface_biggan_deep",
        "BigGAN-deep by Hugging Face",
        "the folder of pytorch-pretrained-BigGAN, or its `pytorch_model.bin`",
        _keys("generator.gen_z.weight_orig"),
        _keys(
            "embeddings.weight generator.gen_z.weight_orig generator.layers.0.conv_0.weight_orig "
            "generator.bn.running_means generator.conv_to_rgb.weight_orig"
        ),
        r"generator\.(gen_z|layers\.\d+\.bn_\d\.(scale|offset))\.weight_orig",
    ),
    Format(
        "ajbrock_biggan_deep",
        "BigGAN-deep by Andrew Brock",
        "`G_ema.pth` of BigGAN-PyTorch",
        _keys("linear.weight blocks.0.0.conv4.weight"),
        _keys("linear.weight blocks.0.0.conv4.weight blocks.0.0.bn1.gain.weight output_layer.2.weight"),
        r"linear\.weight|blocks\.\d+\.\d+\.bn\d\.(gain|bias)\.weight",
    ),
    Format(
        "ajbrock_biggan",
        "BigGAN by Andrew Brock",
        "`G_ema.pth` of BigGAN-PyTorch, with and without hierarchical z",
        _keys("linear.weight blocks.0.0.conv1.weight"),
        _keys("linear.weight blocks.0.0.conv1.weight blocks.0.0.bn1.gain.weight output_layer.2.weight"),
        r"linear\.weight|blocks\.\d+\.\d+\.bn\d\.(gain|bias)\.weight",
    ),
    Format(
        "fastgan",
        "FastGAN",
        "`N.pth` and `all_N.pth` at 256, 512 and 1024 px",
        _keys("init.init.0.weight_orig"),
        _keys("init.init.0.weight_orig feat_8.1.weight_orig se_64.main.1.weight_orig to_big.weight_orig"),
        r"init\.init\.0\.weight_orig",
    ),
    Format(
        "ganzoo_pgan",
        "PGAN of the GAN zoo",
        "`.pt` of pytorch_GAN_zoo, published and own training",
        (r"formatLayer(\.module)?\.weight", r"toRGBLayers\.0(\.module)?\.weight"),
        _keys("formatLayer.module.weight groupScale0.0.module.weight toRGBLayers.0.module.weight"),
        r"formatLayer\.module\.weight",
    ),
    Format(
        "ganzoo_dcgan",
        "DCGAN of the GAN zoo",
        "`.pt` of pytorch_GAN_zoo",
        (r"formatLayer(\.module)?\.weight", r"main\.outlayer(\.module)?\.weight"),
        _keys("formatLayer.weight main.batchNorm0.weight main.outlayer.weight"),
        r"formatLayer\.weight",
    ),
    Format(
        "dcgan",
        "DCGAN of the PyTorch examples",
        "`netG_epoch_N.pth`, bare or nested",
        _keys("main.0.weight main.1.running_mean main.3.weight"),
        _keys("main.0.weight main.1.weight main.1.running_mean main.3.weight"),
        r"main\.0\.weight",
    ),
)

FORMATS: dict[str, Format] = {known.name: known for known in _FORMATS}
"""The formats of files that `read_checkpoint` knows, by name."""


def recognise(keys: Iterable[str]) -> str | None:
    """Tell the format from a state dict's keys; None if it is none of those known here."""
    keys = list(keys)
    for known in _FORMATS:
        if known.signature and not _unmet(known.signature, keys):
            return known.name
    return None


def missing_keys(format: str, keys: Iterable[str]) -> list[str]:  # noqa: A002  # as in read_checkpoint
    """List the keys that the format needs but `keys` lack; ``#`` stands for any number."""
    unmet = _unmet(FORMATS[format].required, list(keys))
    return [re.sub(r"\\(.)", r"\1", pattern.replace(r"\d+", "#")) for pattern in unmet]


def latent_keys(format: str, keys: Iterable[str]) -> list[str]:  # noqa: A002  # as in read_checkpoint
    """List the weights that read the latent, in the order of `keys`."""
    pattern = re.compile(FORMATS[format].latent)
    return [key for key in keys if pattern.fullmatch(key)]


def resolution(keys: Iterable[str]) -> int | None:
    """Give the resolution that the keys of NVIDIA's networks tell; None for other keys."""
    blocks = [re.match(r"synthesis\.(?:b(\d{1,5})|L(\d{1,3})_(\d{1,5})_\d+)\.", key) for key in keys]
    sizes = [(int(block[1] or block[2]), int(block[1] or block[3])) for block in blocks if block]
    return max(sizes)[1] if sizes else None


def _unmet(patterns: tuple[str, ...], keys: list[str]) -> list[str]:
    return [pattern for pattern in patterns if not any(re.fullmatch(pattern, key) for key in keys)]
