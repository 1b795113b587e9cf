"""Reads a grid of pictures over time: its columns become the frames of a GIF, a WebP or an MP4."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from sefa_widget.pictures.files import Tiles
from sefa_widget.pictures.frames import Pixels
from sefa_widget.saving import replacing

ANIMATED = (".gif", ".webp", ".mp4")
"""Endings of files of an animation."""

SHORTEST = {".gif": 0.02, ".webp": 0.001}
"""Seconds of a frame at least: browsers show faster frames of a GIF more slowly than a slow one."""


def frames_of(tiles: Tiles, *, stacked: bool, back: bool) -> list[Pixels]:
    """Give the columns of a grid as frames ``[h, w, 3]``, rows side by side or stacked, there and back.

    Raises
    ------
    ValueError
        If there is one column only.
    """
    columns = tiles.shape[1]
    if columns < 2:
        raise ValueError(
            "The sheet has one column, and columns are the frames: draw it with two edits or more."
        )
    frames = [np.concatenate(list(tiles[:, column]), axis=0 if stacked else 1) for column in range(columns)]
    return [*frames, *frames[-2:0:-1]] if back else frames


def write_animation(path: Path, frames: Sequence[Pixels], seconds: float, recipe: Mapping[str, Any]) -> None:
    """Write frames in the format that the ending says, one of `ANIMATED`.

    Parameters
    ----------
    path
        An existing file is replaced, as a whole or not at all.
    frames
        Two or more, of one size.
    seconds
        How long all of them take.
    recipe
        JSON values; the file carries them.

    Raises
    ------
    ValueError
        If the frames are too short for the format.
    ImportError
        If PyAV is missing for an MP4.
    """
    text, kind = json.dumps(recipe), path.suffix.lower()
    shortest = SHORTEST.get(kind, 0.0)
    if seconds / len(frames) < shortest * (1 - 1e-9):
        raise ValueError(
            f"{len(frames)} frames in {seconds:g} seconds are too fast for {kind}, where a frame takes "
            f"{shortest:g} s at least: give seconds={shortest * len(frames):g} or more, or fps up to "
            f"{1 / shortest:g}."
        )
    with replacing(path) as part:
        if kind == ".mp4":
            _write_video(part, frames, seconds, text)
        elif kind == ".gif":
            times = [10 * time for time in _times(len(frames), 100 * seconds)]
            _write_images(part, "GIF", frames, times, comment=text.encode())
        else:
            times = _times(len(frames), 1000 * seconds)
            _write_images(part, "WEBP", frames, times, lossless=True, xmp=text.encode())


def _times(count: int, total: float) -> list[int]:
    """Share a time out in whole units, so that the sum is right."""
    ends = [round(total * n / count) for n in range(count + 1)]
    return [end - begin for begin, end in pairwise(ends)]


def _write_images(part: Path, codec: str, frames: Sequence[Pixels], times: list[int], **options: Any) -> None:
    first, *others = (Image.fromarray(frame) for frame in frames)
    with part.open("wb") as file:
        first.save(file, codec, save_all=True, append_images=others, duration=times, loop=0, **options)


def _write_video(part: Path, frames: Sequence[Pixels], seconds: float, text: str) -> None:
    try:
        import av
    except ImportError as error:
        raise ImportError(
            "An MP4 needs PyAV, which is not installed: pip install 'sefa_widget[video]'. "
            "GIF and WebP need nothing more."
        ) from error
    height, width = (side + side % 2 for side in frames[0].shape[:2])  # H.264 takes even sizes
    with av.open(str(part), "w", format="mp4") as container:
        container.metadata["comment"] = text
        rate = Fraction(len(frames) / seconds).limit_denominator(1000)
        stream = container.add_stream("libx264", rate=rate, options={"crf": "16", "preset": "medium"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for pixels in frames:
            padded = np.pad(
                pixels, ((0, height - pixels.shape[0]), (0, width - pixels.shape[1]), (0, 0)), mode="edge"
            )
            container.mux(stream.encode(av.VideoFrame.from_ndarray(padded, format="rgb24")))
        container.mux(stream.encode())
