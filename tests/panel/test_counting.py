"""The counts of a study are read again when there is something new, and what fails is said once."""

import logging
import sys

import pytest

from sefa_widget import Labels
from sefa_widget.labels import Study
from sefa_widget.panel.counting import Counted, counted


@pytest.fixture
def study(tiny_style):
    return Study.of(tiny_style, "class", n=2, controls=1)


@pytest.fixture
def labels():
    return Labels()


def answer(study, labels, generator, place=0):
    item = study.order("Ada")[place]
    study.answer(labels, item, "Ada", obvious=True, meaningful=False, name="", generator=generator, seeds=[0])


def test_at_first_nothing_is_known():
    assert Counted() == Counted(version=None, result=None, problem="")


def test_answers_are_counted_again_only_if_there_are_others(study, labels, tiny_style):
    pytest.importorskip("krippendorff")
    first = counted(study, labels, Counted())
    assert (first.problem, first.result["raters"]) == ("", [])
    assert counted(study, labels, first) is first
    answer(study, labels, tiny_style)
    second = counted(study, labels, first)
    assert second.result["raters"] == [["Ada", 1]]
    assert second.version != first.version
    assert counted(study, labels, second) is second
    answer(study, labels, tiny_style, 1)
    assert counted(study, labels, second).result["raters"] == [["Ada", 2]]


def test_answers_that_wait_for_their_store_count_too(study, labels, tiny_style, monkeypatch):
    first = counted(study, labels, Counted())
    for name, value in (("unsaved", (1, 2)), ("problem", "The disk is full.")):
        with monkeypatch.context() as away:
            away.setattr(type(labels), name, property(lambda _, value=value: value))
            assert counted(study, labels, first) is not first
    assert counted(study, labels, first) is first


def test_what_is_not_installed_is_said_without_a_count(study, labels, monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    found = counted(study, labels, Counted())
    assert found.result is None
    assert "pip install 'sefa_widget[study]'" in found.problem
    assert caplog.text == ""
    assert counted(study, labels, found) is found


def test_a_count_that_fails_is_logged_and_said_until_something_changes(
    study, labels, tiny_style, monkeypatch, caplog
):
    def fail(study, labels):
        raise ZeroDivisionError("half a pair: \ud800")

    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR, "sefa_widget"):
        broken.setattr(Study, "result", fail)
        found = counted(study, labels, Counted())
        assert counted(study, labels, found) is found
    assert found.problem == "The answers could not be counted: half a pair: ?"
    assert found.result is None
    assert caplog.text.count("The study could not be counted.") == 1
    answer(study, labels, tiny_style)
    assert counted(study, labels, found).problem == ""
