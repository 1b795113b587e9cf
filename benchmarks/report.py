"""How long a report of each bundled generator takes, and how large it is.

python benchmarks/report.py [heads] [faces]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import torch

from sefa_widget import load_generator
from sefa_widget.generators import BUNDLED
from sefa_widget.reports import report


def main(names: list[str]) -> None:
    """Write a report of each, with the defaults, and tell seconds and megabytes."""
    print(f"{torch.get_num_threads()} threads")
    with tempfile.TemporaryDirectory() as folder:
        for name in names or list(BUNDLED):
            generator = load_generator(name)
            begun, worked = time.perf_counter(), time.process_time()
            path = report(generator, Path(folder) / f"{name}.html")
            seconds, busy = time.perf_counter() - begun, time.process_time() - worked
            size = path.stat().st_size / 1e6
            print(
                f"{name}: {seconds:.0f} s, of the processor {busy:.0f} s; {size:.1f} MB; {generator.device}"
            )


if __name__ == "__main__":
    main(sys.argv[1:])
