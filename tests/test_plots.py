import numpy as np

from sefa_widget import factorize
from sefa_widget.plots import spectrum_figure


def test_the_spectrum_has_a_bar_per_direction_and_a_random_control_of_the_same_shape(tiny_style):
    directions = factorize(tiny_style)
    figure = spectrum_figure(directions)
    bars, control = figure.data
    assert np.allclose(bars.y, directions.shares.numpy())
    assert len(control.y) == 6
    assert np.isclose(sum(control.y), 1)
    assert (np.diff(control.y) <= 0).all()
    assert control.name == "random 23 x 6"


def test_fewer_directions_have_fewer_bars(tiny_style):
    bars, control = spectrum_figure(factorize(tiny_style, k=2)).data
    assert len(bars.y) == len(control.y) == 2
