"""Figures of claims: points with their intervals, and the band of chance."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
from plotly.colors import qualitative
from plotly.subplots import make_subplots

from benchmarks.claims.claim import Table


def over_k(table: Table) -> Any:
    """Draw the mean distance of each set over k, a panel for each space, with 5 to 95 % of random bases."""
    spaces = list(dict.fromkeys(row["space"] for row in table))
    names = list(dict.fromkeys(row["set"] for row in table))
    figure = make_subplots(1, len(spaces), subplot_titles=spaces, shared_yaxes=True)
    for column, space in enumerate(spaces, 1):
        rows = [row for row in table if row["space"] == space]
        for name in dict.fromkeys(row["set"] for row in rows):
            own = [row for row in rows if row["set"] == name]
            colour = qualitative.D3[names.index(name) % len(qualitative.D3)]
            figure.add_scatter(
                x=[row["k"] for row in own],
                y=[row["mean Dist."] for row in own],
                name=name,
                legendgroup=name,
                showlegend=not any(trace.name == name for trace in figure.data),
                line_color=colour,
                row=1,
                col=column,
            )
        own = [row for row in rows if row["set"] == rows[0]["set"]]
        figure.add_scatter(
            x=[row["k"] for row in own],
            y=[row["random, 50 %"] for row in own],
            error_y=_error(own, "random, 50 %", "random, 5 %", "random, 95 %"),
            mode="markers",
            marker_color="grey",
            name="random, 5 to 95 %",
            showlegend=column == 1,
            row=1,
            col=column,
        )
    figure.update_xaxes(title="k", type="category")
    return figure.update_yaxes(title="mean distance 1 - |cos|", col=1)


def points(table: Table, label: str, value: str, low: str, high: str, title: str, group: str = "") -> Any:
    """Draw one point with its interval for each row, in one colour for each group."""
    figure = go.Figure()
    for name in dict.fromkeys(row[group] if group else "" for row in table):
        rows = [row for row in table if not group or row[group] == name]
        figure.add_scatter(
            x=[row[value] for row in rows],
            y=[row[label] for row in rows],
            error_x=_error(rows, value, low, high),
            mode="markers",
            orientation="h",
            name=str(name),
        )
    return figure.update_layout(xaxis_title=title, showlegend=bool(group), scattermode="group")


def _error(rows: Table, value: str, low: str, high: str) -> dict[str, Any]:
    """Give the bars of rows whose interval need not be symmetric."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [row[high] - row[value] for row in rows],
        "arrayminus": [row[value] - row[low] for row in rows],
    }
