"""The panel keeps its shape where the page around it has rules for every button, field and picture."""

import pytest

pytestmark = pytest.mark.browser

RULES = """
* { box-sizing: content-box; }
svg { height: auto; width: auto; max-width: 100%; vertical-align: middle; }
img, canvas, video { max-width: 40px; height: auto; max-height: 40px; border: 3px solid red; }
button { padding: 12px 24px; margin: 8px; min-width: 120px; height: 48px; font-size: 20px;
  text-transform: uppercase; letter-spacing: 2px; background: #222; color: #333; border: 0; line-height: 3; }
input, select, textarea { width: 100%; height: 40px; padding: 12px; margin: 8px 0; display: block;
  border: 3px solid red; font-size: 22px; background: #222; color: #333; min-height: 40px; }
input[type="range"] { width: 50%; }
input[type="checkbox"] { position: absolute; opacity: 0; width: 40px; }
label { display: block; font-weight: bold; margin: 10px; font-size: 22px; text-transform: uppercase; }
h2, h3, h4, p { margin: 30px 0; font-size: 30px; line-height: 2; text-transform: uppercase; }
a { color: red; }
ul, ol, li, dl, dd { margin: 20px; padding: 20px; list-style: square; }
table { width: 100%; }
strong, em, small, code { font-size: 24px; display: block; }
"""
"""Rules such as nbclassic, Bootstrap, Sphinx themes and blogs have for bare elements."""
MEASURED = """e => [...e.querySelectorAll(':not(option)')].filter(x => x.checkVisibility()).map(x => {
    const { x: left, y: top, width, height } = x.getBoundingClientRect();
    const style = getComputedStyle(x);
    const from = e.getBoundingClientRect();
    const kind = (x.getAttribute('class') ?? '').replace(/sefa-(pending|outdated)/, '').trim();
    const name = `${x.tagName} ${kind} ${x.getAttribute('aria-label') ?? x.textContent.slice(0, 20)}`;
    const shape = [left - from.x, top - from.y, width, height].map((part) => Math.round(part));
    return [name, ...shape, style.fontSize, style.color, style.opacity, style.textTransform];
})"""


def shapes(page):
    return page.locator(".sefa-panel").evaluate(MEASURED)


@pytest.mark.parametrize(
    ("view", "width"), [("Sliders", 1000), ("Wall", 1000), ("Names", 1000), ("Sliders", 400)]
)
def test_rules_of_the_host_for_bare_elements_change_nothing(open_panel, view, width):
    page = open_panel(width=width, height=1400)
    page.get_by_role("button", name=view, exact=True).click()
    if view == "Sliders":
        page.get_by_role("slider", name="Direction 1", exact=True).focus()  # opens its filmstrip
    before = shapes(page)
    page.add_style_tag(content=RULES)
    changed = [(old, new) for old, new in zip(before, shapes(page), strict=True) if old != new]
    assert not changed, "\n".join(f"{old}\n  {new}" for old, new in changed[:12])
