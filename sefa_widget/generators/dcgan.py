"""DCGAN makes a picture of a latent vector with one transposed convolution per doubling of the size.

Source: Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional GANs"; the
layer sizes and key names are those of the PyTorch example.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators.base import Generator, Layer
from sefa_widget.generators.latent import Latent, Noise
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
        if n:
            x = torch.relu(self.norms[n - 1](features[0]))
        else:
            x = self.with_labels(latent.codes[:, 0], latent.labels)[:, :, None, None]
        return (self.convolutions[n](x),)

    def _picture(self, features: Features) -> Tensor:
        return torch.tanh(features[0]) if self.tanh else features[0]

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


def convert(checkpoint: Checkpoint) -> tuple[type[Generator], dict[str, Any], dict[str, Tensor]]:
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
