"""Pictures of other people's modules come out right in any form and range; or the reason is said."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from sefa_widget import load_generator
from sefa_widget.generators import Generator, Layer
from tests.generators.golden import agrees


class Body(nn.Module):
    """From 16 numbers to a picture of 8x8, of -1..1."""

    def __init__(self, channels=3, high=4, wide=4):
        super().__init__()
        self.high, self.wide = high, wide
        self.fc, self.conv = nn.Linear(16, 8 * high * wide), nn.ConvTranspose2d(8, channels, 4, 2, 1)

    def forward(self, z):
        return torch.tanh(self.conv(torch.relu(self.fc(z).view(-1, 8, self.high, self.wide))))


def module(form, body=None):
    """A module whose output is a function of the body's."""

    class Module(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = Body() if body is None else body

        def forward(self, z):
            return form(self.body(z))

    return Module()


FORMS = {
    "dict": lambda x: {"mask": x[:, :1, 0, 0], "image": x, "count": 1},
    "object": lambda x: SimpleNamespace(sample=x),
    "tuple": lambda x: (x, None),
    "small to large": lambda x: [F.avg_pool2d(x, 4), F.avg_pool2d(x, 2), x],
    "channels last": lambda x: x.permute(0, 2, 3, 1),
    "flat": lambda x: x.flatten(1),
    "0..1": lambda x: (x + 1) / 2,
    "0..255": lambda x: (x + 1) * 127.5,
    "half": lambda x: x.half(),
}


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


@pytest.mark.parametrize("form", FORMS)
def test_the_pictures_are_found_in_what_a_module_gives(form, capsys):
    made = module(FORMS[form])
    generator = load_generator(made)
    latent = generator.sample([1, 2])
    assert agrees(
        generator.synthesize(latent), made.body(latent.codes[:, 0]), 2e-2 if form == "half" else 1e-4
    )
    assert ("mapped to -1..1" in capsys.readouterr().out) == form.startswith("0..")


def test_bytes_are_mapped_too():
    made = module(lambda x: ((x + 1) * 127.5).to(torch.uint8))
    generator = load_generator(made)
    latent = generator.sample([1, 2])
    assert (generator.synthesize(latent) - made.body(latent.codes[:, 0])).abs().max() < 1 / 100


@pytest.mark.parametrize("channels", [1, 2, 4])
def test_pictures_may_have_one_to_four_channels(channels):
    assert load_generator(Body(channels)).channels == channels


def test_pictures_need_not_be_square(capsys):
    generator = load_generator(Body(high=2, wide=6))
    assert (generator.resolution, generator.width) == (4, 12)
    assert "4x12 pictures" in capsys.readouterr().out


def test_the_range_can_be_given():
    dark = module(lambda x: x.abs() * 0.1)
    z = torch.zeros(1, 1, 16)
    assert agrees(load_generator(dark, assume={"output": "tanh"}).synthesize(z), dark(z[:, 0]))
    assert agrees(load_generator(dark).synthesize(z), 2 * dark(z[:, 0]) - 1)
    with pytest.raises(ValueError, match="assume has 'activation'; of a module it can say 'output'"):
        load_generator(dark, assume={"activation": "relu"})


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_modules_of_half_precision_are_drawn_in_float32(dtype):
    made = Body()
    z = torch.randn(2, 16)
    generator = load_generator(made.to(dtype))
    assert generator.dtype == torch.float32
    assert "float32" in generator.assumed[0]
    assert made.fc.weight.dtype == dtype
    assert agrees(generator.synthesize(z[:, None]), made.float()(z))


def test_a_module_that_casts_by_itself_is_taken_as_it_is():
    class Casts(Body):
        def forward(self, z):
            return super().forward(z.half()).float()

    assert "half precision" in load_generator(Casts().half()).assumed[0]


@pytest.mark.parametrize("form", ["row", "list"])
def test_a_latent_may_be_wanted_in_another_form(form):
    class Wants(Body):
        def forward(self, z):
            assert isinstance(z, list) == (form == "list")
            assert form == "list" or z.shape[1:] == (1, 16)
            return super().forward(z[0] if form == "list" else z[:, 0])

    z = torch.randn(2, 16)
    made = Wants()
    assert agrees(load_generator(made).synthesize(z[:, None]), Body.forward(made, z))


class Unused(Body):
    def forward(self, z, c, truncation_psi=1):
        return super().forward(z)


def test_a_class_that_is_asked_for_and_not_used_is_no_class():
    assert load_generator(Unused()).num_classes == 0


class Activated(nn.Module):
    """A layer with its activation inside, so that nothing outside it is affine."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(16, 16))

    def forward(self, x):
        return F.leaky_relu(x @ self.weight.T, 0.2)


class Mapping(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc0 = Activated()

    def forward(self, z, c, truncation_psi=1):
        return self.fc0(z)[:, None].repeat(1, 2, 1)


class Synthesis(nn.Module):
    def __init__(self):
        super().__init__()
        self.style, self.body = nn.Linear(16, 16), Body()

    def forward(self, ws):
        return self.body(torch.relu(self.style(ws[:, 0])) + ws[:, 1])


class Official(nn.Module):
    """In the form of NVIDIA's generators."""

    z_dim, c_dim = 16, 0

    def __init__(self):
        super().__init__()
        self.mapping, self.synthesis = Mapping(), Synthesis()

    def forward(self, z, c, truncation_psi=1, **options):
        return self.synthesis(self.mapping(z, c))


def test_a_mapping_that_repeats_w_for_each_layer_gives_the_latent():
    made = Official()
    generator = load_generator(made)
    z = torch.randn(2, 16)
    assert (generator.latent_space, generator.num_classes, generator.layers[0].name) == (
        "w",
        0,
        "synthesis.style",
    )
    assert agrees(generator.synthesize(generator.mapping(z)), made(z, None))


class Encodes(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(192, 16), Body()

    def forward(self, x):
        return self.decoder(self.encoder(x.flatten(1)))


class Steps(nn.Module):
    def forward(self, x, t):
        return x


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (nn.Conv2d(3, 3, 3, padding=1), "no layer|could not be taken"),
        (
            nn.Sequential(nn.Conv2d(3, 3, 3, padding=1)),
            "pictures of 1x1 px: it keeps the size of what it is given",
        ),
        (Encodes(), r"encodes a picture first. Pass .*: load_generator\(module.decoder\)"),
        (Steps(), "needs t, a step of a diffusion process"),
        (nn.Sequential(nn.Linear(16, 1)), r"gives \[8, 1\], not images"),
        (torch.jit.script(nn.Sequential(nn.Linear(4, 4))), "is TorchScript, whose layers cannot be watched"),
        (nn.Sequential(nn.LazyLinear(4)), "has lazy layers without sizes: give latent_dim"),
    ],
)
def test_what_is_no_generator_is_refused_with_the_reason(made, reason):
    with pytest.raises(ValueError, match=reason):
        load_generator(made)


def test_lazy_layers_get_their_sizes_from_the_latent():
    made = nn.Sequential(nn.LazyLinear(48), nn.Tanh(), nn.Unflatten(1, (3, 4, 4)))
    assert load_generator(made, latent_dim=5).latent_dim == 5


def test_a_generator_with_a_forward_of_its_own_honours_the_dtype():
    class Own(Generator):
        family = "own"

        def __init__(self):
            super().__init__()
            self.z_dim = self.latent_dim = 16
            self.resolution, self.layers = 8, (Layer("fc", 4, 0),)
            self.body, self.seen = Body(), []

        @property
        def config(self):
            return {}

        def latent_weight(self, layer):
            return self.body.fc.weight

        def forward(self, codes, labels=None, noise="const"):
            image = self.body(codes[:, 0])
            self.seen.append(image.dtype)
            return image

    own = Own()
    full = own.synthesize(own.sample(1))
    half = load_generator(own, dtype="bfloat16").synthesize(own.sample(1))
    assert own.seen == [torch.float32, torch.bfloat16]
    assert half.dtype == torch.float32
    assert 0 < (half - full).abs().max() < 0.1
