import numpy as np
import pytest
import torch

from sefa_widget.generators import Latent
from tests.generators.golden import load

LATENT = Latent(torch.arange(24.0).view(3, 2, 4), torch.eye(5)[:3], 0.5)


def same(one: Latent, other: Latent) -> bool:
    labels = (one.labels is None) == (other.labels is None)
    if one.labels is not None and other.labels is not None:
        labels = torch.equal(one.labels, other.labels)
    return labels and torch.equal(one.codes, other.codes) and one.truncation_psi == other.truncation_psi


@pytest.mark.parametrize("index", [2, -1, np.int64(2)])
def test_one_start_is_a_latent_of_length_one_with_its_class_and_truncation(index):
    assert same(LATENT[index], Latent(LATENT.codes[2:], LATENT.labels[2:], 0.5))


def test_a_slice_keeps_its_classes():
    assert same(LATENT[1:], Latent(LATENT.codes[1:], LATENT.labels[1:], 0.5))
    assert len(LATENT[3:]) == 0


def test_a_loop_goes_over_every_start_and_ends():
    assert [len(one) for one in LATENT] == [1, 1, 1]
    assert same(Latent.cat(list(LATENT)), LATENT)


@pytest.mark.parametrize("index", [3, -4])
def test_an_index_outside_is_refused(index):
    with pytest.raises(IndexError, match=rf"Index {index} is outside a latent of 3"):
        LATENT[index]


def test_joined_latents_stand_in_the_order_given():
    joined = Latent.cat([LATENT[2], LATENT[:1]])
    assert same(joined, Latent(LATENT.codes[[2, 0]], LATENT.labels[[2, 0]], 0.5))
    assert Latent.cat([Latent(LATENT.codes)] * 2).labels is None


@pytest.mark.parametrize(
    ("others", "text"),
    [
        ([], "No latent"),
        ([LATENT, Latent(LATENT.codes, None, 0.5)], "1 of 2 latents have classes"),
        ([LATENT, Latent(LATENT.codes, LATENT.labels, 0.7)], "truncation_psi 0.5 and 0.7"),
    ],
)
def test_what_cannot_be_one_latent_is_not_joined(others, text):
    with pytest.raises(ValueError, match=text):
        Latent.cat(others)


def test_a_repeated_start_stands_beside_itself():
    assert same(LATENT.repeat(2), Latent.cat([LATENT[n] for n in (0, 0, 1, 1, 2, 2)]))


def test_codes_and_classes_move_together():
    moved = LATENT.to("meta", torch.float64)
    assert moved.codes.device.type == moved.labels.device.type == "meta"
    assert moved.codes.dtype == moved.labels.dtype == torch.float64
    assert same(LATENT.to("cpu"), LATENT)
    assert Latent(LATENT.codes).to("meta").labels is None


def test_the_picture_of_a_part_is_the_part_of_the_pictures():
    generator = load("hf_biggan_deep")
    latent = generator.sample([1, 2, 3], labels=[4, 0, 2], truncation_psi=0.4)
    whole = generator.synthesize(latent)
    torch.testing.assert_close(generator.synthesize(latent[1]), whole[1:2], rtol=1e-4, atol=1e-4)
