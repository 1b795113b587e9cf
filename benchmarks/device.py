"""Time directions, layer ranges and pictures on every device there is, in every precision that is of use.

Run ``python benchmarks/device.py``; on two cores without a GPU it takes about five minutes. Networks have
official widths and random weights. Every picture is held against that of the CPU in float32; the exit code is
1 if one differs by more than its precision explains. ``--quick`` takes a tiny network, to see that it runs.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterator

import numpy as np
import torch
from torch import Tensor

from sefa_widget import edit, factorize
from sefa_widget.generators import Generator
from sefa_widget.generators.pggan import PGGAN
from sefa_widget.generators.precision import as_dtype
from sefa_widget.generators.stylegan2 import StyleGAN2
from sefa_widget.pictures.frames import to_pixels

SIZES = {256: 16384, 512: 32768, 1024: 32768}
"""Resolution and channels times resolution of the official StyleGAN2 networks."""
QUICK = {32: 512}
TYPES = ("float32", "bfloat16", "float16")
LIMITS = {"float32": 0.1, "bfloat16": 1.5, "float16": 0.5}
"""Most that a picture may differ on average, in steps of 1/255, if its values have a standard deviation of
0.5 in -1..1, as those of photos have."""
BATCH = 4


def style_network(resolution: int, channel_base: int, width: int) -> StyleGAN2:
    """Make a StyleGAN2 with random weights and noise."""
    sizes = [4 * 2**n for n in range(resolution.bit_length() - 2)]
    channels = {size: min(channel_base // size, width) for size in sizes}
    torch.manual_seed(0)
    generator = StyleGAN2(channels, {"z_dim": width, "widths": [width] * 8}, conv_clamp=256)
    for name, parameter in generator.named_parameters():
        if name.endswith(("noise.strength", "bias")) and "affine" not in name:
            parameter.data.normal_(std=0.1)
    return generator.eval().requires_grad_(False)


def progressive_network(resolution: int, channel_base: int, width: int) -> PGGAN:
    """Make a PGGAN with random weights: half the channels of a StyleGAN2."""
    sizes = [4 * 2**n for n in range(resolution.bit_length() - 2)]
    torch.manual_seed(0)
    generator = PGGAN(width, [min(channel_base // size // 2, width) for size in sizes]).requires_grad_(False)
    generator.initialize(generator)
    return generator.eval()


def devices() -> list[torch.device]:
    """Name the devices of this machine."""
    found = [torch.device("cpu")]
    found += [torch.device("cuda", n) for n in range(torch.cuda.device_count())]
    return found + ([torch.device("mps")] if torch.backends.mps.is_available() else [])


def types(device: torch.device, quick: bool) -> Iterator[str]:
    """Name the precisions to measure on a device."""
    for name in TYPES:
        if name == "float16" and device.type == "cpu" and not quick:
            print("  float16   left out: on the CPU it is tens of times slower than float32")
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # that float16 on the CPU is slow
                as_dtype(name, device)
        except ValueError as error:
            print(f"  {name:9} {error}")
            continue
        yield name


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """Time work that ends with its result on the CPU: the median after one that does not count."""
    times = []
    for _ in range(rounds + 1):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times[1:])


def steps(picture: Tensor, reference: Tensor) -> float:
    """Give how much a picture differs on average, in the steps of `LIMITS`."""
    scale = 0.5 * 127.5 / float(reference.std())
    return float((picture.cpu() - reference).abs().mean()) * scale


def measure_pictures(generator: Generator, device: torch.device, reference: Tensor, quick: bool) -> bool:
    """Print the times of directions, a layer range, a frame and a batch; whether pictures are the same."""
    generator.to(device)
    layers = len(generator.layers)
    start = time.perf_counter()
    found = factorize(generator, layers=(0, layers - 1))
    first = 1000 * (time.perf_counter() - start)
    change = milliseconds(lambda: factorize(generator, layers=(2, layers - 2)), 3)
    print(f"  directions {first:.0f} ms at first, a change of the layer range {change:.0f} ms")
    same = True
    for name in types(device, quick):
        generator.synthesis_dtype = getattr(torch, name)
        latent = generator.sample(31)

        def draw(count: int, latent=latent) -> np.ndarray:
            return to_pixels(generator.synthesize(edit(latent.repeat(count), found, {0: 1.0})))

        frame = milliseconds(lambda draw=draw: draw(1), 3)
        batch = milliseconds(lambda draw=draw: draw(BATCH), 1)
        differs = steps(generator.synthesize(latent), reference)
        same = same and differs <= LIMITS[name]
        print(
            f"  {name:9} a frame {frame:.0f} ms, {BATCH} pictures {batch:.0f} ms; "
            f"differs by {differs:.2f}/255 from float32 on the CPU"
        )
    generator.synthesis_dtype = torch.float32
    return same


class Enough(Exception):
    """Ends the composed response when it is known how long it takes."""


def measure_composed(generator: PGGAN, device: torch.device) -> None:
    """Print how long the composed response of a PGGAN takes, from a few batches of unit vectors."""
    generator.to(device)
    told: list[tuple[float, int]] = []

    def stop(done: int, total: int) -> None:
        if done > (told[-1][1] if told else 0):  # it is also told between batches
            told.append((time.perf_counter(), done))
        if len(told) == 3:
            raise Enough

    try:
        factorize(generator, method="composed", progress=stop)
    except Enough:
        (start, before), *_, (end, after) = told
        each = (end - start) / (after - before)
        d = generator.latent_dim
        print(f"  composed responses of a PGGAN: {each:.2f} s a unit vector, about {d * each:.0f} s for {d}")


def main() -> int:
    """Measure on every device; the exit code is 1 if a picture is another one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tiny network, to see that it runs")
    quick = parser.parse_args().quick
    width = 32 if quick else 512
    print(f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads")
    same = True
    for resolution, channel_base in (QUICK if quick else SIZES).items():
        generator = style_network(resolution, channel_base, width)
        reference = generator.synthesize(generator.sample(31))
        pggan = progressive_network(resolution, channel_base, width)
        for device in devices():
            print(f"{resolution} px on {device}")
            same = measure_pictures(generator, device, reference, quick) and same
            measure_composed(pggan, device)
    print("same pictures everywhere" if same else "PICTURES DIFFER")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
