import numpy as np
import pytest
import torch
from torch import nn

from sefa_widget.directions import pca as pca_module
from sefa_widget.directions.activations import Samples, layer_output
from sefa_widget.directions.eigen import unit_rows
from sefa_widget.directions.moments import Moments
from sefa_widget.directions.pca import components, pca, principal, sigma
from tests.conftest import GOLDEN
from tests.generators.golden import load


def drawn(samples: Samples) -> tuple[torch.Tensor, torch.Tensor]:
    features, latents = zip(*samples, strict=True)
    return torch.cat(features).double(), torch.cat(latents).double()


def cosines(found: torch.Tensor, expected) -> torch.Tensor:
    expected = torch.as_tensor(np.asarray(expected)).double().reshape(found.shape)
    return (found * expected).sum(1).abs() / found.norm(dim=1) / expected.norm(dim=1)


def test_components_of_w_are_the_singular_vectors_of_the_centred_samples(tiny_style):
    directions = pca(tiny_style, n=3000)
    _, w = drawn(Samples(tiny_style, 3000))
    _, singular, vectors = torch.linalg.svd(w - w.mean(0), full_matrices=False)
    assert torch.allclose(directions.eigenvalues, singular**2 / 2999)
    assert cosines(directions.vectors, vectors).min() > 1 - 1e-9
    assert torch.allclose(sigma(directions), (w @ directions.vectors.T).std(0))
    assert directions.trace == pytest.approx(float(w.var(0).sum()))
    assert (directions.rows, directions.method, directions.layers) == (3000, "pca", (0, 1, 2))
    assert directions.fingerprint == tiny_style.fingerprint


def test_neither_batch_nor_a_far_mean_changes_the_components(tiny_style):
    first, second = pca(tiny_style, n=2100), pca(tiny_style, n=2100, batch=77)
    assert torch.allclose(first.vectors, second.vectors, atol=1e-6)
    x = torch.randn(500, 4, generator=torch.Generator().manual_seed(0)).double() @ torch.rand(4, 4).double()
    near, far = Moments(), Moments()
    for rows in x.split(50):
        near.add(rows)
        far.add(rows + 1e6)
    assert torch.allclose(near.covariance, far.covariance, rtol=1e-6)
    assert torch.allclose(far.mean - 1e6, near.mean, atol=1e-6)


def test_fewer_samples_are_the_first_of_more(tiny_style):
    _, few = drawn(Samples(tiny_style, 1500, seed=4))
    _, many = drawn(Samples(tiny_style, 2500, seed=4, batch=600))
    assert torch.allclose(few, many[:1500], atol=1e-6)
    _, other = drawn(Samples(tiny_style, 1500, seed=5))
    assert not torch.allclose(few, other, atol=1e-2)


def test_truncation_and_classes_reach_the_samples(tiny_style):
    half = pca(tiny_style, n=2000, labels=2, truncation_psi=0.5)
    whole = pca(tiny_style, n=2000, labels=2)
    assert torch.allclose(half.eigenvalues * 4, whole.eigenvalues, rtol=1e-5)
    turns = next(Samples(tiny_style, 8, labels=[1, 3], batch=4).latents())
    assert turns.labels.argmax(1).tolist() == [1, 3, 1, 3]


def test_a_layers_components_come_back_by_least_squares_from_the_latents_that_made_them(tiny):
    directions = pca(tiny, n=400, k=5, layer="convolutions.1")
    x, z = drawn(Samples(tiny, 400, layer="convolutions.1"))
    left, singular, _ = np.linalg.svd((x - x.mean(0)).numpy(), full_matrices=False)
    scores = left[:, :5] * np.sqrt(399)
    steps = np.linalg.lstsq(scores, z.numpy(), rcond=None)[0]
    assert cosines(directions.vectors, steps).min() > 1 - 1e-9
    found = components(Samples(tiny, 400, layer="convolutions.1"), 5, None).steps
    assert np.allclose(found.abs().numpy(), np.abs(steps), atol=1e-6)
    assert np.allclose(directions.eigenvalues.numpy(), singular[:5] ** 2 / 399)
    assert torch.allclose(directions.vectors.norm(dim=1), torch.ones(5, dtype=torch.float64))
    assert directions.trace == pytest.approx(float(x.var(0).sum()))
    assert directions.method == "pca"
    assert directions.options == {"n": 400, "layer": "convolutions.1"}


def test_of_a_linear_layer_the_directions_are_those_of_the_composed_response(tiny):
    weight = tiny.latent_weight(0).double()
    found = pca(tiny, n=100_000, k=3, layer="convolutions.0", batch=1024)
    _, singular, vectors = torch.linalg.svd(weight)
    assert torch.allclose(sigma(found), singular[:3], rtol=0.02)
    assert cosines(found.vectors, vectors[:3]).min() > 0.999


def test_wide_layers_give_the_same_components_without_their_covariance(tiny, monkeypatch):
    samples = Samples(tiny, 600, layer="convolutions.2")
    exact = components(samples, 4, None)
    monkeypatch.setattr(pca_module, "WIDE", 100)
    done = []
    found = components(samples, 4, lambda *p: done.append(p))
    assert torch.allclose(found.variances, exact.variances, rtol=1e-4)
    assert cosines(found.vectors, exact.vectors).min() > 0.9999
    assert cosines(unit_rows(found.steps), unit_rows(exact.steps)).min() > 0.9999
    assert found.total == pytest.approx(exact.total)
    assert torch.allclose(found.mean, exact.mean)
    assert done[-1] == (1800, 1800)


def test_an_interrupt_keeps_what_was_gathered_and_says_how_much(tiny_style):
    seen = []

    def stop(done: int, total: int) -> None:
        seen.append((done, total))
        if done >= 1000:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="from 1000 of 5000 samples"):
        directions = pca(tiny_style, n=5000, batch=500, progress=stop)
    assert seen == [(500, 5000), (1000, 5000)]
    assert torch.allclose(directions.vectors, pca(tiny_style, n=1000).vectors, atol=1e-6)
    assert directions.rows == 1000


def test_an_interrupted_pass_over_a_wide_layer_shortens_the_following_ones(tiny, monkeypatch):
    monkeypatch.setattr(pca_module, "WIDE", 100)

    def stop(done: int, _total: int) -> None:
        if done == 128:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="from 128 of 600"):
        assert pca(tiny, n=600, k=2, layer="convolutions.1", progress=stop).rows == 128


def test_an_interrupt_before_the_first_batch_goes_on_up(tiny_style, monkeypatch):
    def stop(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(tiny_style, "mapping", stop)
    with pytest.raises(KeyboardInterrupt):
        pca(tiny_style, n=100)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({}, "PCA of them means nothing. Name a layer, for example layer='convolutions.0'"),
        ({"layer": "convolution.0"}, "no sub-module 'convolution.0'; it has convolutions.0"),
        ({"layer": "convolutions.0", "k": 9}, "k is 9; it must be 1 to 8"),
        ({"layer": "convolutions.0", "k": 6, "n": 4}, "4 outputs of 'convolutions.0' vary in 3 directions"),
        ({"layer": "convolutions.0", "n": 1}, "n is 1; it must be 2 or more"),
        ({"layer": "convolutions.0", "batch": 0}, "batch is 0"),
        ({"layer": "unused"}, "takes no part in drawing"),
        ({"layer": "convolutions.0", "labels": 1}, "has no classes"),
    ],
)
def test_what_cannot_be_sampled_is_refused_with_what_can(tiny, arguments, text):
    tiny.unused = nn.Linear(2, 2)
    with pytest.raises(ValueError, match=text):
        pca(tiny, **{"n": 50, **arguments})


@pytest.fixture(scope="module")
def ganspace():
    """Reference figures of GANSpace's code, and the samples it fitted, drawn from its seeds."""
    reference = dict(np.load(GOLDEN / "ganspace.npz"))
    generator = load("ros_sg2")
    draws = [np.random.RandomState(seed).standard_normal((50, 32)) for seed in reference["seeds"]]
    z = torch.from_numpy(np.concatenate(draws)).float()
    return reference, generator, z, generator.mapping(z).codes[:, 0]


def of(*batches: torch.Tensor, k: int = 8):
    moments = Moments()
    for batch in batches:
        moments.add(batch)
    return principal(moments, k)


def test_ganspaces_incremental_pca_of_the_same_w_agrees_as_far_as_it_is_exact(ganspace):
    reference, _, _, w = ganspace
    found = of(*w[:4000].split(500))
    assert cosines(found.vectors, reference["w_exact"]).min() > 1 - 1e-6
    assert np.allclose(found.variances.sqrt().numpy(), reference["w_exact_stdev"], rtol=1e-5)
    cosine = cosines(found.vectors, reference["w_ipca_lat_comp"])
    assert cosine[:7].min() > 0.999  # the last component is what it blurs when it merges blocks
    assert cosine[7] > 0.995
    assert np.allclose(found.variances.sqrt().numpy(), reference["w_ipca_act_stdev"], rtol=1e-3)
    assert np.allclose((found.variances / found.total).numpy(), reference["w_ipca_var_ratio"], rtol=2e-3)


def test_ganspaces_full_pca_is_ours_with_500_rows_of_zeros_and_divisor_n(ganspace):
    reference, _, _, w = ganspace
    theirs = reference["w_pca_act_stdev"]
    zeros = of(w[:4000], torch.zeros(500, 32))
    assert cosines(zeros.vectors, reference["w_pca_lat_comp"]).min() > 0.9999
    assert np.allclose((zeros.variances * 4499 / 4500).sqrt().numpy(), theirs, rtol=1e-5)
    clean = of(w[:4000])
    assert theirs[0] / float(clean.variances[0].sqrt()) == pytest.approx(1.0302, abs=1e-3)
    assert cosines(clean.vectors, reference["w_pca_lat_comp"]).min() < 0.8


def test_ganspaces_pca_of_a_layers_output_and_its_least_squares_agree(ganspace):
    reference, generator, z, _ = ganspace

    def outputs(z: torch.Tensor) -> torch.Tensor:
        return layer_output(generator, "blocks.1.conv0", generator.mapping(z)).double()

    found = of(*map(outputs, z[:2000].split(250)), k=5)
    assert cosines(found.vectors, reference["convs0_act_comp"]).min() > 0.9999
    assert np.allclose(found.variances.sqrt().numpy(), reference["convs0_act_stdev"], rtol=1e-4)
    # Least squares on the 10,000 fresh samples that it draws for this.
    random = np.random.RandomState(3)
    seeds = [random.randint(np.iinfo(np.int32).max) for _ in range(200)]
    draws = [np.random.RandomState(seed).standard_normal((50, 32)) for seed in seeds]
    fresh = torch.from_numpy(np.concatenate(draws)).float()
    moments = Moments()
    for z in fresh.split(1000):
        moments.add((outputs(z) - found.mean) @ found.vectors.T / found.variances.sqrt(), z)
    steps = torch.linalg.solve(moments.covariance, moments.cross)
    assert cosines(steps, reference["convs0_lat_comp"]).min() > 0.999


def test_features_are_wide_only_if_there_are_more_than_the_limit(tiny, monkeypatch):
    samples = Samples(tiny, 40, layer="convolutions.0")
    features = next(iter(samples))[0].shape[1]
    passes = []
    wide = pca_module._wide
    monkeypatch.setattr(pca_module, "_wide", lambda *given: passes.append(given) or wide(*given))
    for limit, count in ((features, 0), (features - 1, 1)):
        monkeypatch.setattr(pca_module, "WIDE", limit)
        components(samples, 2, None)
        assert len(passes) == count
    monkeypatch.undo()
    assert pca_module.WIDE == 4096


@pytest.mark.parametrize(("k", "width"), [(2, 24), (None, 36)])
def test_a_wide_layer_is_sketched_with_twice_as_many_vectors_as_components_and_twenty(
    tiny, monkeypatch, k, width
):
    monkeypatch.setattr(pca_module, "WIDE", 100)
    sizes = []

    class Seen(pca_module.Sketch):
        def __init__(self, basis):
            sizes.append(tuple(basis.shape))
            super().__init__(basis)

    monkeypatch.setattr(pca_module, "Sketch", Seen)
    done = []
    found = components(Samples(tiny, 300, layer="convolutions.1"), k, lambda *p: done.append(p))
    assert {size[1] for size in sizes} == {width}
    assert len(found.vectors) == len(found.steps) == (k or 8)
    assert len(sizes) == 2
    assert [count for count, _ in done] == sorted(count for count, _ in done)
    assert {total for _, total in done} == {900}
    assert done[-1] == (900, 900)


def test_progress_leaves_room_for_passes_that_are_to_come(tiny_style):
    done = []
    components(Samples(tiny_style, 50), 2, lambda *p: done.append(p), passes=1)
    components(Samples(tiny_style, 50), 2, lambda *p: done.append(p))
    assert done == [(50, 100), (50, 50)]


def test_steps_are_those_of_least_squares_of_the_latents_on_the_standardised_scores(tiny):
    samples = Samples(tiny, 200, layer="norms.0")
    features, latents = drawn(samples)
    found = components(samples, 3, None)
    scores = (features - features.mean(0)) @ found.vectors.T / found.variances.sqrt()
    centred = latents - latents.mean(0)
    expected = torch.linalg.lstsq(scores, centred).solution
    assert torch.allclose(found.steps, expected, atol=1e-6)
    assert (found.count, found.total) == (200, pytest.approx(float(features.var(0).sum())))


def test_where_features_are_the_latents_a_step_is_a_component_as_long_as_its_deviation(tiny_style):
    samples = Samples(tiny_style, 200)
    found = components(samples, None, None)
    assert torch.allclose(found.steps, found.vectors * found.variances.sqrt()[:, None], atol=1e-6)
    assert torch.allclose(sigma(pca(tiny_style, n=200)), found.variances.sqrt())


def test_of_a_generator_without_weights_in_a_module_any_name_is_the_example(tiny_style):
    assert pca_module._example(tiny_style) == "map"
    assert pca_module._example(nn.Sequential(nn.ReLU())) == "name"
