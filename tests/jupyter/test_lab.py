"""The panel as a user has it: real JupyterLab, real kernel, real Chromium."""

import pytest

pytestmark = pytest.mark.browser

OPEN = "from sefa_widget import explore\npanel = explore(device='cpu')\npanel"


def test_first(open_notebook):
    notebook = open_notebook([OPEN])
    notebook.run_all()
    notebook.page.wait_for_selector(".sefa-picture[data-revision]", timeout=60000)
    notebook.page.wait_for_timeout(1500)
    notebook.page.screenshot(path="/tmp/lab.png")
    notebook.theme("JupyterLab Dark")
    notebook.page.wait_for_timeout(500)
    notebook.page.screenshot(path="/tmp/lab-dark.png")
