"""FastGAN makes a picture of a latent vector with gated up-blocks and skip-layer excitation.

Source: Liu et al. 2021, "Towards Faster and Stabilized GAN Training for High-fidelity Few-shot Image
Synthesis". Quirks of the official code: z is not normalised; only networks of 1024 pixels end in tanh; fresh
noise is drawn at every call, also in eval mode (here ``noise="random"``); and its evaluation script
leaves the network in train mode, with statistics of the batch, which is not reproduced here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from sefa_widget.generators.base import Generator, Layer
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.precision import computing_in, to_full
from sefa_widget.generators.seeded_noise import SeededNoise
from sefa_widget.generators.spectral import of_unit_norm
from sefa_widget.generators.stages import Features, Stage, advance
from sefa_widget.generators.style_layers import normalize


class FastGAN(Generator):
    """Up-blocks of one or two gated convolutions; late ones are scaled, channel by channel, by early ones.

    Parameters
    ----------
    latent_dim
        Size of z.
    widths
        Channels at 4x4, 8x8, ... up to the full resolution, which is 128 at least.
    channels
        Channels of the image.
    twice
        For each block, whether it has two convolutions with noise; None is every second one.
    projected
        The variant of projected_gan: z is normalised, the image is not bounded and has a bias, and there is
        no second output.
    num_classes, embedding_dim
        Number of classes and size of their embedding, which the batch norms of blocks read; 0 for none.
    """

    family: ClassVar[str] = "fastgan"

    def __init__(
        self,
        latent_dim: int,
        widths: Sequence[int],
        channels: int = 3,
        twice: Sequence[bool] | None = None,
        projected: bool = False,
        num_classes: int = 0,
        embedding_dim: int = 0,
    ) -> None:
        super().__init__()
        self.twice = [n % 2 == 1 for n in range(1, len(widths))] if twice is None else list(twice)
        self.projected, self.num_classes, self.embedding_dim = projected, num_classes, embedding_dim
        self.embedding = nn.Linear(num_classes, embedding_dim, bias=False) if num_classes else None
        self.z_dim = self.latent_dim = latent_dim
        self.widths, self.channels = list(widths), channels
        self.resolution = 4 * 2 ** (len(widths) - 1)
        if self.resolution < 128:
            raise ValueError(f"{len(widths)} widths make {self.resolution} pixels; FastGAN has 128 at least.")
        self.projection = nn.ConvTranspose2d(latent_dim, 2 * widths[0], 4, bias=False)
        self.norm = nn.BatchNorm2d(2 * widths[0])
        self.blocks = nn.ModuleList()
        self.excitations = nn.ModuleDict()
        for n in range(1, len(widths)):
            size = 4 * 2**n
            self.blocks.append(_Up(widths[n - 1], widths[n], size, self.twice[n - 1], embedding_dim))
            if 64 <= size <= 512:
                self.excitations[str(size)] = _Excitation(widths[n - 4], widths[n])
        self.to_image = nn.Conv2d(widths[-1], channels, 3, padding=1, bias=projected)
        self.to_small = None if projected else nn.Conv2d(widths[5], channels, 1, bias=False)
        self.layers = (Layer("latent projection", resolution=4, row=0),)
        for n in range(1, len(widths)):
            size = 4 * 2**n
            names = (
                [f"{size}x{size} conv {k}" for k in (1, 2)] if self.twice[n - 1] else [f"{size}x{size} conv"]
            )
            self.layers += tuple(Layer(name, size, row=None) for name in names)
        self.layers += (Layer(f"{self.resolution}x{self.resolution} to RGB", self.resolution, row=None),)

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        names = "latent_dim widths channels twice projected num_classes embedding_dim"
        return {name: getattr(self, name) for name in names.split()}

    def initialize(self, trained: Generator) -> None:
        """Divide the convolutions by their spectral norm; draw scales of batch norm near 1."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
                transposed = isinstance(module, nn.ConvTranspose2d)
                module.weight.copy_(of_unit_norm(module.weight, transposed))
            elif isinstance(module, nn.BatchNorm2d) and module.affine:
                nn.init.normal_(module.weight, 1.0, 0.02)

    def stages(self) -> tuple[Stage, ...]:
        """Give the projection, which alone reads the latent, and the blocks.

        With ``"const"`` noise each layer has one noise image, the same for every picture and machine. The
        image is bounded at 1024 pixels only.
        """
        pictures = {len(self.blocks): self._image}
        if self.to_small is not None:
            pictures.setdefault(5, self._small)
        blocks = [
            Stage(f"{4 * 2**n}x{4 * 2**n} block", 4 * 2**n, (), partial(self._block, n), pictures.get(n))
            for n in range(1, len(self.widths))
        ]
        return (Stage("latent projection", 4, (0,), self._project), *blocks)

    @property
    def noisy(self) -> bool:
        """Whether a block adds noise to its features."""
        return any(isinstance(part, _Up) and part.strengths is not None for part in self.modules())

    def small(self, codes: Tensor, noise: Noise = "const") -> Tensor:
        """Make the second output of the official network: the picture at 128x128, ``[N, C, 128, 128]``."""
        return self._small(advance(self.stages()[:6], (), Latent(codes), noise))

    def latent_weight(self, layer: int) -> Tensor:
        """Give the first convolution, applied to a 1x1 input, as a matrix ``[2 * C * 4 * 4, d]``."""
        return self.latent_kernel(layer).permute(0, 2, 3, 1).flatten(0, 2)

    def latent_kernel(self, layer: int) -> Tensor:
        """Give the first convolution as a kernel ``[2 * C, d, 4, 4]``."""
        if layer != 0:
            raise ValueError(f"Layer {layer} of {self.name!r} reads no latent; only layer 0 does.")
        return self.projection.weight.transpose(0, 1)

    def responses(self, latents: Tensor) -> Iterator[Tensor]:
        """Push latents through convolutions, batch-norm scales and doublings; see `Generator.responses`.

        Of a gated unit the value goes on and the gate counts as open, and so does skip-layer excitation;
        the gates are still units of the layer that makes them. Noise is left out.
        """
        x = torch.einsum("nd,cdhw->nchw", latents, self.latent_kernel(0))
        yield x
        x = _open(self.norm, x)
        for block in cast("list[_Up]", list(self.blocks)):
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            for convolution, norm in zip(block.convolutions, block.norms, strict=True):
                x = convolution(x)
                yield x
                x = _open(cast(nn.BatchNorm2d, norm.bn if isinstance(norm, _ClassNorm) else norm), x)
        image = self.to_image(x)
        yield image if self.to_image.bias is None else image - self.to_image.bias[:, None, None]

    def _project(self, features: Features, latent: Latent, noise: Noise) -> Features:
        z = latent.codes[:, 0]
        z = normalize(z) if self.projected else z
        return (F.glu(self.norm(self.projection(z[:, :, None, None])), dim=1),)

    def _block(self, n: int, features: Features, latent: Latent, noise: Noise) -> Features:
        """Run block n; the features of the last four sizes are kept for the excitations."""
        dtype = self.dtype_at(4 * 2**n)
        condition = None
        if self.embedding is not None:
            labels = latent.labels
            labels = self.label_vectors(None, latent.codes.shape[0]) if labels is None else labels
            condition = self.embedding(cast(Tensor, labels).to(latent.codes))
        with computing_in(dtype, self.device):
            x = self.blocks[n - 1](features[-1].to(dtype), noise, condition)
            size = str(x.shape[2])
            if size in self.excitations:
                x = x * self.excitations[size](features[-4]).to(dtype)
        return (*features[-3:], x)

    def _image(self, features: Features) -> Tensor:
        return self._finish(self.to_image(to_full(features[-1])))

    def _small(self, features: Features) -> Tensor:
        assert self.to_small is not None  # else no stage asks for it
        return self._finish(self.to_small(to_full(features[-1])))

    def _finish(self, image: Tensor) -> Tensor:
        return torch.tanh(image) if self.resolution == 1024 and not self.projected else image


def _open(norm: nn.BatchNorm2d, x: Tensor) -> Tensor:
    """Scale as the batch norm does and give the values, without their gates."""
    scale = torch.rsqrt(norm.get_buffer("running_var") + norm.eps)
    scale = scale * norm.weight if norm.affine else scale
    return (x * scale[:, None, None]).chunk(2, dim=1)[0]


class _Up(nn.Module):
    """Doubling, then one gated convolution, or two with noise."""

    def __init__(self, inputs: int, outputs: int, size: int, noisy: bool, condition: int = 0) -> None:
        super().__init__()
        sizes = [(inputs, outputs), (outputs, outputs)] if noisy else [(inputs, outputs)]
        self.convolutions = nn.ModuleList(nn.Conv2d(i, 2 * o, 3, padding=1, bias=False) for i, o in sizes)
        self.norms = nn.ModuleList(
            _ClassNorm(2 * outputs, condition) if condition else nn.BatchNorm2d(2 * outputs) for _ in sizes
        )
        self.strengths = nn.Parameter(torch.zeros(2)) if noisy else None
        if noisy:
            self.noise = SeededNoise((2, 1, size, size), seed=size)

    def forward(self, x: Tensor, noise: Noise, condition: Tensor | None = None) -> Tensor:
        x = F.interpolate(x, scale_factor=2.0, mode="nearest")
        for n, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            x = convolution(x)
            if self.strengths is not None and noise != "none":
                shape = (x.shape[0], 1, *x.shape[2:])
                fresh = noise == "random"
                drawn = torch.randn(shape, device=x.device, dtype=x.dtype) if fresh else self.noise.values[n]
                x = x + (self.strengths[n] * drawn).to(x.dtype)
            x = F.glu(norm(x) if condition is None else norm(x, condition), dim=1)
        return x


class _ClassNorm(nn.Module):
    """Batch norm whose scale and offset are read from the embedding of the class."""

    def __init__(self, width: int, condition: int) -> None:
        super().__init__()
        self.bn = nn.BatchNorm2d(width, affine=False)
        self.gain, self.offset = nn.Linear(condition, width), nn.Linear(condition, width)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        scaled: Tensor = self.bn(x) * (1 + self.gain(condition))[:, :, None, None]
        return scaled.add_(self.offset(condition)[:, :, None, None])


class _Excitation(nn.Module):
    """From an early picture, how strong each channel of a late one is."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(inputs, outputs, 4, bias=False)
        self.excite = nn.Conv2d(outputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        x = F.silu(self.squeeze(F.adaptive_avg_pool2d(x, 4)))
        return torch.sigmoid(self.excite(x))
