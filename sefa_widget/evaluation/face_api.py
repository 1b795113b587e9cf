"""Age, gender and expressions as two small networks of face-api see them, where its npm package is at hand.

The package @vladmandic/face-api (MIT) keeps weights as TensorFlow.js does. They are read, and none of the
package's code is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from sefa_widget.arguments import path as as_path
from sefa_widget.evaluation.boxes import WHOLE, as_box, cut_out
from sefa_widget.evaluation.face_api_networks import AgeGender, Expressions
from sefa_widget.evaluation.manifests import find_weights, read_manifest, taken
from sefa_widget.generators import choose_device

PACKAGE = "@vladmandic/face-api"
AGE_GENDER, EXPRESSION = (f"{name}_model-weights_manifest.json" for name in ("age_gender", "face_expression"))
SIDE = 112
"""Width and height in pixels of what the networks see."""
MEANS = (122.782, 117.001, 104.298)
"""Of red, green and blue; what is left of a colour is divided by 255."""
EXPRESSIONS = ("neutral", "happy", "sad", "angry", "fearful", "disgusted", "surprised")


class FaceApi(nn.Module):
    """Reads nine attributes off pictures of faces: ``[N, 3, H, W]`` of about -1..1 to ``[N, 9]``.

    ``age`` is in years. ``male`` is the log odds of the network's "male" against its "female". Each of
    ``neutral``, ``happy``, ``sad``, ``angry``, ``fearful``, ``disgusted`` and ``surprised`` is the log odds
    of this expression against the other six. Where a probability is all but 0 or 1, log odds still change.

    Parameters
    ----------
    age_gender, expressions
        The two networks, with their weights.
    box
        Which part of every picture is the face: left, top, right, bottom, as fractions of the frame. Its
        edges are rounded to whole pixels.

    Raises
    ------
    ValueError
        If the box is none.

    Notes
    -----
    Pictures are prepared as the package prepares tensors. Colours beyond -1..1 are cut off. What is not
    square gets black borders at both sides. Then it is sampled bilinearly at 112 x 112 places, of which the
    first is the first pixel. Nothing is averaged: shrink pictures of many hundreds of pixels beforehand.
    """

    names: tuple[str, ...] = ("age", "male", *EXPRESSIONS)
    _means: Tensor

    def __init__(self, age_gender: AgeGender, expressions: Expressions, box: Sequence[float] = WHOLE) -> None:
        super().__init__()
        self.age_gender, self.expressions, self.box = age_gender, expressions, as_box(box)
        self.register_buffer("_means", torch.tensor(MEANS).view(3, 1, 1), persistent=False)
        self.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        """Give the attributes ``[N, 9]``, float32, on the networks' device.

        Parameters
        ----------
        images
            ``[N, 3 or 1, H, W]`` of about -1..1, of any floating type, on any device; gradients reach them.

        Raises
        ------
        ValueError
            If the pictures have another shape or type, or less than one pixel of them is in the box.
        """
        pixels = cut_out(images, self.box, self._means.device)
        faces = (_resized(_resized(_square(pixels), 2), 3) - self._means) / 255
        ages, genders = self.age_gender(faces)
        return torch.cat([ages, log_odds(genders)[:, :1], log_odds(self.expressions(faces))], 1)

    def extra_repr(self) -> str:
        """Say which attributes are read, and where the face is."""
        return f"{', '.join(self.names)}; box={self.box}"


def log_odds(logits: Tensor) -> Tensor:
    """Give the log odds of each class against all others, from logits ``[N, K]`` of two classes or more."""
    own = torch.eye(logits.shape[1], dtype=torch.bool, device=logits.device)
    others = logits[:, None].masked_fill(own, -torch.inf)
    return logits - others.logsumexp(2)


def read_face_api(
    folder: str | Path, *, box: Sequence[float] = WHOLE, device: str | torch.device = "cpu"
) -> FaceApi:
    """Read the weights of the npm package @vladmandic/face-api; nothing is downloaded.

    >>> scorer = read_face_api("node_modules/@vladmandic/face-api")  # doctest: +SKIP
    >>> scorer(torch.zeros(2, 3, 64, 64)).shape  # doctest: +SKIP
    torch.Size([2, 9])

    Parameters
    ----------
    folder
        The package's folder ``model``, the package's own folder, a ``node_modules``, or the folder where
        ``npm install @vladmandic/face-api`` was run.
    box
        Which part of every picture is the face: left, top, right, bottom, as fractions of the frame; by
        default all of it. The networks want a tight crop, as a face detector gives.
    device
        Where it computes.

    Returns
    -------
    FaceApi
        In eval mode, float32, without gradients of its weights.

    Raises
    ------
    FileNotFoundError
        If the weights are not there.
    ValueError
        If they are damaged or of another network, the box is none, or the device does not exist here.

    Notes
    -----
    Source: face-api.js (Mühler 2018), as maintained by Mandic, 1.7.15. A network's guess says how a picture
    looks to the network; it says nothing about a person.
    """
    folder, box, chosen = as_path(folder, "folder"), as_box(box), choose_device(device)
    found = find_weights(folder, AGE_GENDER, PACKAGE, "model")
    networks = AgeGender(), Expressions()
    for network, name in zip(networks, (AGE_GENDER, EXPRESSION), strict=True):
        _fill(network, read_manifest(found.with_name(name)), name)
    return FaceApi(*networks, box).to(chosen)


def _fill(network: nn.Module, tensors: Mapping[str, Tensor], file: str) -> None:
    """Give a network its weights, all that there are."""
    filled = {
        key: taken(tensors, _stored_name(key), like.shape, file) for key, like in network.state_dict().items()
    }
    if len(tensors) != len(filled):
        raise ValueError(f"{file!r} is of another network: it has {len(tensors)} tensors, not {len(filled)}.")
    network.load_state_dict(filled)


def _stored_name(key: str) -> str:
    """Give the package's name of one of our weights."""
    place, _, kind = key.replace(".", "/").rpartition("/")
    if place.endswith("_filter"):
        return place if kind == "weight" else f"{place.rpartition('/')[0]}/bias"
    plain = "weights" if key.startswith("fc.") else "filters"
    return f"{place}/{plain if kind == 'weight' else kind}"


def _square(pixels: Tensor) -> Tensor:
    """Make pictures square with black borders; the second one is the wider where they differ."""
    height, width = pixels.shape[2:]
    more = abs(height - width)
    ends = (more // 2, more - more // 2)
    return pad(pixels, (*ends, 0, 0) if height > width else (0, 0, *ends))


def _resized(pixels: Tensor, axis: int) -> Tensor:
    """Sample pictures at 112 places along an axis, as TensorFlow.js does: the first is the first pixel."""
    side = pixels.shape[axis]
    places = torch.arange(SIDE, device=pixels.device, dtype=torch.float32) * (side / SIDE)
    before = places.floor()
    share = (places - before).view(-1, *[1] * (3 - axis))
    first, second = (pixels.index_select(axis, (before.long() + step).clamp(max=side - 1)) for step in (0, 1))
    return torch.lerp(first, second, share)
