import pytest

from sefa_widget import load_generator
from sefa_widget.generators.opening import Opening
from tests.reports.conftest import quick


def test_what_is_left_open_is_what_a_panel_begins_with():
    heads = load_generator("heads", device="cpu")
    settings = quick(heads, seeds=None)
    assert settings.seeds == heads.opening.seeds
    assert settings.truncation_psi == heads.opening.truncation_psi
    assert settings.layers == ((0, 3), (3, 5), (5, 10), (0, 10))
    assert not settings.chosen
    assert settings.title == "heads"


def test_a_generator_without_seeds_of_its_own_shows_four(tiny):
    assert quick(tiny, seeds=None).seeds == (0, 1, 2, 3)


def test_starts_have_the_class_and_the_truncation(tiny_style):
    (first, _) = quick(tiny_style, label=2, truncation_psi=0.5).starts
    assert (first.seed, first.label, first.truncation_psi) == (3, 2, 0.5)


def test_a_class_is_told_where_there_are_classes_and_nowhere_else(tiny, tiny_style):
    assert quick(tiny_style).label == 0
    assert quick(tiny).label is None


def test_the_class_is_that_of_the_first_picture_a_generator_opens_with(tiny_style):
    tiny_style.opening = Opening(seeds=(5, 9), labels=(3, 1))
    assert quick(tiny_style).label == 3
    assert quick(tiny_style, label=0).label == 0


def test_the_wall_has_at_least_the_directions_of_the_strips_and_none_that_there_are_not(tiny_style):
    assert (quick(tiny_style, k=4, wall=1).k, quick(tiny_style, k=4, wall=1).wall) == (4, 4)
    assert (quick(tiny_style, k=30, wall=30).k, quick(tiny_style, k=30, wall=30).wall) == (6, 6)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seeds": [1, 1]}, r"seeds is \[1, 1\]; it must be different seeds, 12 at most"),
        ({"seeds": range(13)}, "12 at most"),
        ({"layers": []}, "layers is empty"),
        ({"layers": [3]}, "A range of layers is 3"),
        ({"layers": [(0, 99)]}, "outside"),
        ({"methods": ["magic"]}, "magic"),
        ({"methods": "sefa"}, "methods is a str"),
        ({"k": 0}, "k is 0"),
        ({"wall": 33}, "wall is 33; it must be 1 to 32"),
        ({"samples": 3}, "samples is 3; it must be 4 or more"),
        ({"controls": 0}, "controls is 0"),
        ({"label": 9}, "label is 9; it must be 0 to 3"),
        ({"truncation_psi": "x"}, "truncation_psi"),
        ({"title": 3}, "title is an int"),
        ({"note": 3}, "note is an int"),
        ({"most_megabytes": 0}, "most_megabytes is 0"),
    ],
)
def test_what_is_wrong_is_said(tiny_style, given, message):
    with pytest.raises(ValueError, match=message):
        quick(tiny_style, **given)
