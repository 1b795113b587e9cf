import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from sefa_widget.checkpoint import OWN_FORMAT, Checkpoint, CheckpointError
from sefa_widget.generators import Generator, load_generator
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


@pytest.mark.parametrize("settings", [{}, {"num_classes": 3, "output": "none", "channels": 1}])
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


def sequence(*layers: nn.Module) -> nn.Sequential:
    """A network with numbers that all matter."""
    network = nn.Sequential(*layers).eval().requires_grad_(False)
    random = torch.Generator().manual_seed(0)
    for tensor in network.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(torch.randn(tensor.shape, generator=random) * 0.3)
    for module in network:
        if isinstance(module, nn.BatchNorm2d):
            module.running_var.abs_().add_(0.5)
    return network


def remembering(network: nn.Sequential, size: int = 8) -> nn.Sequential:
    """The network with the statistics that its batch norms would have gathered."""
    for module in network:
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
            module.reset_running_stats()
    network.train()
    network(torch.randn(512, size, 1, 1, generator=torch.Generator().manual_seed(1)))
    return network.eval()


def opened(network: nn.Module, tmp_path, prefix: str = "main.", **assume) -> Generator:
    tensors = {prefix + key: value for key, value in network.state_dict().items()}
    torch.save(tensors, tmp_path / "netG.pth")
    return load_generator(tmp_path / "netG.pth", device="cpu", assume=assume or None)


def is_same(generator: Generator, network: nn.Module) -> bool:
    z = torch.randn(2, generator.z_dim, generator=torch.Generator().manual_seed(2))
    return agrees(draw(generator, z), network(z[:, :, None, None]), 1e-4)


T, B, R = nn.ConvTranspose2d, nn.BatchNorm2d, nn.ReLU
START = (T(8, 6, 4, 1, 0, bias=False), B(6), R())
SHAPES = {
    "28 px, cut by the last padding": (
        (*START, T(6, 5, 4, 2, 1), B(5), R(), T(5, 4, 4, 2, 1), B(4), R(), T(4, 1, 4, 2, 3)),
        28,
    ),
    "28 px, a kernel of 3": (
        (*START, T(6, 5, 3, 2, 1), B(5), R(), T(5, 4, 4, 2, 1), B(4), R(), T(4, 1, 4, 2, 1)),
        28,
    ),
    "28 px, a kernel of 1": (
        (*START, T(6, 4, 4, 2, 1), R(), T(4, 4, 4, 2, 1), B(4), R(), T(4, 4, 4, 2, 1), R(), T(4, 1, 1, 1, 2)),
        28,
    ),
    "28 px, a first kernel of 7": (
        (T(8, 6, 7), B(6), R(), T(6, 5, 4, 2, 1), B(5), R(), T(5, 1, 4, 2, 1)),
        28,
    ),
    "48 px, a first kernel of 6": (
        (T(8, 6, 6), B(6), R(), T(6, 5, 4, 2, 1), B(5), R(), T(5, 4, 4, 2, 1), B(4), R(), T(4, 3, 4, 2, 1)),
        48,
    ),
    "kernels of 5": ((*START, T(6, 5, 5, 2, 2, 1), B(5), R(), T(5, 3, 5, 2, 2, 1)), 16),
    "kernels of 2": ((*START, T(6, 5, 2, 2), B(5), R(), T(5, 3, 2, 2)), 16),
    "a step that keeps size and channels": (
        (*START, T(6, 5, 4, 2, 1), B(5), R(), T(5, 5, 3, 1, 1), B(5), R(), T(5, 3, 4, 2, 1)),
        16,
    ),
    "a plain convolution at the end": ((*START, T(6, 5, 4, 2, 1), B(5), R(), nn.Conv2d(5, 3, 3, 1, 1)), 8),
    "upsampling before plain convolutions": (
        (*START, nn.Upsample(scale_factor=2), nn.Conv2d(6, 5, 3, 1, 1), B(5), R(), T(5, 3, 4, 2, 1)),
        16,
    ),
    "dropout": ((*START, nn.Dropout(), T(6, 5, 4, 2, 1), B(5), R(), T(5, 3, 4, 2, 1)), 16),
    "no activation": ((T(8, 6, 4), B(6), T(6, 5, 4, 2, 1), B(5), T(5, 3, 4, 2, 1)), 16),
    "learned slopes": (
        (T(8, 6, 4), B(6), nn.PReLU(), T(6, 5, 4, 2, 1), B(5), nn.PReLU(5), T(5, 3, 4, 2, 1)),
        16,
    ),
    "the activation before the norm": (
        (T(8, 6, 4), R(), B(6), T(6, 5, 4, 2, 1), R(), B(5), T(5, 3, 4, 2, 1)),
        16,
    ),
}


@pytest.mark.filterwarnings("ignore:.*statistics")
@pytest.mark.parametrize("shape", SHAPES)
def test_strides_and_paddings_come_from_the_shapes(shape, tmp_path):
    layers, size = SHAPES[shape]
    network = sequence(*layers, nn.Tanh())
    generator = opened(network, tmp_path)
    assert generator.resolution == size
    assert is_same(generator, network)
    assert comes_back(generator, tmp_path)


@pytest.mark.filterwarnings("ignore:.*statistics")
@pytest.mark.parametrize("prefix", ["", "net.", "layers.", "netG.main.", "model.generator."])
def test_a_dcgan_is_told_by_its_shapes_whatever_it_is_called(prefix, tmp_path):
    network = sequence(*START, T(6, 5, 4, 2, 1), B(5), R(), T(5, 3, 4, 2, 1), nn.Tanh())
    assert is_same(opened(network, tmp_path, prefix), network)


@pytest.mark.filterwarnings("ignore:.*statistics")
def test_what_shapes_do_not_tell_is_said_and_can_be_given(tmp_path, capsys):
    layers = (T(8, 6, 4), B(6, 0.03), nn.ELU(), T(6, 5, 4, 2, 1), B(5, 0.03), nn.ELU(), T(5, 1, 4, 2, 1))
    network = sequence(*layers, nn.Sigmoid())
    guessed = opened(network, tmp_path)
    printed = capsys.readouterr().out
    for word in ("activation ReLU", "output tanh", "batch_norm_eps 1e-05", "no classes"):
        assert any(word in assumed for assumed in guessed.assumed)
        assert word in printed
    assume = {"activation": "elu", "output": "sigmoid", "batch_norm_eps": 0.03, "label_size": 2}
    told = opened(network, tmp_path, **assume)
    assert told.assumed == ()
    assert (told.latent_dim, told.num_classes) == (6, 2)
    z = torch.randn(3, 6, generator=torch.Generator().manual_seed(0))
    joined = torch.cat([z, torch.eye(2)[[1, 0, 1]]], dim=1)[:, :, None, None]
    assert agrees(told.synthesize(told.mapping(z, labels=[1, 0, 1])), network(joined) * 2 - 1)
    assert comes_back(told, tmp_path)
    with pytest.raises(CheckpointError, match=r"pictures of .*16 px, not 15"):
        opened(network, tmp_path, size=15)
    with pytest.raises(ValueError, match="assume has 'slope'; of a file of the format 'dcgan' it"):
        opened(network, tmp_path, slope=3)


@pytest.mark.parametrize(
    ("act", "eps", "name"),
    [
        (nn.ELU, 1e-5, "elu"),
        (nn.ReLU, 0.8, "relu"),
        (nn.ReLU, 1e-5, "relu"),
    ],
)
def test_the_statistics_of_batch_norms_tell_the_activation(act, eps, name, tmp_path):
    layers = (T(8, 64, 4), B(64, eps), act(), T(64, 48, 4, 2, 1), B(48, eps), act())
    layers += (T(48, 32, 4, 2, 1), B(32, eps), act(), T(32, 3, 4, 2, 1), nn.Tanh())
    generator = opened(remembering(sequence(*layers)), tmp_path)
    assert (generator.activation, generator.batch_norm_eps) == (name, eps)


def test_statistics_that_nothing_fits_are_told(tmp_path):
    network = sequence(*START, T(6, 5, 4, 2, 1), B(5), R(), T(5, 3, 4, 2, 1), nn.Tanh())
    with pytest.warns(UserWarning, match="other statistics than its batch norms have stored"):
        opened(network, tmp_path)


def test_a_discriminator_is_no_dcgan(tmp_path):
    network = nn.Sequential(
        nn.Conv2d(3, 8, 4, 2, 1), B(8), nn.Conv2d(8, 16, 4, 2, 1), B(16), nn.Conv2d(16, 1, 4)
    )
    with pytest.raises(CheckpointError, match="holds no generator known here"):
        opened(network, tmp_path, "net.")


def test_files_saved_before_outputs_had_names_load(tmp_path):
    generator = seeded(DCGAN(8, [6, 4], output="none"))
    config = {"latent_dim": 8, "widths": [6, 4], "channels": 3, "num_classes": 0, "tanh": False}
    own = Checkpoint(OWN_FORMAT, generator.state_dict(), {"family": "dcgan", "config": config})
    latent = generator.sample([1, 2])
    assert agrees(load_generator(own, device="cpu").synthesize(latent), generator.synthesize(latent), 1e-5)
