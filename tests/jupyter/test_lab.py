"""The panel as a user has it: real JupyterLab, real kernel, real Chromium."""

import re
import socket

import pytest
from playwright.sync_api import expect

from tests.patience import WAIT_SECONDS

pytestmark = pytest.mark.browser

OPEN = "from sefa_widget import explore\npanel = explore('faces', device='cpu', state={'starts': [0]})\npanel"
STATE = (
    "print('STATE', panel.seed, dict(panel.strengths), panel.layers)\n"
    "print('revision', panel.state['revision'])"
)


def panel(notebook, number=0):
    return notebook.page.locator(".sefa-panel").nth(number)


def slider(notebook, index, number=0):
    return panel(notebook, number).get_by_role("slider", name=f"Direction {index}", exact=True)


def strength_field(notebook, index):
    """The number beside a slider: it shows the strength also where the slider ends before it."""
    return panel(notebook).get_by_label(f"Strength of direction {index}", exact=True)


def press(notebook, index, key):
    """Press a key on a slider that moves it; once more if JupyterLab had taken the focus back by then.

    It does so some time after a cell was run, and a key pressed then is the notebook's.
    """
    control = slider(notebook, index)
    before = control.input_value()
    while control.input_value() == before:
        control.press(key)


def picture(notebook, number=0):
    """The first picture of the large start."""
    return panel(notebook, number).locator(".sefa-chosen .sefa-picture").first


def wait_for_revision(notebook, revision, number=0):
    try:
        expect(picture(notebook, number)).to_have_attribute("data-revision", str(revision))
    except AssertionError:
        print(notebook.report())
        raise


def shown(canvas):
    return canvas.evaluate("c => [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].join()")


def pixels(notebook, number=0):
    return shown(picture(notebook, number))


def wait_for_output(notebook, cell, text):
    notebook.page.wait_for_function(
        """([cell, text]) => {
            const widget = window.jupyterapp.shell.currentWidget.content.widgets[cell];
            return widget.outputArea?.node.innerText.includes(text);
        }""",
        arg=[cell, text],
    )
    return notebook.output(cell)


def grab(notebook, index):
    """Press the mouse on a slider; gives where."""
    box = slider(notebook, index).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    notebook.page.mouse.move(x, y)
    notebook.page.mouse.down()
    return x, y


@pytest.fixture
def notebook(open_notebook):
    """A notebook whose first cell has opened the panel; the second prints the state."""
    notebook = open_notebook([OPEN, STATE], height=1100)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    return notebook


def test_a_dragged_slider_changes_the_picture_and_python_sees_it(notebook):
    before = pixels(notebook)
    measured = panel(notebook).locator(".sefa-row .sefa-end").first
    expect(measured).to_have_text(re.compile("^±"))  # it is an estimate before
    end = float(measured.inner_text().removeprefix("±"))
    width = slider(notebook, 0).bounding_box()["width"]
    x, y = grab(notebook, 0)
    for step in range(1, 6):
        notebook.page.mouse.move(x + 16 * step, y)
        wait_for_revision(notebook, step)
    notebook.page.mouse.up()
    shown = float(strength_field(notebook, 0).input_value())
    notebook.run_cell(1)
    output = wait_for_output(notebook, 1, "STATE")
    strength = float(re.search(r"\{0: ([\d.]+)\}", output)[1])
    assert strength == pytest.approx(end * 80 / (width / 2), rel=0.1)
    assert shown == pytest.approx(strength, abs=0.005)
    assert pixels(notebook) != before


def test_python_changes_the_panel_and_its_picture(open_notebook):
    change = "panel.layers = (0, 3); panel.strengths = {0: 2.5, 30: -1}; panel.seed = 47"
    check = "import numpy as np; print('SUM', int(np.asarray(panel.image()).sum()))"
    notebook = open_notebook([OPEN, change, check], height=1100)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    notebook.run_cell(1)
    wait_for_revision(notebook, 3)
    expect(strength_field(notebook, 0)).to_have_value("2.5")
    expect(slider(notebook, 30)).to_be_visible()
    expect(panel(notebook)).to_contain_text("Composed")
    notebook.run_cell(2)
    shown = int(re.search(r"SUM (\d+)", wait_for_output(notebook, 2, "SUM"))[1])
    values = [int(value) for value in pixels(notebook).split(",")]
    assert sum(values) - 255 * 64 * 64 == shown


def test_a_dragged_layer_range_factorises_again(notebook):
    panel(notebook).get_by_role("slider", name="Found in, last layer").focus()
    notebook.page.keyboard.press("ArrowRight")
    wait_for_revision(notebook, 1)
    expect(panel(notebook)).to_contain_text("Composed")
    notebook.run_cell(1)
    assert "(0, 2)" in wait_for_output(notebook, 1, "STATE")


def test_two_views_follow_each_other(open_notebook):
    notebook = open_notebook([OPEN, "panel"], height=1800)
    notebook.run_all()
    wait_for_revision(notebook, 0, 0)
    wait_for_revision(notebook, 0, 1)
    press(notebook, 0, "PageUp")  # the open row: the focus changes nothing
    wait_for_revision(notebook, 1, 0)
    wait_for_revision(notebook, 1, 1)
    assert slider(notebook, 0, 1).input_value() == slider(notebook, 0, 0).input_value() != "0"
    assert pixels(notebook, 0) == pixels(notebook, 1)


def test_a_reloaded_page_shows_the_same_panel(notebook):
    press(notebook, 0, "PageUp")
    wait_for_revision(notebook, 1)
    shown, strength = pixels(notebook), slider(notebook, 0).input_value()
    notebook.save()
    notebook.reload()
    wait_for_revision(notebook, 1)
    expect(slider(notebook, 0)).to_have_value(strength)
    assert pixels(notebook) == shown


@pytest.fixture
def gate():
    """A server of this test, for code in a kernel that waits until the test lets it go on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(WAIT_SECONDS)
        yield server


def test_sliders_draw_while_a_cell_runs(open_notebook, gate):
    busy = f"import socket\nsocket.create_connection({gate.getsockname()}).recv(1)\nprint('DONE')"
    notebook = open_notebook([OPEN, busy], height=1100)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    notebook.run_cell(1)
    cell, _ = gate.accept()
    for revision in range(1, 6):
        press(notebook, 0, "ArrowRight")
        wait_for_revision(notebook, revision)
    assert "DONE" not in notebook.output(1)
    cell.close()
    wait_for_output(notebook, 1, "DONE")


def test_a_cell_runs_while_a_picture_is_drawn_for_a_dragged_slider(open_notebook, gate):
    slow = (
        f"import socket\ngate = socket.create_connection({gate.getsockname()})\n"
        "kept = panel.generator.stages\n"
        "def wait(*args):\n"
        "    panel.generator.stages = kept\n"
        "    gate.send(b'.')\n"
        "    gate.recv(1)\n"
        "    return kept(*args)\n"
        "panel.generator.stages = wait"
    )
    notebook = open_notebook([OPEN, slow, "panel.seed = 47\nprint('CHANGED')"], height=1100)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    notebook.run_cell(1)
    drawing, _ = gate.accept()
    drawing.settimeout(WAIT_SECONDS)
    x, y = grab(notebook, 0)
    notebook.page.mouse.move(x + 30, y)
    assert drawing.recv(1)
    notebook.page.mouse.move(x + 60, y)
    notebook.run_cell(2)
    wait_for_output(notebook, 2, "CHANGED")
    wait_for_revision(notebook, 0)
    drawing.send(b".")
    notebook.page.mouse.up()
    wait_for_revision(notebook, 3)


def test_keys_in_the_panel_do_nothing_to_the_notebook(notebook):
    count = "() => window.jupyterapp.shell.currentWidget.content.widgets.length"
    before = notebook.page.evaluate(count)
    slider(notebook, 1).focus()
    for key in ["b", "b", "d", "d"]:  # a box, and none again
        notebook.page.keyboard.press(key)
    slider(notebook, 1).focus()
    for key in ["a", "d", "d", "x", "m", "y", "Enter", "j", "k", "ArrowDown"]:
        notebook.page.keyboard.press(key)
    assert notebook.page.evaluate(count) == before
    expect(slider(notebook, 1)).to_be_focused()
    assert float(slider(notebook, 1).input_value()) < 0


def test_the_save_key_saves_the_notebook_from_within_the_panel(notebook):
    notebook.page.wait_for_function("() => window.jupyterapp.shell.currentWidget.context.model.dirty")
    slider(notebook, 1).press("Control+s")
    notebook.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


def test_a_restarted_kernel_leaves_a_panel_that_says_what_to_do(notebook):
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(panel(notebook)).to_contain_text("run the cell")
    notebook.connected()
    notebook.run_cell(0)
    expect(panel(notebook)).not_to_contain_text("run the cell")
    wait_for_revision(notebook, 0)
    press(notebook, 0, "ArrowRight")
    wait_for_revision(notebook, 1)


def test_a_notebook_that_is_opened_again_shows_a_picture_where_its_panel_was(notebook):
    below = notebook.page.locator(".sefa-beneath")
    expect(below).to_have_count(1)
    expect(below).to_be_hidden()  # as long as the panel lives
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.save()")
    notebook.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    notebook.open()
    expect(below).to_be_visible()
    expect(below).to_contain_text("A saved picture, made by a GAN. Run the cell")
    assert below.locator("img").evaluate("image => image.naturalWidth") > 0
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    expect(below).to_be_hidden()


def test_cleared_output_frees_the_view_and_the_panel_can_be_shown_again(open_notebook):
    ask = "print('WAITING', len(panel._stream._waiting))\npanel"
    notebook = open_notebook([OPEN, ask], height=1100)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    press(notebook, 0, "ArrowRight")
    wait_for_revision(notebook, 1)
    notebook.command("editmenu:clear-all")
    expect(notebook.page.locator(".sefa-panel")).to_have_count(0)
    notebook.run_cell(1)
    wait_for_revision(notebook, 1)
    assert "WAITING 0" in wait_for_output(notebook, 1, "WAITING")


def test_an_error_while_drawing_is_shown_in_the_panel_and_goes_away(open_notebook):
    broken = (
        "kept = panel.generator.stages\ndef fail(*_): raise RuntimeError('the GPU is gone')\n"
        "panel.generator.stages = fail\nprint('BROKEN')"
    )
    notebook = open_notebook([OPEN, broken, "panel.generator.stages = kept\nprint('MENDED')"], height=1100)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    notebook.run_cell(1)
    wait_for_output(notebook, 1, "BROKEN")
    press(notebook, 0, "ArrowRight")
    expect(panel(notebook).get_by_role("alert")).to_contain_text("the GPU is gone")
    notebook.run_cell(2)
    wait_for_output(notebook, 2, "MENDED")
    press(notebook, 0, "ArrowRight")
    wait_for_revision(notebook, 2)
    expect(panel(notebook)).not_to_contain_text("the GPU is gone")


def test_a_second_search_is_drawn_beside_the_first_on_the_same_seed(notebook):
    notebook.page.get_by_role("combobox", name="Second", exact=True).select_option("random")
    wait_for_revision(notebook, 1)
    expect(panel(notebook)).to_contain_text("SeFaRandom")
    pictures = panel(notebook).locator(".sefa-picture")
    expect(pictures).to_have_count(2)
    expect(pictures.nth(1)).to_have_attribute("data-revision", "1")
    assert shown(pictures.nth(0)) == shown(pictures.nth(1))
    press(notebook, 0, "PageUp")
    expect(pictures.nth(1)).to_have_attribute("data-revision", "2")
    assert shown(pictures.nth(0)) != shown(pictures.nth(1))


def test_several_people_are_edited_together_and_every_change_can_be_undone(open_notebook):
    more = "panel.change(starts=[31, {'seed': 88, 'name': 'Max'}, 75], original=True)"
    notebook = open_notebook([OPEN.replace("faces", "heads"), more, STATE], height=1100)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    first = pixels(notebook)
    notebook.run_cell(1)
    pictures = panel(notebook).locator(".sefa-picture")
    expect(pictures).to_have_count(6)
    for number in range(6):
        expect(pictures.nth(number)).to_have_attribute("data-revision", "1")
    before = [shown(pictures.nth(number)) for number in range(6)]
    assert before[0::2] == before[1::2]
    assert len(set(before)) == 3
    press(notebook, 0, "PageUp")
    for number in range(6):
        expect(pictures.nth(number)).to_have_attribute("data-revision", "2")
    after = [shown(pictures.nth(number)) for number in range(6)]
    assert after[0::2] == before[0::2]
    assert all(one != other for one, other in zip(after[1::2], before[1::2], strict=True))
    panel(notebook).get_by_role("button", name="Max", exact=True).click()
    expect(panel(notebook).locator(".sefa-chosen")).to_contain_text("Max")
    notebook.run_cell(2)
    assert "STATE 88" in wait_for_output(notebook, 2, "STATE")
    undo = panel(notebook).get_by_role("button", name="Undo")
    for _ in range(3):
        undo.click()
    expect(undo).to_be_disabled()
    expect(pictures).to_have_count(1)
    wait_for_revision(notebook, 6)
    assert pixels(notebook) == first
    panel(notebook).get_by_role("button", name="Redo").click()
    expect(pictures).to_have_count(6)


def test_the_heads_open_by_name_with_presets_by_resolution(open_notebook):
    notebook = open_notebook([OPEN.replace("faces", "heads"), STATE], height=1100)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    panel(notebook).get_by_role("button", name="16 px", exact=True).click()
    wait_for_revision(notebook, 1)
    before = pixels(notebook)
    press(notebook, 0, "End")
    wait_for_revision(notebook, 2)
    assert pixels(notebook) != before
    notebook.run_cell(1)
    assert "(3, 5)" in wait_for_output(notebook, 1, "STATE")


def test_what_is_shared_in_the_panel_is_what_python_saves(open_notebook, tmp_path):
    path = tmp_path / "python.png"
    notebook = open_notebook([OPEN, f"print('SAVED', panel.save({str(path)!r}))"])
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    press(notebook, 0, "PageUp")
    wait_for_revision(notebook, 1)
    panel(notebook).get_by_role("button", name="Share").click()
    with notebook.page.expect_download() as waiting:
        panel(notebook).get_by_role("button", name="These pictures as PNG").click()
    notebook.run_cell(1)
    wait_for_output(notebook, 1, "SAVED")
    assert waiting.value.path().read_bytes() == path.read_bytes()
