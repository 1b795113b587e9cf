import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.measures.acting import Acts
from sefa_widget.panel.session import Session
from sefa_widget.panel.summaries import about, directions_info

WIRE = json.loads((Path(__file__).parent.parent / "wire.json").read_text())


def described(generator, **patch):
    session = Session(generator)
    state = session.apply(patch)
    return directions_info(state, session.found()), session.directions()


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
    assert told.keys() == WIRE["traits"]["directions_info"].keys()
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
    told = directions_info(session.state, session.found())
    assert (told["value_name"], told["rows"]) == ("share of the variance", 0)


def test_the_menu_has_what_methods_say_of_themselves_and_given_directions_by_their_names(tiny):
    session = Session(tiny, directions={"mine": factorize(tiny)})
    example = WIRE["traits"]["generator_info"]
    told = about(tiny, session.methods)
    assert told.keys() == example.keys()
    by_name = {method["name"]: method for method in json.loads(json.dumps(told["methods"]))}
    assert list(by_name)[-1] == "mine"
    assert by_name["mine"]["title"] == "mine"
    assert by_name["composed"]["title"] == "Composed response"
    (features,) = by_name["composed"]["options"]
    assert features["choices"] == ["white", "shared"]
    for method in by_name.values():
        assert method.keys() == example["methods"][0].keys()
        for option in method["options"]:
            assert option.keys() == example["methods"][1]["options"][0].keys()


def test_options_that_only_a_program_can_give_are_not_in_the_menu(tiny):
    jacobian = next(one for one in about(tiny, ["jacobian"])["methods"])
    assert [option["name"] for option in jacobian["options"]] == ["n", "seed", "truncation_psi", "region"]


def test_what_a_direction_does_is_told_in_thousandths_of_its_change(tiny):
    session = Session(tiny)
    found = session.found()
    where = torch.zeros(8, 8)
    where[0, 1], where[7, 7] = 0.2504, 0.7496
    acts = {3: Acts(alike=0.98765, where=where)}
    told = directions_info(session.state, replace(found, acts=acts))["acts"]
    assert told["3"]["alike"] == 0.988
    assert (told["3"]["where"][1], told["3"]["where"][-1]) == (250, 750)
    assert sum(told["3"]["where"]) == 1000


def test_a_second_search_is_told_with_the_layers_that_it_is_of(tiny_style):
    session = Session(tiny_style, {"layers": [0, 1], "second": {"layers": [1, 3]}})
    second = directions_info(session.state, session.found())["second"]
    assert second.keys() == WIRE["traits"]["directions_info"]["second"].keys()
    assert (second["title"], second["layers"]) == ("SeFa", [1, 3])
