"""The control of a search: made network by network, kept, and described for the panel."""

from dataclasses import replace

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions import Search
from sefa_widget.directions.control import control_spectra
from sefa_widget.panel.controls import BAND, NETWORKS, TOLD_AT, Controls
from sefa_widget.panel.worker import Ending


def made(controls, directions, count=NETWORKS):
    for _ in range(count):
        controls.step(directions)
    return controls.described(directions)


def test_a_control_has_the_quantiles_of_the_same_search_in_networks_before_training(tiny_style):
    found = factorize(tiny_style)
    told = made(Controls(tiny_style), found)
    expected = control_spectra(tiny_style, found, n=NETWORKS).quantile(
        torch.tensor(BAND, dtype=torch.float64), dim=0
    )
    for name, line in zip(("low", "middle", "high"), expected, strict=True):
        assert told[name] == pytest.approx(line.tolist(), rel=1e-3)
    assert (told["networks"], told["of"], told["missing"]) == (NETWORKS, NETWORKS, "")


def test_it_is_shown_after_a_few_networks_and_goes_on(tiny_style):
    found, controls = factorize(tiny_style), Controls(tiny_style)
    assert [controls.step(found) for _ in range(TOLD_AT[0] - 1)] == [True] * (TOLD_AT[0] - 1)
    assert (controls.described(found)["networks"], controls.described(found)["low"]) == (0, [])
    controls.step(found)
    assert controls.described(found)["networks"] == TOLD_AT[0]
    assert len(controls.described(found)["low"]) == len(found)
    while controls.step(found):
        pass
    assert controls.made(found) == NETWORKS
    assert not controls.step(found)


def test_each_search_has_its_own_and_other_weights_have_none_yet(tiny_style):
    controls, one, other = Controls(tiny_style), factorize(tiny_style), factorize(tiny_style, layers=(0, 1))
    first = made(controls, one)
    assert controls.made(other) == 0
    assert made(controls, other) != first
    assert controls.described(one) == first
    with torch.no_grad():
        next(tiny_style.parameters()).add_(1.0)
    assert controls.made(one) == 0


def test_what_progress_raises_ends_the_work_on_one_network_only(tiny):
    controls, found = Controls(tiny), factorize(tiny, method="jacobian", n=2)
    controls.step(found)
    told = []

    def stop(done, total):
        told.append(done / total)
        if len(told) == 2:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        controls.step(found, stop)
    assert controls.made(found) == 1
    assert controls.missing(found) == ""
    assert told[0] == 1 / NETWORKS
    assert controls.step(found)
    assert controls.made(found) == 2


def test_directions_without_values_or_of_unknown_origin_have_none_and_it_says_why(tiny_style):
    controls = Controls(tiny_style)
    random = factorize(tiny_style, method="random")
    assert not controls.step(random)
    assert controls.missing(random) == "These directions have no values, so there is no control."
    found = factorize(tiny_style)
    given = replace(found, search=Search("hand-made", found.search.layers, None))
    assert not controls.step(given)
    assert "so there is no control" in controls.described(given)["missing"]


def test_a_network_that_cannot_be_made_is_the_reason_and_is_not_tried_again(tiny_style, monkeypatch):
    tries = []

    def broken():
        tries.append(1)
        raise ValueError("it cannot be copied")

    monkeypatch.setattr(tiny_style, "untrained", broken)
    controls, found = Controls(tiny_style), factorize(tiny_style)
    assert not controls.step(found)
    assert not controls.step(found)
    assert controls.described(found)["missing"] == "There is no control: it cannot be copied"
    assert len(tries) == 1


def test_a_closed_panel_makes_none(tiny_style):
    controls, found = Controls(tiny_style), factorize(tiny_style)
    controls.forget()
    with pytest.raises(Ending):
        controls.step(found)
