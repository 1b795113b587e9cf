import pytest
import torch

from sefa_widget import Edit, Start, factorize, load_generator
from sefa_widget.generators.stages import coarse
from sefa_widget.pictures.drawing import tiles
from sefa_widget.pictures.editing import UNEDITED
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.frames import to_pixels
from sefa_widget.pictures.sketches import SMALLEST, sketch_sizes, sketches


@pytest.fixture(scope="module")
def heads():
    return load_generator("heads", device="cpu")


def whole(generator, start, edit):
    (tile,) = tiles(generator, [start], [edit])
    return to_pixels(tile.image)


def test_sizes_are_those_of_pictures_on_the_way_that_show_the_edit(heads, tiny):
    early, late = (Edit(factorize(heads, layers=layers), {0: 1.0}) for layers in ((0, 3), (8, 10)))
    assert sketch_sizes(heads, [early]) == sketch_sizes(heads, []) == (32,)
    assert sketch_sizes(heads, [late]) == ()
    assert sketch_sizes(heads, [late, early]) == (32,)
    assert sketch_sizes(tiny, []) == ()


def test_a_sketch_of_what_is_drawn_already_is_that_picture(heads):
    edit = Edit(factorize(heads), {0: 0.3})
    picture = whole(heads, Start(31), edit)
    (sketch,) = sketches(heads, Start(31), [(edit, picture)], [edit], 32)
    assert abs(sketch.astype(int) - picture).max() <= 1


def test_a_sketch_is_the_old_picture_and_the_change_of_the_small_one(heads):
    directions = factorize(heads)
    before, now = UNEDITED, Edit(directions, {0: 0.4})
    old = whole(heads, Start(31), before)
    (sketch,) = sketches(heads, Start(31), [(before, old)], [now], 32)
    latent = heads.sample(31)
    change = coarse(heads, now.apply(latent), 32) - coarse(heads, latent, 32)
    large = torch.nn.functional.interpolate(change, size=(64, 64), mode="bilinear")[0]
    expected = (torch.from_numpy(old).permute(2, 0, 1) / 127.5 - 1 + large).clamp(-1, 1)
    assert abs(sketch.astype(int) - to_pixels(expected)).max() <= 1
    assert abs(sketch.astype(int) - old).max() > 20


def test_each_edit_is_sketched_from_the_picture_of_its_own_column(heads):
    directions = factorize(heads)
    before = [UNEDITED, Edit(directions, {1: 0.4})]
    drawn = [(edit, whole(heads, Start(31), edit)) for edit in before]
    again = sketches(heads, Start(31), drawn, before, 32)
    for sketch, (_, picture) in zip(again, drawn, strict=True):
        assert abs(sketch.astype(int) - picture).max() <= 1


def test_pictures_on_the_way_and_whole_ones_are_kept_apart(heads):
    kept, edit = KeptFeatures(), Edit(factorize(heads), {0: 0.3})

    def draw(**options):
        (tile,) = tiles(heads, [Start(31)], [edit], kept=kept, **options)
        return tile.image

    first = draw()
    assert draw(largest=32).shape == draw(largest=63).shape == (3, 32, 32)
    assert draw(largest=16).shape == (3, 16, 16)
    assert torch.equal(draw(), first)
    expected = coarse(heads, edit.apply(heads.sample(31)), 32)[0]
    assert torch.allclose(draw(largest=32), expected, atol=1e-5)


def test_a_whole_picture_is_never_drawn_on_from_a_small_one(heads):
    kept, edit = KeptFeatures(), Edit(factorize(heads), {0: 0.3})
    for size in (32, 16):
        list(tiles(heads, [Start(31)], [edit], kept=kept, largest=size))
    (tile,) = tiles(heads, [Start(31)], [edit], kept=kept)
    assert abs(to_pixels(tile.image).astype(int) - whole(heads, Start(31), edit)).max() <= 1


def test_a_network_without_small_pictures_says_so(tiny):
    with pytest.raises(ValueError, match="'tiny' makes no picture of 8 pixels or less on its way"):
        list(tiles(tiny, [Start(0)], [UNEDITED], largest=8))


def test_pictures_of_less_than_32_pixels_and_whole_ones_are_no_sketches(heads, monkeypatch):
    assert SMALLEST == 32
    for smallest, sizes in ((33, ()), (16, (16, 32)), (64, ())):
        monkeypatch.setattr("sefa_widget.pictures.sketches.SMALLEST", smallest)
        assert sketch_sizes(heads, []) == sizes
