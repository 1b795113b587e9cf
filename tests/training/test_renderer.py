import pytest
import torch

from training.heads import renderer
from training.heads.attributes import ATTRIBUTES, MIRROR, NAMES, draw_attributes, plain_head
from training.heads.renderer import SPAN, render_heads

AXIS = ((torch.arange(64) + 0.5) / 32 - 1) * SPAN
Y, X = torch.meshgrid(0.05 - AXIS, AXIS, indexing="ij")
PIXEL = 2 * SPAN / 64


def ellipse(x, y, width, height):
    """Pixels that an ellipse touches, as seen by a camera straight before it."""
    return ((X - x) / (width + PIXEL)) ** 2 + ((Y - y) / (height + PIXEL)) ** 2 < 1


FACE = ellipse(0, 0.12, 0.7, 0.82) | ellipse(0, -0.34, 0.55, 0.56)
BODY = ellipse(0, -1.66, 1.12, 0.7)
NECK = ellipse(0, -0.9, 0.33, 0.75)
EARS = ellipse(-0.7, -0.06, 0.1, 0.19) | ellipse(0.7, -0.06, 0.1, 0.19)


def ends(name):
    """The plain head with one attribute at its lowest and at its highest."""
    heads, column = plain_head(2), NAMES.index(name)
    heads[:, column] = torch.tensor([ATTRIBUTES[column].low, ATTRIBUTES[column].high])
    return render_heads(heads)


def changed(name):
    """Pixels ``[64, 64]`` that an attribute changes on the plain head."""
    low, high = ends(name)
    return (high - low).abs().amax(0) > 1e-6


def draw(attributes):
    return torch.cat([render_heads(part) for part in torch.split(attributes, 4)])


@pytest.mark.parametrize("name", NAMES)
def test_every_attribute_changes_the_picture(name):
    low, high = ends(name)
    assert (high - low).abs().amax(0).gt(0.05).sum() > 20


def test_pictures_are_of_the_asked_size_and_from_0_to_1():
    pictures = render_heads(draw_attributes(3, seed=0), resolution=32)
    assert pictures.shape == (3, 3, 32, 32)
    assert pictures.min() >= 0
    assert pictures.max() <= 1


@pytest.mark.parametrize("name", ["background_hue", "background_light"])
def test_the_background_changes_only_where_no_part_of_the_head_is(name):
    pixels = changed(name)
    inside = ellipse(0, 0.12, 0.7 - 2 * PIXEL, 0.82 - 2 * PIXEL) | ellipse(
        0, -1.66, 1.12 - 2 * PIXEL, 0.7 - 2 * PIXEL
    )
    assert not (pixels & inside).any()
    assert pixels[0].all()
    assert 1000 < pixels.sum() < 2500


def test_with_one_ray_per_pixel_background_and_head_share_none(monkeypatch):
    monkeypatch.setattr(renderer, "SAMPLES", 1)
    behind = changed("background_hue")
    assert torch.equal(behind, changed("background_light"))
    for name in ("shirt", "skin", "light", "smile", "beard", "glasses"):
        assert not (behind & changed(name)).any()


def test_the_shirt_changes_only_the_body():
    pixels = changed("shirt")
    assert not (pixels & ~BODY).any()
    assert pixels[-1].sum() > 30


@pytest.mark.parametrize("name", ["glasses", "beard", "eye_open", "brow", "smile", "mouth_open"])
def test_what_is_on_the_face_changes_only_the_face(name):
    assert not (changed(name) & ~FACE).any()


def test_skin_changes_only_face_ears_and_neck():
    assert not (changed("skin") & ~(FACE | EARS | NECK)).any()


def test_eyes_brows_and_mouth_are_in_their_places():
    assert (Y[changed("brow")].amin()) > 0.05
    assert Y[changed("eye_open")].abs().amax() < 0.3
    assert Y[changed("smile")].amax() < -0.2
    assert Y[changed("mouth_open")].amax() < -0.2


def test_light_from_the_left_and_from_the_right_are_brighter_there():
    left, right = ends("light")
    difference = (right - left).mean(0)
    assert difference[FACE & (X > 0.3)].mean() > 0.1
    assert difference[FACE & (X < -0.3)].mean() < -0.1


def test_the_same_attributes_give_the_same_picture():
    heads = draw_attributes(4, seed=1)
    assert torch.equal(render_heads(heads), render_heads(heads))


def test_a_head_looks_the_same_among_others():
    heads = draw_attributes(4, seed=2)
    assert torch.allclose(render_heads(heads)[2:3], render_heads(heads[2:3]), atol=1e-6)


def test_mirrored_attributes_give_the_mirrored_picture_but_for_glints_and_strands(monkeypatch):
    """The glint of an eye is always on its right, and strands of hair fall the same way."""
    monkeypatch.setattr(renderer, "HAIR", ((0.0, 0.0, 0.0),) * 2)
    monkeypatch.setattr(renderer, "IRIS", renderer.EYE)
    monkeypatch.setattr(renderer, "DARK", renderer.EYE)
    heads = draw_attributes(12, seed=3)
    assert torch.allclose(draw(heads).flip(3), draw(heads * MIRROR), atol=1e-4)


def test_glints_and_strands_are_small():
    heads = draw_attributes(12, seed=3)
    difference = (draw(heads).flip(3) - draw(heads * MIRROR)).abs()
    assert difference.mean() < 0.004
    assert difference.amax(1).gt(0.05).double().mean() < 0.02
