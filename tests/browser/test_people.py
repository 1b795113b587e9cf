"""Several pictures in the panel: named, moved and taken away."""

from __future__ import annotations

import pytest

from tests.browser.test_panel import settle, state, wait_for_state

pytestmark = pytest.mark.browser

STARTS = [{"seed": seed, "label": None, "name": ""} for seed in (12, 31, 5)]


def seeds(page):
    return [start["seed"] for start in state(page)["starts"]]


def test_the_large_picture_is_named_where_its_seed_stands(open_panel):
    page = open_panel(state={"starts": STARTS, "chosen": 1})
    field = page.get_by_label("Name of the large picture").locator("visible=true")
    assert (field.input_value(), field.get_attribute("placeholder")) == ("", "seed 31")
    field.fill("Max")
    field.press("Enter")
    wait_for_state(page, "state.starts[1].name === 'Max'")
    page.get_by_role("button", name="seed 12", exact=True).click()
    wait_for_state(page, "state.chosen === 0")
    assert page.get_by_role("button", name="Max", exact=True).is_visible()


def test_escape_takes_a_name_back_that_is_typed(open_panel):
    page = open_panel()
    field = page.get_by_label("Name of the large picture")
    field.fill("Ma")
    field.press("Escape")
    settle(page)
    assert (field.input_value(), state(page)["starts"][0]["name"]) == ("", "")


def test_the_large_picture_changes_places(open_panel):
    page = open_panel(state={"starts": STARTS, "chosen": 1})
    page.get_by_role("button", name="Move one place up").locator("visible=true").click()
    wait_for_state(page, "state.chosen === 0")
    assert seeds(page) == [31, 12, 5]
    up = page.get_by_role("button", name="Move one place up").locator("visible=true")
    assert up.is_disabled()


def test_a_single_picture_cannot_be_moved_or_taken_away(open_panel):
    page = open_panel()
    for name in ("Move one place up", "Remove seed 12"):
        assert page.get_by_role("button", name=name).locator("visible=true").count() == 0
