"""Measures how soon pictures follow a slider; run ``python benchmarks/streaming.py``.

Real JupyterLab, kernel and Chromium; three panels in one notebook draw with the same function: the panel of
`sefa_widget`; ``ipywidgets.interact`` with a PIL picture as its result; and a ``FloatSlider`` whose observer
encodes the picture as the panel does (PNG at 64 px) into the ``value`` of an ``ipywidgets.Image``. An edit is
an ``input`` event at the panel's slider while it is held, and ``noUiSlider.set`` at that of ipywidgets, which
runs the handler that a step of a drag runs. A picture counts once its pixels, read before a paint, show the
level that was set; this is a little kind to an ``<img>``, which may have to be decoded again for the paint.
With ``--latency 80`` the server is behind a proxy by which a round trip takes 80 ms longer.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from typing import Any

from lab_pages import IMAGE, INTERACT, PANEL, Lab, Page, lab, median, quantile, table

PANELS = {"sefa_widget": 1, "interact + PIL": 2, "Image.value": 3}
"""Cell of each panel."""
OURS, *OTHERS = PANELS
VSYNC_MS = 8.0
"""What a picture that comes at any moment waits for the next paint."""
PAUSE = 0.2
DRAG_MS = 3000


@dataclass(frozen=True, slots=True)
class Counts:
    """How often to measure."""

    blocks: int
    """Rounds over the three panels."""
    edits: int
    """Edits of a panel in a round."""
    probes: int
    """Round trips, encodings, decodings."""
    drags: int
    """Drags of each panel."""


QUICK = Counts(blocks=2, edits=5, probes=10, drags=1)
FULL = Counts(blocks=5, edits=10, probes=40, drags=3)


def open_panels(page: Page) -> None:
    """Name the three panels, and the comm of ours, by which its frames are recorded."""
    for name, cell in PANELS.items():
        page.panel(name, cell)
    page.wire("wire", page.ask("panel.model_id"))


def edits(page: Page, counts: Counts) -> dict[str, list[float]]:
    """Measure milliseconds from event to picture, panel after panel in turns."""
    times: dict[str, list[float]] = {name: [] for name in PANELS}
    source = random.Random(0)
    for _ in range(counts.blocks):
        for name in PANELS:
            levels = source.sample(range(10, 990), counts.edits)
            times[name] += [float(took) for took in page.call(name, "edits", levels) if took is not None]
    return times


def drags(page: Page, count: int) -> dict[str, list[dict[str, Any]]]:
    """Drag each panel's slider by one level per paint, panel after panel in turns."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in PANELS}
    for turn in range(count):
        for name in PANELS:
            found[name].append(page.call(name, "drag", DRAG_MS, 20 + turn, 4))
    return found


def latency_table(resolution: int, times: dict[str, list[float]]) -> None:
    """Print how soon the picture follows one event."""
    targets = {"interact + PIL": 2.0, "Image.value": 1.3} if resolution == 512 else {}
    rows = []
    for name, taken in times.items():
        ratio = None if name == OURS else median(taken) / median(times[OURS])
        row = [name, len(taken), median(taken), quantile(taken, 0.9), ratio]
        rows.append([*row, *verdict(ratio, at_least=targets.get(name))])
    columns = ["", "edits", "median ms", "90 % ms", "/ ours", "target", "met"]
    table(f"Slider event to painted picture, {resolution} px", columns, rows)


def floor_table(page: Page, resolution: int, taken: list[float], counts: Counts) -> None:
    """Print what an edit cannot do without, and how near to it ours is."""
    sent = page.notebook.page.evaluate("window.benchmark.panels.wire.frames")
    empty = median(page.call("wire", "echo", False, counts.probes))
    padded = median(page.call("wire", "echo", True, counts.probes))
    encode = median(
        page.ask(
            "[(lambda start: (frames.preview(pixels), 1000 * (time.perf_counter() - start))[1])"
            f"(time.perf_counter()) for pixels in [draw(1.0)] for _ in range({counts.probes})]"
        )
    )
    decode = median(page.call("wire", "decode", counts.probes))
    render = median([frame["render_ms"] for frame in sent])
    floor = min(empty, padded) + render + encode + decode + VSYNC_MS
    ratio = median(taken) / floor
    kilobytes = median([frame["bytes"] for frame in sent if frame["mime"] != "image/webp"]) / 1000
    rows = [
        ["round trip, empty", empty],
        ["round trip, padded", padded],
        ["render", render],
        ["encode", encode],
        ["decode and draw", decode],
        ["wait for the paint", VSYNC_MS],
        ["floor: all these, the faster round trip", floor],
        ["event to picture", median(taken)],
        ["event to picture / floor", ratio, *verdict(ratio, at_most=1.3)],
    ]
    how = f"{kilobytes:.0f} kB, padded: {sum(frame['padded'] for frame in sent)} of {len(sent)}"
    table(f"The floor, {resolution} px ({how})", ["", "ms", "target", "met"], rows)


def frames_table(resolution: int, found: dict[str, list[dict[str, Any]]]) -> None:
    """Print how many different pictures a drag shows."""
    shown = {
        name: median([sum(at <= drag["release"] for _, at in drag["painted"]) for drag in dragged])
        for name, dragged in found.items()
    }
    rows = []
    for name, count in shown.items():
        events = median([len(drag["set"]) for drag in found[name]])
        ratio = None if name == OURS else shown[OURS] / count if count else float("inf")
        target = 3.0 if (name, resolution) == ("interact + PIL", 512) else None
        rows.append([name, events, count, ratio, *verdict(ratio, at_least=target)])
    columns = ["", "events", "pictures", "ours /", "target", "met"]
    table(f"Pictures while dragging {DRAG_MS / 1000:.0f} s, {resolution} px", columns, rows)


def slow_table(found: dict[str, list[dict[str, Any]]]) -> None:
    """Print how old the pictures of a slow generator are, and how soon the last one comes."""
    rows = []
    renders = 1 / (1000 * PAUSE)
    for name, dragged in found.items():
        ages, stale, finals = [], [], []
        for drag in dragged:
            release, last = drag["release"], drag["last"]
            ages += [(at - drag["set"][str(level)]) * renders for level, at in drag["painted"]]
            after = [(level, at) for level, at in drag["painted"] if at > release]
            stale.append(sum(level != last for level, _ in after))
            finals += [(at - release) * renders for level, at in after if level == last]
        ours = name == OURS
        for what, value, most in (
            ("age of a picture, median, in renders", median(ages), 1.4),
            ("age of a picture, 90 %, in renders", quantile(ages, 0.9), None),
            ("older pictures after release, most", float(max(stale)), 1.0),
            ("release to last picture, in renders", median(finals), 2.6),
        ):
            rows.append([name, what, value, *verdict(value, at_most=most if ours else None)])
    columns = ["", "", "", "target", "met"]
    table(f"A generator that takes {1000 * PAUSE:.0f} ms, dragged {DRAG_MS / 1000:.0f} s", columns, rows)


def check_pictures(page: Page, resolution: int) -> None:
    """Set all three to one level; print how much their pictures differ."""
    for name in PANELS:
        page.call(name, "edits", [640])
    differences = page.notebook.page.evaluate(
        """names => {
            const [ours, ...others] = names.map(name => window.benchmark.panels[name].pixels());
            const most = other => other.reduce((m, value, i) => Math.max(m, Math.abs(value - ours[i])), 0);
            return others.map(most);
        }""",
        list(PANELS),
    )
    worst = ", ".join(f"{name} by {d} of 255" for name, d in zip(OTHERS, differences, strict=True))
    print(f"  All three end at the same picture; from ours differs at most: {worst}")


def verdict(
    value: float | None, *, at_least: float | None = None, at_most: float | None = None
) -> list[str | None]:
    """Give the target and whether it is met, as the last two columns of a table."""
    if value is None or (at_least is None and at_most is None):
        return [None, None]
    if at_least is not None:
        return [f">= {at_least:g}", "yes" if value >= at_least else "NO"]
    return [f"<= {at_most:g}", "yes" if value <= at_most else "NO"]


def measure(found: Lab, counts: Counts) -> None:
    """Measure everything, and print it."""
    cells = [PANEL, INTERACT, IMAGE]
    for resolution in (64, 512):
        with found.page(cells, resolution=resolution) as page:
            open_panels(page)
            times = edits(page, counts)
            latency_table(resolution, times)
            check_pictures(page, resolution)
            floor_table(page, resolution, times[OURS], counts)
            frames_table(resolution, drags(page, counts.drags))
    with found.page(cells, resolution=512, pause=PAUSE) as page:
        open_panels(page)
        slow_table(drags(page, counts.drags))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few edits: a trial of the script")
    parser.add_argument("--latency", type=float, default=0.0, help="milliseconds a round trip takes longer")
    arguments = parser.parse_args()
    with lab(arguments.latency / 1000) as running:
        measure(running, QUICK if arguments.quick else FULL)
