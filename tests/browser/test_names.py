"""Directions are named: in passing on their rows, and one after another in the view for it."""

from __future__ import annotations

import pytest

from tests.browser.test_panel import settle, slider, wait_for_looks, wait_for_state

pytestmark = pytest.mark.browser


def named(page):
    labels = page.evaluate("models[0].get('labels_info').named")
    return {int(index): said["name"] for index, said in labels.items()}


def wait_for_names(page, names):
    text = "names => JSON.stringify(Object.fromEntries(Object.entries(models[0].get('labels_info').named)"
    page.wait_for_function(
        f"{text}.map(([i, said]) => [i, said.name]))) === JSON.stringify(names)", arg=names
    )


def test_a_direction_is_named_in_its_row_and_the_name_is_everywhere(open_panel):
    page = open_panel()
    page.locator(".sefa-row").nth(2).hover()
    page.get_by_role("button", name="Name direction 2").click()
    page.keyboard.type("smile")
    page.keyboard.press("Enter")
    wait_for_names(page, {"2": "smile"})
    page.get_by_role("button", name="Direction 2 is called smile; rename").wait_for()
    field = page.get_by_label("Go to direction")
    field.fill("smi")
    field.press("Enter")
    wait_for_state(page, "state.focused === 2")
    page.get_by_role("button", name="Wall").click()
    wait_for_state(page, "state.view === 'wall'")
    assert page.locator(".sefa-pair").nth(2).locator(".sefa-wall-name").inner_text() == "smile"
    page.get_by_label("Order of the directions").select_option("named")
    wait_for_state(page, "state.sort === 'named'")
    assert page.locator(".sefa-pair b").first.inner_text() == "#2"


def test_the_key_n_names_the_open_direction_and_escape_leaves_it(open_panel):
    page = open_panel()
    slider(page, 1).focus()
    wait_for_state(page, "state.focused === 1")
    page.keyboard.press("n")
    page.keyboard.type("turn")
    page.keyboard.press("Escape")
    settle(page)
    assert named(page) == {}
    page.keyboard.press("n")
    page.keyboard.type("tilt")
    page.keyboard.press("Enter")
    wait_for_names(page, {"1": "tilt"})


def test_twenty_directions_are_named_by_keyboard_alone(open_panel):
    page = open_panel()
    page.locator(".sefa-compare").focus()
    page.keyboard.press("3")
    wait_for_state(page, "state.view === 'label'")
    for index in range(20):
        wait_for_state(page, f"state.focused === {index}")
        page.keyboard.press("o")
        page.keyboard.press("m")
        page.keyboard.type(f"name {index}")
        page.keyboard.press("Enter")
    wait_for_names(page, {str(index): f"name {index}" for index in range(20)})
    said = page.evaluate("models[0].get('labels_info').named[7]")
    assert (said["obvious"], said["meaningful"]) == (True, True)
    assert page.locator(".sefa-walk p").inner_text() == "20 named, 0 without a name, of 100"


def test_the_pictures_of_the_next_directions_are_there_before_they_are_wanted(open_panel):
    page = open_panel(state={"view": "label"})
    wait_for_looks(page)
    asked = page.evaluate(
        "models[0].sent.filter(({ type }) => type === 'look').flatMap(({ items }) => items)"
    )
    assert {index for _, index, _ in asked} >= {0, 1, 2}
    page.keyboard.press("Tab")
    page.locator(".sefa-label-view").focus()
    page.keyboard.press("s")
    page.wait_for_function("document.querySelector('.sefa-label-view h4').textContent === 'Direction 1'")
    assert page.locator(".sefa-label-strip .sefa-pending").count() == 0


def test_answers_are_given_changed_and_taken_back(open_panel):
    page = open_panel(state={"view": "label"})
    view = page.locator(".sefa-label-view")
    view.focus()
    page.keyboard.press("Shift+O")
    page.wait_for_function("models[0].get('labels_info').named[0]?.obvious === false")
    assert view.get_by_role("button", name="No (Shift+O)").get_attribute("aria-pressed") == "true"
    page.keyboard.press("f")
    page.wait_for_function("models[0].get('labels_info').named[0]?.sign === -1")
    assert view.get_by_role("button", name="at the minus end (f)").is_visible()
    view.get_by_role("button", name="Take back").click()
    page.wait_for_function("models[0].get('labels_info').named[0]?.sign === 1")
    view.get_by_role("button", name="Clear").click()
    page.wait_for_function("!models[0].get('labels_info').named[0]")


def test_the_useful_range_is_that_of_the_present_strength(open_panel):
    page = open_panel(state={"view": "label", "strengths": {"0": -2}})
    page.locator(".sefa-label-view").focus()
    page.keyboard.press("[")
    page.wait_for_function("models[0].get('labels_info').named[0]?.range?.join() === '-2,5'")
    assert page.locator(".sefa-useful").inner_text() == "\u22122 to +5"


def test_a_store_that_cannot_be_written_is_said_where_names_are_given(open_panel):
    page = open_panel(state={"view": "label"})
    page.evaluate("models[0].labels({ unsaved: 1, problem: 'The file is read only.' })")
    kept = page.locator(".sefa-kept")
    assert kept.inner_text().startswith("Not saved: The file is read only. 1 label is in memory")
    page.evaluate("models[0].labels({ unsaved: 0, problem: '' })")
    assert kept.inner_text() == "Answers are kept in /home/ada/labels.sqlite"


def test_letters_in_the_name_are_text_and_no_commands(open_panel):
    page = open_panel(state={"view": "label"})
    page.get_by_label("Name", exact=True).fill("")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("bossom r0")
    settle(page)
    assert page.get_by_label("Name", exact=True).input_value() == "bossom r0"
    assert page.evaluate("models[0].get('state').focused") == 0


def test_the_end_of_a_slider_is_typed_and_the_field_closes(open_panel):
    page = open_panel()
    page.get_by_role("button", name="Slider 0 ends at").click()
    page.keyboard.type("2.5")
    page.keyboard.press("Enter")
    wait_for_state(page, "state.ranges?.[0] === 2.5")
    assert page.get_by_role("button", name="Slider 0 ends at \u00b12.5").is_visible()
    assert not page.get_by_label("End of slider 0").is_visible()


PROPOSED = {
    "1": {"name": "turn", "sign": -1, "seen": "turn -1.9 ± 0.1; random directions reach 1.1"},
    "2": {"name": "", "sign": 1, "seen": "skin +0.4 ± 0.1; random directions reach 1.1"},
}


def propose(page, **changes):
    page.evaluate("changes => models[0].labels(changes)", {"proposed": PROPOSED, **changes})


def test_what_a_scorer_sees_is_a_name_with_a_question_mark_until_a_person_takes_it(open_panel):
    page = open_panel()
    propose(page)
    row = page.get_by_role("button", name="Name direction 1")
    row.wait_for()
    assert row.inner_text() == "turn?"
    assert "random directions reach 1.1" in row.get_attribute("title")
    assert not page.get_by_role("button", name="Name direction 2").is_visible()
    slider(page, 1).focus()
    page.keyboard.press("n")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_names(page, {"1": "turn"})
    assert page.evaluate("models[0].get('labels_info').named[1].sign") == -1


def test_while_naming_the_key_y_takes_what_the_scorer_sees(open_panel):
    page = open_panel(state={"view": "label", "focused": 2})
    assert page.locator(".sefa-offer").is_hidden()  # no room is left for a scorer that there is not
    propose(page)
    seen = page.locator(".sefa-seen")
    seen.filter(has_text="skin +0.4").wait_for()
    take = page.locator(".sefa-take")
    assert take.is_hidden()  # random directions do as much
    page.locator(".sefa-label-view").focus()
    page.keyboard.press("y")
    page.keyboard.press("b")
    take.filter(has_text="Yes, “turn”").wait_for()
    assert named(page) == {}
    page.keyboard.press("y")
    wait_for_names(page, {"1": "turn"})
    take.wait_for(state="hidden")
    assert page.evaluate("models[0].get('labels_info').named[1].sign") == -1


def test_a_scorer_that_failed_is_told_where_names_are_given(open_panel):
    page = open_panel(state={"view": "label"})
    propose(page, unscored="The scorer failed, so it proposes no names: no weights")
    page.locator(".sefa-seen").filter(has_text="no weights").wait_for()


def test_while_naming_it_is_told_how_many_of_each_group_of_layers_have_a_name(open_panel):
    page = open_panel(state={"view": "label"})
    page.evaluate("models[0].labels({ progress: 'Named so far: 2 in layers 0-1.' })")
    page.locator(".sefa-label-view").get_by_text("Named so far: 2 in layers 0-1.").wait_for()
