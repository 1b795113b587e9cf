"""Find pictures of a generator again in larger photos, by their faces alone: how often, and how exactly.

Run ``python benchmarks/framing.py``. Each of 40 samples of the bundled faces and heads is put into a grey
photo of 600 x 400 pixels, at three places and sizes; `suggested_crop` is to give its place back.
"""

from __future__ import annotations

import time

import numpy as np
import torch
from PIL import Image

from sefa_widget import load_generator
from sefa_widget.inversion import suggested_crop
from sefa_widget.inversion.framing import own_face
from sefa_widget.pictures.frames import to_pixels

SEEDS = range(700, 740)
PLACES = ((90, 480, 20), (180, 300, 60), (390, 5, 5))
"""Side, left and top of a picture in the photo."""
WIDTH, HEIGHT = 600, 400


def measure(name: str) -> None:
    """Print how often a picture is found, and within what 90 % of places and sizes are right."""
    generator = load_generator(name, device="cpu")
    start = time.process_time()
    own_face(generator)
    own = time.process_time() - start
    places, sizes, seconds = [], [], []
    for seed in SEEDS:
        (pixels,) = to_pixels(generator.synthesize(generator.sample(seed)))
        for side, left, top in PLACES:
            photo = Image.new("RGB", (WIDTH, HEIGHT), (120, 130, 125))
            photo.paste(Image.fromarray(pixels).resize((side, side)), (left, top))
            start = time.process_time()
            crop = suggested_crop(generator, photo)
            seconds.append(time.process_time() - start)
            if crop is None:
                continue
            middle = (crop.left + crop.width / 2) * WIDTH, (crop.top + crop.height / 2) * HEIGHT
            far = abs(middle[0] - left - side / 2), abs(middle[1] - top - side / 2)
            places.append(max(far) / side)
            sizes.append(abs(np.log(crop.width * WIDTH / side)))
    place, size = np.quantile(places, 0.9), np.expm1(np.quantile(sizes, 0.9))
    print(
        f"{name}: found {len(places)} of {len(seconds)}; nine of ten middles within {place:.2f} of the side, "
        f"nine of ten sizes within {size:.0%}; own faces once {own:.1f} s, a photo {np.median(seconds):.2f} s"
        f" (longest {max(seconds):.2f} s)"
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    for generator_name in ("faces", "heads"):
        measure(generator_name)
