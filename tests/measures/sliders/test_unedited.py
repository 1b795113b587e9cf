import math

import pytest
import torch

from sefa_widget.measures.sliders import Setting, Unedited
from sefa_widget.measures.sliders.unedited import sharpness
from tests.evaluation.helpers import Linear, random_rows
from tests.measures.sliders.helpers import count_pictures, linear


def drawn(generator, setting=None):
    unedited = Unedited(generator, setting or Setting())
    while not unedited.done:
        unedited.step()
    return unedited


def test_the_distance_is_the_rms_difference_over_all_pairs_of_pictures():
    generator = linear()
    unedited = drawn(generator)
    pictures = generator.synthesize(Setting().latents(generator, 64)).double()
    squares = [(a - b).square().mean() for n, a in enumerate(pictures) for b in pictures[:n]]
    assert unedited.distance == pytest.approx(math.sqrt(torch.stack(squares).mean()), rel=1e-6)
    assert torch.equal(unedited.pictures, pictures[:8].float())


@pytest.mark.parametrize(("resolution", "kept", "all_of_them"), [(16, 8, 64), (256, 4, 32), (257, 2, 16)])
def test_how_many_pictures_are_drawn_follows_from_the_resolution_alone(resolution, kept, all_of_them):
    generator = Linear(torch.full((3 * resolution**2, 1), 1e-3), resolution)
    pictures = count_pictures(generator)
    assert len(drawn(generator).pictures) == kept
    assert sum(pictures) == all_of_them
    assert max(pictures) * resolution**2 <= max(2**16, resolution**2)


def test_pictures_are_of_the_class_and_the_truncation(tiny_style):
    whole = drawn(tiny_style, Setting(0)).distance
    assert drawn(tiny_style, Setting(1)).distance != pytest.approx(whole, rel=1e-3)
    assert drawn(tiny_style, Setting(0, 0.2)).distance < 0.5 * whole
    assert drawn(tiny_style, Setting(0, 0.2, 0)).distance == pytest.approx(whole)
    assert drawn(tiny_style, Setting(0, 0.0)).distance == pytest.approx(0, abs=1e-6)


def test_sharpness_is_the_share_of_fine_detail_whatever_the_contrast():
    y, x = torch.meshgrid(torch.arange(32.0), torch.arange(32.0), indexing="ij")
    wave, checkers = torch.sin(x / 4) * torch.sin(y / 4), (-1.0) ** (x + y)
    pictures = torch.stack([wave, 0.1 * wave + 0.5, wave + 0.1 * checkers, checkers, torch.ones(32, 32)])
    values = sharpness(pictures[:, None].expand(-1, 3, -1, -1))
    assert values[0] == pytest.approx(float(values[1]), abs=1e-5)
    assert values[0] + 0.5 < values[2] < values[3]
    assert values[3] == pytest.approx(math.log(2))
    assert values[4].isnan()


def test_equal_sharpness_says_nothing_about_breaking():
    generator = Linear(0.1 * random_rows(48, 1).float(), 4)
    assert drawn(generator).sharpness_spread == math.inf
