import re

import pytest

from sefa_widget.reports.charts import bars, marks, matrix, swatch

BAND = [[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]


def heights(svg):
    return [float(text) for text in re.findall(r"M[\d.]+ 164V([\d.]+)h", svg)]


def test_bars_are_as_high_as_their_values_and_those_above_the_control_are_marked():
    svg = bars([4.0, 2.0], BAND, above=1, label="a < b")
    first, second = heights(svg)
    assert 164 - first == pytest.approx(2 * (164 - second), abs=0.2)
    assert svg.count('class="bar above"') == 1
    assert svg.count('class="bar"') == 1
    assert 'aria-label="a &lt; b"' in svg


def test_the_band_of_a_control_goes_from_its_5_to_its_95_percent():
    svg = bars([4.0, 2.0], BAND, above=1, label="")
    (band,) = re.findall(r'd="M([^"]*)Z" class="band"', svg)
    points = [float(point.split()[1]) for point in band.split("L")]
    assert 164 - points[0] == pytest.approx(3 * (164 - points[-1]), abs=0.2)
    assert 'class="band"' not in bars([1.0], None, None, "")


def test_the_chart_is_as_high_as_the_highest_of_values_and_control():
    assert min(heights(bars([1.0, 0.5], [[8.0] * 2, [9.0] * 2, [10.0] * 2], 0, ""))) > 140


def test_values_of_nothing_make_a_chart():
    assert heights(bars([0.0, 0.0], None, None, "")) == [164, 164]


def test_a_dot_is_above_chance_only_if_its_errors_are_taken_off():
    svg = marks([4.0, 4.0, 1.0], [0.5, 1.5, 0.0], [1.0, 2.0, 3.0], "")
    assert re.findall(r'class="(dot[^"]*)"', svg) == ["dot above", "dot", "dot"]


def test_a_matrix_has_a_shade_for_each_cell_that_is_not_nearly_0():
    svg = matrix([[1.0, 0.02], [0.4, 0.4]], ["one", "<two>"], "m")
    shades = dict(re.findall(r'd="([^"]*)" class="cell" fill-opacity="([\d.]+)"', svg))
    assert shades == {"M0 0h1v1h-1z": "1.00", "M0 1h1v1h-1zM1 1h1v1h-1z": "0.40"}
    assert "&lt;two&gt; · B" in svg


@pytest.mark.parametrize("kind", ["bar", "band", "middle", "dot above"])
def test_a_swatch_looks_like_what_it_explains(kind):
    assert f'class="{kind}"' in swatch(kind)


@pytest.mark.parametrize(("count", "last"), [(5, "4"), (30, "25"), (500, "450")])
def test_not_more_numbers_stand_below_than_can_be_read(count, last):
    svg = bars([1.0] * count, None, None, "")
    below = re.findall(r'text-anchor="middle">(\d+)<', svg)
    assert below[-1] == last
    assert len(below) <= 14
