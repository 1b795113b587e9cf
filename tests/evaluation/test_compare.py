import math
from itertools import permutations

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.evaluation import compare
from sefa_widget.measures.basis import random_bases
from sefa_widget.measures.matching import (
    absolute_cosines,
    compare_pair,
    find_nearest,
    match,
    principal_angles,
)
from tests.evaluation.helpers import directions, random_rows


def random_basis(k, d, seed=0):
    (basis,) = random_bases(1, k, d, seed)
    return basis


@pytest.mark.parametrize(("k1", "k2"), [(5, 5), (3, 5), (5, 3)])
def test_the_matching_is_the_best_of_all(k1, k2):
    cosines = absolute_cosines(random_rows(k1, 7, 1), random_rows(k2, 7, 2))
    found = match(cosines)
    if k1 <= k2:
        best = max(sum(float(cosines[i, j]) for i, j in enumerate(p)) for p in permutations(range(k2), k1))
    else:
        best = max(sum(float(cosines[i, j]) for j, i in enumerate(p)) for p in permutations(range(k1), k2))
    assert sum(float(cosines[pair]) for pair in found) == pytest.approx(best)
    assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found) == min(k1, k2)


def test_shuffled_and_flipped_directions_match_exactly():
    basis = random_basis(4, 6, seed=9)
    order = [2, 0, 3, 1]
    found = compare({"a": directions(basis), "b": directions(-basis[order])})
    (pair,) = found.pairs
    assert [order[j] for _, j in pair.matching] == [i for i, _ in pair.matching]
    assert torch.allclose(pair.matched, torch.ones(4, dtype=torch.float64))
    assert torch.allclose(pair.angles, torch.zeros(4, dtype=torch.float64), atol=1e-12)
    assert pair.control_cosines.shape == (100,)
    assert float(pair.control_cosines.max()) < 1
    assert pair.control_angles.shape == (100, 4)
    assert float(pair.control_angles[:, -1].min()) > 0.1
    assert found.pair("b", "a") is pair


def test_principal_angles_are_those_that_were_built_in():
    basis = random_basis(6, 6, seed=4)
    built = torch.tensor([1e-9, 0.3, 1.2], dtype=torch.float64)
    tilted = basis[:3] * built.cos()[:, None] + basis[3:] * built.sin()[:, None]
    mix = random_rows(3, 3, 5)
    found = principal_angles(basis[:3], mix @ tilted)
    assert torch.allclose(found, built, rtol=1e-5, atol=1e-14)
    assert torch.allclose(principal_angles(basis[:5], tilted[:1]), torch.zeros(1).double(), atol=1e-8)


def test_the_nearest_to_a_supervised_direction_has_a_distance_and_a_rank_from_0():
    basis = random_basis(4, 6, seed=9)
    target = 0.8 * basis[2] - 0.6 * basis[0]
    found = compare({"sefa": directions(basis), "labels": directions(target[None], method="interfacegan")})
    (near,) = found.nearest
    assert (near.supervised, near.direction, near.method, near.index) == ("labels", 0, "sefa", 2)
    assert near.distance == pytest.approx(0.2)
    assert near.searched == 4
    assert near.control.shape == (100,)
    assert 0 <= float(near.control.min()) < float(near.control.max()) < 1
    (row,) = found.supervised()
    assert row["No."] == 2
    assert row["of"] == 4
    assert math.isnan(row["reliability"])


def test_two_random_sets_agree_as_well_as_the_control_says():
    """The pair's own score is one more draw from the distribution of its control."""
    target = directions(random_basis(5, 12, seed=77))
    own = [
        float(compare_pair("a", target, "b", directions(basis), controls=1).matched.mean())
        for basis in random_bases(400, 5, 12, seed=5)
    ]
    pair = compare_pair("a", target, "b", target, controls=400)
    assert float(torch.tensor(own).mean()) == pytest.approx(float(pair.control_cosines.mean()), abs=0.01)
    limit = pair.control_cosines.quantile(0.95)
    assert (torch.tensor(own) > limit).double().mean() == pytest.approx(0.05, abs=0.035)


def test_by_chance_the_nearest_of_many_is_nearer_than_that_of_few():
    """The control is the distance to the nearest of as many random directions as are searched."""
    target = directions(random_rows(1, 16, seed=3), method="interfacegan")
    medians = []
    for k in (2, 8, 16):
        (near,) = find_nearest("labels", target, "set", directions(random_basis(16, 16)), k=k, controls=500)
        drawn = torch.stack(list(random_bases(500, k, 16, seed=123)))
        nearest = 1 - (drawn @ target.vectors[0]).abs().amax(1)
        assert near.searched == k
        assert float(near.control.mean()) == pytest.approx(float(nearest.mean()), abs=0.02)
        assert float(near.control.quantile(0.05)) == pytest.approx(float(nearest.quantile(0.05)), abs=0.04)
        medians.append(float(near.control.median()))
    assert medians[0] > medians[1] > medians[2]


def test_random_directions_are_nearest_with_a_p_value_of_five_percent_in_five_percent_of_cases():
    targets = directions(random_rows(1000, 10, seed=4), method="interfacegan")
    candidates = directions(random_basis(4, 10, seed=8))
    p = torch.tensor([near.p for near in find_nearest("labels", targets, "set", candidates, controls=999)])
    assert float((p <= 0.05).double().mean()) == pytest.approx(0.05, abs=0.025)
    (itself, *_) = find_nearest("labels", candidates, "set", candidates, controls=999)
    assert itself.p == 1 / 1000


def test_equally_many_of_each_set_are_searched_for_supervised_directions():
    sets = {
        "long": directions(random_basis(8, 8, seed=1)),
        "short": directions(random_basis(3, 8, seed=2)),
        "labels": directions(random_rows(2, 8), method="interfacegan"),
    }
    found = compare(sets, k=5, reliability={"labels": [0.9, 0.1]})
    assert {near.searched for near in found.nearest} == {3}
    assert all(near.index < 3 for near in found.nearest)
    assert [row["reliability"] for row in found.supervised()] == [0.9, 0.1, 0.9, 0.1]
    with pytest.raises(ValueError, match="1 reliabilities for 2 supervised directions of 'labels'"):
        compare(sets, reliability={"labels": [0.9]})


def test_a_comparison_with_a_generator_scores_each_set_on_the_same_latents(tiny):
    sets = {"sefa": factorize(tiny), "composed": factorize(tiny, method="composed", layers=(0, 3))}
    found = compare(sets, tiny, k=3, latents=tiny.sample(range(3)))
    assert list(found.captured) == ["sefa", "composed"]
    assert all(len(score.curve) == 3 for score in found.captured.values())
    assert torch.equal(found.captured["sefa"].bound, found.captured["composed"].bound)
    rows = found.captured_change()
    assert rows[0]["captured"] == float(found.captured["sefa"].curve[2])
    assert rows[0]["bases"] == 100
    assert rows[0]["random, 5 %"] < rows[0]["random, 95 %"]
    assert found.pairs[0].cosines.shape == (3, 3)


def test_the_tables_read_as_text_and_as_html(tiny):
    sets = {"<b>": factorize(tiny), "composed": factorize(tiny, method="composed", layers=(0, 3))}
    found = compare(sets, tiny, k=2, latents=tiny.sample(range(2)))
    text = str(found)
    assert "mean |cos|" in text
    assert "captured" in text
    page = found._repr_html_()
    assert page.count("<table>") == 2
    assert "&lt;b&gt;" in page
    assert "<b>" not in page
    angle = math.degrees(float(found.pairs[0].angles[-1]))
    (agreement,) = found.agreement()
    assert agreement["largest angle"] == pytest.approx(angle)
    assert agreement["bases"] == 100
    assert agreement["random"] < agreement["random, 95 %"]


def test_what_cannot_be_compared_is_refused():
    six, four = directions(torch.eye(6)), directions(torch.eye(4))
    with pytest.raises(ValueError, match="1 given"):
        compare({"a": six})
    with pytest.raises(ValueError, match="different sizes"):
        compare({"a": six, "b": four})
    with pytest.raises(ValueError, match="k is 0"):
        compare({"a": six, "b": six}, k=0)
    with pytest.raises(ValueError, match="'c' is not one of the sets a, b"):
        compare({"a": six, "b": six}, supervised=["c"])
    with pytest.raises(KeyError, match="There is no pair"):
        compare({"a": six, "b": six}).pair("a", "z")
