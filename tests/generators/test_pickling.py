"""Generators in a file of bytes, as a copy, and in another process."""

import copy
import json
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
import torch

from sefa_widget.generators import BUNDLED, Generator, load_generator
from sefa_widget.generators.borrowing import from_module
from tests.conftest import GOLDEN
from tests.generators.golden import load
from tests.generators.test_module import Chunks, Mapped, OneHot


def networks() -> list[str]:
    """All golden networks, the bundled ones, and modules of somebody else's."""
    found = [path.stem for path in sorted(GOLDEN.glob("*.json")) if "format" in json.loads(path.read_text())]
    return [*found, *BUNDLED, *MODULES]


MODULES = {
    "OneHot": (OneHot, {"latent_dim": 6, "num_classes": 4}),
    "Mapped": (Mapped, {}),
    "Chunks": (Chunks, {}),
}


def make(name: str) -> Generator:
    if name in MODULES:
        torch.manual_seed(0)
        module, options = MODULES[name]
        return from_module(module(), **options)
    return load_generator(name, device="cpu") if name in BUNDLED else load(name)


def picture(generator: Generator) -> np.ndarray:
    latent = generator.sample([1, 2], labels=[0, 1] if generator.num_classes else None)
    latent = latent.with_codes(latent.codes + torch.linspace(0, 1, generator.num_codes)[:, None])
    return generator.synthesize(latent).numpy()


def close(found: np.ndarray, expected: np.ndarray) -> bool:
    return bool(np.abs(found - expected).max() <= 1e-4 * expected.std())


@pytest.mark.parametrize("name", networks())
@pytest.mark.parametrize("way", ["pickle", "copy"])
def test_a_copy_draws_the_same_picture_and_is_independent(name, way):
    generator = make(name)
    expected, fingerprint = picture(generator), generator.fingerprint
    again = pickle.loads(pickle.dumps(generator)) if way == "pickle" else copy.deepcopy(generator)
    assert close(picture(again), expected)
    assert (again.name, again.layers, again.fingerprint) == (generator.name, generator.layers, fingerprint)
    with torch.no_grad():
        for tensor in again.parameters():
            tensor.mul_(0.5)
    assert close(picture(generator), expected)


def test_a_copy_has_a_lock_of_its_own_and_forgets_what_was_computed(tiny):
    before = tiny.fingerprint
    with tiny.lock:
        again = pickle.loads(pickle.dumps(tiny))
    assert again.lock is not tiny.lock
    assert again.lock.acquire(blocking=False)
    again.lock.release()
    with torch.no_grad():
        again.convolutions[0].weight.mul_(2)
    assert again.fingerprint != before == tiny.fingerprint


def test_another_process_draws_the_same_pictures():
    generators = [make(name) for name in networks()]
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        drawn = list(pool.map(picture, generators))
    for generator, found in zip(generators, drawn, strict=True):
        assert close(found, picture(generator)), generator.name


def test_a_call_given_as_a_lambda_can_be_copied_but_not_pickled():
    generator = from_module(
        OneHot(), call=lambda module, z, labels: module(z, labels), num_classes=4, latent_dim=6
    )
    assert close(picture(copy.deepcopy(generator)), picture(generator))
    with pytest.raises((pickle.PicklingError, AttributeError), match="lambda"):
        pickle.dumps(generator)
