"""The panel is light or dark as the page around it is, whatever the system prefers."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def panel(page):
    return page.locator(".sefa-panel")


def is_shown(page, theme):
    expect(panel(page)).to_have_css("color-scheme", theme)


@pytest.mark.parametrize(
    ("background", "theme"),
    [
        ("white", "light"),
        ("black", "dark"),
        ("oklch(0.97 0.01 250)", "light"),
        ("color(srgb 0.1 0.1 0.12)", "dark"),
        ("#9ad", "light"),
        ("#345", "dark"),
        ("rgb(0 0 0 / 0.1)", "light"),
    ],
)
@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_page_that_says_nothing_is_taken_by_its_background(open_panel, background, theme, system):
    page = open_panel(theme=None, scheme=system)
    page.evaluate(
        """color => {
            document.documentElement.style.background = 'white';
            document.body.style.cssText = `color-scheme: light; background: ${color}`;
        }""",
        background,
    )
    is_shown(page, theme)


@pytest.mark.parametrize(
    ("scheme", "system", "theme"),
    [
        ("normal", "dark", "light"),
        ("light", "dark", "light"),
        ("dark", "light", "dark"),
        ("light dark", "dark", "dark"),
        ("light dark", "light", "light"),
    ],
)
def test_a_page_without_any_background_has_the_browsers(open_panel, scheme, system, theme):
    page = open_panel(theme=None, scheme=system)
    page.evaluate(
        """scheme => {
            document.body.style.background = 'none';
            document.documentElement.style.colorScheme = scheme;
        }""",
        scheme,
    )
    is_shown(page, theme)


def test_what_the_host_says_goes_before_its_background_and_is_followed(open_panel):
    page = open_panel(theme=None, scheme="dark")
    html, body = "document.documentElement", "document.body"
    page.evaluate(f"{body}.style.background = 'white'")
    is_shown(page, "light")
    for element, name, dark, light in (
        (body, "data-theme", "dark", "light"),
        (html, "theme", "dark", "light"),
        (body, "class", "vscode-dark", "vscode-light"),
        (body, "data-jp-theme-light", "false", "true"),
    ):
        page.evaluate(f"{element}.setAttribute('{name}', '{dark}')")
        is_shown(page, "dark")
        page.evaluate(f"{element}.setAttribute('{name}', '{light}')")
        is_shown(page, "light")


def test_a_page_that_follows_the_system_is_followed(open_panel):
    page = open_panel(theme=None, scheme="light")
    is_shown(page, "light")
    page.emulate_media(color_scheme="dark")
    is_shown(page, "dark")


def test_a_panel_in_a_shadow_tree_sees_what_is_behind_the_tree(open_panel):
    page = open_panel(theme=None, scheme="dark")
    page.evaluate(
        """() => {
            document.body.style.background = 'white';
            const place = document.createElement('div');
            document.body.append(place);
            const tree = place.attachShadow({ mode: 'open' });
            tree.append(document.querySelector('.sefa-panel'));
            place.style.background = '#123';
        }"""
    )
    expect(panel(page)).to_have_attribute("data-scheme", "dark")
