"""Products of the derivatives of every pixel, of pictures that are a known matrix times the code."""

import pytest
import torch

from sefa_widget.directions import derivatives
from sefa_widget.directions.derivatives import grams
from sefa_widget.generators.base import Latent
from tests.conftest import TinyStyle, seeded
from tests.evaluation.helpers import Linear, random_rows


def linear(side=4, d=3):
    return Linear(random_rows(3 * side * side, d).float(), side)


def test_of_a_linear_picture_the_gram_is_that_of_its_matrix():
    generator = linear()
    inside, outside, values = grams(generator, generator.sample([1, 2]), [0], None, None)
    weight = generator.weight.double()
    assert inside.dtype == torch.float64
    assert torch.allclose(inside, weight.T @ weight)
    assert outside.tolist() == [[0] * 3] * 3
    assert values == 48


def test_inside_and_outside_of_a_region_are_two_parts_of_the_whole():
    generator = linear()
    weight = generator.weight.double().view(3, 4, 4, 3)
    part = weight[:, 1:3, 0:1].reshape(-1, 3)
    inside, outside, values = grams(generator, generator.sample([1, 2]), [0], (1, 0, 3, 1), None)
    assert torch.allclose(inside, part.T @ part)
    assert torch.allclose(inside + outside, generator.weight.double().T @ generator.weight.double())
    assert values == 6


def test_rows_that_are_not_chosen_do_not_move():
    generator = seeded(TinyStyle())
    latent = generator.sample([1])
    inside = [grams(generator, latent, rows, None, None)[0] for rows in ([0], [1], [0, 1, 2], [])]
    assert float(inside[0].trace()) > 0
    assert not torch.allclose(inside[0], inside[1])
    assert not torch.allclose(inside[0] + inside[1], inside[2])
    assert float(inside[3].abs().max()) == 0


def test_the_mean_is_over_latents_each_with_its_own_class_and_truncation():
    class Heeding(TinyStyle):
        def forward_options(self, latent):
            return {"power": latent.truncation_psi * (1 + latent.labels.argmax())}

        def forward(self, codes, labels=None, noise="const", power=1.0):
            return super().forward(codes * power, labels, noise)

    generator = seeded(Heeding())
    latent = generator.sample([1, 2], labels=[0, 3], truncation_psi=0.5)
    both = grams(generator, latent, [0, 1, 2], None, None)[0]
    alone = [grams(generator, latent[n], [0, 1, 2], None, None)[0] for n in (0, 1)]
    assert torch.allclose(both, (alone[0] + alone[1]) / 2)
    other = Latent(latent.codes, latent.labels.flip(0), 0.5)
    assert not torch.allclose(both, grams(generator, other, [0, 1, 2], None, None)[0])
    other = Latent(latent.codes, latent.labels, 1.0)
    assert not torch.allclose(both, grams(generator, other, [0, 1, 2], None, None)[0])


def test_large_pictures_are_averaged_over_squares_first(monkeypatch):
    generator = linear(8)
    monkeypatch.setattr("sefa_widget.directions.region.MAX_SIDE", 3)
    weight = generator.weight.double().view(3, 8, 8, 3).permute(3, 0, 1, 2)
    pooled = torch.nn.functional.avg_pool2d(weight, 3, ceil_mode=True).flatten(1)
    inside, _, values = grams(generator, generator.sample([1]), [0], None, None)
    assert values == 27
    assert torch.allclose(inside, pooled @ pooled.T)


@pytest.mark.parametrize("budget", [0, 64 * 16 * 2, 2**27])
def test_neither_the_chunk_of_derivatives_nor_of_pixels_changes_the_gram(monkeypatch, budget):
    generator = linear(4, 5)
    monkeypatch.setattr(derivatives, "CPU_BUDGET", budget)
    monkeypatch.setattr(derivatives, "COLUMNS", 7)
    inside, _, _ = grams(generator, generator.sample([1]), [0], None, None)
    assert torch.allclose(inside, generator.weight.double().T @ generator.weight.double())


@pytest.mark.parametrize(("budget", "most"), [(0, 1), (64 * 16 * 2 + 1, 2), (2**27, 5)])
def test_no_more_derivatives_are_drawn_at_once_than_the_budget_allows(monkeypatch, budget, most):
    generator = linear(4, 5)
    monkeypatch.setattr(derivatives, "CPU_BUDGET", budget)
    sizes = []
    vmap = torch.func.vmap

    def counting(function, **options):
        batched = vmap(function, **options)
        return lambda batch: (sizes.append(len(batch)), batched(batch))[1]

    monkeypatch.setattr(torch.func, "vmap", counting)
    grams(generator, generator.sample([1]), [0], None, None)
    assert max(sizes) == most
    assert sum(sizes) == 5


def test_progress_is_told_after_every_latent_and_an_interrupt_keeps_what_is_done():
    generator, told = linear(), []
    grams(generator, generator.sample([1, 2, 3]), [0], None, lambda *done: told.append(done))
    assert told == [(1, 3), (2, 3), (3, 3)]

    def interrupt(done, count):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.warns(UserWarning, match="Interrupted: this is the mean over 2 of 3 latents"):
        inside, _, _ = grams(generator, generator.sample([1, 2, 3]), [0], None, interrupt)
    assert torch.allclose(inside, generator.weight.double().T @ generator.weight.double())


def test_an_interrupt_before_the_first_latent_is_done_goes_on_up(monkeypatch):
    generator = linear()

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(derivatives, "_jacobian", interrupt)
    with pytest.raises(KeyboardInterrupt):
        grams(generator, generator.sample([1]), [0], None, None)


def test_codes_of_another_type_are_read_in_that_of_the_generator():
    generator = linear()
    latent = generator.sample([1])
    inside, _, _ = grams(generator, latent.to("cpu", torch.float64), [0], None, None)
    assert torch.equal(inside, grams(generator, latent, [0], None, None)[0])


def test_derivatives_that_do_not_fit_into_the_memory_are_halved_and_that_is_said(monkeypatch):
    generator = linear(4, 5)
    sizes, vmap = [], torch.func.vmap

    def crowded(function, **options):
        batched = vmap(function, **options)

        def some(batch):
            sizes.append(len(batch))
            if len(batch) > 2:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return batched(batch)

        return some

    monkeypatch.setattr(torch.func, "vmap", crowded)
    with pytest.warns(UserWarning, match="5 derivatives of .* do not fit .* from now on 2 are computed"):
        inside, _, _ = grams(generator, generator.sample([1]), [0], None, None)
    assert sizes == [5, 2, 2, 1]
    assert torch.allclose(inside, generator.weight.double().T @ generator.weight.double())
