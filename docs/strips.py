"""Draw what the sliders of the bundled heads do, from one end to the other, one picture for each layer group.

``python docs/strips.py`` measures where the sliders end (docs/methods.md, "Slider ranges") and writes
``docs/heads-strips-all.png`` and the same for bottom, middle and top layers; about half a minute on one core.
A row is a direction: three seeds, each at -end, -end/2, 0, +end/2 and +end.
"""

from __future__ import annotations

from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont

from sefa_widget import edit, factorize, load_generator
from sefa_widget.generators import Generator
from sefa_widget.measures.sliders import Measuring, Setting, Unedited
from sefa_widget.pictures.frames import to_pil, to_pixels

DOCS = Path(__file__).parent
GROUPS = {"all": (0, 10), "bottom": (0, 3), "middle": (3, 5), "top": (5, 10)}
DIRECTIONS = 4
SEEDS = (1, 5, 12)
SHARES = (-1.0, -0.5, 0.0, 0.5, 1.0)
LEFT, TOP, GAP = 62, 18, 6


def strips(heads: Generator, layers: tuple[int, int], unedited: Unedited) -> Image.Image:
    """Draw the first directions of a range of layers, each as far as its slider goes."""
    directions = factorize(heads, layers=layers, k=DIRECTIONS)
    rows = sorted({layer.row for layer in heads.layers[slice(*layers)] if layer.row is not None})
    measuring = Measuring(heads, directions, rows, unedited)
    while measuring.step():
        pass
    side, font = heads.resolution, ImageFont.load_default()
    width = LEFT + len(SEEDS) * (len(SHARES) * side + GAP) - GAP
    sheet = Image.new("RGB", (width, TOP + DIRECTIONS * side), "white")
    pen = ImageDraw.Draw(sheet)
    latents = heads.sample(SEEDS)
    for row, (end, stop) in enumerate(zip(measuring.range.rounded(), measuring.range.stops, strict=True)):
        y = TOP + row * side
        pen.text((4, y + side // 2 - 12), f"#{row}\n±{end:g}", "black", font)
        if stop == "sharpness":
            pen.text((4, y + side // 2 + 14), "(stopped)", "black", font)
        for place, share in enumerate(SHARES):
            pictures = heads.synthesize(edit(latents, directions, {row: share * end}, rows=rows))
            for seed, picture in enumerate(pictures):
                x = LEFT + seed * (len(SHARES) * side + GAP) + place * side
                sheet.paste(to_pil(to_pixels(picture)), (x, y))
                text = {-1.0: "-end", 0.0: f"seed {SEEDS[seed]}", 1.0: "+end"}.get(share, f"{share:+g}")
                pen.text((x + side // 2, 3), text, "black", font, anchor="ma")
    return sheet


if __name__ == "__main__":
    with torch.inference_mode():
        heads = load_generator("heads", device="cpu")
        unedited = Unedited(heads, Setting())
        for name, layers in GROUPS.items():
            path = DOCS / f"heads-strips-{name}.png"
            strips(heads, layers, unedited).save(path, optimize=True)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
