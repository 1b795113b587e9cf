"""The box on the large picture, drawn by mouse, by keyboard and by finger."""

from __future__ import annotations

import pytest

from tests.browser.test_panel import centre, drag, settle, state, wait_for_state

pytestmark = pytest.mark.browser


def corner(page, x, y):
    box = page.locator(".sefa-picture").first.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def first_rows(page, count):
    return [row.inner_text() for row in page.locator(".sefa-rows .sefa-index").all()[:count]]


def test_a_box_is_dragged_and_the_directions_that_change_it_come_first(open_panel):
    page = open_panel()
    page.get_by_role("button", name="Box").click()
    drag(page, corner(page, 0.4, 0.3), corner(page, 0.24, 0.13))
    wait_for_state(page, "state.region !== null")
    top, left, bottom, right = state(page)["region"]
    assert (top, left, bottom, right) == pytest.approx((0.13, 0.24, 0.3, 0.4), abs=0.02)
    assert state(page)["sort"] == "region"
    assert first_rows(page, 2) == ["#10", "#18"]  # the cells in the middle of the box
    assert "%" in page.locator(".sefa-eigenvalue").first.inner_text()


def test_pressing_the_button_again_takes_the_box_away_and_the_order_with_it(open_panel):
    page = open_panel(state={"region": [0.1, 0.1, 0.5, 0.5], "sort": "region"})
    assert page.locator(".sefa-region-box").is_visible()
    page.get_by_role("button", name="Box").click()
    wait_for_state(page, "state.region === null && state.sort === 'value'")
    assert not page.locator(".sefa-region").is_visible()
    assert first_rows(page, 2) == ["#0", "#1"]


def test_a_click_is_no_box(open_panel):
    page = open_panel()
    page.get_by_role("button", name="Box").click()
    page.mouse.click(*corner(page, 0.5, 0.5))
    settle(page)
    assert state(page).get("region") is None
    assert page.locator(".sefa-region-note").inner_text() == "Drag a box over the large picture"


def test_the_box_is_drawn_moved_and_sized_by_keyboard(open_panel):
    page = open_panel()
    page.locator(".sefa-compare").focus()
    page.keyboard.press("b")
    page.keyboard.press("Enter")
    wait_for_state(page, "state.region !== null")
    page.keyboard.press("ArrowUp")
    wait_for_state(page, "state.region[0] < 0.25")
    page.keyboard.press("Shift+ArrowLeft")
    wait_for_state(page, "state.region[3] < 0.75")
    assert state(page)["region"] == [0.1875, 0.25, 0.6875, 0.6875]
    name = page.evaluate("document.activeElement.ariaLabel")
    assert name == "Box: rows 19\u201369 %, columns 25\u201369 %"
    page.keyboard.press("b")
    wait_for_state(page, "state.region === null")
    assert page.get_by_role("button", name="Box").evaluate("button => button === document.activeElement")


def test_with_several_people_the_box_lies_on_the_large_one(open_panel):
    starts = [{"seed": seed, "label": None, "name": ""} for seed in (12, 31)]
    page = open_panel(state={"starts": starts, "chosen": 1, "region": [0, 0, 0.5, 0.5]})
    area = page.locator(".sefa-region").bounding_box()
    large = page.locator(".sefa-chosen .sefa-picture").bounding_box()
    assert [area[side] for side in ("x", "y", "width")] == pytest.approx(
        [large[side] for side in ("x", "y", "width")], abs=1
    )


def test_fingers_move_sliders_and_go_to_ends(open_panel):
    page = open_panel(touch=True)
    page.touchscreen.tap(*centre(page.get_by_role("button", name="Set direction 0 to its plus end")))
    wait_for_state(page, "state.strengths[0] === 5")
    page.touchscreen.tap(*centre(page.get_by_role("slider", name="Direction 1", exact=True)))
    settle(page)
    page.touchscreen.tap(*centre(page.get_by_role("button", name="Reset direction 0")))
    wait_for_state(page, "!state.strengths[0]")
    page.touchscreen.tap(*centre(page.get_by_role("button", name="+ Add")))
    wait_for_state(page, "state.starts.length === 2")
