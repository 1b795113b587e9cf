"""Time a store of 100,000 labels: opening it, its pages, searches in it, and saving one more.

Run ``python benchmarks/labels.py``; it needs half a minute and 500 MB of disk. The exit code is 1 if opening
takes a second, or anything else 200 ms.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from sefa_widget import Label, Labels

COUNT, SIZE = 100_000, 512


def timed(words: str, act: Callable[[], object], limit: float) -> bool:
    """Print the best of three times in ms, and tell whether it is within a limit in seconds."""
    times = []
    for _ in range(3):
        begin = time.perf_counter()
        act()
        times.append(time.perf_counter() - begin)
    print(f"{words}: {1000 * min(times):.1f} ms")
    return min(times) < limit


def main() -> int:
    """Print the figures."""
    vectors = torch.randn(100, SIZE, dtype=torch.float64)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "labels.db"
        labels = Labels(path)
        for start in range(0, COUNT, 5000):
            labels.extend(
                Label(name=f"name {n % 997}", vector=vectors[n % 100], rater=f"rater {n % 30}", index=n % 100)
                for n in range(start, start + 5000)
            )
        print(f"{COUNT} labels of size {SIZE}: {path.stat().st_size / 1e6:.0f} MB")
        good = [
            timed("open it and show the first 50", lambda: Labels(path).select(limit=50), 1.0),
            timed("the length", lambda: len(labels), 0.2),
            timed("the last page", lambda: labels.select(offset=COUNT - 50, limit=50), 0.2),
            timed("50 with a text in them", lambda: labels.select("me 99", limit=50), 0.2),
            timed("a text that is nowhere", lambda: labels.select("nowhere", limit=50), 0.2),
            timed("50 of one rater", lambda: labels.select(rater="rater 7", limit=50), 0.2),
            timed("names in use", lambda: labels.names(), 0.2),
            timed("the last one of a name", lambda: labels["name 5"], 0.2),
            timed("is anything new?", labels.changed, 0.2),
            timed("save one label", lambda: labels.extend([Label(name="a", vector=vectors[0])]), 0.2),
        ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
