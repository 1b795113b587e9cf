"""A figure of how a Frechet distance falls with the number of pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping

import plotly.graph_objects as go

from sefa_widget.arguments import instance
from sefa_widget.evaluation import FrechetCurve
from sefa_widget.plots.palette import PALETTE


def bias_figure(curves: Mapping[str, FrechetCurve]) -> go.Figure:
    """Draw Frechet distances over 1 / N, with the lines that lead to their limits.

    Parameters
    ----------
    curves
        What `evaluation.frechet_curve` gave, by name; all in the features of one extractor.

    Returns
    -------
    plotly.graph_objects.Figure
        One line for each curve; bars are standard errors, where they are known. At 1 / N = 0 is the limit.

    Raises
    ------
    ValueError
        If there is no curve, or curves are of different extractors.
    """
    instance(curves, "curves", dict, "a dict of FrechetCurve by name")
    if not curves:
        raise ValueError("There is no curve to draw; give a dict of FrechetCurve by name.")
    for curve in curves.values():
        instance(curve, "A curve", FrechetCurve, "a FrechetCurve, as evaluation.frechet_curve gives it")
    names = sorted({curve.extractor for curve in curves.values()})
    if len(names) > 1:
        raise ValueError(
            f"Curves are in the features of {' and of '.join(map(repr, names))}: distances in them have "
            "nothing to do with each other. Draw one figure for each extractor."
        )
    figure = go.Figure()
    for number, (name, curve) in enumerate(curves.items()):
        colour = PALETTE[number % len(PALETTE)]
        places = [1 / size for size in curve.sizes]
        values = curve.values.tolist()
        errors = [0.0 if math.isnan(error) else error for error in curve.errors.tolist()]
        figure.add_scatter(
            x=places,
            y=values,
            error_y={"array": errors},
            name=name,
            text=[f"{size} pictures" for size in curve.sizes],
            mode="lines+markers",
            line_color=colour,
        )
        figure.add_scatter(
            x=[0, min(places)],
            y=[curve.limit, values[-1]],
            name=f"{name}, limit",
            mode="lines",
            line={"color": colour, "dash": "dot"},
            showlegend=False,
        )
    figure.update_layout(
        title=f"Frechet distance of N pictures, in features of {names[0]}",
        xaxis_title="1 / N",
        yaxis_title="Frechet distance",
        template="plotly_white",
    )
    return figure
