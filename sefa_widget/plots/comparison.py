"""Figures of how the directions of several methods agree."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from sefa_widget.arguments import instance
from sefa_widget.evaluation import Comparison, Pair
from sefa_widget.measures.basis import chance


def cosine_figure(pair: Pair) -> go.Figure:
    """Draw |cos| of each direction of one set with each of another, and the best matching.

    Parameters
    ----------
    pair
        Two sets side by side, from `Comparison.pair`.

    Returns
    -------
    plotly.graph_objects.Figure
        A heat map of 0 to 1; rings mark the matched pairs.
    """
    instance(pair, "pair", Pair, "a Pair, as Comparison.pair(first, second) gives it")
    figure = go.Figure()
    figure.add_trace(_matrix(pair))
    figure.add_trace(_rings(pair))
    figure.update_layout(
        title=f"{pair.first} and {pair.second}: mean matched |cos| {float(pair.matched.mean()):.2f}<br>"
        f"5 to 95 % of {len(pair.control_cosines)} random bases: {_by_chance(pair)}",
        xaxis_title=pair.second,
        yaxis_title=pair.first,
        yaxis_autorange="reversed",
        coloraxis=_COLOURS,
        template="plotly_white",
    )
    return figure


def comparison_figure(comparison: Comparison) -> go.Figure:
    """Draw |cos| between all methods, each beside each other, with the best matchings.

    Parameters
    ----------
    comparison
        What `evaluation.compare` gave.

    Returns
    -------
    plotly.graph_objects.Figure
        A triangle of heat maps, one per pair; its title says the mean |cos| of the matched directions, and
        in brackets the 5 and 95 % quantiles of the same over random bases.
    """
    instance(comparison, "comparison", Comparison, "a Comparison, as evaluation.compare gives it")
    first, second = comparison.names[:-1], comparison.names[1:]
    size = len(first)
    titles = [""] * size**2
    cells = [(first.index(pair.first), second.index(pair.second), pair) for pair in comparison.pairs]
    for row, column, pair in cells:
        titles[row * size + column] = f"{float(pair.matched.mean()):.2f} ({_by_chance(pair)})"
    gap = 0.15 / size
    figure = make_subplots(
        rows=size, cols=size, subplot_titles=titles, horizontal_spacing=gap, vertical_spacing=1.6 * gap
    )
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    for row, column, pair in cells:
        where = {"row": row + 1, "col": column + 1}
        figure.add_trace(_matrix(pair), **where)
        figure.add_trace(_rings(pair), **where)
        figure.update_yaxes(visible=True, showticklabels=False, autorange="reversed", **where)
        figure.update_xaxes(visible=True, showticklabels=False, **where)
        if row == column:
            figure.update_yaxes(title_text=pair.first, **where)
            figure.update_xaxes(title_text=pair.second, **where)
    figure.update_layout(
        title="How the methods agree: |cos| of their directions<br>"
        "above: mean of the best matching (5 to 95 % of random bases)",
        coloraxis=_COLOURS,
        template="plotly_white",
        height=120 + 140 * size,
    )
    return figure


def _by_chance(pair: Pair) -> str:
    low, _, high = chance(pair.control_cosines).tolist()
    return f"{low:.2f}-{high:.2f}"


_COLOURS = {"colorscale": "Blues", "cmin": 0, "cmax": 1, "colorbar_title": "|cos|"}


def _matrix(pair: Pair) -> go.Heatmap:
    hover = f"{pair.first} %{{y}}, {pair.second} %{{x}}<br>|cos| = %{{z:.3f}}<extra></extra>"
    return go.Heatmap(z=pair.cosines.tolist(), coloraxis="coloraxis", hovertemplate=hover)


def _rings(pair: Pair) -> go.Scatter:
    rows, columns = zip(*pair.matching, strict=True)
    marker = {"symbol": "circle-open", "color": "#e45756", "size": 7}
    return go.Scatter(
        x=columns, y=rows, mode="markers", marker=marker, showlegend=False, hoverinfo="skip", name="matched"
    )
