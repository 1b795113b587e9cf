import numpy as np
import pytest
import torch

from sefa_widget import edit, explore, factorize, load_generator
from sefa_widget.generators.class_names import class_names
from tests.generators.golden import GOLDEN, ROUNDING, agrees


@pytest.fixture(scope="module")
def garments():
    return load_generator("garments", device="cpu")


def test_the_bundled_garments_are_an_ordinary_biggan_of_this_project(garments):
    assert (garments.family, garments.latent_dim, garments.num_classes) == ("biggan", 64, 10)
    assert (garments.resolution, garments.channels) == (32, 1)
    assert [layer.resolution for layer in garments.layers] == [4, 8, 16, 32]
    assert [layer.row for layer in garments.layers] == [0, 1, 2, 3]


def test_one_picture_of_each_class_is_the_golden_one(garments):
    golden = torch.from_numpy(np.load(GOLDEN / "garments.npz")["images"]).float()
    images = garments.synthesize(garments.sample(range(10), labels=range(10)))
    assert images.shape == golden.shape == (10, 1, 32, 32)
    assert float((images - golden).abs().max()) < 2 / 127.5


def test_each_layer_reads_a_chunk_of_z_to_itself(garments):
    for number in range(4):
        read = garments.latent_weight(number).any(0)
        assert read.nonzero().flatten().tolist() == list(range(16 * number, 16 * (number + 1)))


def test_the_classes_have_names_and_the_panel_opens_on_four_of_them(garments):
    names = class_names(garments)
    assert (names[0], names[9], len(set(names))) == ("T-shirt/top", "ankle boot", 10)
    with explore("garments", device="cpu") as panel:
        assert panel.generator_info["class_names"] == list(names)
        assert len({start.label for start in panel.starts}) == 4


def test_classes_look_different_and_seeds_do_too(garments):
    latent = garments.sample([n for n in range(8) for _ in range(10)], labels=list(range(10)) * 8)
    images = garments.synthesize(latent).view(8, 10, -1)
    means = images.mean(0)
    between = torch.cdist(means, means)[~torch.eye(10, dtype=torch.bool)]
    within = (images - means).norm(dim=2).mean(0)
    assert float(between.min()) > 1.5
    assert float(within.min()) > 1.5


def test_no_strength_is_no_edit(garments):
    latent = garments.sample([7], labels=[3])
    same = edit(latent, factorize(garments), {0: 0.0})
    assert agrees(garments.synthesize(same), garments.synthesize(latent), ROUNDING)
