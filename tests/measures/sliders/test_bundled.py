"""The ends of the sliders on the bundled generators, and what happens there."""

import functools

import pytest
import torch

from sefa_widget import edit, factorize, load_generator
from sefa_widget.evaluation import load_regressor
from sefa_widget.measures.sliders import Measuring, Setting, Unedited

COUNT = 6
GROUPS = {"all": (0, 10), "bottom": (0, 3), "middle": (3, 5), "top": (5, 10)}


@functools.cache
def unedited(name):
    return Unedited(load_generator(name, device="cpu"), Setting())


@functools.cache
def measured(name, layers):
    """Give a generator, its first directions, the rows they move, and where their sliders end."""
    generator = load_generator(name, device="cpu")
    directions = factorize(generator, layers=layers, k=COUNT)
    rows = sorted({layer.row for layer in generator.layers[slice(*layers)] if layer.row is not None})
    measuring = Measuring(generator, directions, rows, unedited(name))
    while measuring.step():
        pass
    return generator, directions, rows, measuring.range


@pytest.mark.parametrize(
    ("group", "least", "most"),
    [("all", 0.4, 1.1), ("bottom", 0.5, 1.0), ("middle", 2.0, 5.0), ("top", 1.3, 5.0)],
)
def test_sliders_of_heads_end_much_farther_where_layers_change_the_picture_less(group, least, most):
    *_, known = measured("heads", GROUPS[group])
    assert known.change == pytest.approx(0.28, abs=0.02)
    assert least < float(known.ends.min())
    assert float(known.ends.max()) < most


def test_sliders_of_faces_end_at_one_to_three_and_a_half():
    *_, known = measured("faces", (0, 1))
    assert float(known.ends.min()) > 1.0
    assert float(known.ends.max()) < 3.5
    assert known.stops == ("change",) * COUNT


def test_only_directions_that_break_heads_are_stopped_before_the_change_is_reached():
    assert {measured("heads", GROUPS[group])[-1].stops for group in ("all", "bottom")} == {
        ("change",) * COUNT
    }
    middle = measured("heads", GROUPS["middle"])[-1]
    assert middle.stops.count("sharpness") >= 4
    assert measured("heads", GROUPS["top"])[-1].stops[:4] == ("change",) * 4


@pytest.mark.parametrize(
    ("group", "attribute", "spreads"),
    [("top", "beard", 2.5), ("middle", "mouth_open", 2.0), ("middle", "eye_open", 1.5)],
)
def test_what_late_layers_hold_is_visible_between_the_ends_of_a_slider(group, attribute, spreads):
    generator, directions, rows, known = measured("heads", GROUPS[group])
    regressor = load_regressor()
    column = regressor.names.index(attribute)
    some = generator.sample(range(100, 124))
    spread = regressor(generator.synthesize(generator.sample(range(200, 300))))[:, column].std()

    def difference(index, strength):
        sides = [edit(some, directions, {index: side * strength}, rows=rows) for side in (1, -1)]
        plus, minus = (regressor(generator.synthesize(side))[:, column] for side in sides)
        return float((plus - minus).mean().abs() / spread)

    found = [difference(index, float(known.ends[index])) for index in range(COUNT)]
    assert max(found) > spreads
    best = int(torch.tensor(found).argmax())
    assert difference(best, 0.43) < 0.5 * found[best]  # where these sliders ended before
