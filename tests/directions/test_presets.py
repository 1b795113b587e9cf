import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from sefa_widget.directions.presets import pixels_of, usual_layers
from sefa_widget.generators import Layer

PRESETS = json.loads((Path(__file__).parents[1] / "presets.json").read_text())
"""Layers of networks and the ranges that there are buttons for: the panel's tests read the same file."""


@pytest.mark.parametrize("case", PRESETS, ids=lambda case: case["of"])
def test_the_usual_layers_are_the_panels_presets(case):
    layers = tuple(Layer(**layer) for layer in case["layers"])
    assert usual_layers(SimpleNamespace(layers=layers)) == [tuple(one) for one in case["ranges"]]


def test_a_range_is_told_by_the_sizes_of_its_layers(tiny_style):
    assert pixels_of(tiny_style, (0, 3)) == "2-8 px"
    assert pixels_of(tiny_style, (1, 2)) == "4 px"
