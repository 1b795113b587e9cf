"""A rescoring in, a figure of what each direction does to every attribute out."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from sefa_widget.arguments import instance
from sefa_widget.evaluation import Rescoring


def rescoring_figure(rescoring: Rescoring) -> go.Figure:
    """Draw the change of every attribute by every direction, beside that by random directions.

    Parameters
    ----------
    rescoring
        What `evaluation.rescore` gave.

    Returns
    -------
    plotly.graph_objects.Figure
        Directions as rows, attributes as columns, on one scale that is symmetric about 0; red is more of the
        attribute. The random control, if there is one, is the second panel. Pointing at a cell says the
        change and its standard error.
    """
    instance(rescoring, "rescoring", Rescoring, "a Rescoring, as evaluation.rescore gives it")
    panels = [rescoring] if rescoring.control is None else [rescoring, rescoring.control]
    figure = make_subplots(
        rows=1,
        cols=len(panels),
        subplot_titles=[panel.method for panel in panels],
        shared_yaxes=True,
        horizontal_spacing=0.03,
    )
    for column, panel in enumerate(panels, start=1):
        figure.add_trace(_matrix(panel), row=1, col=column)
    figure.update_yaxes(autorange="reversed", dtick=1)
    figure.update_yaxes(title_text="direction", row=1, col=1)
    most = max(float(panel.change.abs().max()) for panel in panels) or 1.0
    figure.update_layout(
        title=f"Change of attributes per step, mean of {rescoring.samples} samples",
        coloraxis={
            "colorscale": "RdBu_r",
            "cmin": -most,
            "cmid": 0,
            "cmax": most,
            "colorbar_title": "change<br>in spreads",
        },
        template="plotly_white",
        height=240 + 24 * len(rescoring.change),
    )
    return figure


def _matrix(rescoring: Rescoring) -> go.Heatmap:
    change = "change %{z:+.3f} ± %{customdata:.3f} spreads"
    hover = f"{rescoring.method} %{{y}}, %{{x}}<br>{change}<extra></extra>"
    return go.Heatmap(
        x=list(rescoring.names),
        y=list(range(len(rescoring.change))),
        z=rescoring.change.tolist(),
        customdata=rescoring.error.tolist(),
        coloraxis="coloraxis",
        hovertemplate=hover,
        name=rescoring.method,
    )
