"""The blocks of BigGAN and BigGAN-deep: convolutions and attention, normalised under a condition.

Source: Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis".
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Norm(nn.Module):
    """Batch norm at stored statistics, whose scale and offset are functions of a condition, if there is one.

    With several statistics, those of a truncation are looked up as Hugging Face's code does. Between
    two levels it weighs them the wrong way round (0.435 gives 0.44, the nearer, the smaller weight), and
    some levels, not met in floating point, get their neighbour's: of 51 levels 0.14, 0.28 and 0.56 get the
    one above, 0.58 and 0.94 the one below. Published images depend on it.
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
        """Normalise, scale and shift ``[N, C, H, W]``; see the class."""
        if self.training:
            self._gather(x)
        mean, variance = (self._at(self.get_buffer(name), truncation) for name in ("means", "variances"))
        if self.conditional:
            scale, offset = 1 + self.gain(condition), self.offset(condition)
        else:
            scale, offset = self.weight[None], self.bias[None]
        scale = scale * torch.rsqrt(variance + self.eps)
        offset = offset - mean * scale
        return torch.addcmul(offset.to(x.dtype)[:, :, None, None], x, scale.to(x.dtype)[:, :, None, None])

    @torch.no_grad()
    def _gather(self, x: Tensor) -> None:
        """Take the statistics from these features, at every level of truncation alike."""
        variance, mean = torch.var_mean(x, (0, 2, 3))
        self.get_buffer("means").copy_(mean.expand_as(self.get_buffer("means")))
        self.get_buffer("variances").copy_(variance.expand_as(self.get_buffer("variances")))

    @staticmethod
    def _at(table: Tensor, truncation: float) -> Tensor:
        last = len(table) - 1
        if last == 0:
            return table[0]
        fraction, level = math.modf(min(max(truncation, 0.0), 1.0) / (1.0 / last))
        low = table[int(level)]
        if not fraction:
            return low
        return low * fraction + table[min(int(level) + 1, last)] * (1 - fraction)


class Block(nn.Module):
    """Norm, doubling, convolution, norm, convolution; the skip is doubled and mixed by a 1x1 convolution."""

    def __init__(
        self, up: bool, inputs: int, outputs: int, condition: int, num_stats: int, eps: float
    ) -> None:
        super().__init__()
        self.up = up
        self.norms = nn.ModuleList(Norm(width, condition, num_stats, eps) for width in (inputs, outputs))
        self.convolutions = nn.ModuleList(nn.Conv2d(i, outputs, 3, padding=1) for i in (inputs, outputs))
        self.shortcut = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        """Turn ``[N, inputs, H, W]`` into ``[N, outputs, ...]``, twice as large if `up`."""
        h = torch.relu_(self.norms[0](x, condition, truncation))
        h = self.convolutions[0](_double(h, self.up))
        h = torch.relu_(self.norms[1](h, condition, truncation))
        mixed: Tensor = self.convolutions[1](h).add_(self.shortcut(_double(x, self.up)))
        return mixed


class DeepBlock(nn.Module):
    """Four times norm and convolution, narrow in between; the skip keeps the first channels, doubled."""

    def __init__(
        self,
        up: bool,
        inputs: int,
        outputs: int,
        condition: int,
        num_stats: int,
        eps: float,
        mixes_skip: bool = False,
    ) -> None:
        super().__init__()
        self.up, self.outputs = up, outputs
        self.shortcut = nn.Conv2d(inputs, outputs, 1) if mixes_skip else None
        widths = [inputs, inputs // 4, inputs // 4, inputs // 4, outputs]
        self.norms = nn.ModuleList(Norm(width, condition, num_stats, eps) for width in widths[:4])
        self.convolutions = nn.ModuleList(
            nn.Conv2d(widths[n], widths[n + 1], 3 if n in (1, 2) else 1, padding=1 if n in (1, 2) else 0)
            for n in range(4)
        )

    def forward(self, x: Tensor, condition: Tensor, truncation: float) -> Tensor:
        """Turn ``[N, inputs, H, W]`` into ``[N, outputs, ...]``, twice as large if `up`."""
        h = x
        for n, (norm, convolution) in enumerate(zip(self.norms, self.convolutions, strict=True)):
            h = torch.relu_(norm(h, condition, truncation))
            h = convolution(_double(h, self.up and n == 1))
        if self.shortcut is not None:
            return h.add_(self.shortcut(_double(x, self.up)))
        return h.add_(_double(x[:, : self.outputs], self.up))


class Attention(nn.Module):
    """Self-attention over pixels; keys and values are pooled 2x2 (Zhang et al. 2019)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.theta = nn.Conv2d(width, width // 8, 1, bias=False)
        self.phi = nn.Conv2d(width, width // 8, 1, bias=False)
        self.g = nn.Conv2d(width, width // 2, 1, bias=False)
        self.o = nn.Conv2d(width // 2, width, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        """Add to each pixel what it attends to."""
        query = self.theta(x).flatten(2)
        key = F.max_pool2d(self.phi(x), 2).flatten(2)
        value = F.max_pool2d(self.g(x), 2).flatten(2)
        weights = torch.softmax(query.transpose(1, 2) @ key, dim=2)
        mixed = (value @ weights.transpose(1, 2)).view(x.shape[0], -1, *x.shape[2:])
        added: Tensor = x + self.gamma * self.o(mixed)
        return added


def _double(x: Tensor, really: bool) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="nearest") if really else x
