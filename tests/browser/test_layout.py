"""Where parts of the panel stand: the line between pictures and sliders, low screens, what is told."""

from __future__ import annotations

import pytest

from tests.browser.test_panel import centre, drag, settle, slider, wait_for_state

pytestmark = pytest.mark.browser


def width(page, selector):
    return page.locator(selector).bounding_box()["width"]


def test_the_line_between_pictures_and_sliders_is_dragged_and_moved_by_keys(open_panel):
    page = open_panel(width=1200)
    line = page.get_by_role("separator", name="Width of the pictures")
    before = width(page, ".sefa-left")
    x, y = centre(line)
    drag(page, (x, y), (x + 90, y))
    assert width(page, ".sefa-left") == pytest.approx(before + 90, abs=2)
    line.focus()
    page.keyboard.press("ArrowLeft")
    assert width(page, ".sefa-left") == pytest.approx(before + 66, abs=2)
    page.keyboard.press("ArrowLeft")
    line.dblclick()
    assert width(page, ".sefa-left") == pytest.approx(before, abs=2)


def test_neither_side_becomes_too_narrow(open_panel):
    page = open_panel(width=1000)
    line = page.get_by_role("separator", name="Width of the pictures")
    x, y = centre(line)
    drag(page, (x, y), (5, y))
    assert width(page, ".sefa-left") == pytest.approx(300, abs=1)
    x, y = centre(line)
    drag(page, (x, y), (995, y))
    assert width(page, ".sefa-directions") >= 280


@pytest.mark.parametrize(("wide", "high"), [(1200, 900), (720, 450), (600, 560)])
def test_picture_and_sliders_are_seen_together(open_panel, wide, high):
    page = open_panel(width=wide, height=high)
    page.locator(".sefa-panel").evaluate("panel => panel.scrollIntoView()")
    picture, row = page.locator(".sefa-picture").first.bounding_box(), slider(page, 0).bounding_box()
    assert picture["y"] + picture["height"] <= high
    assert row["y"] + row["height"] <= high


def test_an_error_moves_nothing(open_panel):
    page = open_panel()
    before = slider(page, 3).bounding_box()
    page.get_by_label("Seed", exact=True).locator("visible=true").last.fill("666")
    page.keyboard.press("Enter")
    page.wait_for_selector(".sefa-error:not([hidden])")
    assert slider(page, 3).bounding_box() == before


def test_the_projector_and_the_wall_are_fields_of_the_state(open_panel):
    page = open_panel()
    page.locator(".sefa-compare").focus()
    page.keyboard.press("p")
    wait_for_state(page, "state.projector === true")
    assert page.locator(".sefa-projector").count() == 1
    page.keyboard.press("2")
    wait_for_state(page, "state.view === 'wall'")
    assert page.locator(".sefa-wall").is_visible()
    page.evaluate("models[0].apply({ view: 'explore', projector: false })")
    settle(page)
    assert page.locator(".sefa-rows").is_visible()
    assert page.locator(".sefa-projector").count() == 0


@pytest.mark.parametrize("wide", [360, 540, 700, 780, 1000])
def test_nothing_hides_the_controls_of_an_open_and_moved_direction(open_panel, wide):
    page = open_panel(width=wide, height=1400)
    slider(page, 0).focus()
    page.keyboard.press("End")
    wait_for_state(page, "state.strengths[0] > 0")
    row = page.locator(".sefa-row").first
    row.locator(".sefa-filmstrip").wait_for()
    hidden = row.evaluate(
        """row => [...row.querySelectorAll("button, input, .sefa-end")].filter((control) => {
          const box = control.getBoundingClientRect()
          if (!box.width || getComputedStyle(control).visibility === "hidden") return false
          const ends = [box.left + 1, box.right - 1]
          return ends.some((x) => {
            const top = document.elementFromPoint(x, box.top + box.height / 2)
            return !(top && (control.contains(top) || top.contains(control)) && row.contains(top))
          })
        }).map((control) => control.className || control.ariaLabel)"""
    )
    assert hidden == []
