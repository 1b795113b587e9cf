import json
from pathlib import Path

import pytest

from sefa_widget.panel.session import Session
from sefa_widget.panel.summaries import spectrum

WIRE = json.loads((Path(__file__).parent.parent / "wire.json").read_text())


def described(generator, **patch):
    session = Session(generator)
    state = session.apply(patch)
    return spectrum(state, session.found(state)), session.directions(state)


@pytest.mark.parametrize(
    ("patch", "symbol", "name", "normalized", "rows"),
    [
        ({}, "λ/m", "share of the rows", True, 96),
        ({"normalize": False}, "λ/Σλ", "share of the squared weight", False, 96),
        ({"layers": [0, 2]}, "λ/Σλ", "share of the response", True, 96 + 256),
    ],
)
def test_the_panel_is_told_what_the_values_are(tiny, patch, symbol, name, normalized, rows):
    told, directions = described(tiny, **patch)
    assert told.keys() == WIRE["traits"]["spectrum"].keys()
    assert (told["value_symbol"], told["value_name"]) == (symbol, name)
    assert (told["normalized"], told["rows"]) == (normalized, rows)
    assert told["values"] == pytest.approx(directions.values.tolist(), rel=1e-4)


def test_a_method_without_values_has_none_and_no_rows_but_its_sliders(tiny):
    told, _ = described(tiny, method="random")
    assert (told["values"], told["value_symbol"], told["value_name"]) == (None, "", "")
    assert (told["normalized"], told["rows"]) == (False, 0)
    assert len(told["ends"]) == 8


def test_values_and_rows_of_methods_that_read_no_weights_are_no_rows_of_weights(tiny_style):
    session = Session(tiny_style, {"method": "pca"})
    told = spectrum(session.state, session.found())
    assert (told["value_name"], told["rows"]) == ("share of the variance", 0)
