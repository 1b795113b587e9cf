import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions import METHODS
from sefa_widget.measures.acting import Acts
from sefa_widget.measures.aligned import matched_by_chance
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


def test_the_panel_is_told_what_the_generator_is(tiny_style):
    tiny_style.assumed = ("activation ReLU",)
    told = about(tiny_style, ["sefa"], ["cat", "dog", "bird", "half \ud800"])
    assert told == {
        "name": "tinystyle",
        "family": "tinystyle",
        "latent_space": "w",
        "latent_dim": 6,
        "resolution": 8,
        "width": 8,
        "num_classes": 4,
        "num_codes": 3,
        "noisy": tiny_style.noisy,
        "assumed": ["activation ReLU"],
        "class_names": ["cat", "dog", "bird", "half ?"],
        "methods": told["methods"],
        "layers": [{"name": f"style {n}", "resolution": 2 ** (n + 1), "row": n} for n in range(3)],
    }
    (sefa,) = told["methods"]
    (method,) = [method for method in METHODS if method.name == "sefa"]
    assert (sefa["name"], sefa["title"], sefa["takes"]) == ("sefa", method.title, method.takes)
    assert (sefa["layers"], sefa["value_symbol"]) == ("latent", method.value.symbol)
    assert sefa["value_name"] == method.value.name


def test_given_directions_have_no_values_options_or_time_in_the_menu(tiny):
    (mine,) = about(tiny, ["mine \ud800"])["methods"]
    assert mine == {
        "name": "mine \ud800",
        "title": "mine ?",
        "options": [],
        "value_name": "",
        "value_symbol": "",
        "takes": "",
        "layers": "edited",
    }


def test_an_option_is_told_as_the_menu_needs_it(tiny):
    (jacobian,) = about(tiny, ["jacobian"])["methods"]
    (method,) = [method for method in METHODS if method.name == "jacobian"]
    for told, option in zip(jacobian["options"], [o for o in method.options if o.offered], strict=True):
        assert told["choices"] == list(option.choices)
        assert not {"needed", "offered"} & set(told)
        assert told["name"] == option.name


def test_the_second_search_is_told_with_its_matches_and_what_chance_gives(tiny):
    session = Session(tiny)
    state = session.apply({"method": "sefa", "second": "jacobian", "layers": (0, 1)})
    found = session.found()
    second = directions_info(state, found)["second"]
    aligned = found.second.aligned
    assert (second["method"], second["title"]) == ("jacobian", "Jacobian")
    assert [index for index, _ in second["matches"]] == list(aligned.indices)
    cosines = [cosine for _, cosine in second["matches"]]
    assert cosines == pytest.approx(aligned.cosines.tolist(), rel=5e-3)
    assert second["chance"] == pytest.approx(matched_by_chance(8, 8, 8), rel=5e-3)
    assert directions_info(state, replace(found, second=None))["second"] is None
    assert directions_info(replace(state, second=None), found)["second"] is None


def test_slider_ends_of_the_second_search_alone_are_told_too_or_no_view_would_draw_it_again(tiny):
    session = Session(tiny)
    state = session.apply({"strengths": {0: 1.0}})
    while session.finder.measure_range(state):
        pass
    state = session.apply({"second": "random"})
    before = directions_info(state, session.found())
    while session.finder.measure_range(state):
        pass
    after = directions_info(state, session.found())
    assert after["second"]["ends"] == session.found().second.range.rounded() != before["second"]["ends"]
    assert after | {"second": None} == before | {"second": None}


def test_what_to_know_of_how_directions_were_found_is_told_of_both_searches(tiny):
    given = replace(factorize(tiny), notes=("It has not converged.",))
    session = Session(tiny, directions={"mine": given})
    assert directions_info(session.apply({"method": "random"}), session.found())["notes"] == []
    both = session.apply({"method": "mine", "second": {"method": "mine"}})
    told = directions_info(both, session.found())["notes"]
    assert told == ["It has not converged.", "Second search: It has not converged."]


def test_a_second_search_by_layers_has_the_name_of_the_method_that_it_means(tiny):
    session = Session(tiny)
    state = session.apply({"method": "random", "second": {"method": None}})
    assert directions_info(state, session.found())["second"]["method"] == "sefa"


def test_what_is_known_of_sliders_is_told_with_the_layers_and_the_method(tiny):
    session = Session(tiny)
    state = session.apply({"layers": (0, 2)})
    told = directions_info(state, session.found())
    assert (told["method"], told["title"], told["layers"]) == ("composed", "Composed response", [0, 2])
    assert (told["change"], told["stops"]) == (None, ["estimate"] * 8)
    while session.finder.measure_range(state):
        pass
    found = session.found()
    told = directions_info(state, found)
    assert told["ends"] == found.range.rounded()
    assert told["stops"] == list(found.range.stops)
    assert told["change"] == pytest.approx(found.range.change, rel=5e-3)


def test_a_method_that_is_named_is_told_by_its_name_and_given_ones_too(tiny):
    session = Session(tiny, directions={"mine": factorize(tiny)})
    told = directions_info(session.apply({"method": "mine"}), session.found())
    assert (told["method"], told["title"]) == ("mine", "mine")
