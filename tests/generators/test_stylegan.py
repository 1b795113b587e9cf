import pytest
import torch

from sefa_widget.generators.stylegan import layers


@pytest.mark.parametrize("strip", [1, 50, 2**19])
@pytest.mark.parametrize("eps", [1e-8, 0.5])
def test_features_are_normalised_the_same_with_and_without_gradients(monkeypatch, strip, eps):
    monkeypatch.setattr(layers, "STRIP", strip)
    x = torch.randn(2, 3, 7, 5, generator=torch.Generator().manual_seed(0)) * 3 + 1
    scale, shift = torch.tensor([[1.0, 2.0, -1.0]] * 2), torch.tensor([[0.0, 1.0, 5.0]] * 2)
    wanted = layers._normalized(x, scale, shift, eps)
    with torch.no_grad():
        found = layers._normalized(x.clone(), scale, shift, eps)
    assert torch.allclose(found, wanted, atol=1e-5)
    spread = x.var((2, 3), correction=0)
    assert torch.allclose(wanted.mean((2, 3)), shift, atol=1e-5)
    expected = scale.abs() * (spread / (spread + eps)).sqrt()
    assert torch.allclose(wanted.std((2, 3), correction=0), expected, atol=1e-5)


def test_with_gradients_the_features_given_are_left_as_they_are():
    x = torch.randn(1, 2, 4, 4)
    before = x.clone()
    layers._normalized(x, torch.ones(1, 2), torch.zeros(1, 2), 1e-8)
    assert torch.equal(x, before)
