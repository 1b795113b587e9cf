from dataclasses import replace

import numpy as np
import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions.ica import ica
from sefa_widget.directions.pca import pca
from tests.generators.golden import load


def test_of_unit_rows_a_value_is_the_eigenvalue_by_the_number_of_rows(tiny_style):
    for method in ("sefa", "conv"):
        found = factorize(tiny_style, method=method)
        assert (found.value.symbol, found.value.name, found.normalized) == ("λ/m", "share of the rows", True)
        assert torch.equal(found.values, found.eigenvalues / 23)
        assert torch.equal(replace(found, trace=1.0).values, found.values)


def test_rows_of_zeros_are_no_rows(tiny_style):
    with torch.no_grad():
        tiny_style.styles[0].weight[:5] = 0
    found = factorize(tiny_style)
    assert found.rows == 18
    assert float(found.values.sum()) == pytest.approx(1)


def test_of_rows_as_they_are_a_value_is_a_share_of_the_squared_weight(tiny_style):
    weight = torch.cat([style.weight for style in tiny_style.styles]).double()
    for method in ("sefa", "conv"):
        found = factorize(tiny_style, method=method, normalize=False)
        assert (found.value.symbol, found.value.name) == ("λ/Σλ", "share of the squared weight")
        assert found.normalized is False
        assert torch.allclose(found.values, found.eigenvalues / weight.square().sum())


@pytest.mark.parametrize(
    ("method", "options", "symbol", "name", "normalized"),
    [
        ("composed", {}, "λ/Σλ", "share of the response", True),
        ("composed", {"normalize": False}, "λ/Σλ", "share of the response", False),
        ("jacobian", {"n": 1}, "λ/Σλ", "share of the image change", None),
        ("pca", {"n": 50, "layer": "convolutions.1"}, "λ/Σλ", "share of the variance", None),
    ],
)
def test_shares_of_other_things_are_called_by_their_names(tiny, method, options, symbol, name, normalized):
    found = factorize(tiny, method=method, **options)
    assert (found.value.symbol, found.value.name, found.normalized) == (symbol, name, normalized)
    assert torch.allclose(found.values, found.eigenvalues / found.trace)
    assert f"top {symbol} " in repr(found)


def test_of_a_region_a_value_is_the_ratio_itself(tiny):
    found = factorize(tiny, method="jacobian", n=1, region=(0, 0, 8, 8))
    assert torch.equal(found.values, found.eigenvalues)
    assert found.value.symbol == "λ"
    assert found.values.sum() > 1


def test_of_ica_a_value_is_the_share_of_variance_that_a_source_explains(tiny_style):
    found = ica(tiny_style, n=500, k=3)
    assert found.value.symbol == "σ²/Σσ²"
    assert 0 < float(found.values.sum()) < 1


def test_random_and_supervised_directions_have_no_values_and_claim_no_rows(tiny):
    def brightness(images):
        return images.mean((1, 2, 3))

    random = factorize(tiny, method="random", k=3)
    supervised = factorize(tiny, method="interfacegan", scores=brightness, n=60, chosen=0.3)
    for found in (random, supervised):
        assert (found.value, found.values, found.normalized) == (None, None, None)
        assert "rows" not in repr(found)
        assert "top" not in repr(found)
    assert repr(random) == "Directions(3 of size 8, random of layers 0)"


def test_where_no_layer_reads_the_latent_any_more_all_values_are_zero(tiny_style):
    with torch.no_grad():
        for style in tiny_style.styles:
            style.weight.zero_()
    for normalize in (True, False):
        assert factorize(tiny_style, normalize=normalize).values.tolist() == [0] * 6


def test_options_are_kept_as_plain_values_however_the_method_is_called(tiny_style):
    found = factorize(tiny_style, method="jacobian", n=2, labels=torch.tensor([1, 3]), region=(0, 0, 4, 4))
    assert found.options == {"n": 2, "labels": (1, 3), "region": (0, 0, 4, 4)}
    assert "jacobian(labels=(1, 3), n=2, region=(0, 0, 4, 4)) of layers 0-2" in repr(found)
    again = factorize(tiny_style, method=found.method, layers=list(found.layers), **found.options)
    assert torch.equal(again.vectors, found.vectors)
    direct = pca(tiny_style, n=100, k=2, truncation_psi=np.float32(0.5), progress=lambda *_: None)
    assert direct.options == {"n": 100, "truncation_psi": 0.5}
    assert type(direct.options["truncation_psi"]) is float


def test_a_part_of_the_directions_keeps_values_and_options(tiny_style):
    found = factorize(tiny_style, method="pca", n=100)
    part = found.first(2)
    assert torch.equal(part.values, found.values[:2])
    assert part.options == found.options
    assert replace(part, value=None).values is None


def test_a_biggan_that_reads_its_latent_once_is_not_offered_a_composed_response():
    generator = load("ajbrock_biggan_flat_mybn")
    with pytest.raises(ValueError, match="has no composed response"):
        factorize(generator, method="composed")
