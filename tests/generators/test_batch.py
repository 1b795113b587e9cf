"""How many pictures are drawn at once, and what happens where they do not fit into the memory."""

import pytest
import torch

from sefa_widget.directions.activations import Samples
from sefa_widget.directions.scores import score_samples
from sefa_widget.evaluation.scoring import Scored
from sefa_widget.generators.batch import fewer_at_once, pictures_at_once
from sefa_widget.inversion.objective import drawn
from sefa_widget.measures.changes import draw
from sefa_widget.pictures import drawing
from sefa_widget.pictures.drawing import batches_of_tiles
from sefa_widget.pictures.editing import UNEDITED
from sefa_widget.pictures.starts import Start
from tests.conftest import TinyStyle, seeded
from tests.generators.golden import load

LAYER = "styles.0"
STARTS = [Start(seed) for seed in range(5)]


class Sized:
    def __init__(self, device, resolution):
        self.name, self.device, self.resolution = "sized", torch.device(device), resolution


@pytest.mark.parametrize(
    ("device", "resolution", "count"),
    [
        ("cpu", 64, 16),
        ("cpu", 256, 1),
        ("cpu", 1024, 1),
        ("cuda", 64, 128),
        ("cuda", 1024, 1),
        ("cuda", 8, 8192),
    ],
)
def test_on_a_cpu_16_pictures_of_64_pixels_are_drawn_at_once_and_elsewhere_128(device, resolution, count):
    assert pictures_at_once(Sized(device, resolution)) == count


def full(monkeypatch, most, error=torch.OutOfMemoryError):
    """Let no more pictures fit than `most`; gives how many each trial was of."""
    tried, draw = [], drawing.draw_shared

    def draw_some(stages, latent, *given):
        tried.append(len(latent))
        if len(latent) > most:
            raise error("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return draw(stages, latent, *given)

    monkeypatch.setattr(drawing, "draw_shared", draw_some)
    return tried


def crowded(generator, most, monkeypatch):
    """Let a generator draw no more than some pictures at once; gives how many each trial was of."""
    tried, draw = [], generator.synthesize

    def some(latent, **options):
        tried.append(len(latent))
        if len(latent) > most:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return draw(latent, **options)

    monkeypatch.setattr(generator, "synthesize", some)
    return tried


def brightness(images):
    return images.mean((1, 2, 3))


@pytest.mark.parametrize(
    "work",
    [
        lambda generator, latent: draw(generator, latent),
        lambda generator, latent: Scored(generator, brightness, None, None).score(latent),
        lambda generator, latent: drawn(generator, latent, "const"),
        lambda generator, latent: score_samples(generator, brightness, n=7)[1],
        lambda generator, latent: next(iter(Samples(generator, 7, layer=LAYER)))[0],
    ],
    ids=["measures", "scores of directions", "photos", "scores of samples", "outputs of a layer"],
)
def test_every_part_that_draws_halves_a_batch_that_does_not_fit(monkeypatch, work):
    generator = seeded(TinyStyle())
    latent = generator.sample(range(7))
    wanted = work(generator, latent)
    tried = crowded(generator, 3, monkeypatch)
    with pytest.warns(UserWarning, match="7 pictures of '.*' at once do not fit"):
        assert torch.allclose(work(generator, latent), wanted, atol=1e-5)
    assert tried == [7, 3, 3, 1]
    tried.clear()
    work(generator, latent)
    assert tried == [3, 3, 1]


@pytest.mark.parametrize("error", [torch.OutOfMemoryError, RuntimeError, MemoryError])
def test_a_batch_that_does_not_fit_is_halved_until_it_does_and_that_is_said(tiny, monkeypatch, error):
    wanted = torch.stack([t.image for b in batches_of_tiles(tiny, STARTS, [UNEDITED]) for t in b])
    tried = full(monkeypatch, 2, error)
    with pytest.warns(UserWarning, match=r"5 pictures of '.*' at once do not fit .* now on 2 are computed"):
        found = [tile for some in batches_of_tiles(tiny, STARTS, [UNEDITED]) for tile in some]
    assert tried == [5, 2, 2, 1]
    assert [tile.row for tile in found] == [0, 1, 2, 3, 4]
    assert torch.allclose(torch.stack([tile.image for tile in found]), wanted, atol=1e-5)


def test_the_next_call_begins_with_what_fitted(tiny, monkeypatch, recwarn):
    tried = full(monkeypatch, 2)
    for _ in range(2):
        list(batches_of_tiles(tiny, STARTS, [UNEDITED]))
    assert tried == [5, 2, 2, 1, 2, 2, 1]
    assert len(recwarn) == 1


def test_on_another_device_as_many_are_tried_as_are_quickest_there():
    generator = Sized("cuda:0", 64)
    with pytest.warns(UserWarning, match="from now on 4 are computed at once"):
        assert fewer_at_once(generator, 8, torch.OutOfMemoryError()) == 4
    assert pictures_at_once(generator) == 4
    generator.device = torch.device("cpu")
    assert pictures_at_once(generator) == 16


def test_what_edits_of_a_start_share_of_fresh_noise_they_share_though_a_batch_was_halved(monkeypatch):
    generator = load("nv_ada")
    edits = [UNEDITED, UNEDITED]
    starts = [Start(1, noise="random")]
    full(monkeypatch, 1)
    with pytest.warns(UserWarning, match="do not fit"):
        one, other = (t.image for some in batches_of_tiles(generator, starts, edits) for t in some)
    (fresh,) = (t.image for some in batches_of_tiles(generator, starts, edits[:1]) for t in some)
    assert torch.equal(one, other)
    assert not torch.allclose(one, fresh, atol=1e-3)


def test_a_single_picture_that_does_not_fit_is_told_with_what_to_do(tiny, monkeypatch):
    full(monkeypatch, 0)
    with (
        pytest.warns(UserWarning, match="do not fit"),
        pytest.raises(RuntimeError, match=r"One picture of '.*' does not fit into the memory of cpu\. Close"),
    ):
        list(batches_of_tiles(tiny, STARTS, [UNEDITED]))


def test_any_other_error_is_that_error(tiny, monkeypatch):
    def fail(*given):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(drawing, "draw_shared", fail)
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        list(batches_of_tiles(tiny, STARTS, [UNEDITED]))
