"""Weights that change in place, as in training: nothing computed from the old ones is used again."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from sefa_widget import edit, factorize, load_generator
from sefa_widget.directions import gram
from sefa_widget.evaluation import latent_spread
from sefa_widget.generators import FAMILIES
from sefa_widget.generators import module as module_generators
from sefa_widget.generators.version import SAMPLES, weights_version
from sefa_widget.panel.session import Session
from sefa_widget.pictures.frames import to_pixels
from tests.generators.golden import load


class Scaled(nn.Module):
    """A mapping network, and two layers that read its output after a learnt gain."""

    def __init__(self):
        super().__init__()
        self.mapping = nn.Sequential(nn.Linear(6, 7), nn.LeakyReLU(0.2), nn.Linear(7, 5))
        self.gain = nn.Parameter(torch.tensor(1.5))
        self.styles = nn.ModuleList([nn.Linear(5, 48), nn.Linear(5, 3)])

    def forward(self, z):
        w = self.mapping(z) * self.gain
        x = self.styles[0](w).reshape(-1, 3, 4, 4).tanh()
        return x * (1 + self.styles[1](w))[:, :, None, None]


def of_a_module():
    torch.manual_seed(0)
    return load_generator(Scaled(), latent_from="mapping")


GENERATORS = {
    "dcgan": lambda: load_generator("faces", device="cpu"),
    "stylegan2": lambda: load("nv_ada"),
    "module": of_a_module,
}


def fresh(generator):
    """A generator made anew with the weights that this one has now."""
    if generator.family == "module":
        module = copy.deepcopy(generator.module)
        return load_generator(module, latent_from="mapping", name=generator.name)
    again = FAMILIES[generator.family](**generator.config)
    again.load_state_dict(generator.state_dict())
    return again.eval().requires_grad_(False)


def optimizer_step(generator):
    parameters = list(generator.requires_grad_(True).parameters())
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    sum(parameter.square().sum() for parameter in parameters).backward()
    optimizer.step()
    generator.requires_grad_(False)


def other_state_dict(generator):
    generator.load_state_dict({name: 0.5 * value + 0.1 for name, value in generator.state_dict().items()})


def moving_average(generator):
    for parameter in generator.parameters():
        parameter.data.mul_(0.9).add_(torch.ones_like(parameter), alpha=0.01)


def other_parameters(generator):
    for part in generator.modules():
        for name, parameter in list(part.named_parameters(recurse=False)):
            setattr(part, name, nn.Parameter(parameter.detach() * 0.5 + 0.1, requires_grad=False))


CHANGES = [optimizer_step, other_state_dict, moving_average, other_parameters]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
@pytest.mark.parametrize("kind", GENERATORS)
def test_after_a_change_of_weights_all_is_as_of_a_generator_made_anew(kind, change):
    generator = GENERATORS[kind]()
    found = factorize(generator)
    latent_spread(generator, found)
    before = generator.weights_version, generator.fingerprint
    change(generator)
    expected = fresh(generator)
    assert generator.weights_version != before[0]
    assert generator.fingerprint == expected.fingerprint != before[1]
    now, other = factorize(generator, k=3), factorize(expected, k=3)
    assert now.fingerprint == other.fingerprint
    assert torch.allclose(now.eigenvalues, other.eigenvalues, rtol=1e-4)
    assert torch.allclose((now.vectors * other.vectors).sum(1).abs(), torch.ones(3).double(), atol=1e-4)
    spreads = latent_spread(generator, found), latent_spread(expected, found)
    assert torch.allclose(*spreads, rtol=1e-4)
    sampled, also = (one.sample([1, 2], truncation_psi=0.5) for one in (generator, expected))
    assert torch.allclose(sampled.codes, also.codes, atol=1e-5)
    moved = edit(sampled, found, {0: 1.0}, rows=[0])
    assert torch.allclose(generator.synthesize(moved), expected.synthesize(moved), atol=1e-4)


@pytest.mark.parametrize("kind", GENERATORS)
def test_the_same_weights_are_read_only_once(kind, monkeypatch):
    generator = GENERATORS[kind]()
    computed, real = [], gram.LayerGrams
    monkeypatch.setattr(gram, "LayerGrams", lambda grams: computed.append(grams) or real(grams))
    for _ in range(3):
        factorize(generator)
        generator.synthesize(generator.sample([1]))
    assert len(computed) == 1
    moving_average(generator)
    factorize(generator)
    factorize(generator)
    assert len(computed) == 2


def test_moving_a_module_does_not_measure_it_again(monkeypatch):
    generator = of_a_module()
    monkeypatch.setattr(module_generators, "find_readers", None)
    assert generator.double().sample([1]).codes.dtype == torch.float64
    assert generator.latent_weight(1).dtype == torch.float64


def test_a_module_whose_layers_read_the_latent_no_more_says_so_each_time():
    generator = of_a_module()
    with torch.no_grad():
        generator.module.gain.zero_()
    for _ in range(2):
        with pytest.raises(ValueError, match=r"have changed: styles.0, styles.1 gets an affine function"):
            generator.sample([1])
    with torch.no_grad():
        generator.module.gain.fill_(1)
    assert generator.sample([1]).codes.shape == (1, 2, 5)


def test_tensors_without_a_counter_or_values_in_memory_have_a_version_too():
    part = nn.Module()
    part.register_buffer("sparse", torch.eye(3).to_sparse())
    part.register_buffer("meta", torch.empty(3, device="meta"))
    part.register_buffer("empty", torch.empty(0))
    part.register_buffer("view", torch.ones(1, 3).expand(4, 3))
    part.register_buffer("short", torch.ones(3, dtype=torch.bfloat16))
    part.register_buffer("none", None)
    with torch.inference_mode():
        part.register_buffer("inference", torch.ones(2 * SAMPLES))
    before = weights_version(part)
    assert weights_version(part) == before
    assert len({before, weights_version(part)}) == 1
    with torch.inference_mode():
        part.inference.mul_(2)
    assert weights_version(part) != before


def test_one_value_changed_in_place_between_those_that_are_sampled_is_noticed():
    part = nn.Linear(100, 100)
    before = weights_version(part)
    with torch.no_grad():
        part.weight[0, 1] += 1
    assert weights_version(part) != before


def test_values_that_are_not_numbers_are_no_change():
    part = nn.Linear(2, 2)
    with torch.no_grad():
        part.weight.fill_(float("nan"))
    assert weights_version(part) == weights_version(part)


def test_a_session_draws_new_weights_with_new_directions():
    generator = load("nv_ada")
    session = Session(generator, {"strengths": {0: 2.0}})
    (old,) = session.draw(session.contents(), [0])
    moving_average(generator)
    contents = session.contents()
    (drawn,) = session.draw(contents, [0])
    moved = edit(generator.sample(0), factorize(fresh(generator)), {0: 2.0})
    expected = to_pixels(generator.synthesize(moved)[0])
    assert np.abs(drawn.pixels[0].astype(int) - expected).max() <= 1
    assert not np.array_equal(drawn.pixels, old.pixels)
    assert contents.found.directions.fingerprint == generator.fingerprint
