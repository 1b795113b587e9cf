import json

import pytest

from sefa_widget import read_answers
from sefa_widget.pages.lesson import lesson_searches, lesson_steps
from sefa_widget.panel.session import Session

STEP = {"title": "Glasses", "question": "Which?", "choices": ["1", "2"], "told": ["No.", "Yes."]}


@pytest.fixture
def session(tiny):
    return Session(tiny)


def test_a_step_has_all_its_parts_and_a_state_as_the_panel_has_it(session):
    (step,) = lesson_steps([{**STEP, "state": {"starts": [7], "strengths": {0: 1}}}], session)
    assert step["text"] == ""
    assert step["choices"] == ["1", "2"]
    assert step["state"] == {"starts": [{"seed": 7, "label": None, "name": ""}], "strengths": {"0": 1}}


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([{}], "Step 0 of the lesson has no title"),
        ([STEP, {**STEP, "text": "again"}], "Two steps of the lesson are called 'Glasses'"),
        ([{**STEP, "told": ["No."]}], "Step 0 of the lesson tells 1 texts to 2 choices"),
        ([{**STEP, "stat": {}}], "'stat'"),
        ([STEP, {"title": "Seed", "state": {"starts": [-1]}}], "Step 1 of the lesson: The seed is -1"),
        ([{"title": 3}], "Step 0 of the lesson: title"),
        ("glasses", "lesson"),
        ([{**STEP, "choices": [1]}], "choices"),
    ],
)
def test_what_is_wrong_is_said_with_its_step(session, steps, message):
    with pytest.raises(ValueError, match=message):
        lesson_steps(steps, session)


def test_what_a_page_cannot_change_is_refused_and_directions_of_steps_are_held(session):
    with pytest.raises(ValueError, match="Step 0 of the lesson: a page has the normalize that the panel has"):
        lesson_steps([{"title": "x", "state": {"normalize": False}}], session)
    same = {"title": "y", "state": {"normalize": True, "layers": (0, 2), "method": "composed"}}
    steps = lesson_steps([{"title": "x"}, {"title": "z", "state": {"layers": (0, 1)}}, same], session)
    assert "normalize" not in steps[2]["state"]
    assert lesson_searches(steps, session.state) == [(None, (0, 1)), ("composed", (0, 2))]


def answers(name, answer):
    one = {"step": "Glasses", "question": "Which?", "answer": answer, "time": "2026-01-01T00:00:00Z"}
    about = {"format": "sefa_widget answers", "version": 1, "lesson": "heads", "name": name}
    return json.dumps({**about, "answers": [one]})


def test_the_answers_of_a_class_are_one_table(tmp_path):
    for name, answer in (("Ada", "2"), ("Bo", "1")):
        (tmp_path / f"{name}.json").write_text(answers(name, answer))
    rows = read_answers(tmp_path)
    assert [(row["name"], row["step"], row["answer"]) for row in rows] == [
        ("Ada", "Glasses", "2"),
        ("Bo", "Glasses", "1"),
    ]
    assert read_answers([tmp_path / "Bo.json"])[0]["lesson"] == "heads"


@pytest.mark.parametrize(
    "text", ["no JSON", "[]", '{"format": "x"}', answers("Ada", "2").replace("step", "ste")]
)
def test_another_file_is_refused_by_its_name(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(ValueError, match=r"'x.json' holds no answers of a lesson"):
        read_answers(tmp_path)
