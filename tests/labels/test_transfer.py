"""Names find their directions again in another factorisation and in slightly other weights only."""

import copy

import pytest
import torch

from sefa_widget import Directions, Label, Labels, factorize, load_generator
from sefa_widget.directions.control import reinitialised
from sefa_widget.labels.space import SAME, likeness, sketch
from tests.conftest import TinyStyle, seeded

COUNT = 8


@pytest.fixture(scope="module")
def heads():
    return load_generator("heads", device="cpu")


@pytest.fixture(scope="module")
def faces():
    return load_generator("faces", device="cpu")


def named(generator, count=COUNT):
    """Labels of the first directions of SeFa of all layers, every other one with its minus end."""
    labels, found = Labels(), factorize(generator)
    for index in range(count):
        labels.add(found, index, f"name {index}", generator=generator, sign=(-1) ** index)
    return labels


def perturbed(generator, share=0.01):
    """The same network with noise of 1 % of each weight."""
    other = copy.deepcopy(generator)
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in other.parameters():
            weight.mul_(1 + share * torch.randn(weight.shape, generator=draw))
    return other


def indices(matches):
    return {one.label.index: one.index for one in matches}


@pytest.mark.parametrize("name", ["heads", "faces"])
def test_names_find_their_own_directions_among_many(request, name):
    generator = request.getfixturevalue(name)
    matches = named(generator).match(factorize(generator))
    assert indices(matches.found) == {index: index for index in range(COUNT)}
    assert [one.similarity for one in matches.found] == pytest.approx([1] * COUNT)
    assert all(one.sign == one.label.sign for one in matches.found)


@pytest.mark.parametrize(
    ("name", "search", "surely"),
    [
        ("heads", {"normalize": False}, {0, 1, 2, 3}),
        ("heads", {"layers": (0, 6)}, {0, 1, 2, 3, 4}),
        ("heads", {"layers": (0, 9)}, {0, 1, 2, 3, 4, 5, 6, 7}),
        ("heads", {"method": "composed"}, {0}),
        ("faces", {"normalize": False}, {0, 1, 2, 3, 4, 5, 6}),
        ("faces", {"layers": (0, 3)}, {0, 1, 2, 3, 5}),
        ("faces", {"method": "composed"}, {0, 1, 4}),
    ],
)
def test_names_are_found_again_with_raw_rows_other_layers_and_composed(request, name, search, surely):
    generator = request.getfixturevalue(name)
    matches = named(generator).match(factorize(generator, **search), threshold=0.8)
    assert {one.label.index for one in matches.found} >= surely
    assert min(one.similarity for one in matches.found) >= 0.8 > matches.chance
    assert all(matches.chance < one.similarity < 0.8 for one in matches.offered)
    assert len(matches.found) + len(matches.offered) + len(matches.lost) == COUNT
    assert len({one.index for one in matches.found + matches.offered}) == len(matches.found + matches.offered)


@pytest.mark.parametrize("name", ["heads", "faces"])
def test_names_are_found_again_in_weights_perturbed_by_one_percent(request, name):
    generator = request.getfixturevalue(name)
    other = perturbed(generator)
    matches = named(generator).match(factorize(other), generator=other)
    assert indices(matches.found) == {index: index for index in range(COUNT)}
    assert min(one.similarity for one in matches.found) > 0.99


@pytest.mark.parametrize("name", ["heads", "faces"])
def test_names_are_refused_by_an_unrelated_generator_of_the_same_size(request, name):
    generator = request.getfixturevalue(name)
    other = reinitialised(generator, seed=1)
    matches = named(generator).match(factorize(other), generator=other)
    assert (matches.found, matches.offered, len(matches.refused)) == ((), (), COUNT)
    assert "is another one (likeness" in matches.refused[0].reason
    assert str(matches) == f"0 of {COUNT} names found again; {COUNT} refused"


@pytest.mark.parametrize("name", ["heads", "faces"])
def test_names_are_not_found_in_an_unrelated_generator_that_nobody_asks_about(request, name):
    generator = request.getfixturevalue(name)
    strangers = [label.replaced(fingerprint="", sketch=()) for label in named(generator)]
    labels = Labels()
    labels.extend(strangers)
    matches = labels.match(factorize(reinitialised(generator, seed=1)))
    assert matches.found == ()


def test_a_shared_w_space_takes_names_to_a_generator_with_other_synthesis(tiny_style):
    labels = named(tiny_style, 2)
    other = copy.deepcopy(tiny_style)
    with torch.no_grad():
        other.to_image.weight.add_(1.0)
        other.styles[2].weight.mul_(-3.0)
    assert other.fingerprint != tiny_style.fingerprint
    matches = labels.match(factorize(other, layers=(0, 2)), threshold=0, generator=other)
    assert matches.refused == ()


def test_names_of_other_weights_are_refused_with_the_reason(tiny_style, tiny):
    labels, stranger = named(tiny_style, 1), seeded(TinyStyle(), 1)

    def reason(directions, **options):
        (refused,) = labels.match(directions, **options).refused
        return refused.reason

    assert "has size 6, the directions have size 8" in reason(factorize(tiny), generator=tiny)
    assert "give generator=, the one of the directions" in reason(factorize(stranger))
    assert "the mapping network is another one (likeness" in reason(factorize(stranger), generator=stranger)
    stranger.family = "other"
    assert "of the family 'tinystyle' and not 'other'" in reason(factorize(stranger), generator=stranger)
    labels.edit(0, sketch=())
    assert "was given without it" in reason(factorize(stranger), generator=stranger)


def test_the_end_that_a_name_says_is_kept_when_a_direction_is_the_other_way_round():
    labels = Labels()
    labels.extend([Label(name="smile", vector=[1.0, 0.0, 0.0], sign=-1)])
    (one,) = labels.match(Directions.from_vectors([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])).found
    assert (one.index, one.sign) == (1, 1)


def test_labels_of_several_raters_for_one_direction_stay_together():
    labels = Labels()
    labels.extend(Label(name=name, vector=[1.0, 0.0, 0.0]) for name in ("smile", "grin"))
    labels.extend([Label(name="age", vector=[0.0, 1.0, 0.0]), Label(name="", vector=[0.0, 0.0, 1.0])])
    matches = labels.match(Directions.from_vectors(torch.eye(3)))
    assert {one.label.name: one.index for one in matches.found} == {"smile": 0, "grin": 0, "age": 1}


def test_a_name_for_which_no_direction_is_left_is_lost_and_not_forgotten():
    labels = Labels()
    labels.extend([Label(name="a", vector=[1.0, 0.0, 0.0]), Label(name="b", vector=[1.0, 0.3, 0.0])])
    matches = labels.match(Directions.from_vectors([[1.0, 0.0, 0.0]]))
    assert ([one.label.name for one in matches.found], [one.label.name for one in matches.lost]) == (
        ["a"],
        ["b"],
    )


def test_a_similarity_that_chance_gives_too_is_not_found_however_low_the_threshold():
    labels = Labels()
    labels.extend([Label(name="a", vector=[0.8, 0.6])])
    matches = labels.match(Directions.from_vectors([[1.0, 0.0], [0.0, 1.0]]), threshold=0.1)
    assert matches.chance > 0.95  # one of two axes is always near
    assert (matches.found, len(matches.lost)) == ((), 1)
    assert str(matches) == "0 of 1 names found again; 1 no nearer than chance"


def test_sketches_tell_spaces_apart(heads, faces):
    for generator in (heads, faces):
        own = sketch(generator)
        assert likeness(own, sketch(perturbed(generator))) > 0.999 > SAME
        for seed in range(1, 6):
            assert abs(likeness(own, sketch(reinitialised(generator, seed)))) < 0.6
    assert likeness(sketch(heads), ()) == 0
