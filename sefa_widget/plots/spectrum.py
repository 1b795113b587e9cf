"""The figure of the values of directions beside those that the same method finds without any training."""

from __future__ import annotations

import plotly.graph_objects as go
import torch
from torch import Tensor

from sefa_widget.arguments import MAX_SEED, whole
from sefa_widget.directions import Directions, format_layers
from sefa_widget.directions.base import check_directions
from sefa_widget.directions.control import control_spectra
from sefa_widget.directions.eigen import decompose
from sefa_widget.directions.gram import gram_of_rows
from sefa_widget.directions.value import SHARE_OF_ROWS, SHARE_OF_WEIGHT
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.plots.palette import PALETTE

MAX_CONTROL_ROWS = 65_536
"""Rows of a Gaussian matrix at most: beyond, its spectrum is flat to within a line's width."""
BAND = (0.05, 0.5, 0.95)
"""Quantiles of the control: the ends of the band, and the line between them."""


def spectrum_figure(
    directions: Directions, generator: Generator | None = None, *, controls: int = 20, seed: int = 0
) -> go.Figure:
    """Draw the values of directions beside a control.

    With the generator the control is the same method, with the same options, layers and normalisation, on
    re-initialised networks: what stands above its band is not there before training. Without the generator
    only SeFa has a control: Gaussian matrices of the shape of the weights, rows normalised as those were.
    Weights that are not drawn like this before training (orthogonal ones, several scales, columns of zeros)
    need the generator, too.

    >>> from sefa_widget import factorize, load_generator
    >>> faces = load_generator("faces")
    >>> figure = spectrum_figure(factorize(faces), faces, controls=2)
    >>> figure.layout.yaxis.title.text
    'λ/m: share of the rows'

    Parameters
    ----------
    directions
        What `factorize` gave, or a file.
    generator
        The generator they were found in.
    controls
        How many re-initialised networks, or Gaussian matrices; 0 draws no control.
    seed
        Of the first of them.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars of `Directions.values`; the median of the control as a line, its 5 to 95 % as a band. Directions
        without values make an empty figure that says so.

    Raises
    ------
    ValueError
        If the generator does not fit the directions.
    """
    check_directions(directions)
    if generator is not None:
        check_generator(generator)
    controls, seed = whole(controls, "controls", 0), whole(seed, "seed", 0, MAX_SEED)
    title = f"Spectrum: {directions.method}"
    if directions.layers:
        title += f" of layer{'s' * (len(directions.layers) > 1)} {format_layers(directions.layers)}"
    figure = go.Figure()
    figure.update_layout(
        title=title,
        xaxis_title="direction",
        yaxis_rangemode="tozero",
        template="plotly_white",
        legend={"x": 1, "xanchor": "right", "y": 1},
        bargap=0.15,
    )
    values, value = directions.values, directions.value
    if values is None or value is None:
        text = f"{directions.method} directions have no values"
        return figure.add_annotation(text=text, showarrow=False, xref="paper", yref="paper", x=0.5, y=0.5)
    index = list(range(len(directions)))
    hover = f"direction %{{x}}<br>{value.symbol} = %{{y:.4g}}<extra></extra>"
    figure.add_bar(
        x=index, y=values.tolist(), name=directions.method, hovertemplate=hover, marker_color=PALETTE[0]
    )
    figure.update_layout(yaxis_title=f"{value.symbol}: {value.name}")
    if not controls:
        return figure
    name, spectra = _control(directions, generator, controls, seed)
    if spectra is None:
        return figure.update_layout(title=f"{title}<br><sup>no control: {name}</sup>")
    low, middle, high = spectra.quantile(torch.tensor(BAND, dtype=spectra.dtype), dim=0).tolist()
    band = {"x": index, "mode": "lines", "line_width": 0, "hoverinfo": "skip", "legendgroup": "control"}
    figure.add_scatter(y=low, showlegend=False, **band)
    figure.add_scatter(y=high, fill="tonexty", fillcolor=_faint(PALETTE[1]), name="5 to 95 % of them", **band)
    figure.add_scatter(
        x=index,
        y=middle,
        name=f"{name}, median",
        mode="lines",
        hovertemplate=hover,
        line_color=PALETTE[1],
        legendgroup="control",
    )
    return figure


def _control(
    directions: Directions, generator: Generator | None, count: int, seed: int
) -> tuple[str, Tensor | None]:
    """Give a control's name and values ``[count, k]``, or why there is none and None."""
    if directions.search.described is None:
        return "it is not known how the directions of this file were found", None
    if generator is not None:
        return f"{count} re-initialised networks", control_spectra(generator, directions, count, seed)
    if directions.value not in (SHARE_OF_ROWS, SHARE_OF_WEIGHT) or not directions.rows:
        return "it needs the generator, spectrum_figure(directions, generator)", None
    return _gaussian(directions, count, seed)


def _gaussian(directions: Directions, count: int, seed: int) -> tuple[str, Tensor]:
    """Decompose Gaussian matrices of the shape of the weights, with rows normalised as those were."""
    d, rows = directions.vectors.shape[1], min(directions.rows, MAX_CONTROL_ROWS)
    random = torch.Generator().manual_seed(seed)
    spectra = []
    for _ in range(count):
        weight = torch.randn(rows, d, generator=random, dtype=torch.float64)
        gram = gram_of_rows(weight, normalize=directions.normalized is True).matrix
        spectra.append(decompose(gram)[0][: len(directions)] / gram.trace())
    return f"{count} Gaussian matrices {rows} x {d}", torch.stack(spectra)


def _faint(colour: str) -> str:
    """Give a colour ``#rrggbb`` of a quarter's opacity."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.25)"
