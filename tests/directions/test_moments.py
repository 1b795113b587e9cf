"""Exact means and covariances, added up a batch at a time."""

import warnings

import pytest
import torch

from sefa_widget.directions.moments import Moments, Sketch, gather
from tests.evaluation.helpers import random_rows


@pytest.fixture
def samples():
    """40 features of size 3 and latents of size 2 that depend on them."""
    latents = random_rows(40, 2)
    return latents @ random_rows(2, 3, 1) + 0.5 * random_rows(40, 3, 2) + 7, latents


@pytest.mark.parametrize("batch", [40, 13, 1])
def test_the_moments_are_those_of_all_samples_whatever_the_batch(samples, batch):
    moments = Moments()
    for features, latents in zip(*(part.split(batch) for part in samples), strict=True):
        moments.add(features, latents)
    both = torch.cov(torch.cat(samples, 1).T)
    assert moments.count == 40
    assert torch.allclose(moments.mean, samples[0].mean(0))
    assert torch.allclose(moments.covariance, both[:3, :3])
    assert torch.allclose(moments.cross, both[:3, 3:])


def test_latents_may_be_left_out(samples):
    moments = Moments()
    for features in samples[0].split(7):
        moments.add(features)
    assert moments.count == 40
    assert torch.allclose(moments.mean, samples[0].mean(0))
    assert torch.allclose(moments.covariance, torch.cov(samples[0].T))
    assert moments.cross.shape == (3, 0)


def test_a_mean_far_from_zero_costs_no_digits(samples):
    moments = Moments()
    for features, latents in zip(*(part.split(10) for part in samples), strict=True):
        moments.add(features + 1e7, latents)
    assert torch.allclose(moments.covariance, torch.cov(samples[0].T), rtol=1e-6)


def test_features_of_less_precision_are_added_up_in_float64():
    moments = Moments()
    moments.add(torch.tensor([[0.0], [1.0]]).half(), torch.zeros(2, 1))
    for _ in range(3000):
        moments.add(torch.tensor([[1.0]]).half(), torch.zeros(1, 1))
    assert moments.mean.dtype == torch.float64
    assert moments.mean.tolist() == pytest.approx([3001 / 3002])


def test_a_covariance_needs_two_samples():
    moments = Moments()
    assert moments.count == 0
    with pytest.raises(ValueError, match="There are 0 samples; a covariance needs at least 2"):
        moments.mean  # noqa: B018
    moments.add(torch.ones(1, 3))
    with pytest.raises(ValueError, match="There are 1 samples"):
        moments.covariance  # noqa: B018
    moments.add(torch.zeros(1, 3))
    assert torch.allclose(moments.covariance, torch.full((3, 3), 0.5, dtype=torch.float64))


@pytest.mark.parametrize("batch", [40, 9])
def test_a_sketch_is_the_product_of_covariance_and_basis(samples, batch):
    basis = random_rows(3, 2, 5)
    sketch = Sketch(basis)
    assert sketch.count == 0
    for features, latents in zip(*(part.split(batch) for part in samples), strict=True):
        sketch.add(features, latents)
    assert sketch.count == 40
    assert torch.allclose(sketch.mean, samples[0].mean(0))
    assert torch.allclose(sketch.product, torch.cov(samples[0].T, correction=0) @ basis)
    assert torch.equal(basis, random_rows(3, 2, 5))


def interrupted(batches):
    yield from batches
    raise KeyboardInterrupt


def pairs(samples, batch=10):
    return zip(*(part.split(batch) for part in samples), strict=True)


def test_all_batches_are_gathered_and_each_is_told(samples):
    moments, told = Moments(), []
    gather(pairs(samples, 15), moments, 50, lambda *done: told.append(done))
    assert told == [(15, 50), (30, 50), (40, 50)]
    assert torch.allclose(moments.cross, torch.cov(torch.cat(samples, 1).T)[:3, 3:])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        gather(pairs(samples), Moments(), 40)


def test_an_interrupt_keeps_what_was_gathered_and_says_how_much(samples):
    moments = Moments()
    with pytest.warns(UserWarning, match="Interrupted: directions are from 40 of 100 samples"):
        gather(interrupted(pairs(samples)), moments, 100)
    assert moments.count == 40
    two = Moments()
    with pytest.warns(UserWarning, match="from 2 of 100"):
        gather(interrupted([(torch.ones(2, 3), torch.ones(2, 2))]), two, 100)


@pytest.mark.parametrize("count", [0, 1])
def test_an_interrupt_before_there_are_two_samples_goes_on_up(count):
    with pytest.raises(KeyboardInterrupt):
        gather(interrupted([(torch.ones(1, 3), torch.ones(1, 2))] * count), Moments(), 100)
