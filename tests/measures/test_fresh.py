"""Latents that no method has seen."""

import pytest
import torch

from sefa_widget.measures.fresh import FRESH_SEED, fresh_latents


def test_fresh_latents_are_always_those_of_the_same_seeds_far_from_small_ones(tiny_style):
    found = fresh_latents(tiny_style, 3)
    expected = tiny_style.sample([1_000_000, 1_000_001, 1_000_002])
    assert FRESH_SEED == 1_000_000
    assert torch.equal(found.codes, expected.codes)
    assert torch.equal(found.labels, expected.labels)


def test_one_latent_is_the_least(tiny):
    assert len(fresh_latents(tiny, 1)) == 1
    for count in (0, 1.5, "3"):
        with pytest.raises(ValueError, match="count is"):
            fresh_latents(tiny, count)
    with pytest.raises(ValueError, match="generator is"):
        fresh_latents("tiny", 1)
