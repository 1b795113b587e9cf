import base64
import io

import numpy as np
import pytest
from PIL import Image

from sefa_widget.reports.packing import GAP, WAYS, pack, smaller


def noise(*shape):
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


def opened(address):
    kind, _, data = address.partition(",")
    assert kind == "data:image/webp;base64"
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


def test_small_pictures_keep_every_pixel_and_what_is_behind_shines_through_between_them():
    strip = noise(3, 8, 6, 3)
    packed = pack([strip], 10**6)
    shown = opened(packed.addresses[0])
    assert shown.shape == (8, 3 * 6 + 2 * GAP, 4)
    for place in range(3):
        left = place * (6 + GAP)
        assert np.array_equal(shown[:, left : left + 6, :3], strip[place])
        assert (shown[:, left : left + 6, 3] == 255).all()
    assert (shown[:, 6 : 6 + GAP, 3] == 0).all()
    assert packed.way == WAYS[0]
    assert (packed.height, packed.width) == (8, 6)


def test_the_best_way_that_fits_is_taken():
    strips = [noise(2, 64, 64, 3)] * 4
    whole = pack(strips, 10**6)
    assert whole.size == sum(map(len, whole.addresses))
    lossy = pack(strips, whole.size - 1)
    assert lossy.way == WAYS[1]
    assert lossy.size < whole.size


def test_progress_goes_up_whatever_way_is_taken_and_can_end_the_work():
    told, strips = [], [noise(2, 64, 64, 3)] * 3
    least = pack(strips, 10**6).size
    assert pack(strips, least - 1, lambda done, total: told.append(done / total)).way == WAYS[1]
    assert told == sorted(told)
    assert 0 < told[0] < told[-1] <= 1

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack(strips, 10**6, stop)


def test_where_nothing_fits_that_is_said_with_what_to_do():
    with pytest.raises(ValueError, match=r"do not fit into 0\.0001 MB, .* Allow more with most_megabytes"):
        pack([noise(2, 64, 64, 3)], 100)


def test_large_pictures_become_smaller_in_their_proportions_and_small_ones_never_larger():
    assert smaller(noise(2, 3, 40, 80, 3), 20).shape == (2, 3, 10, 20, 3)
    small = noise(1, 8, 8, 3)
    assert smaller(small, 20) is small
    flat = np.full((1, 64, 64, 3), 77, np.uint8)
    assert (smaller(flat, 16) == 77).all()
