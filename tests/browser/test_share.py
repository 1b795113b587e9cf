"""The menu that saves or copies what the panel shows."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def menu(page):
    return page.get_by_role("group", name="Share")


def save(page, name):
    """Open the menu by its key, and press one of its buttons; gives the name and the text of the file."""
    page.locator(".sefa-panel").press("e")
    with page.expect_download() as waiting:
        menu(page).get_by_role("button", name=name).click()
    return waiting.value.suggested_filename, waiting.value.path().read_text()


def test_every_item_gives_the_file_that_it_names(open_panel):
    page = open_panel(state={"focused": 3})
    for name, file in (
        ("These pictures as PNG", "sheet.png"),
        ("Strip of the open direction as WEBP", "strip.webp"),
        ("Film of the open direction as GIF", "film.gif"),
        ("Wall as PNG", "wall.png"),
        ("State as JSON", "state.json"),
        ("Names as CSV", "names.csv"),
        ("Directions as SAFETENSORS", "directions.safetensors"),
    ):
        assert save(page, name) == (f"faces-{file}", file)
        assert not menu(page).is_visible()
    page.wait_for_function(
        "document.querySelector('.sefa-share [role=status]').textContent.includes('Saved')"
    )


def test_a_strip_and_a_film_need_a_direction(open_panel):
    page = open_panel(state={"focused": None, "strengths": {}})
    page.locator(".sefa-panel").press("e")
    film = menu(page).get_by_role("button", name="Film of the open direction as GIF")
    assert film.is_disabled()
    assert "Open a direction first" in film.get_attribute("title")
    page.evaluate("models[0].apply({ strengths: { 3: 1.5 } })")
    page.wait_for_function(
        "!document.querySelector('[aria-label=\"Film of the open direction as GIF\"]').disabled"
    )


def test_the_menu_closes_by_escape_and_by_leaving_it_and_gives_the_focus_back(open_panel):
    page = open_panel()
    opener = page.get_by_role("button", name="Share")
    opener.click()
    assert opener.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert not menu(page).is_visible()
    assert opener.evaluate("element => element === document.activeElement")
    opener.click()
    page.get_by_role("button", name="Undo").focus()
    page.locator(".sefa-rows input").first.focus()
    page.wait_for_function("document.querySelector('.sefa-share-menu').hidden")


def test_a_right_click_on_the_picture_opens_this_menu_and_not_the_hosts(open_panel):
    page = open_panel()
    page.evaluate("document.body.addEventListener('contextmenu', () => { window.hosts = true })")
    page.locator(".sefa-picture").first.click(button="right")
    assert menu(page).is_visible()
    assert page.evaluate("window.hosts") is None


def test_where_pictures_cannot_be_copied_they_are_saved_and_that_is_said(open_panel):
    page = open_panel()
    page.evaluate("() => { navigator.clipboard.write = () => Promise.reject(new Error('no')) }")
    assert save(page, "Copy these pictures") == ("faces-sheet.png", "sheet.png")
    page.wait_for_function(
        "document.querySelector('.sefa-share [role=status]').textContent.includes('may not copy pictures')"
    )


def test_pictures_are_copied_where_the_page_may(open_panel):
    page = open_panel()
    page.evaluate(
        "() => { navigator.clipboard.write = async ([item]) => {"
        " window.copied = await (await item.getType('image/png')).text() } }"
    )
    page.get_by_role("button", name="Share").click()
    menu(page).get_by_role("button", name="Copy these pictures").click()
    page.wait_for_function("window.copied === 'sheet.png'")
