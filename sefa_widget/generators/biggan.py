"""BigGAN and BigGAN-deep: a latent vector and a class in, read again by every block, an image out.

Source: Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis". Each
block reads one row of the codes through the scales and offsets of its batch norms, so a direction can be
applied to any range of blocks. How the published files become these networks: `biggan_files`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812  # its usual name

from sefa_widget.generators.base import Generator, Latent, Layer, Noise


class BigGAN(Generator):
    """Residual blocks of two convolutions with class- and latent-conditional batch norm.

    Row 0 of the codes feeds the projection to 4x4, row i + 1 block i. Where the latent is hierarchical (each
    layer has a chunk of z to itself) every row still holds the whole z: the columns a layer does
    not read are zero in its weights.

    Parameters
    ----------
    latent_dim
        Size of z.
    num_classes
        Number of classes.
    embedding_dim
        Size of the class embedding, which is put behind z.
    blocks
        For each block: whether it doubles the picture, channels in, channels out.
    attention
        Numbers of the blocks that have self-attention before them; len(blocks) is after the last.
    flat
        Only the projection reads z, so that codes have one row.
    num_stats
        How many truncation levels from 0 to 1 the batch norms have statistics for (Hugging Face: 51).
    eps, output_eps
        Added to the variances, in the blocks and before the image.
    channels
        Channels of the image.
    """

    family: ClassVar[str] = "biggan"
    deep: ClassVar[bool] = False

    def __init__(
        self,
        latent_dim: int,
        num_classes: int,
        embedding_dim: int,
        blocks: Sequence[tuple[bool, int, int]],
        attention: Sequence[int] = (),
        flat: bool = False,
        num_stats: int = 1,
        eps: float = 1e-5,
        output_eps: float = 1e-5,
        channels: int = 3,
    ) -> None:
        super().__init__()
        self.z_dim = self.latent_dim = latent_dim
        self.num_classes, self.channels = num_classes, channels
        self._config = {
            "latent_dim": latent_dim,
            "num_classes": num_classes,
            "embedding_dim": embedding_dim,
            "blocks": [list(block) for block in blocks],
            "attention": list(attention),
            "flat": flat,
            "num_stats": num_stats,
            "eps": eps,
            "output_eps": output_eps,
            "channels": channels,
        }
        self.flat = flat
        condition = embedding_dim + (0 if flat else latent_dim)
        make = _DeepBlock if self.deep else _Block
        self.embedding = nn.Linear(num_classes, embedding_dim, bias=False)
        self.projection = nn.Linear(latent_dim + embedding_dim, blocks[0][1] * 16)
        self.blocks = nn.ModuleList(make(*block, condition, num_stats, eps) for block in blocks)
        widths = [blocks[0][1], *(block[2] for block in blocks)]
        self.attentions = nn.ModuleDict({str(n): _Attention(widths[n]) for n in attention})
        self.output_norm = _Norm(widths[-1], 0, num_stats, output_eps)
        self.to_image = nn.Conv2d(widths[-1], channels, 3, padding=1)
        sizes = [4 * 2 ** sum(block[0] for block in blocks[: n + 1]) for n in range(len(blocks))]
        self.resolution = sizes[-1]
        self.layers = (Layer("latent projection", 4, 0),)
        if not flat:
            self.layers += tuple(
                Layer(_block_name(sizes, n), size, row=n + 1) for n, size in enumerate(sizes)
            )

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return dict(self._config)

    def forward(
        self,
        codes: Tensor,
        labels: Tensor | None = None,
        noise: Noise = "const",
        truncation_psi: float = 1.0,
    ) -> Tensor:
        """Make images ``[N, C, H, W]`` of -1..1 from codes ``[N, L, d]``.

        `truncation_psi` chooses the statistics of the batch norms where there are several; it does not
        scale the codes (`mapping` did).
        """
        if labels is None:
            labels = self.label_vectors(None, len(codes))
        embedded = self.embedding(labels)
        conditions = [torch.cat([codes[:, n], embedded], dim=1) for n in range(self.num_codes)]
        x = self.projection(conditions[0]).unflatten(1, (-1, 4, 4))
        for n, block in enumerate(self.blocks):
            x = self._attend(n, x)
            x = block(x, embedded if self.flat else conditions[n + 1], truncation_psi)
        x = self._attend(len(self.blocks), x)
        x = torch.relu(self.output_norm(x, None, truncation_psi))
        return torch.tanh(self.to_image(x))

    def forward_options(self, latent: Latent) -> dict[str, Any]:
        """Give the truncation, which `forward` reads for the batch-norm statistics."""
        return {"truncation_psi": latent.truncation_psi}

    def latent_weight(self, layer: int) -> Tensor:
        """Give all weights of a block that read the latent, row-stacked: ``[m, d]``.

        Layer 0 is the projection; the others are every conditional scale and offset of a block. The
        columns of the class embedding are left out.
        """
        if not 0 <= layer < len(self.layers):
            raise ValueError(f"Layer {layer} of {self.name!r} is outside 0..{len(self.layers) - 1}.")
        if layer == 0:
            weights: list[Tensor] = [self.projection.weight]
        else:
            norms = self.blocks[layer - 1].norms
            weights = [linear.weight for norm in norms for linear in (norm.gain, norm.offset)]
        return torch.cat([weight[:, : self.latent_dim] for weight in weights])

    def _attend(self, n: int, x: Tensor) -> Tensor:
        return self.attentions[str(n)](x) if str(n) in self.attentions else x


class BigGANDeep(BigGAN):
    """BigGAN with bottleneck blocks of four convolutions; the skip drops channels instead of mixing them."""

    family: ClassVar[str] = "biggan_deep"
    deep: ClassVar[bool] = True


class _Norm(nn.Module):
    """Batch norm at stored statistics, whose scale and offset are functions of a condition, if there is one.

    With several statistics, those of a truncation are looked up as Hugging Face's code does: between two
    levels it weighs them the wrong way round (at 0.435 of levels 0.42 and 0.44 the nearer 0.44 gets the 0.25),
    and where a level cannot be met in floating point it takes the neighbour's (0.14, 0.28 and 0.56 of 51
    levels take the one above, 0.58 and 0.94 the one below). Published images depend on it.
    """

    def __init__(self, width: int, condition: int, num_stats: int, eps: float) -> None:
        super().__init__()
        self.eps = eps
        self.register_buffer("means", torch.zeros(num_stats, width))
        self.register_buffer("variances", torch.ones(num_stats, width))
        self.conditional = condition > 0
        if self.conditional:
            self.gain = nn.Linear(condition, width, bias=False)
            self.offset = nn.Linear(condition, width, bias=False)
        else:
            self.weight = nn.Parameter(torch.ones(width))
            self.bias = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor, condition: Tensor | None, truncation: float) -> Tensor:
        mean, variance = self._at(self.means, truncation), self._at(self.variances, truncation)
        if condition is not None:
            scale, offset = 1 + self.gain(condition), self.offset(condition)
        else:
            scale, offset = self.weight[None], self.bias[None]
        x = (x - mean[:, None, None]) * torch.rsqrt(variance + self.eps)[:, None, None]
        return x * scale[:, :, None, None] + offset[:, :, None, None]

    @staticmethod
    def _at(table: Tensor | Any, truncation: float) -> Tensor:
        last = len(table) - 1
        if last == 0:
            return table[0]
        fraction, level = math.modf(min(max(truncation, 0.0), 1.0) / (1.0 / last))
        low = table[int(level)]
        if not fraction:
            return low
        return low * fraction + table[min(int(level) + 1, last)] * (1 - fraction)


class _Block(nn.Module):
    """Norm, doubling, convolution, norm, convolution; the skip is doubled and mixed by a 1x1 convolution."""

    def __init__(
        self, up: bool, inputs: int, outputs: int, condition: int, num_stats: int, eps: float
    ) -> None:
        super().__init__()
        self.up = up
        self.norms = nn.ModuleList(_Norm(width, condition, num_stats, eps) for width in (inputs, outputs))
        self.convolutions = nn.ModuleList(nn.Conv2d(i, outputs, 3, padding=1) for i in (inputs, outputs))
        self.shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        h = torch.relu(self.norms[0](x, condition, truncation))
        h = self.convolutions[0](_double(h, self.up))
        h = torch.relu(self.norms[1](h, condition, truncation))
        return self.convolutions[1](h) + self.shortcut(_double(x, self.up))


class _DeepBlock(nn.Module):
    """Four times norm and convolution, narrow in between; the skip keeps the first channels, doubled."""

    def __init__(
        self, up: bool, inputs: int, outputs: int, condition: int, num_stats: int, eps: float
    ) -> None:
        super().__init__()
        self.up, self.outputs = up, outputs
        widths = [inputs, inputs // 4, inputs // 4, inputs // 4, outputs]
        self.norms = nn.ModuleList(_Norm(width, condition, num_stats, eps) for width in widths[:4])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(widths[n], widths[n + 1], 3 if n in (1, 2) else 1, padding=1 if n in (1, 2) else 0)
            for n in range(4)
        )

    def forward(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        h = x
        for n, (norm, convolution) in enumerate(zip(self.norms, self.convolutions, strict=True)):
            h = torch.relu(norm(h, condition, truncation))
            h = convolution(_double(h, self.up and n == 1))
        return h + _double(x[:, : self.outputs], self.up)


class _Attention(nn.Module):
    """Self-attention over pixels; keys and values are pooled 2x2 (Zhang et al. 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.theta = nn.Conv2d(width, width // 8, 1, bias=False)
        self.phi = nn.Conv2d(width, width // 8, 1, bias=False)
        self.g = nn.Conv2d(width, width // 2, 1, bias=False)
        self.o = nn.Conv2d(width // 2, width, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        query = self.theta(x).flatten(2)
        key = F.max_pool2d(self.phi(x), 2).flatten(2)
        value = F.max_pool2d(self.g(x), 2).flatten(2)
        weights = torch.softmax(query.transpose(1, 2) @ key, dim=2)
        mixed = (value @ weights.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.gamma * self.o(mixed)


def _double(x: Tensor, really: bool) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest") if really else x


def _block_name(sizes: Sequence[int], n: int) -> str:
    """Name a block after its picture, numbered where several have the same size."""
    name = f"{sizes[n]}x{sizes[n]} block"
    return name if sizes.count(sizes[n]) == 1 else f"{name} {sizes[: n + 1].count(sizes[n])}"
