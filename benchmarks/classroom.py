"""Measures a class on one machine: many kernels with a panel each; run ``python benchmarks/classroom.py``.

Each kernel opens the heads. Then some of them drag a slider at once: the next edit is sent when the picture
of the last one has come, as a page does. Measured is the time from an edit to its picture.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.panel.test_kernel import Kernel, is_frame_of, opened  # noqa: E402 (is below ROOT)

PANEL = "from sefa_widget import explore\npanel = explore('heads', device='cpu', threads={threads})\npanel"


def drag(kernel: Kernel, panel: str, edits: int, times: list[float]) -> None:
    """Send edits one after the other, and note how many milliseconds each takes."""
    for n in range(edits):
        start = time.perf_counter()
        patch = {"strengths": {"0": n % 40 / 20}}
        edit = {"type": "edit", "view": "v", "seq": 2 + n, "patch": patch, "moving": True, "step": 1}
        kernel.send(panel, edit)
        while kernel.wait(is_frame_of(panel))["content"]["data"]["content"]["seq"] < 2 + n:
            pass
        times.append(1000 * (time.perf_counter() - start))


def measured(kernels: int, dragging: int, edits: int, threads: int | None) -> str:
    """Start kernels, let some drag, and give a row of the table."""
    running: list[Kernel] = []
    with tempfile.TemporaryDirectory() as folder:
        try:
            panels = []
            for n in range(kernels):
                base = Path(folder) / str(n)
                base.mkdir()
                running.append(Kernel(base))
                panels.append(opened(running[-1].run(PANEL.format(threads=threads), "a")))
                running[-1].send(panels[-1], {"type": "hello", "view": "v", "seq": 1})
                running[-1].wait(is_frame_of(panels[-1]))
            memory = [psutil.Process(kernel.process.pid).memory_info().rss / 1e6 for kernel in running]
            times: list[float] = []
            pairs = list(zip(running, panels, strict=True))[:dragging]
            workers = [threading.Thread(target=drag, args=(*pair, edits, times)) for pair in pairs]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
        finally:
            for kernel in running:
                kernel.stop()
    late = statistics.quantiles(times, n=20)[-1]
    cells = [threads or "as it is", kernels, dragging, f"{statistics.median(times):.0f}", f"{late:.0f}"]
    return f"| {' | '.join(map(str, [*cells, f'{statistics.median(memory):.0f}']))} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kernels", type=int, default=30)
    parser.add_argument("--dragging", type=int, default=5)
    parser.add_argument("--edits", type=int, default=100)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print("| threads | kernels | dragging | median ms | 95 % ms | memory of a kernel in MB |")
    print("|---|---|---|---|---|---|")
    for threads in (1, None):
        print(measured(given.kernels, given.dragging, given.edits, threads), flush=True)
