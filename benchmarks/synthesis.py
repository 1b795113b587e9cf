"""Time one StyleGAN2 picture on this machine, against the same network in the published way.

The published way modulates the weights for each sample and convolves in groups, inserts zeros and filters
in separate steps. Run ``python benchmarks/synthesis.py``; it needs about half a minute.
"""

from __future__ import annotations

import math
import statistics
import sys
import time

import torch
from torch import Tensor
from torch.nn import functional

from sefa_widget.generators.modulated import StyledConv, ToRGB
from sefa_widget.generators.stylegan2 import StyleGAN2

SIZES = ((256, 16384, 21), (1024, 32768, 9))
"""Resolution, channel_base, repetitions."""


def network(resolution: int, channel_base: int) -> StyleGAN2:
    """Make a StyleGAN2 of the official size with random weights."""
    resolutions = [4 * 2**n for n in range(int(math.log2(resolution)) - 1)]
    channels = {r: min(channel_base // r, 512) for r in resolutions}
    torch.manual_seed(0)
    generator = StyleGAN2(channels, {"z_dim": 512, "widths": [512] * 8}, conv_clamp=256)
    for name, parameter in generator.named_parameters():
        if name.endswith(("noise.strength", "bias")) and "affine" not in name:
            parameter.data.normal_(std=0.1)
    return generator.eval().requires_grad_(False)


def published_filter(x: Tensor, up: int, padding: tuple[int, int], gain: float) -> Tensor:
    """Insert zeros, pad, filter."""
    count, channels, height, width = x.shape
    x = functional.pad(x.reshape(count, channels, height, 1, width, 1), [0, up - 1, 0, 0, 0, up - 1])
    x = functional.pad(x.reshape(count, channels, height * up, width * up), [*padding, *padding])
    taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = torch.outer(taps, taps) * (gain / 64)
    return functional.conv2d(x, kernel.expand(channels, 1, -1, -1), groups=channels)


def published_conv(layer: StyledConv, weight: Tensor, x: Tensor, code: Tensor) -> Tensor:
    """Modulate the weights of each sample, convolve in groups, filter, noise, bias, activation, clamp."""
    count, (outputs, inputs) = len(x), weight.shape[:2]
    weight = weight[None] * layer.affine(code).reshape(count, 1, inputs, 1, 1)
    weight = weight * (weight.square().sum((2, 3, 4), keepdim=True) + 1e-8).rsqrt()
    x = x.reshape(1, count * inputs, *x.shape[2:])
    if layer.up:
        weight = weight.transpose(1, 2).reshape(count * inputs, outputs, 3, 3)
        x = functional.conv_transpose2d(x, weight, stride=2, groups=count)
        x = published_filter(x, 1, (1, 1), 4.0)
    else:
        x = functional.conv2d(x, weight.reshape(count * outputs, inputs, 3, 3), padding=1, groups=count)
    x = x.reshape(count, outputs, *x.shape[2:]) + layer.noise.const * layer.noise.strength
    x = functional.leaky_relu(x + layer.bias[:, None, None], 0.2) * math.sqrt(2)
    return x if layer.clamp is None else x.clamp(-layer.clamp, layer.clamp)


def published_rgb(layer: ToRGB, x: Tensor, code: Tensor) -> Tensor:
    """Modulate the weights of each sample, convolve in groups."""
    count, inputs, height, width = x.shape
    weight = layer.weight[None] * (layer.affine(code) * layer.weight_gain).reshape(count, 1, inputs, 1, 1)
    x = functional.conv2d(x.reshape(1, -1, height, width), weight.flatten(0, 1), groups=count)
    x = x.reshape(count, -1, height, width) + layer.bias[:, None, None]
    return x if layer.clamp is None else x.clamp(-layer.clamp, layer.clamp)


def published(generator: StyleGAN2, weights: dict[str, Tensor], codes: Tensor) -> Tensor:
    """Make the pictures in the published way from the same weights, laid out as files have them."""
    x, image, row = generator.const.expand(len(codes), -1, -1, -1), None, 0
    for n, block in enumerate(generator.blocks):
        for name in ("conv0", "conv1") if n else ("conv1",):
            x = published_conv(getattr(block, name), weights[f"blocks.{n}.{name}.weight"], x, codes[:, row])
            row += 1
        rgb = published_rgb(block.to_rgb, x, codes[:, row])
        image = rgb if image is None else published_filter(image, 2, (2, 1), 4.0) + rgb
    return image


def main() -> int:
    """Print the times and their ratio; the exit code is 1 if the pictures differ."""
    same = True
    for resolution, channel_base, repetitions in SIZES:
        generator = network(resolution, channel_base)
        weights = {key: value.contiguous() for key, value in generator.state_dict().items()}
        for count in (1, 4) if resolution < 512 else (1,):
            latent = generator.sample(range(count))
            ours, theirs = [], []
            with torch.inference_mode():
                for _ in range(repetitions):
                    start = time.perf_counter()
                    picture = generator.synthesize(latent)
                    middle = time.perf_counter()
                    reference = published(generator, weights, latent.codes)
                    theirs.append(time.perf_counter() - middle)
                    ours.append(middle - start)
            error = float((picture - reference).abs().max() / reference.std())
            same = same and error <= 2e-4
            a, b = statistics.median(ours[1:]), statistics.median(theirs[1:])
            print(
                f"{resolution} px, batch {count}: {1e3 * a:.0f} ms, published way {1e3 * b:.0f} ms, "
                f"ratio {b / a:.2f}, max difference {error:.1e} std"
            )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
