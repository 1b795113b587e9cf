"""How different pictures look to a network that tells objects apart, where its weights are installed.

The network is EfficientNet-Lite0 (see `measures.lite0`), because it is small and its weights can be
installed. The networks of LPIPS (VGG, AlexNet) would have to be downloaded, and few files hold a GAN's own
discriminator. All channels weigh the same: people judge otherwise.
"""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.measures.lite0 import FILE, PACKAGE, Blocks, with_weights

TAPS = (0, 2, 4, 7)
"""Blocks whose output is compared: at a half, a quarter, an eighth and a sixteenth of the size."""

__all__ = ["FILE", "PACKAGE", "TAPS", "Perceptual", "load_perceptual"]


class Perceptual(Blocks):
    """The first blocks of EfficientNet-Lite0, and the difference of pictures in what they put out."""

    def __init__(self) -> None:
        super().__init__(TAPS[-1] + 1)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Give the features of pictures ``[N, 1 or 3, H, W]`` of -1..1 at each of the taps."""
        return [features for number, features in enumerate(self.outputs(images)) if number in TAPS]

    def differences(self, images: Tensor, target: list[Tensor]) -> Tensor:
        """Give how far features are from a target's ``[N]``: squared, as a share of the target's square."""
        shares = [
            (features - wanted).square().mean((1, 2, 3)) / wanted.square().mean()
            for features, wanted in zip(self(images), target, strict=True)
        ]
        return torch.stack(shares).mean(0)


def load_perceptual() -> Perceptual:
    """Read the weights of the installed package; none of its code is run.

    Raises
    ------
    ValueError
        If the package is not installed, or its file is another one.
    """
    network = Perceptual()
    with_weights(network, "leave perceptual at 0", PACKAGE)
    return network
