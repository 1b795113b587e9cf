"""How good sketches are, and how many pictures a second a slow panel shows while a slider is dragged.

Run ``python benchmarks/sketches.py``; it needs about a minute. First table: bundled heads, 24 edits moved
from strength 0.1 to 0.45; correlation and RMS difference (values go from -1 to 1) between the whole picture
and a sketch, the small picture alone, and the picture before the move. Second table: a StyleGAN2 of 1024
pixels with random weights; a drag of 20 steps, each answered as the panel answers it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.partial import MAPPING, widths
from sefa_widget import Edit, Start, factorize, load_generator
from sefa_widget.generators.base import Generator
from sefa_widget.generators.stages import coarse
from sefa_widget.generators.stylegan2 import StyleGAN2
from sefa_widget.panel.painter import Painted
from sefa_widget.panel.session import Part, Session
from sefa_widget.panel.sketching import Sketching
from sefa_widget.pictures.frames import to_pixels
from sefa_widget.pictures.sketches import sketch_sizes, sketches

STEPS = 20


def likeness(generator: Generator, layers: tuple[int, int], size: int) -> list[tuple[float, float]]:
    """Give correlation and RMS difference to the whole picture, of sketch, small picture and old picture."""
    directions = factorize(generator, layers=layers)
    found: list[list[tuple[float, float]]] = [[], [], []]
    for seed in range(8):
        start = Start(seed, truncation_psi=0.8)
        latent = generator.sample(seed, truncation_psi=0.8)
        for index in range(3):
            before, now = Edit(directions, {index: 0.1}), Edit(directions, {index: 0.45})
            old, new = (to_pixels(generator.synthesize(edit.apply(latent))[0]) for edit in (before, now))
            (sketch,) = sketches(generator, start, [(before, old)], [now], size)
            small = coarse(generator, now.apply(latent), size)
            assert small is not None
            large = interpolate(small, size=old.shape[:2], mode="bilinear", align_corners=False)[0]
            for place, picture in enumerate((sketch, to_pixels(large), old)):
                found[place].append(alike(torch.from_numpy(picture), torch.from_numpy(new)))
    return [(mean(one[0] for one in some), mean(one[1] for one in some)) for some in found]


def alike(one: Tensor, other: Tensor) -> tuple[float, float]:
    """Give correlation and RMS difference of two pictures."""
    pair = torch.stack([one.flatten(), other.flatten()]).double() / 127.5
    return float(torch.corrcoef(pair)[0, 1]), float((pair[0] - pair[1]).square().mean().sqrt())


def mean(values: Iterable[float]) -> float:
    """Give the mean."""
    return statistics.fmean(values)


def drag(generator: Generator, layers: tuple[int, int]) -> tuple[float, float, list[int]]:
    """Drag a slider; gives milliseconds of a whole picture and of a sketch, and the sizes of the sketches."""
    session = Session(generator, {"layers": layers, "strengths": {0: 0.1}})
    parts: list[Part] = []
    parts.extend(session.draw(session.contents(), [0]))
    session.apply({"strengths": {0: 0.2}})
    contents = session.contents()
    parts.extend(session.draw(contents, [0]))
    sketching = Sketching()
    sketching.painted(Painted(contents, dict(zip(parts[-1].places, parts[-1].pixels, strict=True))))
    times, sizes = [], []
    for step in range(STEPS):
        session.apply({"strengths": {0: 0.2 + 0.05 * (step + 1)}})
        start = time.perf_counter()
        contents = session.contents()
        known = sketching.from_whole(contents)
        assert known is not None
        then, whole = known
        sizes.append(sketching.size(sketch_sizes(generator, (*then.edits, *contents.edits))))
        part = session.sketch(contents, then, whole, sizes[-1])
        sketching.took(part.render_ms)
        times.append(1000 * (time.perf_counter() - start))
    return parts[-1].render_ms, statistics.median(times), sizes


def main() -> None:
    """Print both tables."""
    heads = load_generator("heads", device="cpu")
    print("heads, layers   size   sketch        small alone   before the move   (correlation, RMS)")
    for layers in ((0, 10), (0, 3), (5, 10)):
        for size in sketch_sizes(heads, ()):
            texts = [f"{cor:.2f}  {rms:.2f}" for cor, rms in likeness(heads, layers, size)]
            print(f"{f'{layers[0]}-{layers[1] - 1}':<15} {size:>4}   {texts[0]}    {texts[1]}    {texts[2]}")
    large = StyleGAN2(widths(1024, 32768), MAPPING).eval()
    print("\n1024 px, layers edited   whole      sketch      a second   sizes")
    for layers, text in (((0, 18), "all"), ((9, 18), "from 128 px on")):
        whole, sketch, sizes = drag(large, layers)
        print(f"{text:<24} {whole:>5.0f} ms   {sketch:>5.0f} ms   {1000 / sketch:>5.1f}      {sizes}")


if __name__ == "__main__":
    main()
