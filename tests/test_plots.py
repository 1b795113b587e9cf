import numpy as np
import torch

from sefa_widget import factorize
from sefa_widget.evaluation import rescore
from sefa_widget.plots import rescoring_figure, spectrum_figure


def test_the_spectrum_has_a_bar_per_direction_and_a_random_control_of_the_same_shape(tiny_style):
    directions = factorize(tiny_style)
    figure = spectrum_figure(directions)
    bars, control = figure.data
    assert np.allclose(bars.y, directions.values.numpy())
    assert len(control.y) == 6
    assert np.isclose(sum(control.y), 1)
    assert (np.diff(control.y) <= 0).all()
    assert control.name == "random 23 x 6"


def test_fewer_directions_have_fewer_bars(tiny_style):
    bars, control = spectrum_figure(factorize(tiny_style, k=2)).data
    assert len(bars.y) == len(control.y) == 2


def brightness_and_redness(images):
    return torch.stack([images.mean((1, 2, 3)), images[:, 0].mean((1, 2))], dim=1)


def test_a_rescoring_is_drawn_beside_what_random_bases_reach_on_one_scale_about_zero(tiny_style):
    found = rescore(
        tiny_style,
        factorize(tiny_style, k=3),
        brightness_and_redness,
        names=["bright", "red"],
        n=6,
        controls=20,
    )
    figure = rescoring_figure(found)
    measured, control = figure.data
    reached = found.control.change.abs().quantile(0.95, dim=0)
    assert np.allclose(measured.z, found.change.numpy())
    assert np.allclose(measured.customdata, found.error.numpy())
    assert list(measured.x) == ["bright", "red"]
    assert np.allclose(control.z, reached.numpy())
    assert [title.text for title in figure.layout.annotations] == ["sefa", "random: 95 % of 20 bases"]
    scale = figure.layout.coloraxis
    assert np.isclose(scale.cmax, max(abs(found.change).max(), reached.max()))
    assert scale.cmax == -scale.cmin
    assert scale.cmid == 0
    assert figure.layout.yaxis.autorange == "reversed"
    assert "customdata" in measured.hovertemplate


def test_a_rescoring_without_control_is_one_panel(tiny_style):
    found = rescore(tiny_style, factorize(tiny_style, k=3), brightness_and_redness, n=6, controls=0)
    (measured,) = rescoring_figure(found).data
    assert len(measured.z) == 3
