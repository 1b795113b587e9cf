import pytest

from sefa_widget import factorize
from sefa_widget.panel.contents import edits, shown, starts
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import FIELDS
from sefa_widget.pictures.editing import UNEDITED
from sefa_widget.pictures.starts import Start


def test_each_start_has_its_seed_and_class_and_the_truncation_of_all(tiny_style):
    pins = [{"seed": 3, "label": 2}, {"seed": 4, "label": 1}]
    session = Session(tiny_style, {"starts": pins, "truncation_psi": 0.5, "truncation_cutoff": 2})
    common = {"truncation_psi": 0.5, "truncation_cutoff": 2}
    assert starts(tiny_style, session.state) == (Start(3, label=2, **common), Start(4, label=1, **common))


def test_an_edit_has_the_directions_strengths_and_rows_of_its_search(tiny_style):
    session = Session(tiny_style, {"layers": (1, 3), "strengths": {0: 1.0, 2: -2.0}})
    (edit,) = edits(session.state, session.found())
    assert edit.directions is session.directions()
    assert (dict(edit.strengths), edit.rows) == ({0: 1.0, 2: -2.0}, [1, 2])


def test_strengths_of_directions_that_there_are_none_of_are_left_out(tiny):
    few = factorize(tiny, method="random", k=2)
    session = Session(tiny, {"strengths": {1: 1.0, 2: 2.0}, "second": "few"}, directions={"few": few})
    first, second = edits(session.state, session.found())
    assert dict(first.strengths) == {1: 1.0, 2: 2.0}
    assert list(second.strengths) == [1]
    session.apply({"method": "few", "second": None, "strengths": {1: 0}})
    assert edits(session.state, session.found()) == (UNEDITED,)


def test_without_strengths_there_are_as_many_columns(tiny):
    session = Session(tiny, {"strengths": {1: 1.0}, "second": "random", "original": True})
    assert edits(session.state, session.found(), unedited=True) == (UNEDITED,) * 3
    assert edits(session.state, session.found())[0] is UNEDITED


CHANGES = {
    "starts": [5],
    "strengths": {0: 1.0},
    "carried": [{"method": "random", "strengths": {0: 1.0}}],
    "layers": (0, 2),
    "edit_layers": (1, 2),
    "method": "random",
    "normalize": False,
    "second": "random",
    "original": True,
    "noise": "none",
    "truncation_psi": 0.5,
    "truncation_cutoff": 1,
}


@pytest.mark.parametrize("name", CHANGES)
def test_pictures_depend_on_all_fields_but_those_that_make_nothing_stale(tiny_style, name):
    session = Session(tiny_style)
    before = shown(session.state)
    assert shown(session.apply({name: CHANGES[name]})) != before


def test_there_is_a_change_for_each_field_that_pictures_depend_on():
    depend = {name for name, field in FIELDS.items() if field.stale != "nothing"}
    assert depend == {*CHANGES, "options"}
