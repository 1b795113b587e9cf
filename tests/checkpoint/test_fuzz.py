"""Damaged files are read or refused; nothing else happens.

A few hundred files are tried, the same in every run. SEFA_FUZZ_EXAMPLES tries that many others; so many take
longer than a test may, so set `--timeout` to 0.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators.reading import find_problem, read_incomplete
from tests.checkpoint.small_files import small_files

EXAMPLES = os.environ.get("SEFA_FUZZ_EXAMPLES")
HOSTILE = Path(__file__).parents[1] / "golden" / "hostile"

FILES = small_files() | {
    path.name: path.read_bytes() for path in sorted(HOSTILE.glob("*.p*")) if path.stat().st_size < 10_000
}
NAMES = sorted(FILES)


def damage(data: bytearray, choose: random.Random) -> None:
    """Flip a bit, set a byte, cut out a piece or the end, or copy in a piece of any file."""
    at = choose.randrange(len(data) + 1)
    length = int(2 ** choose.uniform(0, 9))
    source = data if choose.random() < 0.5 else FILES[choose.choice(NAMES)]
    start = choose.randrange(len(source) + 1)
    match choose.randrange(6):
        case 0:
            data[at : at + 1] = bytes(byte ^ 1 << choose.randrange(8) for byte in data[at : at + 1])
        case 1:
            data[at : at + 1] = choose.randbytes(1)
        case 2:
            del data[at : at + length]
        case 3:
            data[at:at] = source[start : start + length]
        case 4:
            data[at : at + length] = source[start : start + length]
        case 5 if choose.random() < 0.2:
            del data[at:]


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "file"


@settings(max_examples=int(EXAMPLES or 400), derandomize=EXAMPLES is None)
@given(st.sampled_from(NAMES), st.integers(0, 2**64))
def test_a_damaged_file_is_read_or_refused(place, name, seed):
    choose = random.Random(seed)
    data = bytearray(FILES[name])
    for _ in range(choose.choice((1, 1, 2, 5))):
        damage(data, choose)
    place.write_bytes(data)
    with warnings.catch_warnings(), suppress(CheckpointError):
        warnings.simplefilter("ignore")
        find_problem(read_incomplete(place))


@pytest.mark.timeout(900)
def test_a_minute_of_fuzzing_that_is_guided_by_coverage_finds_nothing(tmp_path):
    pytest.importorskip("atheris", reason="atheris is not made for this machine")
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": str(root)}
    command = [sys.executable, "-m", "tests.checkpoint.fuzz", "60"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert re.search(r"Done [1-9]\d* runs", done.stderr)
