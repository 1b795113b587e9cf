"""Somebody who does anything at all with the controls of a panel, and remembers which."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from playwright.sync_api import Error

from tests.jupyter.lab import Notebook
from tests.patience import WAIT_MS

CONTROLS = """
() => {
  const panel = document.querySelector('.sefa-panel');
  const open = panel.querySelector('dialog[open]') ?? panel;
  const kinds = 'button, input, select, textarea, .sefa-person canvas, [role=slider]';
  return [...open.querySelectorAll(kinds)].filter(
    (control) => !control.disabled && !control.closest('[inert]') && control.getClientRects().length > 0
      && control.checkVisibility({ visibilityProperty: true }));
}
"""
Picture = np.ndarray[Any, Any]
"""``[H, W, 3]`` RGB."""
MISSES = 5
"""A control that could not be used so often is not looked for any more; by chance it still may be."""
PATIENCE_MS = 3000
"""How long a control is waited for that may have gone meanwhile."""
LOOK_MS = 200
"""How long to wait before pictures that may still change are looked at again."""
LOOKS = int(WAIT_MS / LOOK_MS)
"""How often they are looked at: a busy machine, on which a look takes long, waits longer."""
KINDS = r"""
(controls) => {
  const many = {
    'sefa-step': 'visited step', 'sefa-pair': 'pair on the wall', 'sefa-frame-button': 'frame of a strip',
  };
  const named = (control) => {
    const crowd = Object.keys(many).find((name) => control.classList.contains(name));
    if (crowd) return many[crowd];
    if (control.tagName === 'CANVAS') return 'picture of a person';
    const label = control.labels?.[0]?.firstChild?.textContent;
    const text = control.tagName === 'SELECT' ? '' : control.textContent;
    return control.ariaLabel || label || text || control.placeholder || control.title || control.className;
  };
  const clean = (text) => text.trim().replace(/[+\u2212-]?\d+([.]\d+)?/g, '#');
  return controls.map((control) => `${control.tagName.toLowerCase()}: ${clean(named(control))}`);
}
"""
KEYS = [*"[]r0+agc?wlnhom1234", "Escape", "Control+z", "Control+Shift+z"]
PIXELS = """
(view) => [...document.querySelectorAll('.sefa-panel')[view].querySelectorAll('.sefa-person')].map((person) =>
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


@dataclass
class Person:
    """Somebody who does anything at all with the controls of a panel."""

    notebook: Notebook
    random: random.Random
    done: list[str] = field(default_factory=list)
    """What was done, newest last."""
    views: int = 1
    """How many views of the panel the page has; the first one is used."""
    seen: set[str] = field(default_factory=set)
    """Names of the controls that could be used, with ``#`` for numbers."""
    kernel_memory: int = 0
    """Bytes of the kernel after the last round."""
    missed: Counter[str] = field(default_factory=Counter)
    """How often a control could not be used."""
    used: set[str] = field(default_factory=set)
    """Names of those that were used."""

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
        kinds = self.page.evaluate(KINDS, controls)
        self.seen |= set(kinds)
        new = sorted(kind for kind in set(kinds) - self.used if self.missed[kind] < MISSES)
        kind = self.random.choice(new if new and self.random.random() < 0.8 else sorted(set(kinds)))
        number = self.random.choice([place for place, name in enumerate(kinds) if name == kind])
        control = self.page.evaluate_handle("([controls, n]) => controls[n]", [controls, number]).as_element()
        self.done.append(kind)
        try:
            self.use(control)
            self.used.add(kind)
        except Error as error:  # the control went away meanwhile, or something lies over it
            self.missed[kind] += 1
            self.done.append(f"  not possible: {str(error).splitlines()[0]}")

    @property
    def unused(self) -> list[str]:
        """Names of the controls that could be used and were not."""
        return sorted(self.seen - self.used)

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
            control.select_option(choice, timeout=PATIENCE_MS)
        elif kind in ("number", "text", "search"):
            text = self.random.choice(["0", "1", "2.5", "-3", "137", "1e9", "-0.2", "x", ""])
            self.done[-1] += f" = {text!r}"
            control.click(timeout=PATIENCE_MS)
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(text)
            self.page.keyboard.press(self.random.choice(["Enter", "Escape", "Tab"]))
        elif kind == "range" or tag not in ("button", "input"):
            self.drag(control)
        else:
            control.click(timeout=PATIENCE_MS, delay=self.random.choice([0, 0, 30]))

    def drag(self, control: Any) -> None:
        """Drag along a control, or press keys on it, or click it."""
        control.scroll_into_view_if_needed(timeout=PATIENCE_MS)
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
        said = wrong()
        for _ in range(LOOKS):
            if said is None:
                break
            self.page.wait_for_timeout(LOOK_MS)
            said = wrong()
        return said

    def report(self) -> dict[str, Any]:
        """Ask the kernel for the state, what went wrong in it, and its memory in bytes."""
        self.page.evaluate(
            "() => { const cell = window.jupyterapp.shell.currentWidget.content.widgets[1];"
            "cell.outputArea.model.clear(); }"
        )
        self.notebook.run_cell(1)
        self.page.wait_for_function(
            """() => {
                const cell = window.jupyterapp.shell.currentWidget.content.widgets[1];
                const text = cell.outputArea?.node.innerText ?? '';
                return text.includes('REPORT') && text.trim().endsWith('}');
            }"""
        )
        return dict(json.loads(self.notebook.output(1).split("REPORT", 1)[1]))

    def pictures(self, view: int = 0) -> list[list[Picture]]:
        """Give the pictures of a view on the page: rows of starts, columns of edits, [H, W, 3] each."""
        return [
            [np.array(data, np.uint8).reshape(height, width, 4)[..., :3] for width, height, data in row]
            for row in self.page.evaluate(PIXELS, view)
        ]

    def undo_all(self) -> None:
        """Undo as long as something can be undone."""
        undo = self.page.locator(".sefa-panel .sefa-undo").first
        while undo.is_enabled():
            before = self.page.evaluate("() => document.querySelector('.sefa-undo').title")
            undo.evaluate("button => button.click()")  # it may be disabled by now
            self.page.wait_for_timeout(20)
            self.done.append(before)
