"""Read the features of 100,000 heads with 1 and 2 worker processes, and in this process: the same numbers.

Run ``OMP_NUM_THREADS=1 python benchmarks/scale.py``; another number of pictures is the first argument, other
numbers of workers follow. The exit code is 1 where numbers differ by more than 1e-6, or this process takes
more than 700 MB, of which Python with torch takes about 310.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import threading
import time
from concurrent.futures import ProcessPoolExecutor

import psutil
import torch

from sefa_widget import load_generator
from sefa_widget.evaluation import Features, draw_features

LIMIT_MB = 700
TOLERANCE = 1e-6


def peak() -> float:
    """Give the largest memory of this process so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


class Watched:
    """The largest memory of any child of this process while the block lasts, in MB."""

    def __enter__(self) -> Watched:
        """Begin to look, ten times a second."""
        self.most, self._over = 0.0, threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for child in psutil.Process().children():
                try:
                    self.most = max(self.most, child.memory_info().rss / 1e6)
                except psutil.NoSuchProcess:
                    continue


def measured(count: int, workers: int) -> tuple[Features, float, float]:
    """Give the features, the seconds without starting workers, and the memory of the largest worker."""
    generator = load_generator("heads", device="cpu")
    if not workers:
        torch.set_num_threads(1)
        begin = time.perf_counter()
        return draw_features(generator, range(count), "regressor"), time.perf_counter() - begin, 0.0
    context = multiprocessing.get_context("spawn")
    with Watched() as watched, ProcessPoolExecutor(workers, context) as pool:
        draw_features(generator, range(256 * workers), "regressor", executor=pool)  # all have started
        begin = time.perf_counter()
        found = draw_features(generator, range(count), "regressor", executor=pool)
        took = time.perf_counter() - begin
    return found, took, watched.most


def main() -> int:
    """Print the figures."""
    count, *workers = [int(given) for given in sys.argv[1:]] or [100_000]
    first: Features | None = None
    base, worst = 0.0, 0.0
    print(f"{count:,} pictures of the heads, 128 features of each")
    for number in workers or [1, 2, 0]:
        found, took, memory = measured(count, number)
        if first is None:
            first, base = found, took
        pairs = ((found.mean, first.mean), (found.covariance, first.covariance), (found.kept, first.kept))
        apart = max(float((one - two).abs().max()) for one, two in pairs)
        worst = max(worst, apart)
        who = f"{number} workers" if number else "this process"
        print(
            f"{who:13} {took:8.1f} s, {count / took:6.0f} a second, {base / took:.2f} times as fast as the "
            f"first; apart {apart:.1e}; a worker {memory:.0f} MB, this process at most {peak():.0f} MB",
            flush=True,
        )
    return 0 if worst <= TOLERANCE and peak() <= LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
