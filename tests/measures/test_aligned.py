import pytest
import torch

from sefa_widget.measures.aligned import align, matched_by_chance
from sefa_widget.measures.basis import random_bases
from sefa_widget.measures.matching import absolute_cosines, match
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


def test_eigenvalues_go_with_their_directions_and_all_else_stays():
    rows = torch.eye(3, dtype=torch.float64)
    second = directions(-rows[[2, 0, 1]], "pca")
    aligned = align(directions(rows), second)
    assert aligned.directions.eigenvalues.tolist() == second.eigenvalues[[1, 2, 0]].tolist()
    assert (aligned.directions.method, aligned.directions.trace) == ("pca", 100.0)
    assert torch.equal(aligned.directions.vectors, rows)


def test_a_direction_at_right_angles_keeps_its_sign():
    aligned = align(directions([[1.0, 0, 0]]), directions([[0, -1.0, 0]]))
    assert aligned.directions.vectors.tolist() == [[0, -1, 0]]
    assert aligned.cosines.tolist() == [0]


def test_the_first_64_are_matched_unless_told_otherwise():
    rows = torch.eye(70, dtype=torch.float64)
    aligned = align(directions(rows), directions(rows.flip(0)))
    assert sorted(aligned.indices[:64]) == list(range(64))
    assert aligned.indices[6:64] == tuple(range(63, 5, -1))
    assert aligned.indices[64:] == tuple(range(64, 70))


def test_chance_is_the_quantile_of_a_hundred_matched_bases():
    matched = []
    for basis in random_bases(100, 3, 8):
        cosines = absolute_cosines(torch.eye(8)[:3], basis)
        matched += [float(cosines[pair]) for pair in match(cosines)]
    expected = torch.tensor(matched, dtype=torch.float64).quantile(0.95)
    assert matched_by_chance(3, 5, 8) == pytest.approx(float(expected))
    assert matched_by_chance(5, 3, 8) == matched_by_chance(3, 5, 8)
    assert matched_by_chance(70, 65, 66) == matched_by_chance(64, 64, 66)
