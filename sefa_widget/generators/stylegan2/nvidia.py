"""StyleGAN2 in the pickles of NVIDIA's PyTorch programs."""

from __future__ import annotations

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.formats import Converted, Format, keys
from sefa_widget.generators.nvidia import LATENT, contradiction, network_settings, nvidia_mapping, resolution
from sefa_widget.generators.style_conversion import StateDict
from sefa_widget.generators.stylegan2.conversion import synthesis_network
from sefa_widget.generators.stylegan2.network import StyleGAN2


def convert(checkpoint: Checkpoint) -> Converted:
    """Take StyleGAN2(-ADA) of stylegan2-ada-pytorch or stylegan3, with or without stored settings.

    A bare state dict lacks conv_clamp: then it is the 256 of official training. Pictures are always
    computed in single precision.
    """
    state = StateDict(checkpoint)
    kwargs = checkpoint.config.get("init_kwargs", {})
    conv = "synthesis.b4.conv1"
    passed = kwargs.get("synthesis_kwargs", kwargs)
    default = passed.get("conv_clamp", None if passed is not kwargs else 256)
    clamp = state.attribute(conv, "conv_clamp", default=default)
    mapping = nvidia_mapping(state)
    config, tensors = synthesis_network(state, mapping)
    config["conv_clamp"] = None if clamp is None else state.number("conv_clamp", clamp)
    places = ("synthesis_kwargs.activation", "activation")
    config["activation"] = state.activation(state.attribute(conv, "activation", *places, default="lrelu"))
    count = len(config["widths"])
    found = {
        "img_resolution": 2 ** (count + 1),
        "img_channels": config["image_channels"],
        "num_ws": 2 * count,
    }
    for name, value in found.items():
        state.agree(name, value, state.attribute("", name), kwargs.get(name))
    if count > 1:
        places = ("synthesis_kwargs.architecture", "architecture")
        stated = state.attribute("synthesis.b4", "architecture", *places)
        state.agree("architecture", config["architecture"], stated)
    return StyleGAN2, config, tensors


FORMAT = Format(
    "nvidia_stylegan2",
    "StyleGAN2 by NVIDIA",
    "`.pkl` of stylegan2-ada-pytorch and stylegan3: skip, resnet and orig, with and without classes",
    signature=keys("synthesis.b4.const"),
    required=keys(
        "mapping.fc0.weight mapping.w_avg synthesis.b4.const synthesis.b4.conv1.weight "
        "synthesis.b4.conv1.affine.weight synthesis.b#.torgb.weight"
    ),
    latent=LATENT,
    convert=convert,
    partly=lambda contents: contents.container == "nvidia" and contents.class_name in ("", "Generator"),
    settings=network_settings,
    resolution=resolution,
    contradiction=contradiction,
)
