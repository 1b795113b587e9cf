from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from sefa_widget import factorize, load_generator
from sefa_widget.directions import derivatives, jacobian_gram, region
from sefa_widget.directions.eigen import decompose
from tests.generators.golden import load


def explicit(generator, seeds, rows=None, labels=None) -> torch.Tensor:
    """``[N, C, H, W, d]``, by backward-mode differentiation."""
    latent = generator.sample(seeds, labels=labels)
    rows = list(range(generator.num_codes)) if rows is None else rows
    found = []
    for n, codes in enumerate(latent.codes):
        label = None if latent.labels is None else latent.labels[n : n + 1]

        def draw(shift, codes=codes, label=label):
            moved = codes.clone()
            moved[rows] = codes[rows] + shift
            return generator(moved[None], label)[0]

        found.append(torch.autograd.functional.jacobian(draw, torch.zeros(generator.latent_dim)))
    return torch.stack(found).double()


def gram(jacobians: torch.Tensor) -> torch.Tensor:
    rows = jacobians.reshape(-1, jacobians.shape[-1])
    return rows.T @ rows / len(jacobians)


def test_the_gram_is_the_mean_over_latents_of_the_explicit_jacobians(tiny):
    assert torch.allclose(jacobian_gram(tiny, tiny.sample([3, 4, 5])), gram(explicit(tiny, [3, 4, 5])))


@pytest.mark.parametrize("rows", [[0], [1, 2], [0, 1, 2]])
def test_a_direction_is_applied_to_the_rows_of_the_chosen_layers(tiny_style, rows):
    latent = tiny_style.sample([0, 1], labels=[1, 3])
    expected = gram(explicit(tiny_style, [0, 1], rows, labels=[1, 3]))
    assert torch.allclose(jacobian_gram(tiny_style, latent, rows=rows), expected, rtol=1e-4, atol=1e-6)
    found = factorize(tiny_style, method="jacobian", layers=rows, n=2, labels=[1, 3])
    assert torch.allclose(found.eigenvalues, decompose(expected)[0], rtol=1e-4, atol=1e-5)
    assert found.layers == tuple(rows)


def test_a_box_counts_only_its_own_pixels(tiny):
    jacobians = explicit(tiny, [0, 1])
    expected = gram(jacobians[:, :, 2:6, 4:16])
    for edges in [(2, 4, 6, 16), (0.125, 0.25, 0.375, 1.0)]:
        assert torch.allclose(jacobian_gram(tiny, tiny.sample([0, 1]), region=edges), expected)


def test_a_regions_directions_change_more_inside_against_outside_than_any_others(tiny):
    region, epsilon = (0, 0, 8, 8), 0.1
    found = factorize(tiny, method="jacobian", n=2, region=region, epsilon=epsilon)
    jacobians = explicit(tiny, [0, 1])
    whole, inside = gram(jacobians), gram(jacobians[:, :, :8, :8])
    floor = whole - inside + epsilon * whole.trace() / 8 * torch.eye(8)

    def ratio(v: torch.Tensor) -> torch.Tensor:
        return (v @ inside * v).sum(1) / (v @ floor * v).sum(1)

    assert torch.allclose(ratio(found.vectors), found.eigenvalues, rtol=1e-4)
    assert torch.allclose(found.vectors.norm(dim=1), torch.ones(8).double())
    assert ratio(torch.randn(500, 8).double()).max() <= found.eigenvalues[0] * (1 + 1e-6)
    assert (found.eigenvalues.diff() <= 0).all()


@pytest.mark.parametrize(
    "case", ["genforce_pggan", "genforce_stylegan", "nv_ada", "nv_sg3_t", "ajbrock_biggandeep"]
)
def test_every_family_is_differentiated_forwards(case):
    generator = load(case)
    found = factorize(generator, method="jacobian", n=1, k=2)
    assert found.vectors.isfinite().all()
    assert found.eigenvalues[0] > 0


def test_few_vectors_at_a_time_give_the_same(tiny, monkeypatch):
    whole = jacobian_gram(tiny, tiny.sample([0]))
    monkeypatch.setattr(derivatives, "CPU_BUDGET", 3 * 64 * 16**2)
    assert torch.allclose(jacobian_gram(tiny, tiny.sample([0])), whole)


def test_large_pictures_are_compared_after_averaging_squares(tiny, monkeypatch):
    monkeypatch.setattr(region, "MAX_SIDE", 8)
    small = explicit(tiny, [0]).unflatten(2, (8, 2)).unflatten(4, (8, 2)).mean((3, 5))
    assert torch.allclose(jacobian_gram(tiny, tiny.sample([0])), gram(small))
    box = jacobian_gram(tiny, tiny.sample([0]), region=(0, 0, 8, 16))
    assert torch.allclose(box, gram(small[:, :, :4]))


def test_progress_is_told_after_each_latent(tiny):
    told = []
    factorize(tiny, method="jacobian", n=3, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_the_derivatives_of_one_latent_can_be_ended_between_their_parts(tiny, monkeypatch):
    monkeypatch.setattr(derivatives, "CPU_BUDGET", 3 * 64 * tiny.resolution**2)  # 3 of the 8 at a time
    whole = []
    factorize(tiny, method="jacobian", n=2, progress=lambda *told: whole.append(told))
    assert whole == [(0, 2), (0, 2), (1, 2), (1, 2), (1, 2), (2, 2)]
    told = []

    def stop(done: int, total: int) -> None:
        told.append(done)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        factorize(tiny, method="jacobian", n=2, progress=stop)
    assert told == [0]


def test_an_interrupt_keeps_what_was_gathered_and_says_how_much(tiny):
    def stop(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="mean over 2 of 5 latents"):
        found = factorize(tiny, method="jacobian", n=5, progress=stop)
    assert torch.equal(found.vectors, factorize(tiny, method="jacobian", n=2).vectors)


def test_directions_of_a_random_basis_are_orthonormal_the_same_for_the_same_seed_and_all_alike(tiny):
    found = factorize(tiny, method="random")
    assert torch.allclose(found.vectors @ found.vectors.T, torch.eye(8).double())
    assert torch.equal(found.eigenvalues, torch.ones(8).double())
    assert found.trace == 8
    assert torch.equal(found.vectors, factorize(tiny, method="random", seed=0).vectors)
    assert not torch.allclose(found.vectors, factorize(tiny, method="random", seed=1).vectors)


def test_on_the_bundled_faces_methods_capture_what_was_measured():
    # Captured change of the top 10 over 100 fresh latents: 0.613, 0.642, last layer only 0.538.
    faces = load_generator("faces")
    truth = jacobian_gram(faces, faces.sample(range(10_000, 10_004)))

    def captured(**options) -> float:
        n = factorize(faces, k=10, **options).vectors
        return float((n @ truth * n).sum() / truth.trace())

    sefa, composed = captured(method="sefa"), captured(method="composed")
    assert sefa == pytest.approx(0.61, abs=0.08)
    assert composed == pytest.approx(0.64, abs=0.08)
    assert captured(method="composed", layers=[4]) == pytest.approx(0.53, abs=0.08)
    assert captured(method="random") == pytest.approx(0.1, abs=0.05)
    best = decompose(truth)[0]
    assert best[:10].sum() / best.sum() > max(sefa, composed)


def test_layers_that_read_no_latent_move_all_of_it(tiny):
    found = factorize(tiny, method="jacobian", layers=(1, 3), n=1)
    assert (found.layers, found.edit_rows) == ((1, 2), (0,))
    assert torch.allclose(found.vectors, factorize(tiny, method="jacobian", n=1).vectors)


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"n": 0}, "n is 0; it must be 1 or more"),
        ({"region": (0, 0, 17, 4)}, "not a box of a 16x16 picture"),
        ({"region": (0.5, 0.0, 0.5, 1.0)}, "not a box"),
        ({"region": (0, 1)}, r"\(top, left, bottom, right\)"),
        ({"region": (0, 0, 8, 8), "epsilon": 0}, "epsilon is 0; it must be a finite number above 0"),
        ({"labels": [1]}, "has no classes"),
    ],
)
def test_options_that_do_not_fit_are_refused(tiny, options, text):
    with pytest.raises(ValueError, match=text):
        factorize(tiny, method="jacobian", **options)


def test_a_misspelt_option_is_refused_with_those_there_are(tiny):
    with pytest.raises(TypeError, match="'jacobian' has no option 'seeds'; its options are n, seed, labels"):
        factorize(tiny, method="jacobian", seeds=3)


def test_rows_and_latents_that_there_are_not_are_refused(tiny):
    with pytest.raises(ValueError, match="Code row 1 is outside 0:1 of 'tiny'"):
        jacobian_gram(tiny, tiny.sample([0]), rows=[1])
    with pytest.raises(ValueError, match="latents holds no codes; one latent or more"):
        jacobian_gram(tiny, tiny.sample([0]).codes[:0])


def test_two_generators_are_differentiated_in_two_threads_at_once(tiny, tiny_style):
    def differentiate(generator):
        return [jacobian_gram(generator, generator.sample([seed])) for seed in range(40)]

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(differentiate, (tiny, tiny_style)))
    for generator, grams in zip((tiny, tiny_style), together, strict=True):
        assert all(map(torch.allclose, grams, differentiate(generator)))
