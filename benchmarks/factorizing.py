"""Times one layer-range change of 18 layers x 512 random style weights, three ways.

Run ``python benchmarks/factorizing.py``. The official way stacks the chosen layers' weights, divides
each row by its norm and calls ``numpy.linalg.eig``, in float32, for every change. Both must find the same
directions. The third is one ``eigh`` of a 512 x 512 matrix, the least there is to do.
"""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sefa_widget import factorize
from sefa_widget.generators import Generator, Layer, Noise

LAYERS, D = 18, 512
WIDTHS = [512] * 10 + [512, 256, 256, 128, 128, 64, 64, 32]
RANGES = [(0, 18), (0, 2), (2, 6), (6, 18), (0, 9), (3, 17)]
ROUNDS = 7


class Styles(Generator):
    """The style weights of a 1024-px StyleGAN2, and nothing to draw with."""

    family = "styles"

    def __init__(self) -> None:
        super().__init__()
        self.z_dim = self.latent_dim = D
        self.resolution, self.latent_space = 1024, "w"
        # Correlated rows, as training leaves them, so that the leading eigenvalues stand apart.
        scales = torch.linspace(1, 0, D).exp()
        mix = torch.linalg.qr(torch.randn(D, D))[0]
        self.weights = nn.ParameterList(torch.randn(width, D) * scales @ mix for width in WIDTHS)
        self.layers = tuple(Layer(f"layer {n}", 4 * 2 ** (n // 2), n) for n in range(LAYERS))

    @property
    def config(self) -> dict[str, Any]:
        """Nothing to build it from."""
        return {}

    def forward(self, codes: Tensor, labels: Tensor | None = None, noise: Noise = "const") -> Tensor:
        """Draw nothing."""
        raise NotImplementedError

    def latent_weight(self, layer: int) -> Tensor:
        """Give one layer's style weight."""
        return self.weights[layer]


def official(weights: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Stack, normalise and call `eig`, each time from the weights."""
    weight = np.concatenate([w.T for w in weights], axis=1).astype(np.float32)
    weight = weight / np.linalg.norm(weight, axis=0, keepdims=True)
    values, vectors = np.linalg.eig(weight @ weight.T)
    return values, vectors.T


def milliseconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Measure in turns, check that both sides agree, and print medians and ratios."""
    torch.manual_seed(0)
    generator = Styles().eval().requires_grad_(False)
    arrays = [weight.numpy() for weight in generator.weights]
    first = milliseconds(lambda: factorize(generator))
    times: dict[str, list[float]] = {"ours": [], "official": [], "eigh": []}
    worst = 1.0
    for _ in range(ROUNDS):
        for start, stop in RANGES:
            rows = torch.cat(
                [w / w.norm(dim=1, keepdim=True) for w in generator.weights[start:stop]]
            ).double()
            gram = rows.T @ rows
            times["eigh"].append(milliseconds(lambda gram=gram: torch.linalg.eigh(gram)))
            times["ours"].append(milliseconds(lambda r=(start, stop): factorize(generator, layers=r)))
            found: list[tuple[np.ndarray, np.ndarray]] = []
            chosen = arrays[start:stop]
            times["official"].append(milliseconds(lambda c=chosen, f=found: f.append(official(c))))
            values, vectors = found[0]
            order = np.argsort(-values.real)[:20]
            ours = factorize(generator, layers=(start, stop), k=20).vectors.numpy()
            worst = min(worst, float(np.abs((vectors[order].real * ours).sum(1)).min()))
    median = {name: statistics.median(values) for name, values in times.items()}
    ours, theirs, least = median["ours"], median["official"], median["eigh"]
    print(f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(f"layer-range change, {LAYERS} layers x {D}, median of {len(times['ours'])} changes:")
    print(f"  sefa_widget              {ours:8.1f} ms   (the first, all weights: {first:.0f} ms)")
    print(f"  stack + numpy.linalg.eig {theirs:8.1f} ms   {theirs / ours:.1f} x ours")
    print(f"  one eigh({D}) alone       {least:8.1f} ms   ours is {ours / least:.2f} x")
    print(f"  same directions: least |cos| of the 20 strongest {worst:.6f}")


if __name__ == "__main__":
    main()
