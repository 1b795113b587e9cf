import pytest
import torch

from sefa_widget import Edit, factorize
from sefa_widget.evaluation import Extractor, draw_features, read_features


def pixels(images):
    return images[:, :, ::4, ::4].flatten(1)


PIXELS = Extractor("pixels", pixels)


def test_mean_and_covariance_are_of_all_pictures_and_the_first_features_are_kept(tiny):
    images = tiny.synthesize(tiny.sample(range(30)))
    expected = pixels(images.clamp(-1, 1)).double()
    for found in (draw_features(tiny, range(30), PIXELS, keep=7), read_features(images, PIXELS, keep=7)):
        assert torch.allclose(found.mean, expected.mean(0), atol=1e-6)
        assert torch.allclose(found.covariance, torch.cov(expected.T), atol=1e-6)
        assert torch.allclose(found.kept.double(), expected[:7], atol=1e-6)
        assert (found.count, found.extractor) == (30, "pixels")


def test_seeds_latents_and_batches_of_pictures_are_the_same_pictures(tiny):
    latents = tiny.sample([5, 3, 4])
    images = tiny.synthesize(latents)
    means = [
        draw_features(tiny, [5, 3, 4], PIXELS).mean,
        draw_features(tiny, latents, PIXELS).mean,
        read_features((images[i : i + 1] for i in range(3)), PIXELS).mean,
    ]
    assert all(torch.allclose(mean, means[0], atol=1e-6) for mean in means)


def test_pictures_are_edited_before_they_are_read(tiny):
    turn = Edit(factorize(tiny, k=1), {0: 3.0})
    images = tiny.synthesize(turn.apply(tiny.sample(range(4))))
    assert torch.allclose(
        draw_features(tiny, range(4), PIXELS, edit=turn).kept, pixels(images.clamp(-1, 1)), atol=1e-5
    )


def test_progress_counts_pictures_and_what_it_raises_ends_the_work(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.evaluation.features.BATCH_PIXELS", 4 * tiny.resolution**2)
    told = []
    draw_features(tiny, range(10), PIXELS, progress=lambda *now: told.append(now))
    assert told == [(4, 10), (8, 10), (10, 10)]

    def stop(done, total):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        draw_features(tiny, range(10), PIXELS, progress=stop)


def test_one_picture_has_no_covariance(tiny):
    with pytest.raises(ValueError, match="There are 1 pictures; a covariance needs at least 2"):
        draw_features(tiny, 1, PIXELS)
