"""Writes a grid of pictures to a file with its recipe, as a whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from sefa_widget.saving import replacing

Tiles = NDArray[np.uint8]
"""``[R, C, H, W, 3]`` RGB."""

STILL = (".png", ".webp", ".npz")
"""Endings of files of a grid."""


def grid_image(tiles: Tiles) -> Image.Image:
    """Give a grid as one picture, tiles side by side."""
    rows, columns, height, width, _ = tiles.shape
    grid = tiles.transpose(0, 2, 1, 3, 4).reshape(rows * height, columns * width, 3)
    return Image.fromarray(np.ascontiguousarray(grid))


def read_recipe(path: Path) -> dict[str, Any]:
    """Read the recipe that travels in a file of `write` or of an animation (WebP, GIF).

    Raises
    ------
    ValueError
        If it has none.
    """
    if path.suffix.lower() == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            text: Any = str(arrays["recipe"]) if "recipe" in arrays else None
    else:
        with Image.open(path) as image:
            text = image.info.get("sefa_widget") or image.info.get("xmp") or image.info.get("comment")
    recipe = json.loads(text) if isinstance(text, str | bytes) else None
    if not isinstance(recipe, dict):
        raise ValueError("it carries no recipe.")
    return recipe


def write(path: Path, tiles: Tiles, recipe: Mapping[str, Any], *, alone: bool = True) -> None:
    """Write a grid in the format that the ending says, one of `STILL`; see `replacing` for `alone`."""
    text, kind = json.dumps(recipe), path.suffix.lower()
    with replacing(path, alone=alone) as part, part.open("wb") as file:
        if kind == ".png":
            about = PngInfo()
            about.add_itxt("sefa_widget", text)
            grid_image(tiles).save(file, "PNG", pnginfo=about)
        elif kind == ".webp":
            grid_image(tiles).save(file, "WEBP", lossless=True, exact=True, xmp=text.encode())
        else:
            np.savez_compressed(file, tiles=tiles, recipe=np.array(text))
