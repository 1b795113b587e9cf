"""A study is answered by keyboard, shows nothing of what its pictures are of, and ends with the counts."""

from __future__ import annotations

import re

import pytest

from tests.browser.test_panel import settle, wait_for_looks

pytestmark = pytest.mark.browser

TELLS = re.compile(r"SeFa|λ|#\d|direction|eigen|composed|[+\u2212]\d", re.IGNORECASE)
"""What would say which direction the pictures are of."""


def said(page):
    return page.evaluate("models[0].get('study_info').said")


def question(page, number):
    page.get_by_role("heading", name=f"Question {number} of 4").wait_for()


def take_up(page, number=1):
    """Put the focus where the questions are, as a click does."""
    question(page, number)
    page.locator(".sefa-study .sefa-label-view").focus()


def begin(page, name="Ada"):
    field = page.get_by_label("Your name")
    field.fill(name)
    field.press("Enter")


def test_a_study_is_answered_by_keyboard_alone(open_panel):
    page = open_panel(study={})
    begin(page)
    question(page, 1)
    page.keyboard.press("o")
    page.keyboard.press("m")
    page.keyboard.type("boss or smile")
    page.keyboard.press("Enter")
    question(page, 2)
    page.keyboard.press("Shift+O")
    page.keyboard.press("Shift+M")
    page.keyboard.press("Enter")
    question(page, 3)
    page.keyboard.press("s")
    question(page, 4)
    page.keyboard.press("o")
    page.keyboard.press("Shift+M")
    page.keyboard.press("Enter")
    page.get_by_text("Ada has answered 3 of 4.").wait_for()
    assert said(page) == {
        "0": {"obvious": True, "meaningful": True, "name": "boss or smile"},
        "1": {"obvious": False, "meaningful": False, "name": ""},
        "3": {"obvious": True, "meaningful": False, "name": ""},
    }
    page.get_by_role("button", name="Answer what is left (1)").press("Enter")
    question(page, 3)


def test_nothing_says_which_direction_the_pictures_are_of(open_panel):
    page = open_panel(study={"rater": "Ada"}, size="large", width=1440)
    take_up(page)
    wait_for_looks(page)
    panel = page.locator(".sefa-panel")
    assert TELLS.findall(panel.inner_text()) == []
    told = panel.evaluate(
        "panel => [...panel.querySelectorAll('*')].filter((el) => el.checkVisibility())"
        ".flatMap((el) => [el.title, el.getAttribute('aria-label') ?? '']).join(' ')"
    )
    assert TELLS.findall(told) == []
    for hidden in (".sefa-spectrum", ".sefa-row", ".sefa-stage", ".sefa-methods", ".sefa-views"):
        assert page.locator(hidden).first.is_hidden()


def test_keys_of_the_panel_mean_nothing_while_a_study_runs(open_panel):
    page = open_panel(study={"rater": "Ada"})
    take_up(page)
    before = page.evaluate("models[0].get('state')")
    page.locator(".sefa-help-button").focus()
    for key in ("2", "r", "+", "g", "e", "h", "0", "l", "a", "[", "Control+z"):
        page.keyboard.press(key)
    settle(page)
    assert page.evaluate("models[0].get('state')") == before
    assert page.evaluate("models[0].sent.filter(({ type }) => ['edit', 'undo'].includes(type)).length") == 0


def test_the_pictures_of_the_next_questions_are_there_before_they_are_wanted(open_panel):
    page = open_panel(study={"rater": "Ada"})
    take_up(page)
    wait_for_looks(page)
    asked = page.evaluate(
        "models[0].sent.filter(({ type, study }) => type === 'look' && study).flatMap(({ items }) => items)"
    )
    assert {(row, place) for row, place, _ in asked} == {
        (row, place) for row in range(3) for place in range(3)
    }
    assert max(share for *_, share in asked) == 1
    page.keyboard.press("s")
    question(page, 2)
    assert page.locator(".sefa-study .sefa-pending").count() == 0


def test_an_answer_is_said_to_be_saved_only_when_the_kernel_says_so(open_panel):
    page = open_panel(study={"rater": "Ada"})
    take_up(page)
    kept = page.locator(".sefa-study .sefa-kept")
    assert kept.inner_text() == "0 of 4 answers saved in /home/ada/labels.sqlite"
    page.evaluate("models[0].silent = true")
    for key in ("o", "Shift+M", "Enter"):
        page.keyboard.press(key)
    question(page, 2)
    assert kept.inner_text() == "Saving…"
    assert page.locator(".sefa-study .sefa-tick-answered").count() == 0
    page.evaluate("models[0].study({ said: { 0: { obvious: true, meaningful: false, name: '' } } })")
    assert kept.inner_text() == "1 of 4 answers saved in /home/ada/labels.sqlite"
    assert page.locator(".sefa-study .sefa-tick-answered").count() == 1
    page.evaluate("models[0].study({ unsaved: 1, problem: 'The file is read only.' })")
    assert kept.inner_text().startswith("Not saved: The file is read only. 1 label is in memory")


def test_half_an_answer_is_not_taken_and_it_is_said_what_is_missing(open_panel):
    page = open_panel(study={"rater": "Ada"})
    take_up(page)
    page.keyboard.press("o")
    page.keyboard.press("Enter")
    page.get_by_text("Answer both questions, or skip this one (s).").wait_for()
    question(page, 1)
    assert said(page) == {}


def test_one_goes_back_changes_an_answer_and_takes_it_back(open_panel):
    page = open_panel(study={"rater": "Ada"})
    take_up(page)
    for key in ("o", "Shift+M", "Enter"):
        page.keyboard.press(key)
    question(page, 2)
    page.keyboard.press("b")
    question(page, 1)
    yes = page.locator(".sefa-study").get_by_role("button", name="Yes (o)")
    assert yes.get_attribute("aria-pressed") == "true"
    page.keyboard.press("Shift+O")
    page.keyboard.press("Enter")
    question(page, 2)
    page.wait_for_function("models[0].get('study_info').said[0].obvious === false")
    page.keyboard.press("Control+z")
    question(page, 1)
    page.wait_for_function("models[0].get('study_info').said[0].obvious === true")
    page.keyboard.press("Control+z")
    page.wait_for_function("!models[0].get('study_info').said[0]")
    question(page, 1)
    assert yes.get_attribute("aria-pressed") == "false"


def test_a_rater_who_comes_again_goes_on_at_the_first_open_question(open_panel):
    answer = {"obvious": True, "meaningful": True, "name": ""}
    page = open_panel(study={"rater": "Ada", "said": {"0": answer, "2": answer}})
    take_up(page, 2)
    page.keyboard.press("s")
    question(page, 4)


def test_a_name_that_has_answered_already_is_said_before_it_goes_on(open_panel):
    page = open_panel(study={})
    page.evaluate(
        "models[0].study({ result: { ...models[0].get('study_info').result, raters: [['Ada', 3]] } })"
    )
    page.get_by_label("Your name").fill("Ada")
    page.get_by_text("Ada has answered 3 of 4: it goes on there.").wait_for()
    page.get_by_label("Your name").fill("Bo")
    page.get_by_text("Everyone needs a name of their own.").wait_for()
    page.get_by_label("Your name").fill(" ")
    assert page.get_by_role("button", name="Begin").is_disabled()


def test_a_teacher_watches_counts_that_grow_and_then_has_the_panel_back(open_panel):
    page = open_panel(study={})
    page.get_by_role("button", name="Watch the counts").click()
    page.get_by_text("Nobody has answered yet.").wait_for()
    page.evaluate("""() => {
        const { result } = models[0].get('study_info');
        const rows = [{ ...result.rows[0], answers: 2, meaningful: '1/1 (21-100 %)' }, result.rows[1]];
        const counted = { rows, false_positives: '0/1 (0-79 %)', raters: [['Bo', 2]] };
        models[0].study({ result: { ...result, ...counted } });
    }""")
    page.get_by_text("Answers: Bo 2").wait_for()
    table = page.get_by_role("table", name="Counts")
    assert table.get_by_role("row").nth(1).inner_text().split("\t") == [
        "0-1",
        "found",
        "3",
        "2",
        "-",
        "1/1 (21-100 %)",
    ]
    assert page.get_by_text("false positives): 0/1 (0-79 %)").is_visible()
    agreement = page.get_by_role("table", name="Agreement").get_by_role("row")
    assert agreement.nth(1).inner_text().split("\t") == [
        "obvious",
        "Ada and Bo \u22120.40",
        "0.41 over 3",
        "0.42",
    ]
    assert agreement.nth(2).inner_text().split("\t") == ["meaningful", "\u22120.20 to 0.60", "-", "-"]
    page.get_by_role("button", name="Back to the panel").click()
    page.locator(".sefa-row").first.wait_for()
    assert page.locator(".sefa-study").is_hidden()


def test_what_counts_may_be_missing_and_it_is_said(open_panel):
    page = open_panel(study={"result": None, "uncounted": "Counting needs krippendorff: pip install it."})
    page.get_by_role("button", name="Watch the counts").click()
    page.get_by_text("Counting needs krippendorff").wait_for()


@pytest.mark.parametrize("width", [360, 700, 1440])
def test_a_study_fits_its_width(open_panel, width):
    page = open_panel(study={"rater": "Ada"}, width=width)
    take_up(page)
    wait_for_looks(page)
    over = page.evaluate(
        "() => { const panel = document.querySelector('.sefa-panel');"
        " return panel.scrollWidth - panel.clientWidth; }"
    )
    assert over <= 0
