"""The panel in the containers of ipywidgets, in narrow places, and scrolled away and back."""

import pytest
from playwright.sync_api import expect

from tests.jupyter.test_lab import wait_for_output

pytestmark = pytest.mark.browser

OPEN = """import ipywidgets as w
from sefa_widget import explore
panel = explore('faces', device='cpu', state={'starts': [0]})
"""
SCROLL = """index => {
    const { content } = window.jupyterapp.shell.currentWidget;
    content.activeCellIndex = index;
    return content.scrollToItem(index, 'start');
}"""


def panel(notebook, number=0):
    return notebook.page.locator(".sefa-panel").nth(number)


def is_whole(notebook, number=0, least=320):
    """It is drawn, nothing reaches out of it, and its picture and sliders can be used."""
    expect(panel(notebook, number).locator(".sefa-picture[data-revision]").first).to_be_visible()
    size = panel(notebook, number).evaluate("e => [e.clientWidth, e.scrollWidth]")
    assert least <= size[0]
    assert size[1] <= size[0]
    canvas = panel(notebook, number).locator(".sefa-picture").first.bounding_box()
    assert min(canvas["width"], canvas["height"]) > 100
    slider = panel(notebook, number).get_by_role("slider", name="Direction 0", exact=True)
    assert slider.bounding_box()["width"] > 60


def test_two_panels_share_the_width_of_a_box(open_notebook):
    notebook = open_notebook([OPEN + "w.HBox([panel, explore('faces', device='cpu')])"], width=1600)
    notebook.run_cell(0)
    for number in range(2):
        is_whole(notebook, number, least=500)


@pytest.mark.parametrize("container", ["Tab", "Accordion"])
def test_a_panel_that_was_hidden_is_whole_when_it_is_shown(open_notebook, container):
    notebook = open_notebook(
        [OPEN + f"w.{container}([w.Label('first'), panel], titles=('one', 'two'), selected_index=0)"]
    )
    notebook.run_cell(0)
    notebook.page.get_by_text("two", exact=True).click()
    is_whole(notebook, least=600)


def test_a_panel_in_an_output_is_as_wide_as_one_in_a_cell(open_notebook):
    notebook = open_notebook([OPEN + "out = w.Output()\nwith out:\n    display(panel)\nout"])
    notebook.run_cell(0)
    is_whole(notebook, least=600)


def test_a_panel_fits_350_pixels(open_notebook):
    notebook = open_notebook([OPEN + "w.Box([panel], layout=w.Layout(width='350px'))"])
    notebook.run_cell(0)
    is_whole(notebook, least=330)
    assert panel(notebook).bounding_box()["width"] <= 350


def test_a_panel_that_is_scrolled_away_and_back_shows_its_picture(open_notebook):
    """Under the windowing mode "full" JupyterLab takes cells out of the page that are far away."""
    notebook = open_notebook([OPEN + "panel", *["print('line\\n' * 60)"] * 12], height=700)
    notebook.page.evaluate(
        """() => { window.jupyterapp.shell.currentWidget.content.notebookConfig = {
            ...window.jupyterapp.shell.currentWidget.content.notebookConfig, windowingMode: 'full' }; }"""
    )
    notebook.run_all()
    wait_for_output(notebook, 12, "line")
    notebook.page.evaluate(SCROLL, 0)
    is_whole(notebook, least=600)
    slider = panel(notebook).get_by_role("slider", name="Direction 0", exact=True)
    before = slider.input_value()
    while slider.input_value() == before:
        slider.press("PageUp")
    moved = slider.input_value()
    notebook.page.evaluate(SCROLL, 12)
    expect(panel(notebook)).not_to_be_in_viewport()
    notebook.page.evaluate(SCROLL, 0)
    is_whole(notebook, least=600)
    expect(slider).to_have_value(moved)
