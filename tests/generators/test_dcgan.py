import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators import load_generator
from sefa_widget.generators.dcgan import DCGAN
from tests.conftest import GOLDEN, seeded
from tests.generators.golden import agrees, comes_back, draw, same_directions, tangent_is_right

REFERENCE = {key: torch.as_tensor(value) for key, value in np.load(GOLDEN / "dcgan.ref.npz").items()}
ZOO_NAMES = {"0": "formatLayer", "12": "main.outlayer", "1": "main.batchNorm0", "4": "main.batchNorm1"}
ZOO_NAMES |= {"7": "main.batchNorm2", "10": "main.batchNorm3"}
ZOO_NAMES |= {"3": "main.convTranspose1", "6": "main.convTranspose2", "9": "main.convTranspose3"}


def zoo(**config) -> DCGAN:
    """The reference weights under the names that pytorch_GAN_zoo gives them."""
    tensors = {}
    for key, tensor in load_file(GOLDEN / "dcgan.safetensors").items():
        _, number, leaf = key.split(".")
        tensors[f"{ZOO_NAMES[number]}.{leaf}"] = tensor
    return load_generator(Checkpoint("ganzoo_dcgan", tensors, config, "zoo"), device="cpu")


def test_the_zoos_names_make_the_same_network():
    assert agrees(draw(zoo(), REFERENCE["z"].flatten(1)), REFERENCE["image_eval"])
    assert same_directions(zoo().latent_weight(0), REFERENCE["derived_sefa_norm_eigh_dirs_f64"])


def test_the_zoos_wasserstein_loss_means_no_tanh():
    z = REFERENCE["z"].flatten(1)
    bounded, free = draw(zoo(lossCriterion="DCGAN"), z), draw(zoo(lossCriterion="WGANGP"), z)
    assert torch.allclose(bounded, torch.tanh(free), atol=1e-6)


def test_a_class_vector_stands_behind_the_latent():
    generator, z = zoo(noiseVectorDim=24, latentVectorDim=28), REFERENCE["z"].flatten(1)
    latent = generator.mapping(z[:, :24], labels=[1, 3])
    joined = torch.cat([z[:, :24], torch.eye(4)[[1, 3]]], dim=1)
    assert agrees(generator.synthesize(latent), draw(zoo(), joined), 1e-6)
    assert generator.latent_weight(0).shape[1] == 24


@pytest.mark.parametrize("settings", [{}, {"num_classes": 3, "tanh": False, "channels": 1}])
def test_a_saved_network_comes_back(settings, tmp_path):
    assert comes_back(seeded(DCGAN(8, [6, 4], **settings)), tmp_path)


def test_the_composed_response_leaves_classes_out():
    generator = seeded(DCGAN(8, [6, 4], num_classes=3))
    assert [len(response) for response in generator.responses(torch.eye(8))] == [8, 8, 8]
    assert torch.allclose(
        next(generator.responses(torch.eye(8))).flatten(1).T, generator.latent_weight(0), atol=1e-6
    )


def test_the_tangent_is_right():
    assert tangent_is_right(seeded(DCGAN(8, [6, 4], num_classes=3)), labels=[1])
