import pytest
import torch

from sefa_widget import Directions, factorize
from sefa_widget.evaluation import fresh_latents, latent_spread


def test_z_spreads_by_one_in_every_direction(tiny):
    found = latent_spread(tiny, factorize(tiny))
    assert found.dtype == torch.float64
    assert found.tolist() == [1.0] * 8


def test_w_spreads_as_its_samples_do(tiny_style):
    found = factorize(tiny_style)
    codes = fresh_latents(tiny_style, 5000).codes[:, 0].double()
    assert torch.allclose(latent_spread(tiny_style, found), (codes @ found.vectors.T).std(0), rtol=0.15)


def test_directions_of_another_latent_space_are_refused(tiny, tiny_style):
    with pytest.raises(ValueError, match="Directions have size"):
        latent_spread(tiny_style, factorize(tiny))


def test_the_spread_is_that_of_512_fresh_latents_exactly(tiny_style):
    codes = fresh_latents(tiny_style, 512).codes[:, 0].double()
    oblique = Directions.from_vectors(torch.ones(2, 6) + torch.eye(6)[:2])
    spread = latent_spread(tiny_style, oblique)
    assert spread.dtype == torch.float64
    assert torch.allclose(spread, (codes @ oblique.vectors.T).std(0))


def test_latents_are_drawn_once_until_the_weights_change(tiny_style, monkeypatch):
    drawn = []
    sample = tiny_style.sample
    monkeypatch.setattr(tiny_style, "sample", lambda seeds: drawn.append(len(seeds)) or sample(seeds))
    found = factorize(tiny_style)
    first = latent_spread(tiny_style, found)
    assert torch.equal(latent_spread(tiny_style, found[:2]), first[:2])
    assert drawn == [512]
    with torch.no_grad():
        tiny_style.map.weight.mul_(0.1)
    assert (latent_spread(tiny_style, found) < first).all()
    assert drawn == [512, 512]


def test_a_latent_that_does_not_vary_has_no_spread(tiny_style):
    with torch.no_grad():
        tiny_style.map.weight.zero_()
    assert float(latent_spread(tiny_style, factorize(tiny_style)).max()) < 1e-6


def test_what_is_no_directions_and_no_generator_is_refused(tiny):
    with pytest.raises(ValueError, match="directions is"):
        latent_spread(tiny, torch.eye(8))
    with pytest.raises(ValueError, match="generator is"):
        latent_spread("tiny", factorize(tiny))
    with pytest.raises(ValueError, match="Directions have size 2; 'tiny' has 8"):
        latent_spread(tiny, Directions.from_vectors([1.0, 0.0]))
