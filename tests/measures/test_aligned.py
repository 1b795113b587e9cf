import pytest
import torch

from sefa_widget.measures.aligned import align, matched_by_chance
from tests.evaluation.helpers import directions, random_rows


def test_a_shuffled_and_flipped_set_is_put_back_in_order():
    rows = torch.linalg.qr(random_rows(6, 6))[0]
    order = [3, 0, 5, 1, 4, 2]
    signs = torch.tensor([1.0, -1, 1, -1, -1, 1])[:, None]
    aligned = align(directions(rows), directions(rows[order] * signs))
    assert torch.allclose(aligned.directions.vectors, rows)
    assert [order[index] for index in aligned.indices] == list(range(6))
    assert torch.allclose(aligned.cosines, torch.ones(6, dtype=torch.float64))


def test_directions_behind_the_matched_ones_are_paired_by_rank():
    rows = torch.eye(5, dtype=torch.float64)
    aligned = align(directions(rows), directions(rows[[1, 0, 4, 3, 2]]), k=2)
    assert aligned.indices == (1, 0, 2, 3, 4)
    assert aligned.cosines.tolist() == [1, 1, 0, 1, 0]


@pytest.mark.parametrize(("first", "second"), [(6, 3), (3, 6)])
def test_the_shorter_set_decides_how_many_pairs_there_are(first, second):
    aligned = align(directions(random_rows(first, 8)), directions(random_rows(second, 8)))
    assert len(aligned.directions) == len(aligned.indices) == 3
    assert len(set(aligned.indices)) == 3


def test_matched_random_directions_stay_below_chance_19_times_in_20():
    sets = [
        (directions(random_rows(6, 40, seed)), directions(random_rows(6, 40, seed + 99)))
        for seed in range(60)
    ]
    cosines = torch.cat([align(one, other).cosines for one, other in sets])
    share = float((cosines < matched_by_chance(6, 6, 40)).double().mean())
    assert 0.9 < share < 0.99
