"""The networks of face-api: a small Xception for age and gender, four dense blocks for expressions.

They have no batch normalisation; names of layers are those in the files of weights.
"""

from __future__ import annotations

from typing import cast

from torch import Tensor, nn
from torch.nn.functional import max_pool2d, pad

from sefa_widget.measures.lite0 import Same


class Separable(nn.Module):
    """A 3x3 convolution of each channel, then one of 1x1 over all; padded as TensorFlow does."""

    def __init__(self, before: int, after: int, stride: int = 1) -> None:
        super().__init__()
        self.depthwise_filter = Same(before, before, 3, stride, groups=before, bias=False)
        self.pointwise_filter = nn.Conv2d(before, after, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve."""
        return cast("Tensor", self.pointwise_filter(self.depthwise_filter(x)))


class Reduction(nn.Module):
    """Two separable convolutions, halved by their largest values, beside a plain convolution of stride 2."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.separable_conv0 = Separable(before, after)
        self.separable_conv1 = Separable(after, after)
        self.expansion_conv = Same(before, after, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        """Give features of half the side, which is even."""
        y = self.separable_conv0(x.relu())
        y = pad(self.separable_conv1(y.relu()), (0, 1, 0, 1), value=-float("inf"))
        return max_pool2d(y, 3, 2) + cast("Tensor", self.expansion_conv(x))


class Main(nn.Module):
    """Three separable convolutions with a way around them."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.separable_conv0 = Separable(channels, channels)
        self.separable_conv1 = Separable(channels, channels)
        self.separable_conv2 = Separable(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Give features of the same shape."""
        y = x
        for convolution in (self.separable_conv0, self.separable_conv1, self.separable_conv2):
            y = convolution(y.relu())
        return x + y


class AgeGender(nn.Module):
    """Reads age and gender off faces ``[N, 3, 112, 112]``, centred on 0."""

    def __init__(self) -> None:
        super().__init__()
        self.entry_flow = nn.ModuleDict(
            {
                "conv_in": Same(3, 32, 3, 2),
                "reduction_block_0": Reduction(32, 64),
                "reduction_block_1": Reduction(64, 128),
            }
        )
        self.middle_flow = nn.ModuleDict({f"main_block_{number}": Main(128) for number in range(2)})
        self.exit_flow = nn.ModuleDict(
            {"reduction_block": Reduction(128, 256), "separable_conv": Separable(256, 512)}
        )
        self.fc = nn.ModuleDict({"age": nn.Linear(512, 1), "gender": nn.Linear(512, 2)})

    def forward(self, faces: Tensor) -> tuple[Tensor, Tensor]:
        """Give years ``[N, 1]``, and logits ``[N, 2]`` of "male" and "female"."""
        x = self.entry_flow["conv_in"](faces).relu()
        x = self.entry_flow["reduction_block_1"](self.entry_flow["reduction_block_0"](x))
        for block in self.middle_flow.values():
            x = block(x)
        x = self.exit_flow["separable_conv"](self.exit_flow["reduction_block"](x)).relu()
        pooled = x.mean((2, 3))
        return self.fc["age"](pooled), self.fc["gender"](pooled)


class Dense(nn.Module):
    """Four convolutions, the first of stride 2; each takes the sum of those before it."""

    def __init__(self, before: int, after: int, first: bool = False) -> None:
        super().__init__()
        self.conv0 = Same(before, after, 3, 2) if first else Separable(before, after, 2)
        self.conv1 = Separable(after, after)
        self.conv2 = Separable(after, after)
        self.conv3 = Separable(after, after)

    def forward(self, x: Tensor) -> Tensor:
        """Give features of half the side, none of them negative."""
        total = cast("Tensor", self.conv0(x).relu())
        for convolution in (self.conv1, self.conv2, self.conv3):
            total = total + convolution(total.relu())
        return total.relu()


class Expressions(nn.Module):
    """Reads expressions off faces ``[N, 3, 112, 112]``, centred on 0."""

    def __init__(self) -> None:
        super().__init__()
        self.dense0 = Dense(3, 32, first=True)
        self.dense1 = Dense(32, 64)
        self.dense2 = Dense(64, 128)
        self.dense3 = Dense(128, 256)
        self.fc = nn.Linear(256, 7)

    def forward(self, faces: Tensor) -> Tensor:
        """Give logits ``[N, 7]`` of the expressions."""
        x = self.dense3(self.dense2(self.dense1(self.dense0(faces))))
        return cast("Tensor", self.fc(x.mean((2, 3))))
