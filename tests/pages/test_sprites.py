import numpy as np
import pytest

from sefa_widget.pages import sprites
from sefa_widget.pages.sprites import LOSSLESS, QUALITIES, Packer, pitch, shrunk, sprite, unpacked


def photos(rows, columns, size=32, seed=0):
    """Smooth pictures: waves of random colours."""
    random = np.random.default_rng(seed)
    waves = np.sin(np.linspace(0, 6, size)[:, None, None] * random.uniform(0.5, 2, (rows, columns, 1, 1, 3)))
    ramp = np.linspace(0, 1, size)[:, None] * random.uniform(0.2, 1, (rows, columns, 1, 1, 3))
    return (255 * np.clip(0.5 + 0.4 * waves * ramp, 0, 1)).astype(np.uint8)


def add_all(packer, some):
    for pictures in some:
        packer.add(pictures)


def test_pictures_begin_at_multiples_of_a_block_and_come_back_where_they_were():
    pictures = photos(2, 3)[:, :, :20, :30]
    assert sprite(pictures).shape == (2 * 32, 3 * 32, 3)
    assert [pitch(size) for size in (16, 17, 64)] == [16, 32, 64]
    packer = Packer("webp", 10**6, 6)
    packer.add(pictures)
    packed = packer.packed()
    assert packed.quality == LOSSLESS
    assert packed.error == 0
    assert np.array_equal(unpacked(packed.data, 2, 3, 20, 30), pictures)


def test_one_picture_does_not_reach_into_the_next():
    pictures = np.zeros((1, 2, 16, 16, 3), np.uint8)
    pictures[0, 1] = 255
    data = Packer("webp", 1, 2)._encoded(sprite(pictures), 80)
    black, white = unpacked(data, 1, 2, 16, 16)[0].astype(int)
    assert black[:, :12].max() <= 2
    assert white[:, 4:].min() >= 253


@pytest.mark.parametrize("codec", ["webp", "avif"])
def test_the_best_quality_is_taken_that_there_is_room_for(codec):
    if not sprites.features.check(codec):
        pytest.skip("Pillow has no AVIF here.")
    random = np.random.default_rng(0)
    some = [photos(2, 4, seed=seed) + random.integers(0, 9, (2, 4, 32, 32, 3), np.uint8) for seed in range(3)]
    sizes = {}
    for quality in QUALITIES:
        packer = Packer(codec, 10**9, 24)
        packer._qualities = [one for one in packer._qualities if one.value == quality]
        add_all(packer, some)
        sizes[quality] = len(packer.packed().data)
    for quality in QUALITIES[1:]:
        packer = Packer(codec, sizes[quality], 24)
        add_all(packer, some)
        packed = packer.packed()
        assert packed.quality == quality
        assert sum(packed.sizes) == len(packed.data) == sizes[quality]
        assert 0 < packed.error < 8


def test_too_many_pictures_are_refused_before_all_are_packed():
    packer = Packer("webp", 3000, 400)
    noise = np.random.default_rng(0).integers(0, 256, (2, 4, 32, 32, 3)).astype(np.uint8)
    with pytest.raises(ValueError, match=r"400 pictures need about .* MB at quality 40, and there is room"):
        add_all(packer, [noise] * 50)
    assert packer._done < 400 / 10


def test_a_codec_that_pillow_has_not_is_told(monkeypatch):
    monkeypatch.setattr(sprites.features, "check", lambda codec: False)
    with pytest.raises(ValueError, match="This Pillow cannot write codec='avif'"):
        Packer("avif", 1, 1)


def test_larger_pictures_are_made_smaller_and_keep_their_shape():
    picture = photos(1, 1, 64)[0, 0]
    assert shrunk(picture, 64) is picture
    assert shrunk(picture[:, :32], 16).shape == (16, 8, 3)
    assert abs(int(shrunk(picture, 16).mean()) - int(picture.mean())) <= 1
