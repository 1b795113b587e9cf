"""Fuzzes the reader of files, guided by its lines that run: ``python -m tests.checkpoint.fuzz [SECONDS]``.

Needs atheris. It starts from tiny files of every container and every format, and ends with an error, and the
file that caused it, if anything but a refusal comes out, a refusal is longer than it may be, or reading takes
more than a minute or 3 GB. What it finds belongs into ``tests/golden/hostile``, mended.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["sefa_widget.checkpoint"]):
    from sefa_widget.checkpoint import CheckpointError
    from sefa_widget.checkpoint.base import LONGEST
    from sefa_widget.generators.reading import find_problem, read_incomplete

from tests.checkpoint.test_fuzz import FILES

warnings.simplefilter("ignore")
PLACE = Path(tempfile.mkdtemp()) / "file"


def read(data: bytes) -> None:
    """Read a file, which may be refused."""
    PLACE.write_bytes(data)
    try:
        find_problem(read_incomplete(PLACE))
    except CheckpointError as refusal:
        if len(str(refusal)) > LONGEST:
            raise RuntimeError("A message is too long.") from refusal


def main(seconds: int) -> None:
    """Fuzz for some seconds."""
    with tempfile.TemporaryDirectory() as corpus:
        for name, data in FILES.items():
            (Path(corpus) / name).write_bytes(data)
        options = [f"-max_total_time={seconds}", "-timeout=60", "-rss_limit_mb=3000", "-max_len=20000"]
        atheris.Setup([sys.argv[0], *options, corpus], read)
        atheris.Fuzz()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
