"""Times the factorisation of convolution kernels of 64 to 512 channels, four ways.

Run ``python benchmarks/convolutions.py``; ``quick`` as an argument leaves the slowest out.
The setting is that of Fig. 4 of Wang et al. (ICASSP 2022): 3x3 kernels on 16x16 features. Compared are
`conv_gram` and ``eigh``; the listing printed there (as it is printed: its result is wrong); the FFT and one
SVD per frequency of Sedghi et al. (ICLR 2019), all singular values; and the power iteration of Yoshida &
Miyato (2017) in the form that convolves, the largest one only. The sum of the squares of Sedghi's values must
be the trace of ours, and Miyato's value Sedghi's largest.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from sefa_widget.directions import conv_gram
from sefa_widget.directions.conv import printed_listing

N = 16


def ours(kernel: Tensor) -> tuple[Tensor, Tensor]:
    """Give eigenvalues and eigenvectors, whatever n."""
    return torch.linalg.eigh(conv_gram(kernel))


def sedghi(kernel: Tensor, n: int) -> Tensor:
    """Give the singular values of each frequency, ``[n, n, m]``."""
    return torch.linalg.svdvals(torch.fft.fft2(kernel, s=(n, n)).permute(2, 3, 0, 1))


def power_iteration(kernel: Tensor, n: int, steps: int = 200) -> Tensor:
    """Give the largest singular value of the circular convolution."""
    x = torch.randn(1, kernel.shape[1], n, n, dtype=kernel.dtype)
    for _ in range(steps):
        x = x / x.norm()
        y = F.conv2d(F.pad(x, (0, 2, 0, 2), mode="circular"), kernel)
        back = F.conv_transpose2d(y, kernel)
        x = back[:, :, :n, :n].clone()
        x[:, :, :2] += back[:, :, n:, :n]
        x[:, :, :, :2] += back[:, :, :n, n:]
        x[:, :, :2, :2] += back[:, :, n:, n:]
    return y.norm()


def seconds(work: Callable[[], object], rounds: int = 1) -> float:
    """Give the shortest of some calls."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Measure, check that results agree, and print times and ratios."""
    torch.manual_seed(0)
    print(f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads, float64")
    print(f"3x3 kernels, {N}x{N} features; seconds and ratios to ours:")
    print(f"{'m':>5} {'ours':>9} {'listing':>16} {'Sedghi SVD':>16} {'power iteration':>16}")
    slow = 128 if "quick" in sys.argv else 512
    for m in (64, 128, 256, 512):
        kernel = torch.randn(m, m, 3, 3, dtype=torch.float64) / m
        mine = seconds(lambda k=kernel: ours(k), rounds=5)
        cells = [f"{m:>5} {mine:9.4f}"]
        found: list[Tensor] = []
        for work in (
            lambda k=kernel: printed_listing(k, (N, N)),
            lambda k=kernel, f=found: f.append(sedghi(k, N)),
            lambda k=kernel, f=found: f.append(power_iteration(k, N)),
        ):
            if m > slow:
                cells.append(f"{'-':>16}")
                continue
            taken = seconds(work)
            cells.append(f"{taken:8.2f} {taken / mine:6.0f}x")
        print(" ".join(cells), flush=True)
        if found:
            total = N * N * conv_gram(kernel).trace()
            assert torch.isclose(total, found[0].square().sum(), rtol=1e-9), "Sedghi's sum differs"
            assert torch.isclose(found[0].max(), found[1], rtol=1e-2), "the power iteration differs"
    print("sums of squares agree to 1e-9, the largest singular value to 1e-2 (power iteration, 200 steps)")
    kernel = torch.randn(64, 64, 3, 3, dtype=torch.float64) / 64
    print("growth with n at m = 64 (ours does not know n):")
    mine = seconds(lambda: ours(kernel), rounds=5)
    for n in (8, 16, 32):
        listing = seconds(lambda n=n: printed_listing(kernel, (n, n)))
        theirs = seconds(lambda n=n: sedghi(kernel, n))
        print(f"  n = {n:2}: ours {mine:.4f}, listing {listing:.3f}, Sedghi {theirs:.3f}", flush=True)


if __name__ == "__main__":
    main()
