"""A person's own photo in a real JupyterLab: it is dropped, found, kept and edited."""

import base64
import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from sefa_widget import load_generator
from sefa_widget.pictures.frames import to_pixels
from tests.jupyter.test_lab import (
    panel,
    picture,
    pixels,
    press,
    strength_field,
    wait_for_output,
    wait_for_revision,
)

pytestmark = pytest.mark.browser

OPEN = "from sefa_widget import explore\npanel = explore('faces', device='cpu', state={'starts': [0]})\npanel"
STATE = "print('STATE', [(pin.name, pin.latent is not None) for pin in panel.starts], dict(panel.strengths))"
AGAIN = """
import json
import numpy as np
again = explore('faces', state=json.loads(json.dumps(panel.state)))
print('EQUAL', (again.sheet().tiles == panel.sheet().tiles).all())
panel.undo(); panel.undo()
print('UNDONE', len(panel.starts))
"""
DROP = """([selector, name, data]) => {
    const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], name, { type: 'image/png' }));
    const target = document.querySelector(selector);
    for (const type of ['dragover', 'drop'])
        target.dispatchEvent(
            new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }),
        );
}"""


def face(seed=700, size=(240, 160), at=(40, 0)):
    """Give a PNG of a face of 160 pixels that the generator made, on a larger ground."""
    generator = load_generator("faces")
    (drawn,) = to_pixels(generator.synthesize(generator.sample(seed)))
    photo = Image.new("RGB", size, "grey")
    photo.paste(Image.fromarray(drawn).resize((160, 160)), at)
    file = io.BytesIO()
    photo.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def test_the_frame_is_put_where_the_model_s_faces_are(open_notebook):
    notebook = open_notebook([OPEN], height=1500)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    section = panel(notebook).get_by_role("region", name="Your own photo")
    notebook.page.evaluate(DROP, [".sefa-stage", "ada.png", face(seed=720, size=(480, 320), at=(300, 20))])
    expect(section).to_contain_text("The frame was put where this model's faces are; move it if it is wrong.")
    assert float(section.get_by_label("Zoom of the photo").input_value()) == pytest.approx(1, abs=0.25)
    section.get_by_role("button", name="Middle").click()
    expect(section.get_by_label("Zoom of the photo")).to_have_value("0")


def test_a_photo_is_dropped_found_between_drags_kept_and_edited(open_notebook):
    notebook = open_notebook([OPEN, STATE, AGAIN], height=1500)
    notebook.run_cell(0)
    wait_for_revision(notebook, 0)
    section = panel(notebook).get_by_role("region", name="Your own photo")
    notebook.page.evaluate(DROP, [".sefa-stage", "ada.png", face()])
    section.get_by_role("button", name="Find", exact=True).click()
    expect(section.get_by_role("img", name="Photo: found")).to_be_visible()
    press(notebook, 0, "PageUp")  # while it is searched
    wait_for_revision(notebook, 1)
    expect(section.get_by_role("status")).to_contain_text("usual for this generator")
    before = pixels(notebook)
    section.get_by_role("button", name="Keep").click()
    expect(section).to_be_hidden()
    wait_for_revision(notebook, 2)
    expect(panel(notebook).get_by_label("Name of the large picture").nth(1)).to_have_value("photo 1")
    press(notebook, 1, "PageUp")
    # The row that is opened and its strength are one change or two: the page sends what is wished by then.
    expect(picture(notebook)).to_have_attribute("data-revision", re.compile("^[34]$"))
    expect(picture(notebook)).to_have_attribute("data-quality", "final")
    assert pixels(notebook) != before
    strength = float(strength_field(notebook, 1).input_value())
    notebook.run_cell(1)
    output = wait_for_output(notebook, 1, "STATE")
    assert "[('', False), ('photo 1', True)]" in output
    assert float(re.search(r"1: ([\d.]+)\}", output)[1]) == pytest.approx(strength, abs=0.005)
    notebook.run_cell(2)
    output = wait_for_output(notebook, 2, "UNDONE")
    assert "EQUAL True" in output
    assert "UNDONE 1" in output
