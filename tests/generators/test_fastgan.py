import pytest
import torch

from sefa_widget.generators.fastgan import FastGAN
from tests.conftest import seeded
from tests.generators.golden import agrees, comes_back, draw, load, references, same_directions


@pytest.fixture(scope="module")
def fastgan():
    return load("fastgan_256")


@pytest.fixture(scope="module")
def reference():
    return references("fastgan_256")


def test_pictures_without_noise_are_those_of_the_reference(fastgan, reference):
    image = draw(fastgan, reference["z"][:1], noise="none")
    assert image.shape == (1, 3, 256, 256)
    assert agrees(image[:, :, ::4, ::4], reference["image_eval_nonoise_big_stride4"])


def test_fresh_noise_is_drawn_in_the_official_order(fastgan, reference):
    torch.manual_seed(1234)
    image = fastgan.small(reference["z"][:, None], noise="random")
    assert agrees(image[:, :, ::2, ::2], reference["image_eval_noise_seed1234_small_stride2"])


def test_an_edit_is_added_to_the_latent(fastgan, reference):
    codes = reference["z"][:1, None] + 3 * reference["dir"]
    image = fastgan.small(codes, noise="none")
    assert agrees(image[:, :, ::2, ::2], reference["image_eval_nonoise_editz_a+3_small_stride2"])


def test_directions_are_those_of_the_reference(fastgan, reference):
    expected = reference["derived_init_eigh_dirs_f64"]
    assert same_directions(fastgan.latent_weight(0), expected, normalize=False)


def test_stored_noise_is_the_same_for_every_call_and_picture(fastgan):
    pair = fastgan.sample([5, 6])
    alone = fastgan.synthesize(fastgan.sample([6]))
    assert agrees(fastgan.synthesize(pair)[1:], alone, 1e-4)
    assert not agrees(fastgan.synthesize(pair, noise="none")[1:], alone)


def test_a_saved_network_comes_back_with_its_noise(fastgan, tmp_path):
    assert comes_back(fastgan, tmp_path)


@pytest.mark.parametrize(("levels", "bounded"), [(6, False), (8, False), (9, True)])
def test_only_1024_pixels_end_in_tanh(levels, bounded):
    network = seeded(FastGAN(4, [4, 2, 2, 2, 2, 1, 1, 1, 1][:levels]))
    network.to_image.weight.mul_(100)
    image = network.synthesize(network.sample([0]))
    assert image.shape[2] == network.resolution == 4 * 2 ** (levels - 1)
    assert bool(image.abs().max() <= 1) == bounded


def test_fewer_than_128_pixels_are_refused():
    with pytest.raises(ValueError, match="64 pixels"):
        FastGAN(4, [4, 2, 2, 2, 2])
