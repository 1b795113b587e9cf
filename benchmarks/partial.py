"""Time a picture drawn again after an edit of late layers, against the whole picture.

The features before the first edited code row are kept. Run ``python benchmarks/partial.py``; it needs a
minute or two. Arguments are another resolution and names of families: ``partial.py 1024 stylegan2``. Weights
are random, widths those of the published networks. Both ways must give the same picture.

What remains is the work of the late layers, which change in every pixel. At 1024 pixels a third of it is not
arithmetic: each layer puts its result, 134 MB, into memory that the system hands out anew, page by page, and
takes back afterwards. Where malloc keeps its memory (glibc, set before Python starts)::

    MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_ARENA_MAX=1

a StyleGAN of 1024 pixels took 1.10 s instead of 1.50 s and the last third of its rows 0.51 instead of 0.63 of
it; a StyleGAN2 1.68 s instead of 2.03 s, and 0.54 instead of 0.60. The process then keeps its largest size.
Clamp, noise and activation are 20 of the 275 ms of the last convolution; to do them in strips that fit the
cache saves 7 ms. Huge pages (``THP_MEM_ALLOC_ENABLE=1``) saved nothing.
"""

from __future__ import annotations

import math
import resource
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

import torch

from sefa_widget.generators.base import Generator
from sefa_widget.generators.biggan import BigGAN, BigGANDeep
from sefa_widget.generators.stages import features_before, first_stage, run
from sefa_widget.generators.stylegan import StyleGAN
from sefa_widget.generators.stylegan2 import StyleGAN2
from sefa_widget.generators.stylegan3 import StyleGAN3

ROUNDS = 3
MAPPING = {"z_dim": 512, "widths": [512] * 8}
BIGGAN = {"latent_dim": 140, "num_classes": 1000, "embedding_dim": 128, "attention": [4]}
DEEP = {"latent_dim": 128, "num_classes": 1000, "embedding_dim": 128, "attention": [8], "num_stats": 51}


def widths(resolution: int, base: int) -> dict[int, int]:
    """Give the channels of StyleGAN and StyleGAN2 per resolution."""
    return {4 * 2**n: min(base // (4 * 2**n), 512) for n in range(int(math.log2(resolution)) - 1)}


def alias_free(resolution: int) -> StyleGAN3:
    """Make a StyleGAN3-T: cutoffs, sampling rates and sizes as in appendix F of its paper."""
    count, critical, margin, taps = 14, 2, 10, 6
    part = [min(n / (count - critical), 1) for n in range(count + 1)]
    cutoffs = [2 * (resolution / 4) ** p for p in part]
    stopbands = [2**2.1 * (resolution / 2 * 2**0.3 / 2**2.1) ** p for p in part]
    rates = [2 ** math.ceil(math.log2(min(2 * stop, resolution))) for stop in stopbands]
    sizes = [rate + 2 * margin for rate in rates[:-2]] + [resolution] * 2
    base = 16384 if resolution <= 256 else 32768
    channels = [round(min(base / 2 / cutoff, 512)) for cutoff in cutoffs[:-1]] + [3]
    layers = []
    for n in range(count + 1):
        before, last = max(n - 1, 0), n == count
        inner = max(rates[before], rates[n]) * (1 if last else 2)
        up, down = inner // rates[before], inner // rates[n]
        layers.append(
            {
                "inputs": channels[before],
                "outputs": channels[n],
                "kernel": 1 if last else 3,
                "in_size": sizes[before],
                "out_size": sizes[n],
                "up": up,
                "down": down,
                "up_taps": taps * up if up > 1 and not last else 1,
                "down_taps": taps * down if down > 1 and not last else 1,
                "radial": False,
                "to_rgb": last,
            }
        )
    return StyleGAN3(MAPPING, layers, sampling_rate=rates[0])


def networks(resolution: int) -> dict[str, Generator]:
    """Make a network of each family whose layers read rows of their own."""
    base = 16384 if resolution <= 256 else 32768
    found: dict[str, Generator] = {
        "stylegan": StyleGAN(widths(resolution, 16384), MAPPING),
        "stylegan2": StyleGAN2(widths(resolution, base), MAPPING, conv_clamp=256),
        "stylegan3": alias_free(resolution),
    }
    if resolution == 256:
        sizes = [(16, 16), (16, 8), (8, 8), (8, 4), (4, 2), (2, 1)]
        found["biggan"] = BigGAN(blocks=[(True, 96 * i, 96 * o) for i, o in sizes], **BIGGAN)
        twice = [pair for i, o in sizes for pair in ((False, i, i), (True, i, o))]
        found["biggan_deep"] = BigGANDeep(blocks=[(up, 128 * i, 128 * o) for up, i, o in twice], **DEEP)
    return found


def seconds(work: Callable[[], object]) -> float:
    """Give the processor time of one call: other processes do not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def fresh_megabytes(work: Callable[[], object]) -> float:
    """Give how much memory the system hands out during one call."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return faults * resource.getpagesize() / 1e6


def measure(generator: Generator, rows: range) -> tuple[float, float, float]:
    """Give the time of a whole picture, that from kept features on, and how far the two are apart."""
    latent, stage = generator.sample([0]), first_stage(generator, rows)
    kept = features_before(generator, latent, stage)
    codes = latent.codes.clone()
    codes[:, rows.start :] += 1
    edited = latent.with_codes(codes)
    whole, late = [], []
    for _ in range(ROUNDS):
        whole.append(seconds(lambda: generator.synthesize(edited)))
        late.append(seconds(lambda: run(generator, edited, start=kept, first=stage)))
    expected = generator.synthesize(edited)
    error = (run(generator, edited, start=kept, first=stage) - expected).abs().max() / expected.std()
    return statistics.median(whole), statistics.median(late), float(error)


def main() -> int:
    """Print the shares of edits from each third on; the exit code is 1 where the pictures differ."""
    resolution = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    chosen = sys.argv[2:]
    torch.manual_seed(0)
    worst = 0.0
    print(f"{resolution} px, one picture, torch {torch.__version__}, {torch.get_num_threads()} threads;")
    print("time of a whole picture, and the share of it that an edit of the last rows takes:")
    for name, generator in networks(resolution).items():
        if chosen and name not in chosen:
            continue
        generator.eval().requires_grad_(False)
        count = generator.num_codes
        line = ""
        for first in (count // 3, count - count // 3, count - 1):
            whole, late, error = measure(generator, range(first, count))
            worst = max(worst, error)
            line += f"   {count - first} of {count}: {late / whole:.2f}"
        latent = generator.sample([0])
        memory = fresh_megabytes(partial(generator.synthesize, latent))
        print(f"  {name:12} {1e3 * whole:6.0f} ms{line}   {memory:.0f} MB handed out anew", flush=True)
    print(f"largest difference of the two pictures: {worst:.0e} of a standard deviation")
    return 0 if worst <= 1e-4 else 1


if __name__ == "__main__":
    sys.exit(main())
