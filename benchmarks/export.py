"""Write 10,000 pictures of the bundled heads to disk, and tell the memory and the time that it takes.

Run ``python benchmarks/export.py``; it needs a minute. Another number of pictures is the first argument. The
exit code is 1 above 600 MB for the whole process, of which Python with torch takes about 310 MB.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

from sefa_widget import load_generator, save_pictures

LIMIT_MB = 600


def peak() -> float:
    """Give the largest memory of this process so far, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> int:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    generator = load_generator("heads", device="cpu")
    before = peak()
    with tempfile.TemporaryDirectory() as place:
        folder, begin = Path(place) / "heads", time.process_time()
        save_pictures(generator, range(count), folder)
        took, begin = time.process_time() - begin, time.process_time()
        save_pictures(generator, range(count), folder)
        again = time.process_time() - begin
        size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{count} pictures, {size:.0f} MB on disk: {took:.0f} s of processor time, and {again:.1f} s again")
    print(f"memory of the process: {before:.0f} MB before, at most {peak():.0f} MB")
    return 0 if peak() <= LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
