"""DCGAN makes a picture of a latent vector with convolutions that enlarge it step by step.

Source: Radford et al. 2015, "Unsupervised Representation Learning with Deep Convolutional GANs"; the
layer sizes are those of the PyTorch example where nothing else is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.base import Generator, Layer
from sefa_widget.generators.dcgan.geometry import FIRST, LAST, Convolution, sizes
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.precision import computing_in, to_full
from sefa_widget.generators.stages import Features, Stage

Output = Literal["tanh", "sigmoid", "none"]

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": torch.relu,
    "leaky_relu": lambda x: functional.leaky_relu(x, 0.2),
    "leaky_relu_0.01": lambda x: functional.leaky_relu(x, 0.01),
    "elu": functional.elu,
    "selu": functional.selu,
    "gelu": functional.gelu,
    "silu": functional.silu,
    "tanh": torch.tanh,
    "none": lambda x: x,
}
"""Activations by name; ``"leaky_relu"`` has slope 0.2, as in the papers on GANs."""


class ClassNorm(nn.Module):
    """Batch norm whose scale and offset are functions of the class."""

    def __init__(self, width: int, classes: int, eps: float) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(width, eps, affine=False)
        self.gain, self.offset = (nn.Linear(classes, width, bias=False) for _ in range(2))

    def forward(self, x: Tensor, labels: Tensor) -> Tensor:
        """Normalise, scale and shift ``[N, C, H, W]`` for class vectors ``[N, classes]``."""
        scaled: Tensor = self.bn(x) * (1 + self.gain(labels))[:, :, None, None]
        moved: Tensor = scaled + self.offset(labels)[:, :, None, None]
        return moved


class DCGAN(Generator):
    """Convolutions with batch norm and an activation between them; the latent enters once.

    Parameters
    ----------
    latent_dim
        Size of z.
    widths
        Channels after each convolution but the last.
    channels
        Channels of the image.
    num_classes
        Size of the class vector that is put behind z.
    geometry
        Of each convolution, the fields of `Convolution`; None is the PyTorch example: kernels of 4 that
        make 4x4 pixels and then double them.
    activation
        A name in `ACTIVATIONS`.
    output
        What the picture goes through: tanh, sigmoid (whose 0..1 becomes -1..1) or nothing.
    batch_norm_eps
        The eps of the batch norms.
    start
        Whether a learned picture is added to what the first convolution makes.
    class_norms
        Whether the batch norms read the class, instead of the first convolution.
    """

    family: ClassVar[str] = "dcgan"
    parts: ClassVar[Mapping[str, Any]] = {"geometry": Convolution}

    def __init__(
        self,
        latent_dim: int,
        widths: Sequence[int],
        channels: int = 3,
        num_classes: int = 0,
        geometry: Sequence[Mapping[str, Any]] | None = None,
        activation: str = "relu",
        output: Output = "tanh",
        batch_norm_eps: float = 1e-5,
        start: bool = False,
        class_norms: bool = False,
    ) -> None:
        super().__init__()
        self.z_dim = self.latent_dim = latent_dim
        self.widths, self.channels = list(widths), channels
        self.num_classes, self.activation, self.output = num_classes, activation, output
        self.batch_norm_eps = batch_norm_eps
        if geometry is None:
            self._shape = [FIRST, *[Convolution()] * (len(widths) - 1), LAST][: len(widths) + 1]
            self._shape[-1] = replace(self._shape[-1], norm=False, activation="none")
        else:
            self._shape = [Convolution(**entry) for entry in geometry]
        if activation not in ACTIVATIONS:
            raise ValueError(f"activation is {activation!r}; it must be one of {', '.join(ACTIVATIONS)}.")
        outputs = [*widths, channels]
        self.class_norms = class_norms
        inputs = [latent_dim + (0 if class_norms else num_classes), *widths]
        self.convolutions = nn.ModuleList(map(_module, self._shape, inputs, outputs))
        self.norms = nn.ModuleList(
            self._norm(width) if entry.norm else nn.Identity()
            for entry, width in zip(self._shape, outputs, strict=True)
        )
        self.slopes = nn.ModuleList(
            nn.PReLU(width) if entry.activation == "prelu" else nn.Identity()
            for entry, width in zip(self._shape, outputs, strict=True)
        )
        pixels = sizes(self._shape)
        self.start = nn.Parameter(torch.zeros(outputs[0], pixels[0], pixels[0])) if start else None
        self.resolution = pixels[-1]
        names = ["latent projection"] + [f"{size}x{size} conv" for size in pixels[1:]]
        for n, name in enumerate(names):
            if names.count(name) > 1:
                names[n] = f"{name} ({n})"
        self.layers = tuple(
            Layer(name, size, row=None if n else 0)
            for n, (name, size) in enumerate(zip(names, pixels, strict=True))
        )

    def _norm(self, width: int) -> nn.Module:
        if self.class_norms:
            return ClassNorm(width, self.num_classes, self.batch_norm_eps)
        return nn.BatchNorm2d(width, self.batch_norm_eps)

    @classmethod
    def upgraded(cls, config: dict[str, Any]) -> dict[str, Any]:
        """Give `output` to files that only said whether there is a tanh."""
        if "tanh" not in config:
            return config
        rest = {name: value for name, value in config.items() if name != "tanh"}
        return {"output": "tanh" if config["tanh"] else "none", **rest}

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        names = "latent_dim widths channels num_classes activation output batch_norm_eps class_norms"
        config = {name: getattr(self, name) for name in names.split()}
        config["start"] = self.start is not None
        return {**config, "geometry": [asdict(entry) for entry in self._shape]}

    @property
    def known_activations(self) -> tuple[str, ...]:
        """Names of the activations there are."""
        return tuple(ACTIVATIONS)

    def use(self, activation: str, batch_norm_eps: float) -> None:
        """Take another activation and eps, as far as weights allow."""
        self.activation, self.batch_norm_eps = activation, batch_norm_eps
        for norm in self.norms:
            if isinstance(norm, nn.BatchNorm2d):
                norm.eps = batch_norm_eps

    def initialize(self, trained: Generator) -> None:
        """Draw weights as the PyTorch example does: normal, of standard deviation 0.02."""
        for module in self.modules():
            if isinstance(module, (nn.ConvTranspose2d, nn.Conv2d)):
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
            x = latent.codes[:, 0]
            x = (x if self.class_norms else self.with_labels(x, latent.labels))[:, :, None, None]
            made: Tensor = self.convolutions[0](x)
            return (made if self.start is None else made + self.start,)
        dtype = self.dtype_at(self.layers[n].resolution)
        with computing_in(dtype, self.device):
            x = self._behind(n - 1, features[0].to(dtype), latent)
            x = self.convolutions[n](_enlarged(x, self._shape[n]))
            return (x if n + 1 < len(self.layers) else self._behind(n, x, latent),)

    def _behind(self, n: int, x: Tensor, latent: Latent) -> Tensor:
        """Apply what stands behind convolution `n`: batch norm and activation."""
        entry = self._shape[n]
        if self.class_norms and entry.norm:
            labels = latent.labels
            labels = self.label_vectors(None, x.shape[0]) if labels is None else labels.to(latent.codes)
            return ACTIVATIONS[self.activation](self.norms[n](x, labels))
        act = ACTIVATIONS[self.activation] if entry.activation == "assumed" else self.slopes[n]
        x = self.norms[n](act(x)) if entry.activation_first else act(self.norms[n](x))
        return x

    def _picture(self, features: Features) -> Tensor:
        image = to_full(features[0])
        if self.output == "sigmoid":
            return 2 * torch.sigmoid(image) - 1
        return torch.tanh(image) if self.output == "tanh" else image

    def latent_weight(self, layer: int) -> Tensor:
        """Give the first convolution, applied to a 1x1 input, as a matrix ``[C * k * k, d]``."""
        return self.latent_kernel(layer).permute(0, 2, 3, 1).flatten(0, 2)

    def latent_kernel(self, layer: int) -> Tensor:
        """Give the first convolution as a kernel ``[C, d, k, k]``."""
        if layer != 0:
            raise ValueError(f"Layer {layer} of {self.name!r} reads no latent; only layer 0 does.")
        weight: Tensor = self.convolutions[0].get_parameter("weight")
        return weight[: self.latent_dim].transpose(0, 1)

    def responses(self, latents: Tensor) -> Iterator[Tensor]:
        """Push latents through convolutions and batch-norm scales; see `Generator.responses`."""
        x = torch.einsum("nd,cdhw->nchw", latents, self.latent_kernel(0))
        yield x
        for n, convolution in enumerate(self.convolutions[1:]):
            norm = self.norms[n]
            norm = norm.bn if isinstance(norm, ClassNorm) else norm
            if isinstance(norm, nn.BatchNorm2d):
                scale = torch.rsqrt(norm.get_buffer("running_var") + norm.eps)
                x = x * (scale * norm.weight if norm.affine else scale)[:, None, None]
            x = _without_bias(convolution, _enlarged(x, self._shape[n + 1]))
            yield x


def _module(entry: Convolution, inputs: int, outputs: int) -> nn.Module:
    kernel, stride, padding = entry.kernel, entry.stride, entry.padding
    if not entry.transposed:
        return nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=entry.bias)
    more = entry.output_padding
    return nn.ConvTranspose2d(inputs, outputs, kernel, stride, padding, more, bias=entry.bias)


def _enlarged(x: Tensor, entry: Convolution) -> Tensor:
    return functional.interpolate(x, scale_factor=entry.upsample) if entry.upsample > 1 else x


def _without_bias(convolution: nn.Module, x: Tensor) -> Tensor:
    change: Tensor = convolution(x)
    bias = getattr(convolution, "bias", None)
    return change if bias is None else change - bias[:, None, None]
