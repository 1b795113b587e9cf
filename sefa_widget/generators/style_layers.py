"""The layers that all StyleGANs are made of: linear layers, activations, noise inputs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.generators.inputs import noise as checked_noise
from sefa_widget.generators.latent import Noise


def linear(x: Tensor) -> Tensor:
    """No activation."""
    return x


def leaky_relu(x: Tensor) -> Tensor:
    """Leaky ReLU with the slope 0.2 of all StyleGANs."""
    return functional.leaky_relu(x, 0.2)


ACTIVATIONS: dict[str, tuple[Callable[[Tensor], Tensor], float]] = {
    "linear": (linear, 1.0),
    "relu": (torch.relu, math.sqrt(2)),
    "lrelu": (leaky_relu, math.sqrt(2)),
    "tanh": (torch.tanh, 1.0),
    "sigmoid": (torch.sigmoid, 1.0),
    "elu": (functional.elu, 1.0),
    "selu": (functional.selu, 1.0),
    "softplus": (functional.softplus, 1.0),
    "swish": (functional.silu, math.sqrt(2)),
}
"""Activations by name, each with the gain that keeps the variance."""


def normalize(x: Tensor) -> Tensor:
    """Divide by the root mean square over the channels, axis 1."""
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


class Dense(nn.Module):
    """A linear layer with an equalised learning rate: it computes ``act(W x lr / sqrt(in) + b lr) * gain``.

    Parameters
    ----------
    inputs, outputs
        Sizes.
    activation
        A name in `ACTIVATIONS`.
    lr_multiplier
        The stored weights are larger by this factor, so that they learn more slowly.
    bias
        First value of the bias.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        activation: str = "linear",
        lr_multiplier: float = 1.0,
        bias: float = 0.0,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs).div_(lr_multiplier))
        self.bias = nn.Parameter(torch.full((outputs,), bias / lr_multiplier))
        self.activation, self.gain = ACTIVATIONS[activation]
        self.weight_gain, self.bias_gain = lr_multiplier / math.sqrt(inputs), lr_multiplier

    @property
    def effective_weight(self) -> Tensor:
        """The matrix ``[out, in]`` the input is really multiplied with."""
        return self.weight * self.weight_gain

    def forward(self, x: Tensor) -> Tensor:
        """Map ``[N, in]`` to ``[N, out]``."""
        x = functional.linear(x * self.weight_gain, self.weight, self.bias * self.bias_gain)
        x = self.activation(x)
        return x if self.gain == 1.0 else x * self.gain


class NoiseInput(nn.Module):
    """A stored noise picture and its learned strength.

    Parameters
    ----------
    shape
        Of the noise: ``[1, r, r]``, or ``[C, 1, 1]`` where each channel shifts as a whole.
    strength
        Shape of the strength, which is broadcast with the noise.
    """

    def __init__(self, shape: Sequence[int], strength: Sequence[int] = ()) -> None:
        super().__init__()
        self.register_buffer("const", torch.randn(tuple(shape)))
        self.strength = nn.Parameter(torch.zeros(tuple(strength)))

    const: Tensor

    def forward(self, x: Tensor, noise: Noise) -> Tensor | None:
        """Give what to add to the features x ``[N, C, H, W]``, or None."""
        noise = checked_noise(noise)
        if noise == "none":
            return None
        if noise == "const":
            return self.const * self.strength
        return torch.randn(x.shape[0], *self.const.shape, device=x.device, dtype=x.dtype) * self.strength


def check_widths(widths: Mapping[int, int] | Mapping[str, int]) -> dict[int, int]:
    """Give the widths per resolution in order, sure that the resolutions are 4, 8, 16, ...

    Keys may be texts, which is what JSON makes of numbers.
    """
    checked = {int(resolution): int(width) for resolution, width in widths.items()}
    if not checked or sorted(checked) != [4 * 2**n for n in range(len(checked))]:
        raise ValueError(f"Widths are given for {list(checked)} px; they must be for 4, 8, 16, ... px.")
    return dict(sorted(checked.items()))
