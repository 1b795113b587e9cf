"""What is known of a direction: whose label counts, and how it is told to the panel."""

import pytest

from sefa_widget import factorize
from sefa_widget.labels.directions import of_direction
from sefa_widget.panel.known import Known, described, is_of, progress, said, shown_name


@pytest.fixture
def found(tiny_style):
    return factorize(tiny_style, layers=(0, 2))


def label(found, index=1, name="smile", rater="Ada", **fields):
    return of_direction(found, index, name, None, rater=rater, **fields)


def test_the_first_label_of_a_direction_counts_unless_it_is_of_the_rater(found):
    labels = [label(found, rater="Ada"), label(found, name="grin", rater="Bo"), label(found, 2, "age")]

    def names(rater):
        return {index: one.label.name for index, one in said(labels, found, rater).items()}

    assert names("Bo") == {1: "grin", 2: "age"}
    assert names("Ada") == {1: "smile", 2: "age"}
    assert names("Cem") == {1: "grin", 2: "age"}


def test_a_rater_who_said_more_than_once_is_known_by_the_last(found):
    labels = [label(found, name="smile"), label(found, name="grin"), label(found, name="laugh", rater="Bo")]
    assert said(labels, found, "Ada")[1].label.name == "grin"


def test_labels_of_other_searches_weights_and_numbers_are_of_other_directions(found, tiny_style, tiny):
    assert is_of(label(found), found)
    assert not is_of(label(factorize(tiny_style, layers=(0, 1))), found)
    assert not is_of(label(found, len(found) - 1), found.first(2))
    assert not is_of(label(found).replaced(name="x"), factorize(tiny))


def test_a_direction_that_is_turned_round_has_its_range_turned_too(found):
    known = Known(label(found, sign=1, range=(-1, 3), note="slow", meaningful=True), -1, 0.97654)
    about = described(known)
    assert about["sign"] == -1
    assert about["range"] == [-3, 1]
    assert about["similarity"] == 0.977
    assert (about["name"], about["note"], about["meaningful"], about["obvious"]) == (
        "smile",
        "slow",
        True,
        None,
    )
    assert described(Known(known.label, 1))["range"] == [-1, 3]
    assert described(Known(label(found), 1))["range"] is None
    assert described(Known(label(found), 1))["similarity"] == 1


def test_a_shown_name_comes_with_its_end_and_range_and_no_answer_has_one(found):
    known = Known(label(found, sign=-1, range=(0, 2)), 1, 0.9)
    assert shown_name(known) == {"name": "smile", "sign": 1, "range": [-2, 0]}
    assert shown_name(Known(label(found, name=""), 1)) == {}
    assert shown_name(None) == {}


def test_progress_counts_each_named_direction_once_by_the_layers_of_its_search(found, tiny_style, tiny):
    other = factorize(tiny_style, layers=(2, 3))
    labels = [
        label(found),
        label(found, name="grin", rater="Bo"),
        label(found, 2, "age"),
        label(found, 3, ""),
        label(other, 0, "skin"),
        label(factorize(tiny), 0, "stranger"),
    ]
    assert progress(labels, found) == "Named so far: 2 in layers 0-1, 1 in layers 2."
    assert progress([label(found, 3, "")], found) == ""
