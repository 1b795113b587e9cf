"""Uses every control of a panel at random, in a real JupyterLab, and checks that nothing breaks.

``python -m tests.jupyter.random_use --minutes 30 --seed 0`` does so for half an hour. Controls are found
by what they are (button, input, select), so new ones are used too. A round is some actions; then the
pictures must be those that are drawn from `panel.state` without a panel, and undo to the start must give
the first pictures.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright

from sefa_widget import SefaWidget, load_generator
from tests.chromium import CHROMIUM_FLAGS, find_chromium
from tests.jupyter.lab import Notebook, running_lab, write_notebook
from tests.jupyter.person import Person, Picture
from tests.patience import WAIT_MS

MODEL = "heads"
OPEN = f"""
import ctypes, gc, json, logging, psutil, sys, threading, warnings
trouble = []
class Listens(logging.Handler):
    def emit(self, record):
        trouble.append(self.format(record))
logging.getLogger().addHandler(Listens(logging.WARNING))
logging.captureWarnings(True)
trim = getattr(ctypes.CDLL(None), 'malloc_trim', lambda kept: 0)  # freed memory is not held by the panel
threading.excepthook = lambda args: trouble.append(repr(args))
from sefa_widget import explore
from sefa_widget.pictures.features import KeptFeatures
panel = explore({MODEL!r}, device='cpu')
panel._session.kept = KeptFeatures(2**24)  # small, so that it is full soon and memory can be compared
panel._looks._kept = KeptFeatures(2**24)
panel
"""
REPORT = """
_ = gc.collect()
_ = trim(0)
memory = psutil.Process().memory_info().rss
print('REPORT', json.dumps({'state': panel.state, 'trouble': trouble, 'memory': memory}))
"""
MORE = 8
"""How many rounds more there are at most, for controls that were seen and not used."""
MOST_DIFFERENT = 2
"""Steps of 255 by which pixels may differ: batches of another size round in another way."""


def same(one: list[list[Picture]], other: list[list[Picture]]) -> bool:
    """Whether two sheets have equal pictures."""
    shapes = [[[picture.shape for picture in row] for row in sheet] for sheet in (one, other)]
    return shapes[0] == shapes[1] and np.array_equal(np.array(one), np.array(other))


@lru_cache(maxsize=1)
def drawn(state: str) -> np.ndarray[Any, Any]:
    """Draw what a state (JSON) shows without a view: ``[rows, columns, H, W, 3]``."""
    panel = SefaWidget(load_generator(MODEL, device="cpu"), state=json.loads(state))
    try:
        session = panel._session
        while session.finder.measure_moved(session.state):  # shares of slider ends, which are measured
            pass
        return panel.sheet().tiles
    finally:
        panel.close()


def differences(person: Person, state: dict[str, Any]) -> str | None:
    """Say how pictures differ from those that are drawn from a state without a panel; None if they do not."""
    wanted = drawn(json.dumps(state))
    fresh = state["noise"] == "random"  # no drawing has the pictures of another
    for view in range(person.views):
        shown = person.pictures(view)
        if (len(shown), {len(row) for row in shown}) != (wanted.shape[0], {wanted.shape[1]}):
            return f"view {view}: {[len(row) for row in shown]} pictures are shown, {wanted.shape[:2]} drawn"
        most = np.abs(np.stack([np.stack(row) for row in shown]).astype(int) - wanted).max()
        if most > MOST_DIFFERENT and not fresh:
            return f"view {view}: pixels differ by {most} from those of {json.dumps(state)}"
    return None


def not_the_start(person: Person, first: list[list[Picture]]) -> str | None:
    """Say which view does not show the first pictures; None if all do."""
    wrong = [view for view in range(person.views) if not same(person.pictures(view), first)]
    return f"undo is not the start in views {wrong}" if wrong else None


def use(
    notebook: Notebook,
    seed: int,
    *,
    rounds: int | None,
    seconds: float = 0.0,
    actions: int = 30,
    most: int = MORE,
) -> tuple[Person, list[str]]:
    """Use a panel in rounds; give who did, and what went wrong; None rounds goes on for some seconds.

    More rounds follow, up to `most`, as long as there are controls that could be used and were not.
    """
    wrong: list[str] = []
    notebook.page.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text}"))
    notebook.run_cell(0)
    notebook.page.wait_for_selector(".sefa-chosen .sefa-picture[data-revision]")
    wrong.clear()  # what JupyterLab itself said while it started
    person = Person(notebook, random.Random(seed))
    person.finish()
    first = person.pictures()
    memory, begin, more = [], time.monotonic(), 0
    while True:
        number = len(memory)
        if number >= rounds if rounds is not None else time.monotonic() - begin >= seconds:
            if not person.unused or more == most:
                break
            more += 1
        problems = [*one_round(person, first, actions), *wrong, *notebook.failures]
        if problems:
            return person, [f"round {number} of seed {seed}", *problems, "it did:", *person.done]
        memory.append((person.kernel_memory, page_memory(notebook.page)))
        kernel, page = (used / 1e6 for used in memory[-1])
        controls = f"{len(person.used)} of {len(person.seen)} controls"
        print(f"round {number + 1}: kernel {kernel:.0f} MB, page {page:.1f} MB, {controls}", flush=True)
    return person, [*grown(memory), *(f"never used: {name}" for name in person.unused)]


def one_round(
    person: Person, first: list[list[Picture]], actions: int, before: Callable[[int], None] = lambda _: None
) -> list[str]:
    """Do something, compare the pictures with those of the state, undo all; give what is wrong.

    `before` is called with the number of each action, before it.
    """
    person.done.clear()
    for number in range(actions):
        before(number)
        person.act()
    person.finish()
    problems = [person.settled(lambda: differences(person, person.report()["state"]))]
    person.undo_all()
    person.finish()
    problems.append(person.settled(lambda: not_the_start(person, first)))
    report = person.report()
    person.kernel_memory = report["memory"]
    problems += [f"kernel: {text}" for text in report["trouble"]]
    return [problem for problem in problems if problem is not None]


def page_memory(page: Any) -> int:
    """Give the memory that the page's scripts hold, in bytes."""
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.collectGarbage")
    used = int(client.send("Runtime.getHeapUsage")["usedSize"])
    client.detach()
    return used


def grown(memory: Sequence[tuple[int, int]]) -> list[str]:
    """Say whether memory went on growing: the last third of the rounds against the second."""
    third = len(memory) // 3
    if third < 3:
        return []
    wrong = []
    for place, (name, most) in enumerate([("kernel", 60e6), ("page", 8e6)]):
        before = np.median([used[place] for used in memory[third : 2 * third]])
        after = np.median([used[place] for used in memory[2 * third :]])
        if after - before > most:
            wrong.append(f"the {name} grew from {before / 1e6:.0f} MB to {after / 1e6:.0f} MB")
    return wrong


def main() -> None:
    """Use a panel as the command line says, and fail if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--rounds", type=int, help="a number of rounds in the place of minutes")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as (address, root),
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS) as browser,
    ):
        page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        notebook = Notebook(page, address, write_notebook(root, [OPEN, REPORT]))
        page.set_default_timeout(WAIT_MS)
        notebook.open()
        person, wrong = use(notebook, given.seed, rounds=given.rounds, seconds=60 * given.minutes)
        if wrong:
            page.screenshot(path=Path(tempfile.gettempdir()) / "random-use.png")
    print(f"{len(person.used)} controls:", *sorted(person.used), sep="\n  ")
    print("\n".join(wrong) or "Nothing went wrong.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
