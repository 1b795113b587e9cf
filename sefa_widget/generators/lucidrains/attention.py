"""Attention of lightweight-gan: over all pixels at once, and over the neighbours of each."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

HEADS, HEAD = 8, 64
"""Attention heads, and channels of each."""


def linear_attention(q: Tensor, kv: Tensor) -> Tensor:
    """Let each pixel attend to all of them at a cost that grows with their number alone.

    >>> linear_attention(torch.zeros(1, 512, 2, 2), torch.zeros(1, 1024, 2, 2)).shape
    torch.Size([1, 512, 2, 2])
    """
    height, width = q.shape[2:]
    q = torch.unflatten(q, 1, (HEADS, HEAD)).flatten(3)
    k, v = torch.unflatten(kv, 1, (2, HEADS, HEAD)).flatten(4).unbind(1)
    q, k = q.softmax(2) * HEAD**-0.5, k.softmax(3)
    mixed = (k @ v.transpose(2, 3)).transpose(2, 3) @ q
    return torch.unflatten(mixed.flatten(1, 2), 2, (height, width))


class CrossAttention(nn.Module):
    """Linear attention beside attention to the 3x3 neighbours; what it gives is added to what it read."""

    def __init__(self, width: int) -> None:
        super().__init__()
        inside = HEADS * HEAD
        self.gain, self.offset = nn.Parameter(torch.ones(width)), nn.Parameter(torch.zeros(width))
        self.to_lin_q = nn.Conv2d(width, inside, 1, bias=False)
        self.depthwise = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        self.to_lin_kv = nn.Conv2d(width, 2 * inside, 1, bias=False)
        self.to_q = nn.Conv2d(width, inside, 1, bias=False)
        self.to_kv = nn.Conv2d(width, 2 * inside, 1, bias=False)
        self.to_out = nn.Conv2d(2 * inside, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Give what is to be added to x ``[N, C, H, W]``."""
        variance, mean = torch.var_mean(x, 1, correction=0, keepdim=True)
        x = (x - mean) * torch.rsqrt(variance + 1e-5)
        x = x * self.gain[:, None, None] + self.offset[:, None, None]
        everywhere = linear_attention(self.to_lin_q(x), self.to_lin_kv(self.depthwise(x)))
        near = self._near(self.to_q(x), *self.to_kv(x).chunk(2, dim=1))
        added: Tensor = self.to_out(torch.cat([functional.gelu(everywhere), near], 1))
        return added

    def _near(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        height, width = q.shape[2:]
        q = torch.unflatten(q, 1, (HEADS, HEAD)).flatten(3) * HEAD**-0.5
        k, v = (
            torch.unflatten(functional.unfold(part, 3, padding=1), 1, (HEADS, HEAD, 9)) for part in (k, v)
        )
        weights = torch.einsum("nhdp,nhdjp->nhjp", q, k).softmax(2)
        mixed = torch.einsum("nhjp,nhdjp->nhdp", weights, v)
        return torch.unflatten(mixed.flatten(1, 2), 2, (height, width))
