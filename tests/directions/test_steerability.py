"""Shifts, zooms and turns of the first map in closed form, held against what the paper minimises."""

import math

import pytest
import torch

from sefa_widget import edit, factorize
from sefa_widget.directions.steerability import TURN, ZOOM, closed_form, transformations
from sefa_widget.generators import Latent
from tests.generators.golden import load

CASE = "hf_biggan_deep"
BIGGANS = [CASE, "ajbrock_biggan_hier", "ajbrock_biggan_flat_mybn", "ajbrock_biggandeep"]


def a_map(channels=3, side=4, d=5, seed=0):
    random = torch.Generator().manual_seed(seed)
    weight = torch.randn(channels, side * side, d, generator=random, dtype=torch.float64)
    return weight, torch.randn(channels, side * side, generator=random, dtype=torch.float64)


@pytest.mark.parametrize("name", transformations(4, 4))
def test_the_closed_form_is_the_least_of_the_papers_mean_over_latents(name):
    """E over z of |D (W (z + q) + b - P (W z + b))|^2, by gradient descent on drawn z."""
    weight, offset = a_map()
    moving = transformations(4, 4)[name]
    valid = (moving.sum(1) > 0).double()
    z = torch.randn(4000, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    z = torch.cat([z, -z])  # mean 0 exactly
    plain = torch.einsum("cpd,nd->ncp", weight, z) + offset
    wanted = torch.einsum("qp,ncp->ncq", moving, plain)
    q = torch.zeros(5, dtype=torch.float64, requires_grad=True)

    def loss():
        return (valid * (plain + torch.einsum("cpd,d->cp", weight, q) - wanted)).square().sum((1, 2)).mean()

    descent = torch.optim.LBFGS([q], max_iter=200, tolerance_grad=1e-12, tolerance_change=0)
    descent.step(lambda: (descent.zero_grad(), value := loss(), value.backward())[1])
    found, _ = closed_form(weight, offset, moving)
    assert torch.allclose(found, q.detach(), atol=1e-8)


def test_a_map_whose_offset_the_latent_can_shift_is_shifted_wholly():
    weight, offset = a_map(d=60)  # more numbers than the map has places and channels
    _, share = closed_form(weight, offset, transformations(4, 4)["shift right"])
    assert share == pytest.approx(1, abs=1e-6)


def test_a_map_without_latent_directions_to_move_in_is_not_moved():
    weight, offset = a_map()
    q, share = closed_form(torch.zeros_like(weight), offset, transformations(4, 4)["zoom in"])
    assert (float(q.norm()), share) == (0, 0)


def picture():
    return torch.arange(16, dtype=torch.float64)


def test_shifts_move_to_the_right_and_down_and_leave_out_what_has_no_source():
    found = transformations(4, 4)
    right = (found["shift right"] @ picture()).view(4, 4)
    down = (found["shift down"] @ picture()).view(4, 4)
    whole = picture().view(4, 4)
    assert torch.allclose(right[:, 1:], whole[:, :-1])
    assert torch.allclose(down[1:], whole[:-1])
    assert not found["shift right"].view(4, 4, 16)[:, 0].any()
    assert not found["shift down"].view(4, 4, 16)[0].any()


def test_a_zoom_brings_places_nearer_to_the_middle_and_leaves_none_out():
    columns = torch.linspace(-1.5, 1.5, 4, dtype=torch.float64).repeat(4)
    found = transformations(4, 4)["zoom in"]
    assert torch.allclose(found @ columns, columns / ZOOM)


def test_a_turn_is_clockwise():
    places = torch.linspace(-7.5, 7.5, 16, dtype=torch.float64)
    x, y = places.repeat(16), places.repeat_interleave(16)  # y is down
    found = transformations(16, 16)["turn clockwise"]
    valid = found.sum(1) > 0
    assert 100 < int(valid.sum()) < 256
    source = math.cos(TURN) * x + math.sin(TURN) * y
    assert torch.allclose((found @ x)[valid], source[valid])
    # a mark above the middle goes to the right
    mark = ((x.abs() < 1) & (y < -3) & (y > -5)).double()
    moved = found @ mark
    assert float((moved * x).sum() / moved.sum()) > 1


@pytest.mark.parametrize("case", BIGGANS)
def test_the_first_map_of_a_biggan_is_what_its_network_makes(case):
    generator = load(case)
    label = min(1, generator.num_classes - 1)
    weight, offset = generator.first_map(label)
    latent = generator.sample([3], labels=[label])
    kept = []
    hook = generator.projection.register_forward_hook(lambda _m, _i, out: kept.append(out))
    generator.synthesize(latent)
    hook.remove()
    expected = weight @ latent.codes[0, 0] + offset
    assert torch.allclose(kept[0].view_as(expected), expected, atol=1e-5)


@pytest.mark.parametrize("case", BIGGANS)
def test_directions_of_a_biggan_move_its_first_map_as_they_say(case):
    generator = load(case)
    found = factorize(generator, method="steerability")
    assert set(found.names) == set(transformations(4, 4))
    assert found.values.tolist() == sorted(found.values.tolist(), reverse=True)
    assert 0 <= float(found.values.min()) <= float(found.values.max()) <= 1
    assert torch.allclose(found.vectors.norm(dim=1), torch.ones(4, dtype=torch.float64))
    weight, offset = (part.double() for part in generator.first_map())
    for name, share in zip(found.names, found.values.tolist(), strict=True):
        moving = transformations(4, 4)[name]
        valid = moving.sum(1) > 0
        wanted = (offset.flatten(1) @ moving.T - offset.flatten(1))[:, valid].flatten()
        step = (weight.flatten(1, 2) @ found[name].vectors[0])[:, valid].flatten()
        assert float(torch.cosine_similarity(step, wanted, dim=0)) == pytest.approx(share**0.5, abs=1e-6)


def test_the_class_decides_where_the_first_layer_reads_it():
    generator = load(CASE)
    one, two = (factorize(generator, method="steerability", label=label) for label in (0, 1))
    assert not torch.allclose(one["zoom in"].vectors, two["zoom in"].vectors)
    assert two.options == {"label": 1}
    assert torch.equal(two.search.find(generator).vectors, two.vectors)


def test_a_step_along_them_changes_pictures():
    generator = load(CASE)
    latent = generator.sample([0])
    found = factorize(generator, method="steerability")
    moved = edit(latent, found, {"zoom in": 2.0})
    assert isinstance(moved, Latent)
    assert not torch.allclose(generator.synthesize(moved), generator.synthesize(latent))


def test_a_generator_without_such_a_map_is_refused_with_the_reason(tiny):
    with pytest.raises(ValueError, match=r"does not make a feature map W z \+ b"):
        factorize(tiny, method="steerability")


def test_an_offset_that_is_the_same_at_all_places_is_refused_with_the_reason():
    generator = load(CASE)
    weight, offset = generator.first_map()
    generator.first_map = lambda label=0: (weight, torch.ones_like(offset))
    with pytest.raises(ValueError, match="same offset at all places"):
        factorize(generator, method="steerability")
