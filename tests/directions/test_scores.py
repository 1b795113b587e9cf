"""Scores of attributes: drawn and scored here, or given in arrays and files."""

import inspect

import numpy as np
import pytest
import torch

from sefa_widget.directions.activations import Samples
from sefa_widget.directions.interfacegan import interfacegan
from sefa_widget.directions.scores import points_of, read_scores, score_samples


def brightness(images):
    return images.mean((1, 2, 3))


def test_codes_are_those_that_are_drawn_and_scores_those_of_their_pictures(tiny_style):
    codes, scores = score_samples(tiny_style, brightness, n=7, seed=3)
    (latent,) = Samples(tiny_style, 7, 3).latents()
    assert codes.dtype == scores.dtype == torch.float64
    assert torch.equal(codes, latent.codes.double().mean(1))
    assert torch.allclose(scores[:, 0], brightness(tiny_style.synthesize(latent)).double())
    assert scores.shape == (7, 1)


def test_what_is_left_open_is_what_interfacegan_leaves_open():
    ours, theirs = (inspect.signature(one).parameters for one in (score_samples, interfacegan))
    assert {name: ours[name].default for name in ("n", "seed")} == {
        name: theirs[name].default for name in ("n", "seed")
    }


def test_the_default_seed_is_0(tiny_style):
    codes, _ = score_samples(tiny_style, brightness, n=4)
    assert torch.equal(codes, score_samples(tiny_style, brightness, n=4, seed=0)[0])
    assert not torch.equal(codes, score_samples(tiny_style, brightness, n=4, seed=1)[0])


def test_batches_change_nothing_but_what_is_drawn_at_once(tiny_style):
    sizes = []

    def counting(images):
        sizes.append(len(images))
        return brightness(images)

    whole = score_samples(tiny_style, counting, n=70)
    assert sizes == [32, 32, 6]
    sizes.clear()
    parts = score_samples(tiny_style, counting, n=70, batch=50)
    assert sizes == [50, 20]
    for one, other in zip(whole, parts, strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_classes_and_truncation_are_those_of_the_samples(tiny_style):
    plain, _ = score_samples(tiny_style, brightness, n=4)
    options = {"labels": [3, 1], "truncation_psi": 0.5}
    codes, scores = score_samples(tiny_style, brightness, n=4, **options)
    (latent,) = Samples(tiny_style, 4, **options).latents()
    assert torch.equal(codes, latent.codes.double().mean(1))
    assert not torch.allclose(codes, 0.5 * plain, atol=1e-3)
    assert torch.allclose(scores[:, 0], brightness(tiny_style.synthesize(latent)).double())
    half, _ = score_samples(tiny_style, brightness, n=4, truncation_psi=0.5)
    assert torch.allclose(half, 0.5 * plain)


def test_progress_is_told_after_every_batch(tiny_style):
    told = []
    score_samples(tiny_style, brightness, n=5, batch=2, progress=lambda *done: told.append(done))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_several_attributes_are_scored_at_once(tiny_style):
    _, scores = score_samples(tiny_style, lambda images: images.mean((2, 3)).numpy(), n=5, batch=2)
    assert scores.shape == (5, 3)


def test_a_score_is_needed_for_every_picture(tiny_style):
    with pytest.raises(ValueError, match="The scorer gives 1 scores for 4 images"):
        score_samples(tiny_style, lambda images: images[:1].mean((1, 2, 3)), n=4)


def test_scores_of_one_attribute_become_a_column():
    found = read_scores(np.array([1, 2, 3], np.float32))
    assert (found.dtype, found.tolist()) == (torch.float64, [[1], [2], [3]])
    assert read_scores(torch.ones(2, 3, requires_grad=True)).tolist() == [[1] * 3] * 2


@pytest.mark.parametrize("shape", [(), (0,), (0, 2), (2, 0), (1, 1, 1)])
def test_scores_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"Scores have shape \[.*\]; they must be"):
        read_scores(torch.zeros(shape))


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("age, smile\n 1 ,2\n\n3, 4", [[1, 2], [3, 4]]),
        ("1\n2\n", [[1], [2]]),
    ],
)
def test_a_table_may_have_a_header_spaces_and_empty_lines(tmp_path, text, rows):
    path = tmp_path / "scores.csv"
    path.write_text(text)
    assert read_scores(path).tolist() == rows
    assert read_scores(str(path)).tolist() == rows


def test_an_empty_cell_is_no_number(tmp_path):
    path = tmp_path / "scores.csv"
    path.write_text("1,\n,4\n")
    assert read_scores(path).isnan().tolist() == [[False, True], [True, False]]


@pytest.mark.parametrize("text", ["a,b\nc,d\n", "1,2\n3\n", ""])
def test_a_file_that_is_no_table_of_numbers_is_refused(tmp_path, text):
    path = tmp_path / "scores.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"holds no scores|Scores have shape"):
        read_scores(path)


def test_an_array_file_is_read_and_anything_in_it_but_numbers_is_refused(tmp_path):
    path = tmp_path / "scores.npy"
    np.save(path, np.array([[1.0, 2.0]]))
    assert read_scores(path).tolist() == [[1, 2]]
    np.save(path, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"'scores.npy' holds no scores: .*allow_pickle=False"):
        read_scores(path)
    with pytest.raises(ValueError, match=r"'none.csv' holds no scores"):
        read_scores(tmp_path / "none.csv")


def test_a_point_is_the_mean_of_the_rows_of_a_code(tiny_style):
    latent = tiny_style.sample([1, 2], truncation_psi=0.5, truncation_cutoff=1)
    expected = latent.codes.double().mean(1)
    for given in (latent, latent.codes, latent.codes.numpy()):
        found = points_of(given)
        assert found.dtype == torch.float64
        assert torch.equal(found, expected)
    flat = torch.tensor([[1.0, 2.0]], requires_grad=True)
    assert points_of(flat).tolist() == [[1, 2]]
    assert not points_of(flat).requires_grad


@pytest.mark.parametrize("shape", [(3,), (1, 1, 1, 1)])
def test_codes_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"Codes have shape \[.*\]; they must be"):
        points_of(torch.zeros(shape))


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_codes_that_are_no_numbers_are_refused(bad):
    with pytest.raises(ValueError, match="Some codes are NaN or infinite"):
        points_of(torch.tensor([[1.0, 2.0], [bad, 1.0]]))
