"""Reads Fashion-MNIST (Xiao et al. 2017) as Debian packages it, padded to 32 px.

Run ``python -m training.garments.dataset`` to fetch the package with apt; nothing is installed.
"""

from __future__ import annotations

import gzip
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from sefa_widget.generators import BUNDLED

FOLDER = Path(__file__).parent.parent / "runs" / "garments"
"""Where data, checkpoints and logs of training go; nothing in it is committed."""
PACKAGE = "dataset-fashion-mnist"
INSIDE = Path("usr/share/datasets/fashion-mnist")
"""Where the package has its files, below the root."""
CLASSES = BUNDLED["garments"].class_names
"""The names of the classes, in the order of the data's labels."""
RESOLUTION = 32
PIXELS = 3
"""The type code of the idx format for bytes is 8; pictures have three axes."""


@dataclass(frozen=True)
class Garments:
    """Pictures with their classes.

    Attributes
    ----------
    images
        ``[N, 1, 32, 32]``, uint8.
    labels
        ``[N]``, int64.
    """

    images: Tensor
    labels: Tensor

    def batch(self, count: int, chance: torch.Generator) -> tuple[Tensor, Tensor]:
        """Give random pictures ``[count, 1, 32, 32]`` in -1..1, and their classes."""
        index = torch.randint(len(self.images), (count,), generator=chance)
        return self.images[index].float().div_(127.5).sub_(1), self.labels[index]


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read one file of the idx format, gzipped: bytes of one or three axes."""
    with gzip.open(path) as file:
        raw = file.read()
    axes = raw[3]
    if raw[:3] != b"\x00\x00\x08" or axes not in (1, PIXELS):
        raise ValueError(f"{path} is not an idx file of bytes; it begins with {raw[:4]!r}.")
    shape = [int.from_bytes(raw[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(axes)]
    return np.frombuffer(raw, dtype=np.uint8, offset=4 + 4 * axes).reshape(shape)


def read_garments(part: str, folder: Path | None = None) -> Garments:
    """Read the pictures of ``"train"`` (60,000) or ``"t10k"`` (10,000).

    Raises
    ------
    FileNotFoundError
        If the data are in none of the places where they are looked for.
    """
    found = folder or find()
    pixels = torch.from_numpy(read_idx(found / f"{part}-images-idx3-ubyte.gz").copy())
    border = (RESOLUTION - pixels.shape[-1]) // 2
    images = functional.pad(pixels[:, None], (border,) * 4)
    labels = torch.from_numpy(read_idx(found / f"{part}-labels-idx1-ubyte.gz").astype(np.int64))
    return Garments(images, labels)


def find() -> Path:
    """Give the folder with the data: of ``$FASHION_MNIST``, of `fetch`, or of the installed package."""
    named = os.environ.get("FASHION_MNIST")
    places = [Path(named)] if named else [FOLDER / INSIDE, Path("/") / INSIDE]
    for place in places:
        if (place / "train-images-idx3-ubyte.gz").exists():
            return place
    raise FileNotFoundError(
        f"Fashion-MNIST is not in {' or '.join(map(str, places))}. Install Debian's package "
        f"{PACKAGE} (apt-get install {PACKAGE}), or run `python -m training.garments.dataset` to fetch it "
        "with apt, or name a folder with its four .gz files in FASHION_MNIST."
    )


def fetch() -> Path:
    """Download the Debian package with apt-get, if need be, and unpack it into `FOLDER`."""
    try:
        return find()
    except FileNotFoundError as missing:
        FOLDER.mkdir(parents=True, exist_ok=True)
        try:
            subprocess.run(["apt-get", "download", PACKAGE], cwd=FOLDER, check=True)
            package = max(FOLDER.glob(f"{PACKAGE}_*.deb"))
            subprocess.run(["dpkg-deb", "--extract", package.name, "."], cwd=FOLDER, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise FileNotFoundError(f"{missing} Fetching it failed: {error}.") from error
        return find()


if __name__ == "__main__":
    print(f"Fashion-MNIST is in {fetch()}")
