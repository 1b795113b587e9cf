"""Times the PCA of correlated w's: exact streaming moments against incremental PCA.

Run ``python benchmarks/pca.py``, with ``--quick`` for 10^5 samples instead of 10^6; it needs scikit-learn.
GANSpace calls `sklearn.decomposition.IncrementalPCA` with ``batch_size = max(100, 2 c)`` and one
``partial_fit`` per block of ``max(B, 2000, 3 c)`` samples, here with c = 80 components. Sampling is not
timed: both are handed the same blocks. Both are compared with an exact PCA (float64, two passes: mean,
then centred covariance).
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Iterator

import numpy as np
import torch
from sklearn.decomposition import IncrementalPCA

from sefa_widget.directions.eigen import decompose
from sefa_widget.directions.moments import Moments
from sefa_widget.directions.pca import principal

D, COMPONENTS, B = 512, 80, 1024
BLOCK = max(B, 2000, 3 * COMPONENTS)


def blocks(n: int) -> Iterator[torch.Tensor]:
    """Give correlated, skewed float32 w's ``[2000, 512]`` with a mean, the same ones at each call."""
    random = torch.Generator().manual_seed(0)
    mix = torch.linalg.qr(torch.randn(D, D, generator=random)).Q * torch.logspace(0.5, -1.5, D)[:, None]
    mix = mix @ torch.linalg.qr(torch.randn(D, D, generator=random)).Q
    mean = torch.randn(D, generator=random)
    for _ in range(n // BLOCK):
        z = torch.randn(BLOCK, D, generator=random)
        yield torch.nn.functional.leaky_relu(z, 0.2) @ mix + mean


def distance(found: torch.Tensor, exact: torch.Tensor) -> float:
    """Give the sine of the largest angle between two subspaces of orthonormal rows."""
    return float(torch.linalg.matrix_norm(found - found @ exact.T @ exact, 2))


def main() -> None:
    """Measure one after the other on the same blocks, check the subspaces, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10^5 samples instead of 10^6")
    n = 100_000 if parser.parse_args().quick else 1_000_000
    moments, theirs = Moments(), IncrementalPCA(COMPONENTS, batch_size=max(100, 2 * COMPONENTS))
    seconds = {"ours": 0.0, "theirs": 0.0}
    total = torch.zeros(D, dtype=torch.float64)
    for w in blocks(n):
        start = time.perf_counter()
        moments.add(w)
        seconds["ours"] += time.perf_counter() - start
        total += w.double().sum(0)
    for w in blocks(n):  # not in turns: the threads of one library's BLAS wait in the other's way
        array = w.numpy()
        start = time.perf_counter()
        theirs.partial_fit(array)
        seconds["theirs"] += time.perf_counter() - start
    start = time.perf_counter()
    found = principal(moments, COMPONENTS)
    seconds["ours"] += time.perf_counter() - start
    covariance = torch.zeros(D, D, dtype=torch.float64)
    for w in blocks(n):
        centred = w.double() - total / n
        covariance += centred.T @ centred / (n - 1)
    variances, vectors = decompose(covariance)
    exact = vectors[:COMPONENTS]
    published = torch.from_numpy(np.linalg.qr(theirs.components_.T.astype(np.float64))[0].T.copy())
    off = {"ours": distance(found.vectors, exact), "theirs": distance(published, exact)}
    wrong = float((found.variances / variances[:COMPONENTS] - 1).abs().max())
    ratio = seconds["theirs"] / seconds["ours"]
    print(f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(f"PCA of {n:,} w's of size {D}, {COMPONENTS} components, sampling apart:")
    for name, label in (("ours", "sefa_widget   "), ("theirs", "IncrementalPCA")):
        print(f"  {label} {seconds[name]:8.1f} s   off the exact subspace by {off[name]:.1e} (sine)")
    print(f"  ratio {ratio:.1f} x; our variances are off by {wrong:.1e} at most (relative)")
    if off["ours"] > 1e-6 or ratio < 5:
        raise SystemExit("Missed: the subspace must be exact to 1e-6 and the ratio at least 5.")


if __name__ == "__main__":
    main()
