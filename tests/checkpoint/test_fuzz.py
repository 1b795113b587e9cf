"""Damaged files are read or refused; nothing else happens.

SEFA_FUZZ_EXAMPLES sets how many files are tried (a few hundred if it is not set).
"""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_files import small_files

from sefa_widget.checkpoint import CheckpointError, find_problem, read_incomplete

EXAMPLES = int(os.environ.get("SEFA_FUZZ_EXAMPLES", "400"))
HOSTILE = Path(__file__).parents[1] / "golden" / "hostile"

FILES = small_files() | {
    path.name: path.read_bytes() for path in sorted(HOSTILE.glob("*.p*")) if path.stat().st_size < 10_000
}

_place = st.floats(0, 1, exclude_max=True)
_changes = st.lists(
    st.one_of(
        st.tuples(st.just("flip"), _place, st.integers(0, 7)),
        st.tuples(st.just("byte"), _place, st.integers(0, 255)),
        st.tuples(st.just("cut"), _place, st.integers(1, 64)),
        st.tuples(st.just("end"), _place, st.none()),
        st.tuples(
            st.just("copy"), _place, st.tuples(st.sampled_from(sorted(FILES)), _place, st.integers(1, 512))
        ),
        st.tuples(st.just("bytes"), _place, st.binary(min_size=1, max_size=12)),
    ),
    min_size=1,
    max_size=6,
)


def change(data: bytearray, what: str, place: float, how: object) -> None:
    at = int(place * len(data))
    if what == "end":
        del data[at:]
    elif what == "cut":
        del data[at : at + how]
    elif what == "copy":
        other, start, length = how
        source = FILES[other]
        data[at : at + length] = source[int(start * len(source)) :][:length]
    elif what == "bytes":
        data[at : at + len(how)] = how
    elif data:
        data[at] = data[at] ^ (1 << how) if what == "flip" else how


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "file"


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.sampled_from(sorted(FILES)), _changes)
@pytest.mark.timeout(36_000)
def test_a_damaged_file_is_read_or_refused(place, name, changes):
    data = bytearray(FILES[name])
    for what, where, how in changes:
        change(data, what, where, how)
    place.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with suppress(CheckpointError):
            find_problem(read_incomplete(place))
