"""What edits change in pictures, drawn a batch at a time."""

import pytest
import torch

from sefa_widget import edit, factorize
from sefa_widget.measures import changes
from sefa_widget.measures.changes import differences, draw, rms


@pytest.fixture
def drawn(tiny_style, monkeypatch):
    """How many pictures each call of the generator draws."""
    sizes = []
    synthesize = tiny_style.synthesize

    def counting(latent, **options):
        sizes.append(len(latent))
        return synthesize(latent, **options)

    monkeypatch.setattr(tiny_style, "synthesize", counting)
    return sizes


def test_pictures_are_those_of_the_generator_in_order_with_their_classes(tiny_style):
    latents = tiny_style.sample([1, 2, 3], labels=[0, 3, 1])
    pictures = draw(tiny_style, latents)
    assert pictures.dtype == torch.float32
    assert torch.equal(pictures, tiny_style.synthesize(latents))


def test_no_batch_has_more_pixels_than_allowed(tiny_style, drawn, monkeypatch):
    latents = tiny_style.sample(range(5), labels=[0, 1, 2, 3, 0], truncation_psi=0.5)
    whole = draw(tiny_style, latents)
    assert drawn == [5]
    drawn.clear()
    monkeypatch.setattr(changes, "BATCH_PIXELS", 2 * 8 * 8 + 63)
    assert torch.allclose(draw(tiny_style, latents), whole, atol=1e-6)
    assert drawn == [2, 2, 1]


def test_of_64_pixels_128_pictures_are_drawn_at_once():
    assert changes.BATCH_PIXELS == 128 * 64**2


def test_pictures_are_compared_in_float32_whatever_the_generator_computes_in(tiny_style):
    generator = tiny_style.double()
    assert draw(generator, generator.sample([1])).dtype == torch.float32


def test_the_largest_picture_is_drawn_alone(tiny_style, drawn, monkeypatch):
    monkeypatch.setattr(changes, "BATCH_PIXELS", 1)
    draw(tiny_style, tiny_style.sample([1, 2]))
    assert drawn == [1, 1]


def test_a_batch_is_drawn_with_its_own_part_of_classes_and_the_truncation(tiny_style, monkeypatch):
    seen = []
    monkeypatch.setattr(changes, "BATCH_PIXELS", 2 * 64)
    monkeypatch.setattr(
        tiny_style, "synthesize", lambda latent: seen.append(latent) or torch.zeros(2, 3, 8, 8)
    )
    latents = tiny_style.sample(range(4), labels=[3, 2, 1, 0], truncation_psi=0.5)
    draw(tiny_style, latents)
    assert torch.equal(torch.cat([latent.codes for latent in seen]), latents.codes)
    assert torch.equal(torch.cat([latent.labels for latent in seen]), latents.labels)
    assert [latent.truncation_psi for latent in seen] == [0.5, 0.5]


def test_who_waits_is_asked_before_every_batch_and_may_end_the_work(tiny, monkeypatch):
    monkeypatch.setattr(changes, "BATCH_PIXELS", 2 * 16 * 16)
    asked = []
    draw(tiny, tiny.sample(range(5)), lambda: asked.append(1))
    assert len(asked) == 3

    def enough():
        raise InterruptedError

    with pytest.raises(InterruptedError):
        draw(tiny, tiny.sample([1]), enough)


def test_differences_are_those_of_each_end_from_the_unedited_pictures(tiny_style):
    found, latents = factorize(tiny_style), tiny_style.sample([1, 2])
    base = draw(tiny_style, latents)
    asked = []
    made = list(
        differences(
            tiny_style, latents, base, found, {3: 0.5, 0: -1.0}, rows=(1, 2), tick=lambda: asked.append(1)
        )
    )
    assert [index for index, _, _ in made] == [3, 0]
    for (index, plus, minus), strength in zip(made, (0.5, -1.0), strict=True):
        for difference, end in ((plus, strength), (minus, -strength)):
            edited = tiny_style.synthesize(edit(latents, found, {index: end}, rows=(1, 2)))
            assert torch.allclose(difference, edited - base, atol=1e-6)
            assert float(difference.abs().max()) > 1e-3
    assert len(asked) == 4


def test_differences_are_of_the_rows_of_the_directions_unless_others_are_named(tiny_style):
    found, latents = factorize(tiny_style, layers=[1]), tiny_style.sample([1])
    base = draw(tiny_style, latents)
    ((_, plus, _),) = differences(tiny_style, latents, base, found, {0: 1.0})
    assert torch.allclose(plus, tiny_style.synthesize(edit(latents, found, {0: 1.0}, rows=(1, 2))) - base)


def test_the_root_mean_square_is_of_each_picture_alone():
    picture = torch.zeros(2, 3, 2, 2)
    picture[0, 0, 0, 0], picture[1] = 6.0, -2.0
    found = rms(picture)
    assert found.dtype == torch.float64
    assert found.tolist() == pytest.approx([3**0.5, 2.0])
