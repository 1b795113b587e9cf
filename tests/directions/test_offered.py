"""What `methods_for` offers runs, of every architecture and of modules."""

import warnings

import pytest
import torch
from torch import nn

from sefa_widget import factorize, load_generator
from sefa_widget.directions import methods_for
from sefa_widget.generators import Layer
from tests.conftest import GOLDEN, TinyStyle, seeded
from tests.generators.golden import load
from tests.generators.test_module import Chunks, Embedded, LinearFirst, Mapped, TransposedFirst

CASES = sorted(path.stem for path in GOLDEN.glob("*.json"))
FEW = {"jacobian": {"n": 1}, "pca": {"n": 60}, "ica": {"n": 60}}


def runs(generator, method) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # so few samples do not settle
        found = factorize(generator, method=method, **FEW.get(method, {}))
    return bool(found.vectors.isfinite().all()) and len(found) > 0


@pytest.mark.parametrize("case", CASES)
def test_of_every_architecture_every_offered_method_runs(case):
    generator = load(case)
    methods = methods_for(generator)
    assert {"sefa", "jacobian", "random"} <= set(methods)
    assert all(runs(generator, method) for method in methods)


@pytest.mark.parametrize("kind", [LinearFirst, TransposedFirst, Embedded, Chunks, Mapped])
def test_of_modules_every_offered_method_runs(kind):
    torch.manual_seed(0)
    latent_from = "mapping" if kind is Mapped else None
    generator = load_generator(kind(), latent_from=latent_from)
    methods = methods_for(generator)
    assert "composed" not in methods
    assert ("pca" in methods) == (kind is Mapped)
    assert all(runs(generator, method) for method in methods)


class NoTangent(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 2

    @staticmethod
    def backward(ctx, grad):
        return grad * 2


class Custom(LinearFirst):
    """Its pictures go through an operation without a forward-mode derivative."""

    def forward(self, z):
        return NoTangent.apply(super().forward(z))


class Branching(LinearFirst):
    """Its code depends on the numbers, so that no batch of derivatives goes through it."""

    def forward(self, z):
        x = super().forward(z)
        return x if float(x.sum()) > 1e6 else 2 * x


@pytest.mark.parametrize("kind", [Custom, Branching])
def test_a_module_that_cannot_be_differentiated_is_offered_no_jacobian_and_told_why(kind):
    torch.manual_seed(0)
    generator = load_generator(kind())
    methods = methods_for(generator)
    assert "jacobian" not in methods
    assert all(runs(generator, method) for method in methods)
    with pytest.raises(ValueError, match=r"cannot be differentiated in forward mode.*RuntimeError"):
        factorize(generator, method="jacobian")


def test_whether_a_module_can_be_differentiated_is_tried_once(monkeypatch):
    torch.manual_seed(0)
    generator = load_generator(LinearFirst())
    assert "jacobian" in methods_for(generator)
    monkeypatch.setattr(generator, "call", None)  # another run would fail
    assert "jacobian" in methods_for(generator)


class Deaf(TinyStyle):
    """Its last layer reads no latent, and nothing says how it answers to it."""

    def __init__(self):
        super().__init__()
        self.layers = (*self.layers[:2], Layer("last", 8, None))


def test_layers_that_no_method_reads_are_refused_with_those_that_can_be_read():
    generator = seeded(Deaf())
    for method in (None, "sefa"):
        with pytest.raises(ValueError, match=r"Layer 2 \('last'\) of 'tinystyle' reads no latent") as error:
            factorize(generator, method=method, layers=(0, 3))
        assert "Layers that read the latent: 0-1." in str(error.value)
        assert "'composed' can" not in str(error.value)
    assert factorize(generator).layers == (0, 1)


def test_sefa_of_layers_it_cannot_read_names_the_method_that_can(tiny):
    with pytest.raises(ValueError, match=r"'sefa' cannot factorise it; method='composed' can\."):
        factorize(tiny, method="sefa", layers=(0, 2))


def test_ica_takes_as_many_sources_as_a_small_latent_has():
    generator = seeded(TinyStyle())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        assert len(factorize(generator, method="ica", n=200)) == 6


def test_ica_takes_no_more_sources_than_samples_vary_in():
    class Flat(TinyStyle):
        def mapping(self, z, **options):
            latent = super().mapping(z, **options)
            return latent.with_codes(latent.codes * torch.tensor([1, 1, 1, 1, 0, 0.0]))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found = factorize(seeded(Flat()), method="ica", n=200)
    assert len(found) == 4
    assert found.vectors.isfinite().all()


def test_a_module_in_use_is_left_as_it_is_by_the_trial():
    module = LinearFirst()
    generator = load_generator(module)
    methods_for(generator)
    assert all(not part._forward_hooks and not part._forward_pre_hooks for part in module.modules())
    assert isinstance(module.body.norm, nn.BatchNorm2d)
    assert not module.training
