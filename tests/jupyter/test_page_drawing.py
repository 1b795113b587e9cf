"""`explore(draw="page")` in a real JupyterLab: the page draws while a slider is held, the kernel at rest."""

import re

import numpy as np
import pytest

from tests.conftest import GOLDEN
from tests.jupyter.test_lab import grab, panel, picture, pixels, strength_field, wait_for_output

pytestmark = pytest.mark.browser

OPEN = f"""from sefa_widget import explore
panel = explore({str(GOLDEN / "dcgan.safetensors")!r}, device='cpu', draw='page', state={{'starts': [3]}})
panel"""
BUSY = """import pathlib, time
print('BUSY')
while not pathlib.Path('go').exists():
    time.sleep(0.05)
print('OVER')"""
STATE = "print('STATE', dict(panel.strengths), panel.sheet().tiles.ravel().tolist()[:12], 'END')"
GO = """() => window.jupyterapp.serviceManager.contents.save(
    'go', { type: 'file', format: 'text', content: '' },
)"""
TURNS = "canvas => Number(canvas.dataset.turn ?? 0)"


def drag(notebook, steps):
    """Drag the first slider, each step once the page has drawn the one before, and hold it."""
    x, y = grab(notebook, 0)
    for step in range(1, steps + 1):
        before = picture(notebook).evaluate(TURNS)
        notebook.page.mouse.move(x + 12 * step, y)
        notebook.page.wait_for_function(
            "([canvas, before]) => Number(canvas.dataset.turn ?? 0) > before",
            arg=[picture(notebook).element_handle(), before],
        )


def values(notebook):
    return np.array(pixels(notebook).split(",")).astype(int)


def let_go(notebook):
    """Let the slider go, and wait for the kernel's picture."""
    notebook.page.mouse.up()
    notebook.page.wait_for_function(
        "canvas => canvas.dataset.quality === 'final'", arg=picture(notebook).element_handle()
    )


def test_a_held_slider_is_drawn_by_the_page_and_the_last_picture_by_the_kernel(open_notebook):
    notebook = open_notebook([OPEN, BUSY, STATE], height=1100)
    notebook.run_cell(0)
    panel(notebook).and_(notebook.page.locator("[data-draws=page]")).wait_for()
    unmoved = values(notebook)
    drag(notebook, 3)
    drawn = values(notebook)
    assert np.abs(drawn - unmoved).max() > 20
    let_go(notebook)
    assert np.abs(values(notebook) - drawn).max() <= 2

    notebook.run_cell(1)
    wait_for_output(notebook, 1, "BUSY")
    drag(notebook, 4)  # no cell can run meanwhile
    drawn = values(notebook)
    strength = float(strength_field(notebook, 0).input_value())
    notebook.page.evaluate(GO)
    wait_for_output(notebook, 1, "OVER")
    let_go(notebook)
    assert np.abs(values(notebook) - drawn).max() <= 2
    notebook.run_cell(2)
    told = re.search(r"\{0: ([\d.]+)\} \[([\d, ]+)\]", wait_for_output(notebook, 2, "END"))
    assert float(told[1]) == pytest.approx(strength, abs=0.005)
    seen = values(notebook).reshape(-1, 4)[:4, :3].ravel()
    assert seen.tolist() == [int(value) for value in told[2].split(",")]
