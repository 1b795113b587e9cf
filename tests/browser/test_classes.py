"""The class of the picture, chosen by its name."""

from __future__ import annotations

import pytest

from tests.browser.test_panel import settle, wait_for_state

pytestmark = pytest.mark.browser

NAMES = ["tench", "goldfish", "white shark", "tiger shark", "ray", "cock", "hen", "ostrich", "finch", "owl"]


def test_a_class_is_found_by_a_part_of_its_name(open_panel):
    page = open_panel(size="large", classes=NAMES)
    field = page.get_by_label("Class")
    assert field.input_value() == "tiger shark"
    field.fill("gold")
    field.press("Enter")
    wait_for_state(page, "state.starts[0].label === 1")
    assert field.input_value() == "goldfish"


def test_a_name_of_no_class_stays_and_is_explained(open_panel):
    page = open_panel(size="large", classes=NAMES)
    field = page.get_by_label("Class")
    field.fill("shark")
    field.press("Enter")
    settle(page)
    problem = page.locator(".sefa-class .sefa-problem")
    assert problem.inner_text() == (
        "2 classes are called so: white shark, tiger shark. The picture is still of class tiger shark."
    )
    assert field.input_value() == "shark"
    field.press("Escape")
    assert (field.input_value(), problem.is_visible()) == ("tiger shark", False)
