"""How long and how much memory reading a 1024-pixel StyleGAN2 pickle takes, beside torch.load of its tensors.

Run it from the repository, on Linux: ``python benchmarks/checkpoint_loading.py``. It writes about 530 MB to a
temporary folder.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from sefa_widget.generators import read_checkpoint

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.checkpoint.network_pickles import stylegan2, write_pickle

ALLOWED_TIME = 1.5
ALLOWED_MEMORY = 1.3


def write_files(folder: Path, resolution: int) -> tuple[Path, Path]:
    """Write the pickle (G, D, G_ema; D is another generator, of about its size) and the plain tensors."""
    networks = {name: stylegan2(resolution, 32768, 512) for name in ("G", "D", "G_ema")}
    source = "# text\n" * 6000
    for network in networks.values():
        network.arguments[0]["module_src"] = source
    pickled = write_pickle(networks | {"augment_pipe": None}, folder / "pickled.pkl")
    plain = folder / "plain.pt"
    torch.save(read_checkpoint(pickled).tensors, plain)
    return pickled, plain


def peak_memory() -> int:
    """Give the most memory this process ever had, in bytes (unlike ru_maxrss, without its parent's)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def measure(reader: str, path: Path) -> dict[str, float]:
    """Read a file once, first thing in this process; give time, peak memory and size of the tensors."""
    before, start = peak_memory(), time.perf_counter()
    if reader == "pickled":
        tensors = read_checkpoint(path).tensors
    else:
        tensors = torch.load(path, map_location="cpu", weights_only=True)
    seconds = time.perf_counter() - start
    size = sum(tensor.nbytes for tensor in tensors.values())
    return {"seconds": seconds, "peak": peak_memory() - before, "size": size}


def main() -> int:
    """Measure both in fresh processes, by turns; print the best figures; 1 if they are out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--resolution", type=int, default=1024)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--measure", nargs=2, metavar=("READER", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.measure:
        print(json.dumps(measure(options.measure[0], Path(options.measure[1]))))
        return 0
    results: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        files = dict(zip(("pickled", "plain"), write_files(Path(folder), options.resolution), strict=True))
        for reader, path in [*files.items()] * options.repeats:
            command = [sys.executable, __file__, "--measure", reader, str(path)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            best = results.setdefault(reader, found)
            best["seconds"] = min(best["seconds"], found["seconds"])
        for reader, found in results.items():
            print(
                f"{reader:8} file {files[reader].stat().st_size / 1e6:6.1f} MB  "
                f"tensors {found['size'] / 1e6:6.1f} MB  "
                f"time {found['seconds'] * 1e3:6.1f} ms  peak {found['peak'] / 1e6:6.1f} MB"
            )
    pickled = results["pickled"]
    slower = pickled["seconds"] / results["plain"]["seconds"]
    extra = (pickled["peak"] - pickled["size"]) / pickled["size"]
    print(f"time {slower:.2f} x torch.load (at most {ALLOWED_TIME})")
    print(f"memory beyond the tensors {extra:.2f} x their size (at most {ALLOWED_MEMORY})")
    return int(slower > ALLOWED_TIME or extra > ALLOWED_MEMORY)


if __name__ == "__main__":
    raise SystemExit(main())
