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
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Error, sync_playwright

from sefa_widget import SefaWidget, load_generator
from tests.chromium import CHROMIUM_FLAGS, find_chromium
from tests.jupyter.lab import Notebook, running_lab, write_notebook
from tests.patience import WAIT_MS, WAIT_SECONDS

MODEL = "heads"
OPEN = f"""
import gc, json, logging, psutil, sys, threading, warnings
trouble = []
class Listens(logging.Handler):
    def emit(self, record):
        trouble.append(self.format(record))
logging.getLogger().addHandler(Listens(logging.WARNING))
logging.captureWarnings(True)
threading.excepthook = lambda args: trouble.append(repr(args))
from sefa_widget import explore
panel = explore({MODEL!r}, device='cpu')
panel
"""
REPORT = """
_ = gc.collect()
memory = psutil.Process().memory_info().rss
print('REPORT', json.dumps({'state': panel.state, 'trouble': trouble, 'memory': memory}))
"""
CONTROLS = """
() => {
  const panel = document.querySelector('.sefa-panel');
  const open = panel.querySelector('dialog[open]') ?? panel;
  const kinds = 'button, input, select, textarea, .sefa-person canvas, [role=slider]';
  return [...open.querySelectorAll(kinds)].filter(
    (control) => !control.disabled && !control.closest('[inert]') && control.getClientRects().length > 0);
}
"""
KEYS = [*"[]r0+agc?wlnhom1234", "Escape", "Control+z", "Control+Shift+z"]
PIXELS = """
() => [...document.querySelectorAll('.sefa-panel .sefa-person')].map((person) =>
  [...person.querySelectorAll('.sefa-picture')].map((canvas) => {
    const { width, height } = canvas;
    return [width, height, [...canvas.getContext('2d').getImageData(0, 0, width, height).data]];
  }))
"""
QUIET = """
() => {
  const panel = document.querySelector('.sefa-panel');
  const pictures = [...panel.querySelectorAll('.sefa-person .sefa-picture')];
  const whole = pictures.length > 0 && pictures.every((canvas) => canvas.dataset.quality === 'final');
  const revisions = new Set(pictures.map((canvas) => canvas.dataset.revision));
  return panel.dataset.status === 'ready' && whole && revisions.size === 1;
}
"""
MOST_DIFFERENT = 2
"""Steps of 255 by which pixels may differ: batches of another size round in another way."""


@dataclass
class Person:
    """Somebody who does anything at all with the controls of a panel."""

    notebook: Notebook
    random: random.Random
    done: list[str] = field(default_factory=list)
    """What was done, newest last."""

    @property
    def page(self) -> Any:
        """The page of the notebook."""
        return self.notebook.page

    def act(self) -> None:
        """Do one thing with one control, or press a key."""
        controls = self.page.evaluate_handle(CONTROLS)
        count = self.page.evaluate("(controls) => controls.length", controls)
        if self.random.random() < 0.15 or count == 0:
            self.press(self.random.choice(KEYS))
            return
        # A name is taken first and then one of its controls: many sliders do not crowd out few buttons.
        kinds = self.page.evaluate(
            "(controls) => controls.map((c) => (c.getAttribute('aria-label') || c.textContent || c.tagName)"
            ".replace(/\\d+/g, '#'))",
            controls,
        )
        kind = self.random.choice(sorted(set(kinds)))
        number = self.random.choice([place for place, name in enumerate(kinds) if name == kind])
        control = self.page.evaluate_handle("([controls, n]) => controls[n]", [controls, number]).as_element()
        self.done.append(kind)
        try:
            self.use(control)
        except Error as error:  # the control went away meanwhile, or something lies over it
            self.done.append(f"  not possible: {str(error).splitlines()[0]}")

    def press(self, key: str) -> None:
        """Press a key in the panel, and nowhere else: the notebook has keys of its own."""
        self.page.evaluate(
            "() => { const panel = document.querySelector('.sefa-panel');"
            "if (!panel.contains(document.activeElement)) panel.focus({ preventScroll: true }); }"
        )
        self.done.append(f"key {key}")
        self.page.keyboard.press(key)

    def use(self, control: Any) -> None:
        """Use a control as what it is."""
        tag, kind = control.evaluate("(control) => [control.tagName.toLowerCase(), control.type ?? '']")
        if tag == "select":
            options = control.evaluate("(c) => [...c.options].filter((o) => !o.disabled).map((o) => o.value)")
            choice = self.random.choice(options)
            self.done[-1] += f" = {choice}"
            control.select_option(choice, timeout=5000)
        elif kind in ("number", "text", "search"):
            text = self.random.choice(["0", "1", "2.5", "-3", "137", "1e9", "-0.2", "x", ""])
            self.done[-1] += f" = {text!r}"
            control.click(timeout=5000)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
            self.page.keyboard.press(self.random.choice(["Enter", "Escape", "Tab"]))
        elif kind == "range" or tag not in ("button", "input"):
            self.drag(control)
        else:
            control.click(timeout=5000, delay=self.random.choice([0, 0, 30]))

    def drag(self, control: Any) -> None:
        """Drag along a control, or press keys on it, or click it."""
        control.scroll_into_view_if_needed(timeout=5000)
        box = control.bounding_box()
        if box is None:
            return
        way = self.random.random()
        if way < 0.25:
            control.focus()
            key = self.random.choice(
                ["ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End", "Delete"]
            )
            for _ in range(self.random.randint(1, 4)):
                self.page.keyboard.press(key)
            return
        height = box["y"] + box["height"] / 2
        self.page.mouse.move(box["x"] + self.random.random() * box["width"], height)
        self.page.mouse.down()
        for _ in range(0 if way > 0.9 else self.random.randint(1, 12)):
            self.page.mouse.move(box["x"] + self.random.random() * box["width"], height)
        self.page.mouse.up()

    def finish(self) -> None:
        """Close what is open, let everything go, and wait until nothing more is to come."""
        self.page.mouse.up()
        self.page.evaluate("() => document.querySelector('.sefa-panel dialog[open]')?.close()")
        self.page.wait_for_function(QUIET)

    def settled(self, wrong: Callable[[], str | None]) -> str | None:
        """Give what is wrong with the pictures, once nothing is, or once nothing can come any more."""
        end = time.monotonic() + WAIT_SECONDS
        while (said := wrong()) is not None and time.monotonic() < end:
            self.page.wait_for_timeout(200)
        return said

    def report(self) -> dict[str, Any]:
        """Ask the kernel for the state, what went wrong in it, and its memory in bytes."""
        self.page.evaluate(
            "() => { const cell = window.jupyterapp.shell.currentWidget.content.widgets[1];"
            "cell.outputArea.model.clear(); }"
        )
        self.notebook.run_cell(1)
        end = time.monotonic() + WAIT_SECONDS
        while "REPORT" not in (text := self.notebook.output(1)) or not text.strip().endswith("}"):
            if time.monotonic() > end:
                raise AssertionError(f"The kernel does not answer; it has put out {text!r}.")
            self.page.wait_for_timeout(50)
        return dict(json.loads(text.split("REPORT", 1)[1]))

    def pictures(self) -> list[list[np.ndarray[Any, Any]]]:
        """Give the pictures as they are on the page: rows of starts, columns of edits, [H, W, 3] each."""
        return [
            [np.array(data, np.uint8).reshape(height, width, 4)[..., :3] for width, height, data in row]
            for row in self.page.evaluate(PIXELS)
        ]

    def undo_all(self) -> None:
        """Undo as long as something can be undone."""
        undo = self.page.locator(".sefa-panel .sefa-undo")
        while undo.is_enabled():
            before = self.page.evaluate("() => document.querySelector('.sefa-undo').title")
            undo.evaluate("button => button.click()")  # it may be disabled by now
            self.page.wait_for_timeout(20)
            self.done.append(before)


def same(one: list[list[np.ndarray[Any, Any]]], other: list[list[np.ndarray[Any, Any]]]) -> bool:
    """Whether two sheets have equal pictures."""
    shapes = [[[picture.shape for picture in row] for row in sheet] for sheet in (one, other)]
    return shapes[0] == shapes[1] and np.array_equal(np.array(one), np.array(other))


def differences(shown: list[list[np.ndarray[Any, Any]]], state: dict[str, Any]) -> str | None:
    """Say how pictures differ from those that are drawn from a state without a panel; None if they do not."""
    panel = SefaWidget(load_generator(MODEL, device="cpu"), state=state)
    try:
        if panel.second is not None:  # it moves by shares of slider ends, which are measured
            session = panel._session
            while session.finder.measure_range(session.state):
                pass
        wanted = panel.sheet().tiles
    finally:
        panel.close()
    if (len(shown), {len(row) for row in shown}) != (wanted.shape[0], {wanted.shape[1]}):
        return f"{[len(row) for row in shown]} pictures are shown and {wanted.shape[:2]} are drawn"
    most = np.abs(np.stack([np.stack(row) for row in shown]).astype(int) - wanted).max()
    return f"pixels differ by {most} from those of {json.dumps(state)}" if most > MOST_DIFFERENT else None


def use(notebook: Notebook, seed: int, *, rounds: int | None, seconds: float, actions: int = 30) -> list[str]:
    """Use a panel in rounds, and give what went wrong; None rounds goes on for some seconds."""
    wrong: list[str] = []
    notebook.page.on("console", lambda said: said.type == "error" and wrong.append(f"console: {said.text}"))
    notebook.run_cell(0)
    notebook.page.wait_for_selector(".sefa-chosen .sefa-picture[data-revision]")
    wrong.clear()  # what JupyterLab itself said while it started
    person = Person(notebook, random.Random(seed))
    person.finish()
    first = person.pictures()
    memory, number, begin = [], 0, time.monotonic()
    while number < rounds if rounds is not None else time.monotonic() - begin < seconds:
        person.done.clear()
        for _ in range(actions):
            person.act()
        person.finish()
        problems = [person.settled(lambda: differences(person.pictures(), person.report()["state"]))]
        person.undo_all()
        person.finish()
        problems.append(
            person.settled(lambda: None if same(person.pictures(), first) else "undo is not the start")
        )
        report = person.report()
        problems += [*wrong, *notebook.failures, *(f"kernel: {text}" for text in report["trouble"])]
        problems = [problem for problem in problems if problem is not None]
        if problems:
            return [f"round {number} of seed {seed}", *problems, "it did:", *person.done]
        memory.append((report["memory"], page_memory(notebook.page)))
        number += 1
        print(
            f"round {number}: kernel {memory[-1][0] / 1e6:.0f} MB, page {memory[-1][1] / 1e6:.1f} MB",
            flush=True,
        )
    return grown(memory)


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
    ):
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        page = browser.new_context(viewport={"width": 1280, "height": 1000}).new_page()
        notebook = Notebook(page, address, write_notebook(root, [OPEN, REPORT]))
        page.set_default_timeout(WAIT_MS)
        notebook.open()
        wrong = use(notebook, given.seed, rounds=given.rounds, seconds=60 * given.minutes)
        if wrong:
            page.screenshot(path=Path(tempfile.gettempdir()) / "random-use.png")
    print("\n".join(wrong) or "Nothing went wrong.")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
