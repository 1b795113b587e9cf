"""Kept features are bounded in bytes, and the least recently used go first."""

import pytest
import torch

from sefa_widget.pictures import features as module
from sefa_widget.pictures.features import KeptFeatures


def floats(count: int):
    return (torch.zeros(1, count),)


def test_the_least_recently_used_go_first():
    kept = KeptFeatures(limit_bytes=400)
    kept.put("a", floats(40))
    kept.put("b", floats(40))
    assert kept.get("a") is not None  # a use
    kept.put("c", floats(40))
    assert [key in kept for key in "abc"] == [True, False, True]
    assert (kept.nbytes, len(kept)) == (320, 2)
    assert kept.get("b") is None


def test_one_key_counts_once():
    kept = KeptFeatures()
    kept.put("a", floats(40))
    kept.put("a", floats(20))
    assert (kept.nbytes, len(kept)) == (80, 1)


def test_what_is_larger_than_the_limit_is_not_kept_and_drops_nothing():
    kept = KeptFeatures(limit_bytes=400)
    kept.put("a", floats(40))
    kept.put("b", floats(101))
    assert [key in kept for key in "ab"] == [True, False]
    nothing = KeptFeatures(limit_bytes=0)
    nothing.put("a", floats(1))
    assert len(nothing) == 0


def test_a_part_of_a_batch_does_not_hold_the_batch():
    batch = torch.zeros(8, 100)
    kept = KeptFeatures()
    kept.put("a", (batch[2:3],))
    (found,) = kept.get("a")
    assert found.untyped_storage().nbytes() == kept.nbytes == 400


def test_other_weights_and_clear_let_go_of_all():
    kept = KeptFeatures()
    first = kept.use("these")
    kept.put("a", floats(4))
    assert kept.use("these") == first
    assert len(kept) == 1
    assert kept.use("those") != first
    assert (len(kept), kept.nbytes) == (0, 0)
    kept.put("a", floats(4))
    kept.clear()
    assert (len(kept), kept.nbytes) == (0, 0)


def test_what_was_needed_before_is_remembered_without_tensors(monkeypatch):
    monkeypatch.setattr(module, "SEEN", 3)
    kept = KeptFeatures()
    assert kept.seen(["a", "b"]) == [False, False]
    assert kept.seen(["a", "c"]) == [True, False]
    assert kept.seen(["d"]) == [False]  # b is forgotten
    assert kept.seen(["a", "b"]) == [True, False]
    assert len(kept) == 0


@pytest.mark.parametrize("limit", [-1, "256MB", None])
def test_a_limit_is_a_number_of_bytes(limit):
    with pytest.raises(ValueError, match="limit_bytes is"):
        KeptFeatures(limit)


def test_what_has_memory_of_its_own_is_kept_without_a_copy():
    own = torch.zeros(1, 5)
    kept = KeptFeatures()
    kept.put("a", (own,))
    assert kept.get("a")[0] is own


def test_what_is_let_go_of_is_not_remembered_either():
    for let_go in (lambda kept: kept.clear(), lambda kept: kept.use("other")):
        kept = KeptFeatures()
        kept.seen(["a"])
        let_go(kept)
        assert kept.seen(["a"]) == [False]


def test_unless_told_otherwise_256_megabytes_are_kept_and_16384_keys_remembered():
    kept = KeptFeatures()
    assert kept.limit_bytes == 256 * 2**20
    kept.seen(range(2**14))
    kept.seen(["new"])
    assert kept.seen([0, 1, 2]) == [False, True, True]


def test_the_bytes_are_those_of_all_tensors_of_any_type_up_to_the_limit():
    kept = KeptFeatures(limit_bytes=100)
    kept.put("a", (torch.zeros(1, 5), torch.zeros(1, 10, dtype=torch.float64)))
    assert (kept.nbytes, "a" in kept) == (100, True)
    kept.put("b", (torch.zeros(1, 1),))
    assert (kept.nbytes, "a" in kept) == (4, False)
