"""A figure of what each direction does to every attribute."""

from __future__ import annotations

import plotly.graph_objects as go
from plotly.subplots import make_subplots
from torch import Tensor

from sefa_widget.arguments import instance
from sefa_widget.evaluation import Rescoring
from sefa_widget.measures.basis import chance


def rescoring_figure(rescoring: Rescoring) -> go.Figure:
    """Draw the change of every attribute by every direction, beside what random directions reach.

    Parameters
    ----------
    rescoring
        What `evaluation.rescore` gave.

    Returns
    -------
    plotly.graph_objects.Figure
        Directions as rows, attributes as columns, on one scale that is symmetric about 0; red is more of the
        attribute. If there is a control, the second panel has the 95 % quantile of ``|change|`` over its
        random bases: a cell of the first panel that is stronger, in either colour, is more than
        chance, as far as that one cell goes (`Rescoring.held` is about all of them). Pointing at a
        cell says the change and its standard error.
    """
    control = instance(
        rescoring, "rescoring", Rescoring, "a Rescoring, as evaluation.rescore gives it"
    ).control
    panels = [_matrix(rescoring)]
    titles = [rescoring.method]
    if control is not None:
        quantiles = chance(control.change.abs())[2]  # of the B bases
        titles.append(f"random: 95 % of {len(control)} bases")
        panels.append(_cells(rescoring, quantiles, "random %{y}, %{x}<br>|change| up to %{z:.3f} spreads"))
    figure = make_subplots(
        rows=1, cols=len(panels), subplot_titles=titles, shared_yaxes=True, horizontal_spacing=0.03
    )
    for column, panel in enumerate(panels, start=1):
        figure.add_trace(panel, row=1, col=column)
    figure.update_yaxes(autorange="reversed", dtick=1)
    figure.update_yaxes(title_text="direction", row=1, col=1)
    most = max(abs(value) for panel in panels for row in panel.z for value in row) or 1.0
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
    hover = f"{rescoring.method} %{{y}}, %{{x}}<br>change %{{z:+.3f}} ± %{{customdata:.3f}} spreads"
    figure = _cells(rescoring, rescoring.change, hover)
    figure.customdata = rescoring.error.tolist()
    return figure


def _cells(rescoring: Rescoring, values: Tensor, hover: str) -> go.Heatmap:
    return go.Heatmap(
        x=list(rescoring.names),
        y=list(range(len(values))),
        z=values.tolist(),
        coloraxis="coloraxis",
        hovertemplate=hover + "<extra></extra>",
    )
