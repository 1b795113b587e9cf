"""Directions in, plotly figures of what was computed out."""

from __future__ import annotations

import plotly.graph_objects as go
import torch

from sefa_widget.arguments import MAX_SEED, whole
from sefa_widget.directions import Directions, format_layers
from sefa_widget.directions.base import check_directions, decompose
from sefa_widget.directions.gram import gram_of_rows
from sefa_widget.plots.palette import PALETTE

MAX_CONTROL_ROWS = 65_536
"""Rows of the random control at most: beyond, its spectrum is flat to within a line's width."""


def spectrum_figure(directions: Directions, *, seed: int = 0) -> go.Figure:
    """Draw the eigenvalue spectrum beside that of a random matrix of the same shape.

    Parameters
    ----------
    directions
        What `factorize` gave.
    seed
        Seed of the random control.

    Returns
    -------
    plotly.graph_objects.Figure
        Bars of lambda/m, and as a line the spectrum of a matrix of m x d standard normal numbers, treated
        in the same way: what stands above the line is structure that the generator has learnt.
    """
    d = check_directions(directions).vectors.shape[1]
    seed = whole(seed, "seed", 0, MAX_SEED)
    shares = directions.shares.tolist()
    rows = min(directions.rows, MAX_CONTROL_ROWS)
    weight = torch.randn(rows, d, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    control = gram_of_rows(weight, normalize=True)
    values, _ = decompose(control.matrix)
    control_shares = (values / rows).tolist()[: len(directions)]
    index = list(range(len(directions)))
    layers = f"layer{'s' * (len(directions.layers) > 1)} {format_layers(directions.layers)}"
    hover = "direction %{x}<br>λ/m = %{y:.4g}<extra></extra>"
    figure = go.Figure()
    figure.add_bar(x=index, y=shares, name=directions.method, hovertemplate=hover, marker_color=PALETTE[0])
    figure.add_scatter(
        x=index,
        y=control_shares,
        name=f"random {rows} x {d}",
        mode="lines",
        hovertemplate=hover,
        line_color=PALETTE[1],
    )
    figure.update_layout(
        title=f"Spectrum: {directions.method} of {layers}",
        xaxis_title="direction",
        yaxis_title="λ/m",
        yaxis_rangemode="tozero",
        template="plotly_white",
        legend={"x": 1, "xanchor": "right", "y": 1},
        bargap=0.15,
    )
    return figure
