from itertools import pairwise

import numpy as np
import pytest
import torch

from sefa_widget import edit, factorize, load_generator
from sefa_widget.inversion import invert, objective
from sefa_widget.inversion.result import psnr
from tests.conftest import GOLDEN
from tests.generators.golden import load

CASES = sorted(path.stem for path in GOLDEN.glob("*.json"))
FEW = {"steps": 15, "samples": 8, "restarts": 2, "own": 0}


@pytest.fixture
def target(tiny):
    return tiny.synthesize(tiny.sample(5000))[0]


def test_a_picture_of_the_generator_is_found_again(tiny, target):
    found = invert(tiny, target, steps=120, samples=64, own=0)
    assert found.error < found.first_error / 4
    assert torch.allclose(tiny.synthesize(found.latent)[0].clamp(-1, 1), found.image, atol=1e-5)
    assert found.difference.shape == found.target.shape == target.shape


def test_what_is_found_is_a_start_that_directions_edit(tiny, target):
    latent = invert(tiny, target, **FEW).latent
    assert len(latent) == 1
    edited = edit(latent, factorize(tiny), {0: 2.0})
    assert (tiny.synthesize(edited) - tiny.synthesize(latent)).abs().max() > 0.01


def test_the_search_goes_on_from_an_earlier_one(tiny, target):
    first = invert(tiny, target, **FEW)
    second = invert(tiny, target, **FEW, start=first.latent)
    assert second.first_error == pytest.approx(first.error, rel=1e-3)
    assert second.error <= first.error * 1.001


def test_the_same_seed_finds_the_same(tiny, target):
    first, second = (invert(tiny, target, **FEW, seed=3).latent.codes for _ in range(2))
    assert torch.allclose(first, second, atol=1e-4)


def test_a_larger_prior_keeps_the_latent_nearer_to_the_mean(tiny, target):
    far, near = (invert(tiny, target, **FEW, prior=prior).latent.codes.norm() for prior in (0, 10))
    assert near < far


def test_rows_are_equal_in_w_and_apart_in_w_plus_as_far_as_spread_lets_them(tiny_style):
    target = torch.rand(3, 8, 8) * 2 - 1
    options = {"steps": 40, "samples": 16, "restarts": 2, "own": 0}

    def apart(**more):
        codes = invert(tiny_style, target, **options, **more).latent.codes
        return float((codes - codes.mean(1, keepdim=True)).abs().max())

    assert apart(space="w") < 1e-5
    assert apart(spread=1.0) < apart(spread=0.0)


def test_no_step_gives_the_best_sample(tiny, target):
    found = invert(tiny, target, steps=0, samples=8, own=0)
    assert found.error == pytest.approx(found.first_error)
    assert any(torch.equal(found.latent.codes[0], tiny.sample(seed).codes[0]) for seed in range(8))


def test_progress_tells_each_step_with_the_nearest_picture_so_far(tiny, target):
    told = []
    found = invert(tiny, target, **FEW, on_progress=lambda step: step.done and told.append(step))
    assert [step.done for step in told] == list(range(1, len(told) + 1))
    assert 3 < len(told) <= 15
    assert {step.total for step in told} == {15}
    assert told[-1].image.shape == target.shape
    assert all(later.psnr >= earlier.psnr for earlier, later in pairwise(told))
    assert found.calls == 8 + 2 + 2 * 2 + (len(told) - 2) + 2


def test_the_nearest_sample_is_shown_while_others_are_drawn(tiny, target, monkeypatch):
    monkeypatch.setattr(objective, "BATCH_PIXELS", tiny.resolution**2)
    told, batches = [], []
    found = invert(
        tiny, target, **FEW, on_progress=told.append, cancel=lambda: bool(batches.append(len(told)))
    )
    samples = [step for step in told if step.done == 0]
    assert batches[0] == 1
    assert all(later.psnr > earlier.psnr for earlier, later in pairwise(samples))
    assert 1 < len(samples) <= 8
    assert samples[-1].psnr == pytest.approx(psnr(found.first_error), abs=0.01)


@pytest.mark.parametrize("after", [1, 6])
def test_a_search_that_is_cancelled_gives_what_it_has(tiny, target, after):
    told = []

    def step_done(step):
        return step.done and told.append(step)

    found = invert(tiny, target, **FEW, on_progress=step_done, cancel=lambda: len(told) == after)
    assert len(told) == after
    assert found.cancelled
    assert found.error <= found.first_error


def test_the_search_of_own_pictures_can_be_cancelled_too(tiny, target):
    asked = []
    found = invert(tiny, target, **FEW | {"own": 5}, cancel=lambda: asked.append(1) or len(asked) > 20)
    assert len(asked) == 21
    assert not found.own_errors
    assert not found.cancelled
    assert "was not measured" in found.words


def test_what_progress_raises_ends_the_search(tiny, target):
    def stop(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        invert(tiny, target, **FEW, on_progress=stop)


def test_a_picture_that_the_generator_cannot_make_is_said_to_be_one(tiny, target):
    options = {"steps": 100, "samples": 32, "own": 6}
    usual = invert(tiny, target, **options)
    squares = torch.from_numpy(np.indices((16, 16)).sum(0) % 2 * 2.0 - 1).float().repeat(3, 1, 1)
    foreign = invert(tiny, squares, **options)
    assert len(usual.own_errors) == 6
    assert foreign.own_errors == usual.own_errors
    assert "usual for this generator" in usual.words
    assert "hardly makes such pictures" in foreign.words
    assert "of 6 pictures of its own, 0 came no nearer" in foreign.words


def test_own_pictures_are_searched_again_when_the_weights_change(tiny, target):
    options = FEW | {"own": 3}
    before = invert(tiny, target, **options).own_errors
    with torch.no_grad():
        next(tiny.parameters()).mul_(1.5)
    assert invert(tiny, target, **options).own_errors != before


@pytest.mark.parametrize("case", CASES)
def test_gradients_find_a_nearer_picture_in_every_family(case):
    generator = load(case)
    target = generator.synthesize(generator.sample(5000), noise="const")[0].clamp(-1, 1)
    found = invert(generator, target, **FEW)
    assert found.error < found.first_error
    assert found.latent.codes.isfinite().all()


def test_the_bundled_faces_find_their_own_picture():
    generator = load_generator("faces", device="cpu")
    found = invert(generator, generator.synthesize(generator.sample(5000))[0], **FEW)
    assert found.error < found.first_error


def test_a_generator_without_gradients_is_refused_with_the_reason(tiny_style, monkeypatch):
    forward = type(tiny_style).forward
    monkeypatch.setattr(
        type(tiny_style), "forward", lambda *given, **named: forward(*given, **named).detach()
    )
    with pytest.raises(ValueError, match="No finite gradient passes through 'tinystyle'"):
        invert(tiny_style, torch.zeros(3, 8, 8), **FEW)
