"""The plane between much and little of an attribute, found in codes that lie as they are told to."""

import math
import warnings

import numpy as np
import pytest
import torch

from sefa_widget.directions import separations
from sefa_widget.directions.planes import CHANCE, chance_cosine, separate
from sefa_widget.directions.svm import linear_svm


@pytest.fixture
def line():
    """100 codes on a line of direction (0.6, 0.8), the score of each its place on it, in disorder."""
    order = torch.randperm(100, generator=torch.Generator().manual_seed(0))
    places = torch.arange(100.0, dtype=torch.float64)[order]
    return places[:, None] * torch.tensor([0.6, 0.8], dtype=torch.float64), places


def test_the_plane_lies_in_the_middle_between_the_ends_and_looks_towards_more(line):
    codes, scores = line
    plane = separate(codes, scores, chosen=0.1, split=1, C=100)
    assert plane.normal.tolist() == pytest.approx([0.6, 0.8], abs=1e-6)
    assert plane.offset == pytest.approx(-(90 + 9) / 2, abs=1e-3)
    assert (plane.high, plane.low, plane.samples) == (10, 10, 100)
    turned = separate(codes, -scores, chosen=0.1, split=1, C=100)
    assert turned.normal.tolist() == pytest.approx([-0.6, -0.8], abs=1e-6)
    assert turned.offset == pytest.approx((90 + 9) / 2, abs=1e-3)


@pytest.mark.parametrize(
    ("chosen", "size"), [(0.02, 2), (0.25, 25), (0.5, 50), (1, 50), (2, 2), (30.0, 30), (5000, 50)]
)
def test_a_share_or_a_number_of_codes_is_chosen_at_either_end_and_at_most_half(line, chosen, size):
    plane = separate(*line, chosen=chosen, split=1)
    assert (plane.high, plane.low) == (size, size)


def test_unless_told_otherwise_two_in_a_hundred_are_chosen_and_most_of_them_train(line):
    codes, scores = line
    one = separate(codes, scores)
    other = separate(codes, scores, chosen=0.02, split=0.7, seed=0, C=1.0, invalid=None)
    assert torch.equal(one.normal, other.normal)
    assert (one.offset, one.accuracy, one.high) == (other.offset, other.accuracy, other.high)


def scattered(n=400, noise=2.0):
    random = torch.Generator().manual_seed(1)
    codes = torch.randn(n, 3, generator=random, dtype=torch.float64)
    return codes, codes[:, 0] + noise * torch.randn(n, generator=random, dtype=torch.float64)


@pytest.mark.parametrize("seed", [0, 5])
def test_the_plane_is_fitted_to_the_part_that_trains_and_judged_by_the_rest(seed):
    codes, scores = scattered()
    plane = separate(codes, scores, chosen=0.25, split=0.3, seed=seed, C=0.7)
    shuffle = np.random.RandomState(seed)
    order = np.argsort(scores.numpy())[::-1]
    high, low = order[:100][shuffle.permutation(100)], order[-100:][shuffle.permutation(100)]
    y = torch.tensor([1.0] * 30 + [-1.0] * 30)
    w, b = linear_svm(codes[np.concatenate([high[:30], low[:30]])], y, 0.7)
    assert torch.allclose(plane.normal, w / w.norm(), atol=1e-7)
    assert plane.offset == pytest.approx(b / float(w.norm()), abs=1e-6)
    right = (codes[high[30:]] @ w + b > 0).double().mean() + (codes[low[30:]] @ w + b < 0).double().mean()
    assert plane.accuracy == pytest.approx(float(right) / 2)
    halves = [
        linear_svm(
            codes[np.concatenate([high[start::2], low[start::2]])],
            torch.tensor([1.0] * 50 + [-1.0] * 50),
            0.7,
        )[0]
        for start in (0, 1)
    ]
    cosine = torch.cosine_similarity(*halves, dim=0)
    assert plane.reliability == pytest.approx(abs(float(cosine)), abs=1e-6)
    assert plane.chance == chance_cosine(3)


def test_another_seed_trains_with_other_codes():
    found = [separate(*scattered(), chosen=0.25, split=0.3, seed=seed).normal for seed in (0, 0, 1)]
    assert torch.equal(found[0], found[1])
    assert not torch.allclose(found[0], found[2])


def test_the_smaller_class_weighs_as_much_as_the_larger_one():
    """Of three times as many codes of one class each loss weighs 2/3, of the others 2."""
    codes, noise = scattered(200)
    labels = (noise > noise.quantile(0.75)).double()
    plane = separate(codes, labels, split=1)
    weights = torch.where(labels == 1, 2.0, 2 / 3)
    w, b = linear_svm(codes, 2 * labels - 1, weights)
    assert (plane.high, plane.low) == (50, 150)
    assert torch.allclose(plane.normal, w / w.norm(), atol=1e-7)
    assert plane.offset == pytest.approx(b / float(w.norm()), abs=1e-6)


def test_where_no_code_is_kept_out_there_is_no_accuracy(line):
    assert math.isnan(separate(*line, split=1).accuracy)
    assert separate(*line, chosen=0.1, split=0.5).accuracy == 1


def test_of_one_code_at_either_end_nothing_is_known_of_the_reliability(line):
    assert math.isnan(separate(*line, chosen=1.5, split=1).reliability)
    assert separate(*line, chosen=2, split=1).reliability == pytest.approx(1)


def test_scores_that_are_no_numbers_or_invalid_do_not_count(line):
    codes, scores = line
    scores = scores.clone()
    scores[:3] = torch.tensor([float("nan"), float("inf"), -1e5])
    expected = separate(codes[3:], scores[3:], chosen=0.1)
    found = separate(codes, scores, chosen=0.1, invalid=-1e5)
    assert torch.equal(found.normal, expected.normal)
    assert (found.offset, found.samples) == (expected.offset, 97)
    assert separate(codes, scores, chosen=0.1).samples == 98


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"chosen": 0}, "chosen is 0 and split 0.7"),
        ({"chosen": -1}, "chosen is -1"),
        ({"chosen": float("nan")}, "chosen is nan"),
        ({"split": 0}, "split 0;"),
        ({"split": 1.01}, "split 1.01"),
        ({"chosen": 0.005}, "0 and 0 of 100 valid samples are chosen at the ends of the attribute, 0 and 0"),
        ({"chosen": 2, "split": 0.4}, "2 and 2 of 100 valid samples .* 0 and 0 of them to train"),
    ],
)
def test_what_chooses_nothing_is_refused(line, options, text):
    with pytest.raises(ValueError, match=text):
        separate(*line, **options)


def test_one_code_to_train_is_enough(line):
    assert separate(*line, chosen=1.5, split=1).high == 1
    assert separate(*line, chosen=2, split=0.5).high == 2


def test_codes_and_scores_must_be_as_many(line):
    codes, scores = line
    with pytest.raises(ValueError, match="There are 99 codes and 100 scores"):
        separate(codes[1:], scores)


def test_codes_in_one_place_have_no_direction(line):
    with pytest.raises(ValueError, match="high and low scores of smile lie in the same place"):
        separate(torch.ones(100, 2), line[1], name="smile")


def test_scores_that_are_all_the_same_are_refused(line):
    with pytest.raises(ValueError, match="All 100 valid scores of smile are 2: nothing tells"):
        separate(line[0], torch.full((100,), 2.0), name="smile")
    with pytest.raises(ValueError, match="0 and 0 of 0 valid samples"):
        separate(line[0], torch.full((100,), float("nan")))


def of(line, counts):
    """Codes and scores in which value n is there so many times."""
    codes, places = line
    scores = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts)).double()
    return codes, scores[places.long()]


@pytest.mark.parametrize(
    ("counts", "chosen", "sizes"),
    [
        ([70, 30], 0.02, (30, 70)),  # two values: all of both
        ([1, 99], 0.5, (99, 1)),
        ([10, 80, 10], 0.1, (10, 10)),  # ties, but none is cut
    ],
)
def test_ties_that_no_cut_divides_are_taken_without_a_warning(line, counts, chosen, sizes):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plane = separate(*of(line, counts), chosen=chosen, split=1)
    assert (plane.high, plane.low) == sizes


@pytest.mark.parametrize(
    ("counts", "sizes"),
    [
        ([10, 40, 41, 9], (9, 10)),  # nine are nearer to ten than fifty
        ([10, 40, 45, 5], (5, 10)),
        ([10, 40, 46, 4], (50, 10)),  # fewer than half would be too few
        ([5, 45, 40, 10], (10, 5)),
        ([4, 46, 40, 10], (10, 50)),
        ([4, 92, 4], (4, 4)),  # both would take the middle, so neither does
    ],
)
def test_where_a_cut_would_divide_equal_scores_the_nearer_whole_is_taken_and_told(line, counts, sizes):
    codes, scores = of(line, counts)
    text = (
        "Scores of smile tie where the 10 highest or the 10 lowest end, and equal scores are not divided: "
        f"{sizes[0]} are taken as high, {sizes[1]} as low."
    )
    with pytest.warns(UserWarning, match=text):
        plane = separate(codes, scores, chosen=0.1, split=1, name="smile")
    assert (plane.high, plane.low) == sizes


def test_the_chance_of_random_directions_is_known_in_two_and_three_dimensions():
    assert CHANCE == 0.95
    assert chance_cosine(2) == pytest.approx(math.sin(0.95 * math.pi / 2), abs=1e-4)
    assert chance_cosine(3) == pytest.approx(0.95, abs=1e-4)
    assert chance_cosine(3, 0.5) == pytest.approx(0.5, abs=1e-4)
    assert chance_cosine(1) == chance_cosine(0) == 1


@pytest.mark.parametrize("d", [5, 100])
def test_the_chance_of_random_directions_is_the_quantile_of_their_beta_distribution(d):
    from scipy.stats import beta

    expected = math.sqrt(beta.ppf(0.95, 0.5, (d - 1) / 2))
    assert chance_cosine(d) == pytest.approx(expected, abs=1e-4)


def test_reliability_does_not_depend_on_the_scale_of_the_codes(line):
    codes, scores = line
    assert separate(codes * 1e7, scores, chosen=0.1).reliability == pytest.approx(1)


def test_a_warning_of_ties_names_the_line_that_asked_for_the_planes(line):
    codes, scores = of(line, [10, 40, 45, 5])
    with pytest.warns(UserWarning, match="5 are taken as high") as told:
        separations(codes, scores, chosen=0.1)
    assert told[0].filename == __file__
