import pytest
import torch
from PIL import Image
from torch import nn

from sefa_widget.generators import load_generator, save_generator
from tests.training.garments.data import random_garments
from training.garments import trainer as module
from training.garments.network import readers
from training.garments.trainer import Recipe, Trainer, save_grid

RECIPE = Recipe(images=160, batch=10)


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(module, "STANDING", 40)


@pytest.fixture
def trainer():
    return Trainer(random_garments(0), RECIPE)


def weights(trainer):
    return {
        f"{part}.{name}": tensor.clone()
        for part in ("generator", "average", "judge")
        for name, tensor in getattr(trainer, part).state_dict().items()
    }


def same(one, two):
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


def test_a_few_steps_move_every_network_and_log_finite_numbers(trainer):
    before, logged = weights(trainer), [trainer.step() for _ in range(3)]
    after = weights(trainer)
    assert trainer.seen == 60
    assert all(sorted(step) == ["generator", "judge", "made", "real"] for step in logged)
    assert torch.tensor([value for step in logged for value in step.values()]).isfinite().all()
    for part in ("generator", "average", "judge"):
        assert any(
            not torch.equal(before[name], after[name]) for name in before if name.startswith(f"{part}.")
        )
    assert all(tensor.isfinite().all() for tensor in after.values())


def test_a_resumed_run_goes_on_bit_for_bit(trainer, tmp_path):
    trainer.step()
    trainer.save(tmp_path / "checkpoint.pt")
    wanted = [trainer.step() for _ in range(2)]
    resumed = Trainer(random_garments(0), RECIPE, seed=5)
    resumed.resume(tmp_path / "checkpoint.pt")
    assert resumed.seen == 20
    assert [resumed.step() for _ in range(2)] == wanted
    assert same(weights(resumed), weights(trainer))


class Constant(nn.Module):
    def __init__(self, value):
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, images, labels):
        return self.value.expand(len(images)) + 0 * images.sum()


@pytest.mark.parametrize(("value", "loss"), [(0.5, 2.0), (2.0, 3.0), (-3.0, 4.0)])
def test_the_discriminator_has_the_hinge_loss_and_the_generator_its_judgement(trainer, value, loss):
    trainer.judge = Constant(value)
    logged = trainer.step()
    assert logged["judge"] == pytest.approx(loss)
    assert logged["generator"] == pytest.approx(-value)


def test_another_seed_gives_another_run(trainer):
    other = Trainer(random_garments(0), RECIPE, seed=1)
    assert not same(weights(trainer), weights(other))


def test_the_rates_fall_to_zero_at_the_end(trainer):
    trainer.step()
    rates = [optimizer.param_groups[0]["lr"] for optimizer in (trainer.makes, trainer.judges)]
    assert rates == [RECIPE.rate_made, RECIPE.rate_judged]
    trainer.seen = RECIPE.images
    trainer.step()
    assert trainer.makes.param_groups[0]["lr"] == trainer.judges.param_groups[0]["lr"] == 0


def test_no_layer_learns_to_read_another_ones_chunk(trainer):
    for _ in range(3):
        trainer.step()
    generator = trainer.finished()
    found = readers(generator)
    assert len(found) == 1 + 3 * 4  # the projection, and scale and offset of two norms of each block
    for weight, read in found:
        assert read.sum() == 16 + 32
        assert not weight[:, ~read].any()
        assert weight[:, read].any(0).all()


def test_what_is_finished_is_a_biggan_of_the_package_at_statistics_of_its_own(trainer, tmp_path):
    trainer.step()
    generator = trainer.finished()
    again = load_generator(save_generator(generator, tmp_path / "g.safetensors"), device="cpu")
    assert (again.family, again.resolution, again.channels, again.num_classes) == ("biggan", 32, 1, 10)
    assert [layer.row for layer in again.layers] == [0, 1, 2, 3]
    latent = generator.sample(range(40), labels=[n % 10 for n in range(40)])
    mean = generator.stages()[0].run((), latent, "const")[0].mean((0, 2, 3))
    assert torch.allclose(generator.blocks[0].norms[0].means[0], mean, atol=1e-4)


def test_a_grid_has_a_row_for_each_class(trainer, tmp_path):
    save_grid(trainer.finished(), tmp_path / "grid.png", 1.0, seeds=3, scale=1)

    assert Image.open(tmp_path / "grid.png").size == (3 * 32, 10 * 32)


def test_a_run_that_was_stopped_goes_on_to_the_end_of_its_recipe(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "read_garments", lambda part: random_garments(0))
    monkeypatch.setattr(module, "SAVE_EVERY", 20)
    module.train(Recipe(images=20, batch=10), tmp_path)
    module.train(Recipe(images=40, batch=10), tmp_path)
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 2
    assert [path.name for path in sorted(tmp_path.glob("grid-*.png"))] == ["grid-0000k.png"]
