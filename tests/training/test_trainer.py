import pytest
import torch

from sefa_widget.generators import load_generator, save_generator
from training.heads.dataset import Heads
from training.heads.trainer import Recipe, Trainer, save_grid

RECIPE = Recipe(images=40, batch=4, every=2)


def random_heads(seed):
    random = torch.Generator().manual_seed(seed)
    images = torch.randint(256, (12, 3, 64, 64), generator=random, dtype=torch.uint8)
    return Heads(images, torch.rand(12, 20, generator=random) * 2 - 1)


def weights(trainer):
    return {
        f"{part}.{name}": tensor.clone()
        for part in ("generator", "average", "judge")
        for name, tensor in getattr(trainer, part).state_dict().items()
    }


def same(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.fixture(params=[0, 1])
def heads(request):
    return random_heads(request.param)


def test_a_few_steps_move_every_network_and_log_finite_numbers(heads):
    trainer = Trainer(heads, RECIPE)
    before, logged = weights(trainer), [trainer.step() for _ in range(3)]
    after = weights(trainer)
    assert trainer.seen == 12
    assert [sorted(step) for step in logged] == [
        ["attributes", "generator", "judge", "r1"],
        ["attributes", "generator", "judge"],
        ["attributes", "generator", "judge", "r1"],
    ]
    assert torch.tensor([value for step in logged for value in step.values()]).isfinite().all()
    for name in ("generator.const", "average.const", "judge.real.weight", "judge.shown.weight"):
        assert not torch.equal(before[name], after[name])
        assert after[name].isfinite().all()


def test_a_resumed_run_goes_on_bit_for_bit(heads, tmp_path):
    trainer = Trainer(heads, RECIPE)
    trainer.step()
    trainer.save(tmp_path / "checkpoint.pt")
    wanted = [trainer.step() for _ in range(2)]

    resumed = Trainer(heads, RECIPE, seed=5)
    resumed.resume(tmp_path / "checkpoint.pt")
    assert resumed.seen == 4
    assert [resumed.step() for _ in range(2)] == wanted
    assert same(weights(resumed), weights(trainer))


def test_the_same_seed_gives_the_same_run_and_another_another():
    runs = []
    for seed in (0, 0, 1):
        trainer = Trainer(random_heads(0), RECIPE, seed)
        trainer.step()
        runs.append(weights(trainer))
    assert same(runs[0], runs[1])
    assert not same(runs[0], runs[2])


def test_the_rate_falls_to_zero_at_the_end(heads):
    trainer = Trainer(heads, RECIPE)
    trainer.step()
    assert trainer.makes.param_groups[0]["lr"] == RECIPE.rate
    trainer.seen = RECIPE.images
    trainer.step()
    assert trainer.makes.param_groups[0]["lr"] == 0


def test_what_is_finished_is_a_generator_of_the_package_centred_on_its_mean(heads, tmp_path):
    trainer = Trainer(heads, RECIPE)
    trainer.step()
    generator = trainer.finished()
    again = load_generator(save_generator(generator, tmp_path / "heads.safetensors"), device="cpu")
    latent = generator.sample(range(2), truncation_psi=0.0)
    assert torch.allclose(latent.codes[0], latent.codes[1])
    assert torch.equal(again.sample(range(2)).codes, generator.sample(range(2)).codes)
    save_grid(generator, tmp_path / "grid.png", 0.8, columns=2)
    assert (tmp_path / "grid.png").stat().st_size > 0


def test_a_batch_is_pictures_with_their_attributes_half_of_them_mirrored():
    heads = random_heads(0)
    images, attributes = heads.batch(200, torch.Generator().manual_seed(0))
    assert images.shape == (200, 3, 64, 64)
    assert -1 <= images.min() < -0.9
    assert 0.9 < images.max() <= 1
    originals = heads.images.float() / 127.5 - 1
    mirrored = 0
    for image, values in zip(images, attributes, strict=True):
        straight = (originals == image).flatten(1).all(1)
        turned = (originals.flip(3) == image).flatten(1).all(1)
        assert straight.any() != turned.any()
        mirrored += int(turned.any())
        sign = torch.ones(20)
        if turned.any():
            sign[[0, 2, 14, 16]] = -1  # yaw, roll, fringe, light
        assert torch.equal(values, heads.attributes[int((straight | turned).nonzero()[0])] * sign)
    assert 70 < mirrored < 130
