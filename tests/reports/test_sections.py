from dataclasses import replace

import pytest
import torch

from sefa_widget.reports import sections
from sefa_widget.reports.agreement import find_agreement
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.effects import measure
from sefa_widget.reports.packing import WAYS, Packed
from tests.reports.conftest import quick


def two(images):
    """Two attributes."""
    return torch.stack([images.mean((1, 2, 3)), images[:, 0].mean((1, 2))], 1)


@pytest.fixture
def contents(tiny_style, groups):
    """All that a report of one group says, its pictures left out."""
    settings = quick(tiny_style, layers=[(0, 1)])
    return Contents(
        generator=tiny_style,
        settings=settings,
        file="x.html",
        groups=(groups[0],),
        measured=(measure(tiny_style, groups[0], settings, two),),
        agreement=find_agreement(tiny_style, ["sefa", "random"]),
        packed=Packed(("data:",) * 99, 0, WAYS[0], 8, 8),
        attributes=None,
    )


def with_changes(contents, changes, by_chance):
    """The same with other changes of attributes, and of those by random bases."""
    (measured,) = contents.measured
    found = measured.attributes
    control = replace(found.control, change=torch.full_like(found.control.change, by_chance))
    change = torch.tensor(changes, dtype=torch.float64)
    attributes = replace(found, change=change, error=torch.full_like(change, 0.1), control=control)
    return replace(contents, measured=(replace(measured, attributes=attributes),))


def test_attributes_stand_by_how_much_they_change_and_bold_is_more_than_by_chance(contents):
    text = sections.effect(with_changes(contents, [[0.2, -0.9], [0.4, 0.3]], by_chance=0.35))
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{MINUS SIGN}", "-")
    assert "<b>attribute 1 -0.90 ± 0.10</b>, attribute 0 +0.20 ± 0.10<" in text
    assert "<b>attribute 0 +0.40 ± 0.10</b>, attribute 1 +0.30 ± 0.10<" in text


def test_two_methods_agree_in_bold_only_above_what_random_bases_reach(contents):
    def shown(level):
        pairs = tuple(
            replace(pair, control_cosines=pair.matched.mean() + torch.tensor([-0.1, level]))
            for pair in contents.agreement.pairs
        )
        text = sections.agreement(replace(contents, agreement=replace(contents.agreement, pairs=pairs)))
        return text.count("<b>0.") + text.count("<b>1.")

    assert shown(-0.05) == 6  # three pairs, each twice
    assert shown(0.05) == 0


@pytest.mark.parametrize(
    ("above", "words"), [(0, "none"), (1, "the first of 6"), (4, "the first 4 of 6"), (None, "no control")]
)
def test_in_short_it_is_told_how_many_values_are_above_their_control(contents, above, words):
    (group,) = contents.groups
    values = group.directions.values
    spectra = None if above is None else values.repeat(2, 1)
    if above is not None:
        spectra[:, :above] = 0
    text = sections.short(replace(contents, groups=(replace(group, spectra=spectra),)))
    assert f'data-title="values">{words}<' in text
