"""Uses a panel in a real JupyterLab for hours, while all that happens to a notebook happens to it.

``python -m tests.jupyter.hours --minutes 120 --seed 0`` goes on for two hours. The panel has two views. In
the middle of each round of random use something happens: the page is loaded again, the kernel is interrupted,
busy or restarted, the browser sleeps, the link is slow. Then the pictures of both views must be those that
are drawn from `panel.state` without a panel, and undo to the start must give the first pictures.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import psutil
from playwright.sync_api import Error, sync_playwright

from tests.chromium import CHROMIUM_FLAGS, find_chromium
from tests.hosts.forwarder import forwarding
from tests.jupyter.lab import Notebook, running_lab, write_notebook
from tests.jupyter.person import Person
from tests.jupyter.random_use import OPEN, REPORT, grown, one_round, page_memory
from tests.patience import WAIT_MS

CELLS = [OPEN, REPORT, "panel", "import time; time.sleep(10)"]
PANEL, _, AGAIN, BUSY = range(len(CELLS))
VIEWS = 2
"""Of the panel: `PANEL` and `AGAIN` show it."""
SLOW_SECONDS = 0.15
"""How long the slow link takes one way."""
DRAWN = ".sefa-chosen .sefa-picture[data-revision]"
THEIRS = ("Canceled future", "Kernel connection", "Kernel does not exist", "reading 'kernel'", "No such comm")
"""What JupyterLab and ipykernel say when a kernel is restarted or a page is left: not of the panel."""
LOOK = """
() => [...document.querySelectorAll('.sefa-panel')].map((panel) => [
  panel.dataset.status,
  ...[...panel.querySelectorAll('.sefa-person .sefa-picture')].map(
    (canvas) => `${canvas.dataset.quality} ${canvas.dataset.revision}`),
])
"""
"""What `Person.finish` waits for, of each view."""


class Day:
    """All that happens to a notebook in a day.

    Parameters
    ----------
    person
        Who uses it.
    slow
        Address of the same server behind a slow link.
    asleep
        Seconds that a browser sleeps.
    """

    def __init__(self, person: Person, slow: str, asleep: float) -> None:
        self.person, self.notebook, self.asleep = person, person.notebook, asleep
        self.near, self.slow = self.notebook.address, slow
        self.happened: Counter[str] = Counter()

    def open(self) -> None:
        """Run the cells of both views."""
        for cell in (PANEL, AGAIN):
            self.notebook.run_cell(cell)
        self.notebook.page.wait_for_function(
            "(drawn) => document.querySelectorAll(drawn).length >= 2", arg=DRAWN
        )
        self.person.finish()

    def happen(self, name: str) -> None:
        """Let something happen."""
        getattr(self, name)()
        self.happened[name] += 1

    def calm(self) -> None:
        """Let nothing happen."""

    def reload(self) -> None:
        """Load the page again, as it was saved."""
        self._save()
        self._load()

    def interrupt(self) -> None:
        """Interrupt the kernel."""
        self.notebook.command("notebook:interrupt-kernel")

    def busy(self) -> None:
        """Keep the kernel busy with another cell."""
        self.notebook.run_cell(BUSY)

    def restart(self) -> None:
        """Restart the kernel, and run the cells again."""
        self.notebook.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()"
        )
        self.notebook.connected()
        self.open()

    def sleep(self) -> None:
        """Stop every process of the browser for a while, as a laptop that sleeps."""
        browsers = [
            process.pid
            for process in psutil.Process().children(recursive=True)
            if "chrom" in process.name().lower()
        ]
        assert browsers
        for process in browsers:
            os.kill(process, signal.SIGSTOP)
        try:
            time.sleep(self.asleep)
        finally:
            for process in browsers:
                os.kill(process, signal.SIGCONT)

    def slow_link(self) -> None:
        """Change to the server behind a slow link, or back."""
        self._save()
        notebook = self.notebook
        notebook.address = self.slow if notebook.address == self.near else self.near
        notebook.open()
        self._load()

    def _load(self) -> None:
        self.happened["page loaded once more, for want of an answer"] += self.notebook.reload() - 1

    def _save(self) -> None:
        self.notebook.save()
        self.notebook.page.wait_for_function(
            "() => !window.jupyterapp.shell.currentWidget.context.model.dirty"
        )


EVENTS = ("calm", "reload", "interrupt", "busy", "restart", "sleep", "slow_link")


def spend(
    day: Day, events: Iterable[str], actions: int, pause: float
) -> tuple[list[tuple[int, int]], list[str]]:
    """Use the panel in a round for each event; give the memory after each, and what is wrong."""
    person, page = day.person, day.notebook.page
    chance, wrong = person.random, list[str]()
    day.open()
    first, memory = person.pictures(), list[tuple[int, int]]()
    for event in events:

        def before(number: int, event: str = event) -> None:
            page.wait_for_timeout(1000 * pause * chance.random())
            if number == actions // 2:
                person.done.append(event)
                day.happen(event)

        try:
            wrong += one_round(person, first, actions, before)
        except Error as error:  # what is waited for did not come
            wrong += [str(error), *traceback.format_tb(error.__traceback__)[-4:]]
        wrong += [f"page: {text}" for text in day.notebook.failures]
        wrong = [text for text in wrong if not any(part in text for part in THEIRS)]
        day.notebook.failures.clear()
        if wrong:
            return memory, [f"round {len(memory)}, {event}", *wrong, "it did:", *person.done]
        memory.append((person.kernel_memory, page_memory(page)))
        kernel, held = (used / 1e6 for used in memory[-1])
        print(
            f"{time.strftime('%H:%M:%S')} round {len(memory)}, {event}: kernel {kernel:.0f} MB, "
            f"page {held:.1f} MB, {len(person.used)} of {len(person.seen)} controls",
            flush=True,
        )
    return memory, grown(memory)


def until(end: float, events: Sequence[str], order: random.Random) -> Iterator[str]:
    """Give all events in one order after another, until the clock is there."""
    while True:
        for event in order.sample(events, len(events)):
            if time.monotonic() >= end:
                return
            yield event


def main() -> None:
    """Spend the time that the command line says, and fail if anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--asleep", type=float, default=60.0, help="seconds that the browser sleeps")
    parser.add_argument("--events", nargs="+", choices=EVENTS, default=EVENTS, help="what may happen")
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two actions at most")
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_lab(Path(folder)) as (address, root),
        forwarding(int(address.rsplit(":", 1)[1]), SLOW_SECONDS) as port,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS) as browser,
    ):
        page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        notebook = Notebook(page, address, write_notebook(root, CELLS))
        page.set_default_timeout(WAIT_MS)
        notebook.open()
        person = Person(notebook, random.Random(given.seed), views=VIEWS)
        day = Day(person, f"http://127.0.0.1:{port}", given.asleep)
        events = until(time.monotonic() + 60 * given.minutes, given.events, random.Random(given.seed))
        memory, wrong = spend(day, events, actions=30, pause=given.pause)
        if wrong:
            print(notebook.report(), page.evaluate(LOOK))
            page.screenshot(path=Path(tempfile.gettempdir()) / "hours.png")
    print(f"{len(memory)} rounds:", ", ".join(f"{name} {count}" for name, count in day.happened.items()))
    print("\n".join(wrong) or "Nothing went wrong.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
