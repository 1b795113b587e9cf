import pytest
import torch

from sefa_widget import Directions, Labels, factorize
from sefa_widget.directions.control import control_spectra
from sefa_widget.measures.strips import wall
from sefa_widget.reports import groups as parts
from sefa_widget.reports.groups import Group, find_groups
from tests.reports.conftest import quick


def test_each_group_has_its_directions_its_control_and_where_its_sliders_end(tiny_style, groups):
    first, every = groups
    assert (first.name, every.name) == ("Layer 0 (2 px)", "Layers 0-2 (2-8 px, all)")
    assert torch.equal(first.directions.vectors, factorize(tiny_style, layers=(0, 1)).vectors)
    assert torch.equal(every.spectra, control_spectra(tiny_style, every.directions, 2))
    assert len(every.reach.ends) == 3
    assert "estimate" not in every.reach.stops


def test_the_ends_are_those_of_a_wall(tiny_style, groups):
    drawn = wall(tiny_style, groups[1].directions, k=1, seed=3)
    end = groups[1].end(0)
    assert drawn.recipe["edits"][1]["parts"][0]["strengths"]["0"] == pytest.approx(end, rel=5e-3)


def test_values_are_above_up_to_the_first_that_is_not(groups):
    group = groups[0]
    values = group.directions.values
    assert values is not None
    band = values.clone()
    band[:2] = 0
    band[3:] = 0  # the third is equal to its control, and not above it
    made = Group("", group.directions, group.reach, band.repeat(2, 1))
    assert made.above == 2
    assert Group("", group.directions, group.reach, None).above is None
    wide = torch.stack([torch.zeros_like(values), 1.2 * values])  # median 0.6 of a value, 95 % 1.14
    assert Group("", group.directions, group.reach, wide).above == 0


def test_directions_without_values_have_none(groups):
    given = Directions.from_vectors([[1.0, 0.0]])
    group = Group("", given, groups[0].reach, torch.zeros(2, 1))
    assert group.above is None
    assert group.value(0) == ""


def test_names_are_found_again_and_tell_the_end_that_they_are_of(tiny_style):
    labels = Labels()
    found = factorize(tiny_style, layers=(0, 3))
    labels.add(found, 0, "smile", generator=tiny_style)
    labels.add(found, 2, "age", sign=-1, generator=tiny_style)
    (group,) = find_groups(tiny_style, quick(tiny_style, layers=[(0, 3)]), labels=labels)
    assert group.names == {0: "smile", 2: "age (minus end)"}


def test_the_first_layer_is_read_by_sefa_and_all_by_the_method_that_can(tiny):
    found = find_groups(tiny, quick(tiny))
    assert [group.directions.method for group in found] == ["sefa", "composed"]


def test_usual_layers_that_no_method_reads_are_left_out_and_chosen_ones_refused(tiny, monkeypatch):
    def picky(generator, *, layers=None):
        if layers == (0, 3):
            raise ValueError("no method reads these")
        return factorize(generator, layers=layers)

    monkeypatch.setattr(parts, "factorize", picky)
    assert [group.name for group in find_groups(tiny, quick(tiny))] == ["Layer 0 (4 px)"]
    with pytest.raises(ValueError, match="no method reads these"):
        find_groups(tiny, quick(tiny, layers=[(0, 3)]))


def test_a_network_that_cannot_be_made_again_has_no_control_and_says_why(tiny, monkeypatch):
    def refuse(*_args, **_options):
        raise ValueError("it cannot be copied")

    monkeypatch.setattr(parts, "several_spectra", refuse)
    (group, _) = find_groups(tiny, quick(tiny))
    assert group.spectra is None
    assert group.missing == "it cannot be copied"
