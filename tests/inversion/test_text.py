import base64

import numpy as np
import pytest
import torch

from sefa_widget.inversion import latent_of_text, latent_text


def test_a_latent_survives_its_text_bit_by_bit(tiny, tiny_style):
    for generator, label in ((tiny, None), (tiny_style, 2)):
        latent = generator.sample(5, labels=None if label is None else [label])
        again = latent_of_text(generator, latent_text(latent), label)
        assert torch.equal(again.codes, latent.codes)
        assert torch.equal(generator.synthesize(again), generator.synthesize(latent))


def test_equal_rows_are_written_once_and_others_each(tiny_style):
    latent = tiny_style.sample(5)
    d, rows = tiny_style.latent_dim, tiny_style.num_codes
    assert len(base64.b64decode(latent_text(latent))) == 4 * d
    codes = latent.codes.clone()
    codes[0, 0, 0] += 1
    assert len(base64.b64decode(latent_text(latent.with_codes(codes)))) == 4 * d * rows


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_numbers_that_are_not_finite_are_refused_on_both_ways(tiny, value):
    text = base64.b64encode(np.full(tiny.latent_dim, value, "<f4").tobytes()).decode()
    with pytest.raises(ValueError, match="not finite"):
        latent_of_text(tiny, text)
    latent = tiny.sample(1)
    with pytest.raises(ValueError, match="not finite"):
        latent_text(latent.with_codes(torch.full_like(latent.codes, value)))


def test_the_text_of_another_generator_is_refused(tiny, tiny_style):
    with pytest.raises(ValueError, match="It is of another generator"):
        latent_of_text(tiny, latent_text(tiny_style.sample(1)))
