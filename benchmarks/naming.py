"""Name 20 directions by keyboard in a real JupyterLab, and print how long each next direction is waited for.

Run ``python benchmarks/naming.py``: two minutes. A wait is from Enter until every picture of the next
direction is painted; before it, the person looks for a second and types a name. The exit code is 1 if a wait
takes more than 200 ms, or a name is not in the store afterwards.
"""

from __future__ import annotations

import sys

from lab_pages import Lab, Page, lab, quantile, table

COUNT = 20
LOOK_MS = 1000
"""How long a person looks at the pictures before answering."""
LIMIT_MS = 200.0
CELL = """
from sefa_widget import explore
panel = explore({model!r}, device="cpu", labels="naming-{model}.db", rater="Ada")
panel.view = "label"
panel
"""
WATCH = """() => {
    window.wait = null;
    const panel = document.querySelector(".sefa-panel");
    const done = (title) => {
        const shown = panel.querySelector(".sefa-label-view h4").textContent;
        const strip = panel.querySelector(".sefa-label-strip");
        const open = ".sefa-look.sefa-pending, .sefa-look.sefa-outdated";
        return shown !== title && strip.querySelector(".sefa-look") && !strip.querySelector(open);
    };
    panel.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        const begin = performance.now();
        const title = panel.querySelector(".sefa-label-view h4").textContent;
        const look = () => {
            if (!done(title)) return requestAnimationFrame(look);
            // The frame is painted once the next one begins.
            requestAnimationFrame(() => { window.wait = performance.now() - begin; });
        };
        window.wait = null;
        requestAnimationFrame(look);
    }, true);
}"""
PAINTED = """() => {
    const strip = document.querySelector(".sefa-label-strip");
    return strip?.querySelector(".sefa-look")
        && !strip.querySelector(".sefa-look.sefa-pending, .sefa-look.sefa-outdated");
}"""


def waits(page: Page) -> list[float]:
    """Name the first directions, and give the wait before each next one in ms."""
    tab, found = page.notebook.page, []
    tab.wait_for_function(PAINTED, timeout=60_000)
    tab.evaluate(WATCH)
    tab.locator(".sefa-label-view").focus()
    for number in range(COUNT):
        tab.wait_for_timeout(LOOK_MS)
        for key in ("o", "m"):
            tab.keyboard.press(key)
        tab.keyboard.type(f"name {number}", delay=60)
        tab.keyboard.press("Enter")
        found.append(float(tab.wait_for_function("() => window.wait").json_value()))
    return found


def measure(found: Lab, model: str) -> bool:
    """Print the waits of one bundled model, and tell whether all are short and all names kept."""
    with found.page([CELL.format(model=model)], resolution=64) as page:
        times = waits(page)
        names = page.ask("[panel.names.get(i, '') for i in range(20)]")
    rows = [[model, quantile(times, 0.5), quantile(times, 0.95), max(times)]]
    table(f"Waits between {COUNT} directions", ["model", "median, ms", "95 %", "longest"], rows)
    return max(times) <= LIMIT_MS and names == [f"name {number}" for number in range(COUNT)]


def main() -> int:
    """Print the waits."""
    with lab() as found:
        good = [measure(found, model) for model in ("faces", "heads")]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
