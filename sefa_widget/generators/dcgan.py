"""DCGAN makes a picture of a latent vector with one transposed convolution per doubling of the size.

Source: Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional GANs"; the
layer sizes and key names are those of the PyTorch example.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from sefa_widget.checkpoint import Checkpoint, Contents, Leaf
from sefa_widget.generators.base import Generator, Layer
from sefa_widget.generators.formats import Converted, Format, doublings, keys
from sefa_widget.generators.ganzoo import class_vector_size, ends_in_tanh
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.precision import computing_in, to_full
from sefa_widget.generators.stages import Features, Stage


class DCGAN(Generator):
    """Transposed convolutions with batch norm and ReLU, tanh at the end; the latent enters once.

    Parameters
    ----------
    latent_dim
        Size of z.
    widths
        Channels after each transposed convolution but the last, from 4x4 upwards.
    channels
        Channels of the image.
    num_classes
        Size of the class vector that is put behind z.
    tanh
        Whether the image goes through tanh.
    """

    family: ClassVar[str] = "dcgan"

    def __init__(
        self,
        latent_dim: int,
        widths: Sequence[int],
        channels: int = 3,
        num_classes: int = 0,
        tanh: bool = True,
    ) -> None:
        super().__init__()
        self.z_dim = self.latent_dim = latent_dim
        self.widths, self.channels = list(widths), channels
        self.num_classes, self.tanh = num_classes, tanh
        outputs = [*widths, channels]
        inputs = [latent_dim + num_classes, *widths]
        convolutions = [
            nn.ConvTranspose2d(i, o, 4, stride=2 if n else 1, padding=1 if n else 0, bias=False)
            for n, (i, o) in enumerate(zip(inputs, outputs, strict=True))
        ]
        self.convolutions = nn.ModuleList(convolutions)
        self.norms = nn.ModuleList(nn.BatchNorm2d(width) for width in widths)
        self.resolution = 4 * 2 ** len(widths)
        names = ["latent projection"] + [f"{4 * 2**n}x{4 * 2**n} conv" for n in range(1, len(outputs))]
        self.layers = tuple(
            Layer(name, resolution=4 * 2**n, row=None if n else 0) for n, name in enumerate(names)
        )

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        names = "latent_dim widths channels num_classes tanh"
        return {name: getattr(self, name) for name in names.split()}

    def initialize(self, trained: Generator) -> None:
        """Draw weights as the PyTorch example does: normal, of standard deviation 0.02."""
        for module in self.modules():
            if isinstance(module, nn.ConvTranspose2d):
                nn.init.normal_(module.weight, 0.0, 0.02)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.weight, 1.0, 0.02)

    def stages(self) -> tuple[Stage, ...]:
        """Give one stage per layer: only the first reads the latent."""
        last = len(self.layers) - 1
        return tuple(
            Stage(
                layer.name,
                layer.resolution,
                rows=() if n else (0,),
                run=partial(self._convolve, n),
                picture=self._picture if n == last else None,
            )
            for n, layer in enumerate(self.layers)
        )

    def _convolve(self, n: int, features: Features, latent: Latent, _noise: Noise) -> Features:
        if not n:
            x = self.with_labels(latent.codes[:, 0], latent.labels)[:, :, None, None]
            return (self.convolutions[0](x),)
        dtype = self.dtype_at(self.layers[n].resolution)
        with computing_in(dtype, self.device):
            return (self.convolutions[n](torch.relu(self.norms[n - 1](features[0].to(dtype)))),)

    def _picture(self, features: Features) -> Tensor:
        image = to_full(features[0])
        return torch.tanh(image) if self.tanh else image

    def latent_weight(self, layer: int) -> Tensor:
        """Give the first convolution, applied to a 1x1 input, as a matrix ``[C * 4 * 4, d]``."""
        return self.latent_kernel(layer).permute(0, 2, 3, 1).flatten(0, 2)

    def latent_kernel(self, layer: int) -> Tensor:
        """Give the first convolution as a kernel ``[C, d, 4, 4]``."""
        if layer != 0:
            raise ValueError(f"Layer {layer} of {self.name!r} reads no latent; only layer 0 does.")
        weight: Tensor = self.convolutions[0].get_parameter("weight")
        return weight[: self.latent_dim].transpose(0, 1)

    def responses(self, latents: Tensor) -> Iterator[Tensor]:
        """Push latents through convolutions and batch-norm scales; see `Generator.responses`."""
        x = torch.einsum("nd,cdhw->nchw", latents, self.latent_kernel(0))
        yield x
        for norm, convolution in zip(self.norms, self.convolutions[1:], strict=True):
            assert isinstance(norm, nn.BatchNorm2d)  # for the type checker
            scale = norm.weight / torch.sqrt(norm.get_buffer("running_var") + norm.eps)
            x = convolution(x * scale[:, None, None])
            yield x


def convert_example(checkpoint: Checkpoint) -> Converted:
    """Take a state dict of the PyTorch DCGAN example (``main.0`` ... ``main.12``), any width and depth."""
    numbers = sorted({int(key.split(".")[1]) for key in checkpoint.tensors if key.startswith("main.")})
    convolutions = [n for n in numbers if checkpoint.tensors[f"main.{n}.weight"].ndim == 4]
    weights = [checkpoint.tensors[f"main.{n}.weight"] for n in convolutions]
    config = {
        "latent_dim": weights[0].shape[0],
        "widths": [weight.shape[1] for weight in weights[:-1]],
        "channels": weights[-1].shape[1],
    }
    tensors = {}
    for key, tensor in checkpoint.tensors.items():
        number, name = int(key.split(".")[1]), key.split(".")[2]
        if number in convolutions:
            tensors[f"convolutions.{convolutions.index(number)}.{name}"] = tensor
        else:
            tensors[f"norms.{convolutions.index(number - 1)}.{name}"] = tensor
    return DCGAN, config, tensors


def convert_ganzoo(checkpoint: Checkpoint) -> Converted:
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
        "tanh": ends_in_tanh(settings, "DCGAN"),
    }
    return DCGAN, config, tensors


def newer_keys(contents: Contents) -> Mapping[str, Leaf]:
    """Bring the keys of older files of the GAN zoo to the layout of newer ones."""
    return {key.replace(".module.", "."): leaf for key, leaf in contents.tensors.items()}


FORMATS = (
    Format(
        "ganzoo_dcgan",
        "DCGAN of the GAN zoo",
        "`.pt` of pytorch_GAN_zoo",
        signature=(r"formatLayer(\.module)?\.weight", r"main\.outlayer(\.module)?\.weight"),
        required=keys("formatLayer.weight main.batchNorm0.weight main.outlayer.weight"),
        latent=r"formatLayer\.weight",
        convert=convert_ganzoo,
        tensors=newer_keys,
        settings=lambda contents: contents.settings,
        resolution=doublings("main.batchNorm#.weight", smallest=8),
    ),
    Format(
        "dcgan",
        "DCGAN of the PyTorch examples",
        "`netG_epoch_N.pth`, bare or nested",
        signature=keys("main.0.weight main.1.running_mean main.3.weight"),
        required=keys("main.0.weight main.1.weight main.1.running_mean main.3.weight"),
        latent=r"main\.0\.weight",
        convert=convert_example,
        resolution=doublings("main.#.running_mean", smallest=8),
    ),
)
NETWORKS = (DCGAN,)
