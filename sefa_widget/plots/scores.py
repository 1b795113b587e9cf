"""Figures of how much, how evenly and where directions change the picture."""

from __future__ import annotations

import math
from collections.abc import Mapping

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from sefa_widget.arguments import instance, whole
from sefa_widget.evaluation import CapturedChange, Effect
from sefa_widget.measures.basis import chance
from sefa_widget.plots.palette import BAND, GREY, PALETTE

HEATS_IN_A_ROW = 5


def captured_figure(scores: Mapping[str, CapturedChange]) -> go.Figure:
    """Draw the change captured by the first 1, 2, ... k directions of each method.

    Parameters
    ----------
    scores
        Captured change by name.

    Returns
    -------
    plotly.graph_objects.Figure
        One line per name; of the longest, the bound as a dotted line, and the control as a band from 5 to
        95 % of its random bases with the median as a dotted line.

    Raises
    ------
    ValueError
        If there is no score.
    """
    for score in instance(scores, "scores", Mapping, "a dict of CapturedChange by name").values():  # type: ignore[type-abstract]
        instance(score, "A score", CapturedChange, "a CapturedChange, as captured_change gives it")
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
    x = list(range(1, 1 + len(longest.curve)))
    line = {"dash": "dot", "color": GREY}
    figure.add_scatter(x=x, y=longest.bound.tolist(), name="at most", mode="lines", line=line)
    for trace in _band(x, longest.chance, f"{len(longest.control)} random bases"):
        figure.add_trace(trace)
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
        Above, bars of the mean change with the standard deviation over seeds, and a band from 5 to 95 % of
        random directions with their median as a line; below, the change at plus over that at minus.
    """
    instance(effect, "effect", Effect, "an Effect, as evaluation.effect gives it")
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
        levels = chance(effect.control.change)[:, None].expand(3, len(index))
        for trace in _band(index, levels, f"{len(effect.control.change)} random directions"):
            figure.add_trace(trace, row=1, col=1)
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
    """Draw where in the picture the first directions act, up to five in a row, on one scale.

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
    instance(effect, "effect", Effect, "an Effect, as evaluation.effect gives it")
    heat = effect.heat[: whole(count, "count", 1)]
    columns = min(len(heat), HEATS_IN_A_ROW)
    rows = math.ceil(len(heat) / columns)
    figure = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=[f"direction {number}" for number in range(len(heat))],
        horizontal_spacing=0.01,
        vertical_spacing=0.25 / rows,
    )
    for number, image in enumerate(heat):
        row, column = 1 + number // columns, 1 + number % columns
        hover = f"direction {number}<br>%{{z:.3g}} per unit<extra></extra>"
        z = image.float().cpu().numpy()  # a tenth of the size of a list, in a saved notebook
        figure.add_heatmap(z=z, coloraxis="coloraxis", hovertemplate=hover, row=row, col=column)
        figure.update_yaxes(scaleanchor=f"x{number + 1 if number else ''}", row=row, col=column)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", constrain="domain")
    figure.update_layout(
        title="Where each direction acts",
        coloraxis={"colorscale": "Inferno", "cmin": 0, "colorbar_title": "change<br>per unit"},
        template="plotly_white",
        height=120 + 200 * rows,
    )
    return figure


def _band(x: list[int], quantiles: Tensor, name: str) -> list[go.Scatter]:
    """Draw quantiles ``[3, k]`` as a band from the first to the last with the middle one as a dotted line."""
    low, middle, high = quantiles.tolist()
    return [
        go.Scatter(x=x, y=low, mode="lines", line_width=0, showlegend=False, hoverinfo="skip"),
        go.Scatter(
            x=x,
            y=high,
            mode="lines",
            line_width=0,
            fill="tonexty",
            fillcolor=BAND,
            name=f"5 to 95 % of {name}",
        ),
        go.Scatter(
            x=x, y=middle, mode="lines", line={"dash": "dot", "color": GREY}, name=f"median of {name}"
        ),
    ]
