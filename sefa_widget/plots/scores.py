"""Scores of directions in, figures of how much, how evenly and where they change the picture out."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from sefa_widget.evaluation import CapturedChange, Effect

PALETTE = ("#4c78a8", "#e45756", "#54a24b", "#b279a2", "#f58518", "#72b7b2", "#9d755d", "#ff9da6", "#bab0ac")
GREY = "#999999"


def captured_figure(scores: Mapping[str, CapturedChange]) -> go.Figure:
    """Draw the change captured by the first 1, 2, ... k directions of each method.

    Parameters
    ----------
    scores
        Captured change by name.

    Returns
    -------
    plotly.graph_objects.Figure
        One line per name, and the control and the bound of the longest as dotted lines.

    Raises
    ------
    ValueError
        If there is no score.
    """
    if not scores:
        raise ValueError("There is no captured change to draw; give compare() a generator.")
    figure = go.Figure()
    for number, (name, score) in enumerate(scores.items()):
        figure.add_scatter(
            x=list(range(1, 1 + len(score.curve))),
            y=score.curve.tolist(),
            name=name,
            mode="lines+markers",
            line_color=PALETTE[number % len(PALETTE)],
        )
    longest = max(scores.values(), key=lambda score: len(score.curve))
    for name, curve in (("at most", longest.bound), ("random", longest.control)):
        x = list(range(1, 1 + len(curve)))
        line = {"dash": "dot", "color": GREY}
        figure.add_scatter(x=x, y=curve.tolist(), name=name, mode="lines", line=line)
    figure.update_layout(
        title="Captured change",
        xaxis_title="directions",
        yaxis_title="share of all image change",
        yaxis_range=[0, 1],
        template="plotly_white",
    )
    return figure


def effect_figure(effect: Effect) -> go.Figure:
    """Draw how much each direction changes the picture, and how evenly to both sides.

    Parameters
    ----------
    effect
        What `evaluation.effect` gave.

    Returns
    -------
    plotly.graph_objects.Figure
        Above, bars of the mean change with the standard deviation over seeds, and the mean of the random
        control as a line; below, the change at plus over that at minus.
    """
    index = list(range(len(effect.change)))
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, vertical_spacing=0.08, row_heights=[0.65, 0.35])
    spread = {"type": "data", "array": effect.spread.tolist()}
    figure.add_bar(
        x=index,
        y=effect.change.tolist(),
        error_y=spread,
        name="change",
        marker_color=PALETTE[0],
        row=1,
        col=1,
    )
    if effect.control is not None:
        level = [float(effect.control.change.mean())] * len(index)
        line = {"dash": "dot", "color": GREY}
        figure.add_scatter(x=index, y=level, name="random", mode="lines", line=line, row=1, col=1)
    evenness = effect.evenness.tolist()
    figure.add_scatter(
        x=index, y=evenness, name="evenness", mode="markers", marker_color=PALETTE[1], row=2, col=1
    )
    figure.update_yaxes(title_text="change per unit", rangemode="tozero", row=1, col=1)
    figure.update_yaxes(title_text="plus / minus", type="log", row=2, col=1)
    figure.update_xaxes(title_text="direction", row=2, col=1)
    figure.update_layout(title=f"Effect of a step of {effect.strength:g}", template="plotly_white")
    return figure


def heat_figure(effect: Effect, *, count: int = 10) -> go.Figure:
    """Draw where in the picture the first directions act, side by side on one scale.

    Parameters
    ----------
    effect
        What `evaluation.effect` gave.
    count
        How many directions are drawn, at most.

    Returns
    -------
    plotly.graph_objects.Figure
        One heat map per direction; light is much change.
    """
    heat = effect.heat[:count]
    titles = [f"{number}" for number in range(len(heat))]
    figure = make_subplots(rows=1, cols=len(heat), subplot_titles=titles, horizontal_spacing=0.01)
    for column, image in enumerate(heat, start=1):
        figure.add_heatmap(z=image.tolist(), coloraxis="coloraxis", row=1, col=column)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    for column in range(1, 1 + len(heat)):
        anchor = f"x{column if column > 1 else ''}"
        figure.update_yaxes(scaleanchor=anchor, row=1, col=column)
    figure.update_layout(
        title="Where each direction acts",
        coloraxis={"colorscale": "Inferno", "cmin": 0, "colorbar_title": "change<br>per unit"},
        template="plotly_white",
        height=240,
    )
    return figure
