import math

import pytest

from sefa_widget.reports.html import Html, details, digits, join, table, tag, with_error

EVIL = "<script>x</script> & \"'"
SAFE = "&lt;script&gt;x&lt;/script&gt; &amp; &quot;&#x27;"


def test_a_text_is_escaped_wherever_it_is_put_and_an_element_stays_one():
    assert tag("p", EVIL, tag("b", EVIL), title=EVIL) == f'<p title="{SAFE}">{SAFE}<b>{SAFE}</b></p>'
    assert join(EVIL, Html("<br>")) == f"{SAFE}<br>"
    assert details(EVIL, EVIL) == f"<details><summary>{SAFE}</summary>{SAFE}</details>"


def test_a_table_escapes_titles_cells_and_its_caption():
    text = table([{"a": EVIL, EVIL: 1}], EVIL)
    assert EVIL not in text
    assert text.count(SAFE) == 5  # the caption twice, the title twice, the cell


def test_attributes_of_no_value_and_those_left_out():
    assert tag("input", hidden=True, checked=False, name=None) == "<input hidden>"
    assert tag("p", aria_label=0, class_="x") == '<p aria-label="0" class="x"></p>'


def test_numbers_in_a_table_have_three_digits_and_stand_right():
    text = table([{"n": 0, "value": 0.123456, "count": 7}], "c")
    assert '<th scope="row">0</th>' in text
    assert '<td class="number" data-title="value">0.123</td>' in text
    assert '<td class="number" data-title="count">7</td>' in text


@pytest.mark.parametrize(
    ("value", "text"), [(-0.5, "\N{MINUS SIGN}0.5"), (1234567.0, "1230000"), (1e-5, "1e\N{MINUS SIGN}05")]
)
def test_numbers_have_a_real_minus_sign(value, text):
    assert digits(value) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(-0.126, 0.244, "-0.13 ± 0.24"), (0.1, 0.0041, "+0.100 ± 0.004"), (2.0, 0.0, "+2.00 ± 0.00")],
)
def test_a_measured_number_has_the_digits_of_its_error(value, error, text):
    expected = text.replace("-", "\N{MINUS SIGN}").replace(" ", "\N{NO-BREAK SPACE}")
    assert with_error(value, error, "+") == expected


def test_an_error_that_is_not_known_does_not_stop_a_report():
    assert "nan" in with_error(1.0, math.nan)
