import pytest
import torch

from sefa_widget import factorize
from sefa_widget.evaluation import fresh_latents, latent_spread


def test_z_spreads_by_one_in_every_direction(tiny):
    assert latent_spread(tiny, factorize(tiny)).tolist() == [1.0] * 8


def test_w_spreads_as_its_samples_do(tiny_style):
    found = factorize(tiny_style)
    codes = fresh_latents(tiny_style, 5000).codes[:, 0].double()
    assert torch.allclose(latent_spread(tiny_style, found), (codes @ found.vectors.T).std(0), rtol=0.15)


def test_directions_of_another_latent_space_are_refused(tiny, tiny_style):
    with pytest.raises(ValueError, match="Directions have size"):
        latent_spread(tiny_style, factorize(tiny))
