"""Draws charts as SVG that takes its colours from the page, so that they follow light, dark and print."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sefa_widget.reports.html import Html, digits, tag

WIDTH, HEIGHT = 380, 190
LEFT, RIGHT, TOP, BOTTOM = 62, 6, 12, 26
"""Space around the plot, for what stands on its axes."""
TICKS = 4
"""Numbers on the vertical axis, about."""
FAINTEST = 0.05
"""Cells of a matrix below this are not drawn; the steps between two shades of others."""


def bars(
    values: Sequence[float], control: Sequence[Sequence[float]] | None, above: int | None, label: str
) -> Html:
    """Draw the values of directions as bars; the 5, 50 and 95 % of a control as a band and a line."""
    most = max([*values, *(control[2] if control else ()), 1e-12])
    step = (WIDTH - LEFT - RIGHT) / len(values)
    shapes = [
        _bar(LEFT + step * (n + 0.1), step * 0.8, value / most, strong=above is not None and n < above)
        for n, value in enumerate(values)
    ]
    if control is not None:
        low, middle, high = ([_y(value / most) for value in one] for one in control)
        edges = [LEFT + step * n for n in range(len(values) + 1)]
        around = [*_steps(edges, high), *reversed(_steps(edges, low))]
        shapes.append(tag("path", d=f"M{'L'.join(around)}Z", class_="band"))
        shapes.append(tag("path", d=f"M{'L'.join(_steps(edges, middle))}", class_="middle"))
    return _chart(shapes, most, [(LEFT + step * (n + 0.5), n) for n in _labelled(len(values))], label)


def marks(values: Sequence[float], errors: Sequence[float], band: Sequence[float], label: str) -> Html:
    """Draw measured values as dots with what they may be off, over a band of chance (5, 50, 95 %)."""
    most = max([value + error for value, error in zip(values, errors, strict=True)] + [band[2], 1e-12])
    step = (WIDTH - LEFT - RIGHT) / len(values)
    low, middle, high = (_y(value / most) for value in band)
    right = WIDTH - RIGHT
    shapes = [
        tag("path", d=f"M{LEFT} {high:.1f}H{right}V{low:.1f}H{LEFT}Z", class_="band"),
        tag("path", d=f"M{LEFT} {middle:.1f}H{right}", class_="middle"),
    ]
    for n, (value, error) in enumerate(zip(values, errors, strict=True)):
        x, strong = LEFT + step * (n + 0.5), value - error > band[2]
        ends = [_y((value + side * error) / most) for side in (-1, 1)]
        shapes.append(tag("path", d=f"M{x:.1f} {ends[0]:.1f}V{ends[1]:.1f}", class_="error"))
        kind = "dot above" if strong else "dot"
        shapes.append(tag("circle", cx=f"{x:.1f}", cy=f"{_y(value / most):.1f}", r="4", class_=kind))
    return _chart(shapes, most, [(LEFT + step * (n + 0.5), n) for n in _labelled(len(values))], label)


def matrix(cells: Sequence[Sequence[float]], names: Sequence[str], label: str) -> Html:
    """Draw cells of 0 to 1 as shades, in blocks of equal size with a name each."""
    count, block = len(cells), len(cells) // len(names)
    side, head, left = 340 / count, 20, 190
    shades: dict[int, list[str]] = {}
    for row, line in enumerate(cells):
        for column, value in enumerate(line):
            shades.setdefault(int(value / FAINTEST), []).append(f"M{column} {row}h1v1h-1z")
    paths = [
        tag("path", d="".join(at), class_="cell", fill_opacity=f"{min(1.0, shade * FAINTEST):.2f}")
        for shade, at in sorted(shades.items())
        if shade
    ]
    lines = "".join(f"M0 {n * block}H{count}M{n * block} 0V{count}" for n in range(len(names) + 1))
    grid = tag("path", d=lines, class_="grid", vector_effect="non-scaling-stroke")
    texts = []
    for n, name in enumerate(names):
        middle, letter = side * block * (n + 0.5), chr(ord("A") + n)
        texts.append(
            tag("text", f"{name} · {letter}", x=left - 6, y=f"{head + middle + 4:.1f}", text_anchor="end")
        )
        texts.append(tag("text", letter, x=f"{left + middle:.1f}", y=head - 6, text_anchor="middle"))
    cells_ = tag("g", *paths, grid, transform=f"translate({left} {head}) scale({side:.4f})")
    return _svg(left + 342, head + 342, [cells_, *texts], label)


def swatch(kind: str) -> Html:
    """Draw what a kind of mark looks like, for the line below a chart."""
    if kind == "middle":
        inside = tag("path", d="M1 7H15", class_=kind)
    elif kind.startswith("dot"):
        inside = tag("circle", cx="8", cy="7", r="4", class_=kind)
    else:
        inside = tag("path", d="M1 2H15V12H1Z", class_=kind)
    return tag("svg", inside, viewBox="0 0 16 14", width="16", height="14", aria_hidden="true")


def _chart(shapes: Sequence[Html], most: float, below: Sequence[tuple[float, int]], label: str) -> Html:
    base = HEIGHT - BOTTOM
    axes = [
        tag("path", d=f"M{LEFT} {_y(value / most):.1f}H{WIDTH - RIGHT}", class_="line")
        for value in _ticks(most)
    ]
    texts = [
        tag("text", digits(value), x=LEFT - 6, y=f"{_y(value / most) + 4:.1f}", text_anchor="end")
        for value in _ticks(most)
    ]
    texts += [tag("text", str(n), x=f"{x:.1f}", y=base + 16, text_anchor="middle") for x, n in below]
    texts.append(tag("text", "direction", x=LEFT - 6, y=base + 16, text_anchor="end"))
    return _svg(WIDTH, HEIGHT, [*axes, *shapes, *texts], label)


def _svg(width: float, height: float, shapes: Sequence[Html], label: str) -> Html:
    size = f"0 0 {width:g} {height:g}"
    return tag("svg", *shapes, viewBox=size, width=f"{width:g}", role="img", aria_label=label, class_="chart")


def _bar(x: float, width: float, share: float, *, strong: bool) -> Html:
    base = HEIGHT - BOTTOM
    shape = f"M{x:.1f} {base}V{_y(max(0.0, share)):.1f}h{width:.1f}V{base}Z"
    return tag("path", d=shape, class_="bar above" if strong else "bar")


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)


def _steps(edges: Sequence[float], heights: Sequence[float]) -> list[str]:
    """Give the points of a line of one step for each bar."""
    points = []
    for n, height in enumerate(heights):
        points += [f"{edges[n]:.1f} {height:.1f}", f"{edges[n + 1]:.1f} {height:.1f}"]
    return points


def _ticks(most: float) -> list[float]:
    """Give round numbers from 0 to `most`."""
    rough = most / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough * 0.999)
    return [step * n for n in range(int(most / step + 1e-9) + 1)]


def _labelled(count: int) -> list[int]:
    """Which of so many directions have their number below them."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100) if count <= 14 * step)
    return list(range(0, count, step))
