"""A small convolutional network that reads the values of attributes off pictures; one comes along.

The bundled one judges cartoon heads of 64 px: 20 attributes, each scaled from its range to -1..1. It is what
`interfacegan` and `rescore` take as a scorer.
"""

from __future__ import annotations

import json
import reprlib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.arguments import instance, new_file, several, whole, wholes
from sefa_widget.arguments import path as full_path
from sefa_widget.checkpoint import OWN_FORMAT, CheckpointError
from sefa_widget.generators import choose_device, read_checkpoint
from sefa_widget.saving import write_tensors

FAMILY = "attribute_regressor"
"""What the metadata of a regressor's file says in the place of a generator's architecture."""
BUNDLED = "heads-attributes"
"""Name of the regressor that comes with the package."""


class AttributeRegressor(nn.Module):
    """Reads attributes off pictures: ``[N, 3, R, R]`` of about -1..1 to ``[N, A]``.

    Two convolutions per halving of the resolution, the second with a way around it; the first halving keeps
    every pixel (2x2 pixels become channels). The last features are flattened, so that places are kept, and
    two linear layers follow.

    Parameters
    ----------
    names
        Names of the A attributes.
    resolution
        R: width and height of the pictures in pixels.
    widths
        Channels of the convolutions, from half resolution on; each entry halves the resolution.
    hidden
        F: size of the features before the last layer.

    Raises
    ------
    ValueError
        If names are not different texts, a size is no whole number of 1 or more, or the resolution cannot
        be halved as often as there are widths.
    """

    def __init__(
        self,
        names: Sequence[str],
        resolution: int = 64,
        widths: Sequence[int] = (32, 64, 128, 64),
        hidden: int = 128,
    ) -> None:
        super().__init__()
        resolution, hidden = whole(resolution, "resolution", 2), whole(hidden, "hidden", 1)
        widths = wholes(widths, "widths", "A width", 1)
        names = several(names, "names", "a list of different names of attributes")
        if not names or len({*names, ""}) <= len(names) or not all(isinstance(name, str) for name in names):
            raise ValueError(f"names is {reprlib.repr(names)}; it must be a list of different texts.")
        if resolution % 2 ** len(widths):
            raise ValueError(
                f"There are {len(widths)} widths for {resolution} px; every width halves the resolution: "
                "give fewer."
            )
        self.names, self.resolution = tuple(names), resolution
        self._config = {
            "names": list(names),
            "resolution": resolution,
            "widths": list(widths),
            "hidden": hidden,
        }
        inputs = (12, *widths[:-1])
        self.down = nn.ModuleList(
            nn.Conv2d(before, width, 3, stride=2 if number else 1, padding=1)
            for number, (before, width) in enumerate(zip(inputs, widths, strict=True))
        )
        self.same = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for width in widths)
        self.dense = nn.Linear(widths[-1] * (resolution >> len(widths)) ** 2, hidden)
        self.last = nn.Linear(hidden, len(names))

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again, as JSON values."""
        return self._config

    @property
    def device(self) -> torch.device:
        """Where the weights are; pictures are brought there, and values and features stay there."""
        return self.last.weight.device

    def features(self, images: Tensor) -> Tensor:
        """Give the features ``[N, F]`` that the attributes are read from; none is negative.

        Parameters
        ----------
        images
            ``[N, 3, R, R]`` of about -1..1, of any floating type, on any device.

        Raises
        ------
        ValueError
            If the pictures have another shape, or are whole numbers.
        """
        x = functional.pixel_unshuffle(self.check_images(images), 2)
        x = x.contiguous(memory_format=torch.channels_last)
        for down, same in zip(self.down, self.same, strict=True):
            x = functional.relu_(down(x))
            x = x + functional.relu_(same(x))
        return functional.relu(cast("Tensor", self.dense(x.flatten(1))))

    def forward(self, images: Tensor) -> Tensor:
        """Give the attributes ``[N, A]`` of pictures, in the units trained on; see `features`."""
        return cast("Tensor", self.last(self.features(images)))

    def check_images(self, images: Tensor) -> Tensor:
        """Return pictures on the network's device and in its type, or say what is wrong with them."""
        instance(images, "images", Tensor, "a tensor of pictures [N, 3, R, R]")
        wanted = (3, self.resolution, self.resolution)
        if images.ndim != 4 or tuple(images.shape[1:]) != wanted:
            raise ValueError(
                f"Pictures have shape {list(images.shape)}; this regressor takes [N, 3, {self.resolution}, "
                f"{self.resolution}]: give RGB pictures, and resize them with "
                "torch.nn.functional.interpolate(images, size=...) if they are of another size."
            )
        if not images.is_floating_point():
            raise ValueError(
                f"Pictures are of type {images.dtype}; this regressor takes floats of about -1..1: "
                "give images.float() / 127.5 - 1 if they are 0..255."
            )
        return images.to(self.device, self.last.weight.dtype)

    def extra_repr(self) -> str:
        """Say which attributes are read."""
        return f"{len(self.names)} attributes: {', '.join(self.names)}"


def load_regressor(
    path: str | Path | None = None, *, device: str | torch.device = "cpu"
) -> AttributeRegressor:
    """Read a regressor, by default the bundled one of cartoon heads.

    >>> regressor = load_regressor()
    >>> regressor(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 20])

    Parameters
    ----------
    path
        A file that `save_regressor` wrote; None is the bundled one.
    device
        Where it computes.

    Returns
    -------
    AttributeRegressor
        In eval mode, float32, without gradients of its weights.

    Raises
    ------
    CheckpointError
        If the file cannot be read, or holds something else.
    ValueError
        If the device does not exist here.
    """
    if path is None:
        bundled = resources.files("sefa_widget.evaluation") / "bundled" / f"{BUNDLED}.safetensors"
        with resources.as_file(bundled) as file:
            return load_regressor(file, device=device)
    path, chosen = full_path(path), choose_device(device)
    checkpoint = read_checkpoint(path)
    if checkpoint.config.get("family") != FAMILY:
        raise CheckpointError(
            f"{Path(path).name!r} holds a generator, not a regressor of attributes: open it with "
            "load_generator, or give a file that save_regressor wrote."
        )
    try:
        with torch.device("meta"):  # no random numbers for weights that are given anyway
            regressor = AttributeRegressor(**checkpoint.config["config"])
        regressor.load_state_dict(checkpoint.tensors, assign=True)
    except (RuntimeError, TypeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise CheckpointError(
            f"{Path(path).name!r} says that it is a regressor of attributes, but its tensors do not make "
            f"one: {type(error).__name__}: {reason}"
        ) from error
    return regressor.eval().requires_grad_(False).float().to(chosen)


def save_regressor(regressor: AttributeRegressor, path: str | Path) -> Path:
    """Write a regressor as a safetensors file that `load_regressor` reads, with float16 weights.

    Parameters
    ----------
    regressor
        What is written.
    path
        Where to; an existing file is replaced.

    Returns
    -------
    Path
        The path written.
    """
    wanted = "an AttributeRegressor, as load_regressor() gives it"
    instance(regressor, "regressor", AttributeRegressor, wanted)
    path = new_file(path)
    tensors = {key: value.detach().cpu().half().contiguous() for key, value in regressor.state_dict().items()}
    about = {"family": FAMILY, "config": regressor.config}
    write_tensors(tensors, path, {OWN_FORMAT: json.dumps(about)})
    return path
