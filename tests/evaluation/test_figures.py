import json

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.evaluation import captured_change, compare, effect
from sefa_widget.measures.basis import chance
from sefa_widget.plots import captured_figure, comparison_figure, cosine_figure, effect_figure, heat_figure
from tests.evaluation.helpers import directions


@pytest.fixture
def measured(tiny):
    return effect(tiny, factorize(tiny, k=4), latents=tiny.sample(range(3)))


def test_captured_change_is_a_line_per_method_between_chance_and_bound(tiny):
    latents = tiny.sample(range(2))
    scores = {
        "long": captured_change(tiny, factorize(tiny, k=5), latents=latents),
        "short": captured_change(tiny, factorize(tiny, k=2), latents=latents),
    }
    long, short, bound, low, high, middle = captured_figure(scores).data
    assert list(long.y) == scores["long"].curve.tolist()
    assert list(short.x) == [1, 2]
    assert bound.name == "at most"
    assert [list(line.y) for line in (low, middle, high)] == scores["long"].chance.tolist()
    assert high.name == "5 to 95 % of 100 random bases"
    assert high.fill == "tonexty"


def test_without_scores_there_is_a_reason():
    with pytest.raises(ValueError, match=r"give compare\(\) a generator"):
        captured_figure({})


def test_effect_bars_show_change_spread_control_and_evenness(measured):
    bars, low, high, middle, evenness = effect_figure(measured).data
    assert list(bars.y) == measured.change.tolist()
    assert list(bars.error_y.array) == measured.spread.tolist()
    levels = chance(measured.control.change).tolist()
    assert [set(line.y) for line in (low, middle, high)] == [{level} for level in levels]
    assert high.name == "5 to 95 % of 20 random directions"
    assert list(evenness.y) == measured.evenness.tolist()


def test_the_heat_strip_has_a_map_per_direction_the_right_way_up(measured):
    figure = heat_figure(measured, count=3)
    assert len(figure.data) == 3
    assert torch.allclose(torch.tensor(figure.data[1].z, dtype=torch.float64), measured.heat[1])
    assert figure.layout.yaxis2.autorange == "reversed"


def test_comparison_figures_have_a_matrix_and_its_matching_per_pair():
    sets = {
        name: directions(torch.eye(5)[order])
        for name, order in {"a": [0, 1], "b": [1, 0], "c": [2, 3]}.items()
    }
    found = compare(sets)
    matrix, rings = cosine_figure(found.pair("a", "b")).data
    assert [list(row) for row in matrix.z] == [[0, 1], [1, 0]]
    assert list(zip(rings.y, rings.x, strict=True)) == [(0, 1), (1, 0)]
    figure = comparison_figure(found)
    assert len(figure.data) == 2 * 3
    low, _, high = chance(found.pair("a", "b").control_cosines).tolist()
    assert figure.layout.annotations[0].text == f"1.00 ({low:.2f}-{high:.2f})"
    assert "100 random bases" in cosine_figure(found.pair("a", "b")).layout.title.text
    json.loads(figure.to_json())
