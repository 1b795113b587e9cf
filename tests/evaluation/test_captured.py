import pytest
import torch

from sefa_widget import factorize, load_generator
from sefa_widget.directions.jacobian import jacobian_gram
from sefa_widget.evaluation import captured_change, fresh_latents
from sefa_widget.measures.basis import chance, orthonormalize, random_bases, random_units
from tests.evaluation.helpers import Linear, directions, random_rows


def random_basis(k, d, seed=0):
    (basis,) = random_bases(1, k, d, seed)
    return basis


def explicit_gram(generator, latents, rows):
    """The mean of J^T J with J by reverse-mode autograd, one output at a time."""
    total = torch.zeros(generator.latent_dim, generator.latent_dim, dtype=torch.float64)
    for n in range(len(latents.codes)):
        label = None if latents.labels is None else latents.labels[n : n + 1]

        def image(step, n=n, label=label):
            codes = latents.codes[n : n + 1].clone()
            codes[:, rows] += step
            return generator(codes, label).flatten()

        jacobian = torch.autograd.functional.jacobian(image, torch.zeros(generator.latent_dim)).double()
        total += jacobian.T @ jacobian
    return total / len(latents.codes)


@pytest.mark.parametrize("name", ["tiny", "tiny_style"])
def test_the_gram_is_that_of_the_explicit_jacobian(request, name):
    generator = request.getfixturevalue(name)
    latents = generator.sample(range(3))
    expected = explicit_gram(generator, latents, list(range(generator.num_codes)))
    assert torch.allclose(jacobian_gram(generator, latents), expected, rtol=1e-4, atol=1e-6)


def test_only_the_edited_rows_count(tiny_style):
    latents = tiny_style.sample(range(2), labels=[1, 3])
    expected = explicit_gram(tiny_style, latents, [1])
    assert torch.allclose(jacobian_gram(tiny_style, latents, rows=[1]), expected, rtol=1e-4, atol=1e-6)


def test_a_linear_generators_curve_is_its_eigenvalues():
    weight = random_rows(48, 6)
    generator = Linear(weight.float(), 4)
    score = captured_change(generator, factorize(generator, normalize=False))
    values = torch.linalg.eigvalsh(weight.T @ weight).flip(0)
    expected = values.cumsum(0) / values.sum()
    assert torch.allclose(score.curve, expected, atol=1e-5)
    assert torch.allclose(score.bound, expected, atol=1e-5)
    assert score.latents == 100


def test_curve_and_control_rise_to_one_below_the_bound(tiny):
    score = captured_change(tiny, factorize(tiny), latents=tiny.sample(range(5)))
    assert score.control.shape == (100, 8)
    for curve in (score.curve, *score.control):
        assert (curve.diff() >= -1e-12).all()
        assert (curve <= score.bound + 1e-9).all()
        assert float(curve[-1]) == pytest.approx(1)


def test_directions_that_are_not_orthogonal_are_scored_by_their_span():
    generator = Linear(random_rows(48, 6).float(), 4)
    basis = random_basis(3, 6, seed=3)
    skewed = torch.stack([basis[0], basis[0] + 0.1 * basis[1], basis[1] - 5 * basis[0] + basis[2]])
    straight, askew = (captured_change(generator, directions(rows)) for rows in (basis, skewed))
    assert torch.allclose(straight.curve, askew.curve)


def test_the_same_direction_twice_captures_no_more_than_once():
    generator = Linear(random_rows(48, 6).float(), 4)
    once, other = random_basis(2, 6)
    score = captured_change(generator, directions(torch.stack([once, -once, other])))
    pair = captured_change(generator, directions(torch.stack([once, other])))
    assert float(score.curve[0]) == pytest.approx(float(score.curve[1]))
    assert float(score.curve[2]) == pytest.approx(float(pair.curve[1]))


def test_orthonormal_rows_span_what_was_given_row_by_row():
    rows = random_rows(5, 9)
    basis = orthonormalize(rows)
    assert torch.allclose(basis @ basis.T, torch.eye(5, dtype=torch.float64), atol=1e-12)
    for j in range(1, 6):
        inside = rows[:j] @ basis[:j].T @ basis[:j]
        assert torch.allclose(inside, rows[:j])


def test_the_control_is_many_bases_that_capture_their_share_on_average_and_spread_about_it():
    generator = Linear(random_rows(300, 10).float(), 10)
    score = captured_change(generator, directions(torch.eye(10)[:4]), controls=400)
    assert score.control.shape == (400, 4)
    assert torch.allclose(score.control.mean(0), torch.arange(1, 5).double() / 10, atol=0.01)
    low, middle, high = score.chance
    assert (low < middle).all()
    assert (middle < high).all()
    below = (score.control[:, 3] < low[3]).double().mean()
    assert float(below) == pytest.approx(0.05, abs=0.01)
    assert len(captured_change(generator, directions(torch.eye(10)), controls=3).first(2).control[0]) == 2


def test_more_directions_than_dimensions_capture_all_and_so_do_as_many_random_ones():
    generator = Linear(random_rows(48, 3).float(), 4)
    score = captured_change(generator, directions(random_rows(5, 3)), controls=7)
    for curve in (score.curve, score.bound, *score.control):
        assert curve.shape == (5,)
        assert torch.allclose(curve[2:], torch.ones(3).double())


def test_random_bases_are_orthonormal_and_every_direction_is_as_likely():
    bases = torch.stack(list(random_bases(4000, 2, 3)))
    assert torch.allclose(bases @ bases.transpose(1, 2), torch.eye(2).double().expand(4000, 2, 2))
    for vectors in (bases[:, 0], bases[:, 1], random_units(4000, 3)):
        assert torch.allclose(vectors.mean(0), torch.zeros(3).double(), atol=0.04)
        assert torch.allclose(vectors.T @ vectors / 4000, torch.eye(3).double() / 3, atol=0.02)
    (many,) = random_bases(1, 5, 2)
    assert torch.allclose(many.norm(dim=1), torch.ones(5).double())


def test_chance_is_three_quantiles_and_leaves_out_what_is_not_a_number():
    values = torch.cat([torch.arange(101.0), torch.tensor([float("nan")])])
    assert chance(values).tolist() == pytest.approx([5, 50, 95])


def test_wrong_directions_and_dead_generators_are_refused(tiny):
    with pytest.raises(ValueError, match=r"size 6; the latent space of 'tiny' has 8"):
        captured_change(tiny, directions(torch.eye(6)))
    with pytest.raises(ValueError, match="No step of the codes changes"):
        captured_change(Linear(torch.zeros(48, 6), 4), directions(torch.eye(6)))


def test_sefa_captures_most_of_the_change_of_the_bundled_faces():
    faces = load_generator("faces")
    latents = fresh_latents(faces, 4)
    score = captured_change(faces, factorize(faces, k=10), latents=latents)
    assert 0.5 < float(score.curve[-1]) < 0.7
    low, _, high = score.chance[:, -1]
    assert 0.05 < float(low) < 0.1 < float(high) < 0.15
    assert "5 to 95 % of 100 random bases" in repr(score)


def test_a_row_range_scores_the_rows_that_an_edit_moves(tiny_style):
    latents, found = tiny_style.sample(range(2)), factorize(tiny_style, k=3)
    by_range = captured_change(tiny_style, found, latents=latents, rows=(1, 3))
    by_name = captured_change(
        tiny_style, found, latents=latents, gram=explicit_gram(tiny_style, latents, [1, 2])
    )
    assert torch.allclose(by_range.curve, by_name.curve, rtol=1e-4)
