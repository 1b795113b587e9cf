import importlib
import importlib.machinery
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from unittest import mock

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from sefa_widget import edit, factorize, load_generator, save_generator
from sefa_widget.checkpoint import Checkpoint
from sefa_widget.generators import Latent
from tests.generators.golden import ROUNDING, agrees, tangent_is_right


class Body(nn.Module):
    """From 12 numbers to a picture of 8x8, not linear anywhere it matters."""

    def __init__(self):
        super().__init__()
        self.norm, self.up = nn.BatchNorm2d(3), nn.ConvTranspose2d(3, 3, 4, 2, 1)
        self.norm.running_mean.normal_()

    def forward(self, x):
        return torch.tanh(self.up(F.leaky_relu(self.norm(x.reshape(len(x), 3, 4, -1)), 0.2)))


class LinearFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.body = nn.Linear(6, 48), Body()

    def forward(self, z):
        return self.body(self.first(z))


class TransposedFirst(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.ConvTranspose2d(6, 3, 4), nn.BatchNorm2d(3), nn.ReLU(inplace=True))
        self.body = Body()

    def forward(self, noise):
        return self.body(self.net(noise))


class OneHot(LinearFirst):
    """The class, one-hot, before the latent."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(4 + 6, 48)

    def forward(self, z, labels):
        return self.body(self.first(torch.cat([labels, z], dim=1)))


class Embedded(LinearFirst):
    """The class, by number, through a table."""

    def __init__(self):
        super().__init__()
        self.table, self.first = nn.Embedding(4, 5), nn.Linear(6 + 5, 48)

    def forward(self, z, y):
        return self.body(self.first(torch.cat([z, self.table(y)], dim=1)))


class Normalized(LinearFirst):
    def forward(self, z):
        return self.body(self.first(z * torch.rsqrt(z.square().mean(dim=1, keepdim=True) + 1e-8)))


class Chunks(nn.Module):
    """Each layer reads its own part of z, the second one after a fixed scale."""

    def __init__(self):
        super().__init__()
        self.z_dim = 6  # no layer takes all of it
        self.start, self.scale = nn.Linear(2, 48), nn.Linear(4, 3, bias=False)
        self.body = Body()

    def forward(self, z):
        x = self.start(z[:, :2]).reshape(-1, 3, 4, 4).relu()
        return self.body(x * (1 + self.scale(2 * z[:, 2:]))[:, :, None, None])


class Mapped(nn.Module):
    """A mapping network whose w two layers read."""

    def __init__(self):
        super().__init__()
        self.mapping = nn.Sequential(nn.Linear(6, 7), nn.LeakyReLU(0.2), nn.Linear(7, 5))
        self.styles, self.body = nn.ModuleList([nn.Linear(5, 48), nn.Linear(5, 3)]), Body()

    def forward(self, z):
        w = self.mapping(z)
        x = self.styles[0](w).reshape(-1, 3, 4, 4).relu()
        return self.body(x * (1 + self.styles[1](w))[:, :, None, None])


class Nothing(LinearFirst):
    """No layer gets an affine function of the latent."""

    def forward(self, z):
        return self.body(self.first(torch.sin(z)))


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def first(module: nn.Module, columns: slice) -> torch.Tensor:
    return module.first.weight[:, columns].detach()


WEIGHTS = {
    LinearFirst: lambda m: first(m, slice(None)),
    TransposedFirst: lambda m: m.net[0].weight.detach().flatten(1).T,
    OneHot: lambda m: first(m, slice(4, None)),
    Embedded: lambda m: first(m, slice(6)),
    Normalized: lambda m: first(m, slice(None)),
}


@pytest.mark.parametrize("kind", WEIGHTS, ids=lambda kind: kind.__name__)
def test_the_layer_that_reads_the_latent_is_found_with_its_columns(kind):
    module = kind()
    sizes = {"num_classes": 4} if kind is OneHot else {}
    generator = load_generator(module, **sizes)
    assert (generator.latent_dim, generator.resolution, generator.num_codes) == (6, 8, 1)
    assert generator.num_classes == (4 if kind in (OneHot, Embedded) else 0)
    assert [layer.name for layer in generator.layers] == ["net.0" if kind is TransposedFirst else "first"]
    assert torch.allclose(generator.latent_weight(0), WEIGHTS[kind](module), atol=1e-5)


@pytest.mark.parametrize("kind", [LinearFirst, TransposedFirst, Chunks, Normalized])
def test_pictures_and_edits_are_those_of_the_module(kind):
    module = kind()
    generator = load_generator(module)
    latent = generator.sample([1, 2])
    directions = factorize(generator)
    moved = edit(latent.codes, directions, {0: 2.0})
    z = latent.codes[:, 0] + 2 * directions.vectors[0]
    shape = (2, 6, 1, 1) if kind is TransposedFirst else (2, 6)
    with torch.no_grad():
        assert torch.allclose(generator.synthesize(latent), module(latent.codes[:, 0].view(shape)), atol=1e-5)
        edited = generator.synthesize(latent.with_codes(moved))
        assert torch.allclose(edited, module(z.to(latent.codes).view(shape)), atol=1e-5)


def test_chunks_are_separate_layers_with_a_row_each():
    module = Chunks()
    generator = load_generator(module)
    assert [(layer.name, layer.row) for layer in generator.layers] == [("start", 0), ("scale", 1)]
    expected = torch.zeros(3, 6)
    expected[:, 2:] = 2 * module.scale.weight.detach()
    assert torch.allclose(generator.latent_weight(1), expected, atol=1e-5)
    z = torch.randn(1, 6)
    codes = z.repeat(1, 2, 1).clone()
    codes[:, 1] += 1
    moved = torch.cat([z[:, :2], z[:, 2:] + 1], dim=1)
    with torch.no_grad():
        assert torch.allclose(generator.synthesize(codes), module(moved), atol=1e-5)


def test_a_layer_behind_another_reader_is_left_out():
    module = LinearFirst()
    module.first = nn.Sequential(nn.Linear(6, 20), nn.Linear(20, 48))
    assert [layer.name for layer in load_generator(module).layers] == ["first.0"]


def test_a_normalisation_before_the_layer_is_told(capsys):
    load_generator(Normalized(), name="mine")
    assert "mine: 8x8 pictures from z of size 6; read by first (Linear, 48 x 6, after a normalisation)." in (
        capsys.readouterr().out
    )


def test_the_output_of_a_mapping_network_can_be_the_latent():
    module = Mapped()
    z_generator, generator = load_generator(module), load_generator(module, latent_from="mapping")
    assert [layer.name for layer in z_generator.layers] == ["mapping.0"]
    assert [layer.name for layer in generator.layers] == ["styles.0", "styles.1"]
    assert (generator.latent_space, generator.z_dim, generator.latent_dim) == ("w", 6, 5)
    assert torch.allclose(generator.latent_weight(1), module.styles[1].weight.detach(), atol=1e-5)
    seeds = [1, 2]
    pictures = generator.synthesize(generator.sample(seeds))
    assert torch.allclose(pictures, z_generator.synthesize(z_generator.sample(seeds)), atol=1e-5)
    mean = generator.sample(seeds, truncation_psi=0.0).codes
    assert torch.allclose(mean[0], mean[1], atol=1e-6)


def test_layers_can_be_named():
    generator = load_generator(Chunks(), layers=["scale"])
    assert [(layer.name, layer.row) for layer in generator.layers] == [("scale", 0)]
    with pytest.raises(ValueError, match=r"no layer 'scales'; it has start, scale, body\.up"):
        load_generator(Chunks(), layers=["scales"])
    with pytest.raises(ValueError, match=r"body\.up do not get an affine function"):
        load_generator(Chunks(), layers=["body.up"])


def test_a_module_of_any_signature_is_called_as_the_user_says():
    class Odd(LinearFirst):
        def forward(self, steps, z, style):
            return {"picture": self.body(self.first(z) * steps + style)}

    with pytest.raises(ValueError, match=r"Odd\.forward also needs z, style; give latent_dim=... and call="):
        load_generator(Odd())
    module = Odd()
    generator = load_generator(module, call=lambda module, z, labels: module(1.0, z, 0.0)["picture"])
    assert torch.allclose(generator.latent_weight(0), first(module, slice(None)), atol=1e-5)


def test_a_module_without_a_reading_layer_is_refused_with_what_was_tried():
    with pytest.raises(ValueError, match=r"z \[N, 6\]: it runs, but no layer gets an affine function"):
        load_generator(Nothing())


def test_a_split_that_nothing_tells_is_asked_for():
    with pytest.raises(ValueError, match=r"Give latent_dim, num_classes.*layers take 10"):
        load_generator(OneHot())
    assert load_generator(OneHot(), latent_dim=6).num_classes == 4


def test_classes_by_number_cannot_be_mixed_but_vectors_can():
    one_hot, embedded = load_generator(OneHot(), num_classes=4), load_generator(Embedded())
    codes, mixed = torch.randn(1, 1, 6), torch.tensor([[0.5, 0.5, 0, 0]])
    assert one_hot.synthesize(Latent(codes, mixed)).shape == (1, 3, 8, 8)
    with pytest.raises(ValueError, match="cannot be mixed"):
        embedded.synthesize(Latent(codes, mixed))


def test_the_module_is_borrowed_as_it_is(tmp_path):
    module = LinearFirst().train()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    generator = load_generator(module)
    assert not module.training
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())
    assert all(not part._forward_hooks and not part._forward_pre_hooks for part in module.modules())
    with torch.no_grad():
        module.first.weight.mul_(2)
    assert torch.allclose(generator.latent_weight(0), 2 * before["first.weight"], atol=1e-5)
    with pytest.raises(ValueError, match="a module of your own"):
        save_generator(generator, tmp_path / "module.safetensors")


def test_random_numbers_of_the_module_are_the_same_at_every_call():
    class Noisy(LinearFirst):
        def forward(self, z):
            x = self.first(z)
            return self.body(x + torch.randn_like(x).abs())

    generator = load_generator(Noisy(), layers=["first"])
    latent = generator.sample([0])
    assert agrees(generator.synthesize(latent), generator.synthesize(latent), ROUNDING)
    fresh = [generator.synthesize(latent, noise="random") for _ in range(2)]
    assert not torch.equal(*fresh)


def test_options_for_modules_are_refused_for_files():
    with pytest.raises(ValueError, match="Only a torch"):
        load_generator("faces", latent_dim=3)


def test_the_tangent_is_right():
    assert tangent_is_right(load_generator(Chunks().double()))


@pytest.fixture
def stubs(monkeypatch):
    """Put an empty module for each name that is not installed."""

    def put(*names: str) -> None:
        for name in names:
            try:
                importlib.import_module(name)
            except ImportError:
                stub = ModuleType(name)
                stub.__spec__, stub.__path__ = importlib.machinery.ModuleSpec(name, None), []
                stub.__getattr__ = lambda attribute: mock.MagicMock()
                monkeypatch.setitem(sys.modules, name, stub)

    return put


def test_the_painted_eyes_of_omniart_load():
    spec = find_spec("omniart_eye_generator") or pytest.skip("omniart_eye_generator is not installed")
    folder = Path(spec.origin).parent
    eyes = runpy.run_path(str(folder / "generator.py"))["Generator"]()
    weights = torch.load(folder / "generator_model_state.pth", map_location="cpu", weights_only=True)
    eyes.load_state_dict(weights)
    generator = load_generator(eyes, num_classes=8)
    assert (generator.latent_dim, generator.resolution) == (100, 128)
    assert torch.equal(generator.latent_weight(0), weights["main.0.weight"][:100].flatten(1).T)
    by_class = generator.synthesize(generator.sample([7] * 8, labels=range(8)))
    assert by_class.std(dim=0).mean() > 0.1


def test_the_biggan_of_hugging_face_reads_the_latent_in_every_block(stubs):
    pytest.importorskip("torch").manual_seed(0)
    if find_spec("pytorch_pretrained_biggan") is None:
        pytest.skip("pytorch_pretrained_biggan is not installed")
    stubs("boto3", "botocore", "botocore.exceptions", "requests", "tqdm", "scipy", "scipy.stats")
    package = importlib.import_module("pytorch_pretrained_biggan")
    layers = [(False, 16, 16), (True, 16, 8), (False, 8, 8), (True, 8, 4), (False, 4, 2), (True, 2, 1)]
    config = package.BigGANConfig(32, 16, 16, 4, 7, layers, attention_layer_position=3)
    module = package.BigGAN(config)
    nn.init.ones_(module.generator.bn.weight)
    nn.init.zeros_(module.generator.bn.bias)
    with torch.no_grad():
        for _ in range(3):  # power iterations, so that the weights have a norm of 1
            module(torch.randn(2, 16), torch.eye(7)[:2], 1.0)
    generator = load_generator(module)
    assert (generator.latent_dim, generator.num_classes, len(generator.layers)) == (16, 7, 1 + 6 * 8)
    checkpoint = Checkpoint("huggingface_biggan_deep", dict(module.state_dict()), vars(config), "own")
    own = load_generator(checkpoint, device="cpu")
    latent = generator.sample([1, 2], labels=[3, 4])
    codes = latent.codes.clone()
    codes[:, 1:9] += 1  # the scales and offsets of the first block
    own_codes = latent.codes[:, : own.num_codes].clone()
    own_codes[:, 1] += 1
    expected = own.synthesize(Latent(own_codes, latent.labels))
    assert torch.allclose(generator.synthesize(latent.with_codes(codes)), expected, atol=1e-5)
    assert torch.allclose(generator.latent_weight(0).norm(), own.latent_weight(0).norm(), rtol=1e-4)


def test_stylegan2_pytorch_is_factorised_in_z_and_in_w(stubs):
    if find_spec("stylegan2_pytorch") is None:
        pytest.skip("stylegan2_pytorch is not installed")
    stubs(
        "fire", "tqdm", "torchvision", "kornia", "kornia.filters", "einops", "vector_quantize_pytorch", "aim"
    )
    with mock.patch("torch.cuda.is_available", return_value=True):
        package = importlib.import_module("stylegan2_pytorch.stylegan2_pytorch")
    package.filter2d = lambda x, kernel, normalized: x

    class Whole(nn.Module):
        def __init__(self):
            super().__init__()
            self.S, self.G = package.StyleVectorizer(16, 3), package.Generator(32, 16, network_capacity=4)

        def forward(self, z):
            styles = self.S(z)[:, None].expand(-1, self.G.num_layers, -1)
            return self.G(styles, torch.zeros(len(z), 32, 32, 1))

    module = Whole()
    in_z, in_w = load_generator(module), load_generator(module, latent_from="S")
    assert [layer.name for layer in in_z.layers] == ["S.net.0"]
    assert "after a normalisation" in in_z.summary
    assert {layer.name.split(".")[-1] for layer in in_w.layers} == {"to_style1", "to_style2", "to_style"}
    assert len(in_w.layers) == 3 * module.G.num_layers
    weight = module.G.blocks[0].to_style1.weight.detach()
    assert torch.allclose(in_w.latent_weight(0), weight, atol=1e-5)
