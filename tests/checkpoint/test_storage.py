"""A tensor is a window that lies inside its storage, or it is refused before anything is allocated."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.storage import (
    STORAGE_ALLOWLIST,
    Storage,
    read_view,
    rebuild_tensor,
    storage_from_id,
)

FLOAT = STORAGE_ALLOWLIST["torch", "FloatStorage"]


def storage(numel: int = 12) -> Storage:
    found = Storage(torch.float32, numel)
    found.place(Span.of(np.arange(numel, dtype=np.float32).tobytes()))
    return found


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (12,), (1,)),
        (0, (), ()),
        (11, (1,), (1,)),
        (1, (2, 3), (6, 2)),
        (0, (3, 4), (0, 1)),
        (0, (0, 9), (9, 1)),
    ],
)
def test_a_window_inside_its_storage_is_what_torch_makes_of_it(offset, shape, strides):
    found, finite = read_view(rebuild_tensor(storage(), offset, shape, strides, False, {}))
    assert finite
    assert torch.equal(found, torch.arange(12.0).as_strided(shape, strides, offset))


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [
        (0, (13,), (1,)),
        (1, (12,), (1,)),
        (0, (2, 2), (11, 2)),
        (0, (13, 1), (0, 0)),
        (0, (2**40, 2**40), (0, 0)),
        (2**62, (1,), (1,)),
        (-1, (1,), (1,)),
        (0, (-1,), (1,)),
        (0, (1,), (-1,)),
        (0, (2,), ()),
        (0, (1,) * 9, (1,) * 9),
        (0.0, (1,), (1,)),
        (True, (1,), (1,)),
        (0, [1], [1]),
        (0, ("1",), (1,)),
    ],
)
def test_any_other_window_is_refused(offset, shape, strides):
    with pytest.raises(CheckpointError, match="describes a tensor"):
        rebuild_tensor(storage(), offset, shape, strides, False, {})


@pytest.mark.parametrize(
    "identifier",
    [
        ("storage", FLOAT, "0", "cpu", -1),
        ("storage", FLOAT, "0", "cpu", 2**50),
        ("storage", FLOAT, "0", "cpu", 4, ("view", 0, 1)),
        ("storage", FLOAT, 0, "cpu", 4),
        ("storage", "FloatStorage", "0", "cpu", 4),
        ("module", FLOAT, "0", "cpu", 4),
        "0",
        (),
    ],
)
def test_a_storage_named_in_another_way_than_torchs_is_refused(identifier):
    with pytest.raises(CheckpointError, match="describes a storage"):
        storage_from_id(identifier)


def test_a_storage_takes_no_more_and_no_fewer_bytes_than_its_numbers_need():
    for count in (0, 47, 49):
        with pytest.raises(CheckpointError, match=r"12 numbers of torch\.float32 need 48 bytes"):
            Storage(torch.float32, 12).place(Span.of(bytes(count)))


def test_a_storage_whose_numbers_were_never_found_cannot_be_read():
    view = rebuild_tensor(Storage(torch.float32, 4), 0, (4,), (1,), False, {})
    with pytest.raises(CheckpointError, match="lacks the numbers"):
        read_view(view)


def test_only_numbers_that_the_window_shows_count_as_infinite():
    numbers = np.zeros(1_000_000, np.float32)
    numbers[900_001] = np.inf
    whole = Storage(torch.float32, len(numbers))
    whole.place(Span.of(numbers.tobytes()))
    assert not read_view(rebuild_tensor(whole, 0, (len(numbers),), (1,), False, {}))[1]
    assert read_view(rebuild_tensor(whole, 0, (500_000,), (2,), False, {}))[1]
