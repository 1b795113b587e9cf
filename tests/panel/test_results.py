"""The counts of a study as the panel is told of them."""

import json
import math

import pytest

from sefa_widget.labels import Agreement, StudyResult
from sefa_widget.labels.agreement import Share
from sefa_widget.labels.counts import GroupCount
from sefa_widget.panel.results import MOST_PAIRS, described_result

NAN = math.nan
LOW = GroupCount(
    group="low",
    control=False,
    asked=3,
    answers=5,
    obvious=Share(2, 3, 0.2, 0.9),
    meaningful=Share(1, 3, 0.1, 0.7),
    by_rater={"Ada": (2, 1, 3), "Bo": (1, 0, 2)},
)
RANDOM = GroupCount("low", True, 2, 1, Share(1, 1, 0.2, 1.0), Share(0, 1, 0.0, 0.8), {"Bo": (1, 0, 1)})


def agreement(kappas, fleiss=0.25, krippendorff=-0.12345, common=4):
    pairs = {(f"a{number}", f"b{number}"): kappa for number, kappa in enumerate(kappas)}
    return Agreement(pairs, fleiss, krippendorff, common)


def told(groups=(LOW, RANDOM), raters=("Ada", "Bo", "Cem"), **agreements):
    return described_result(StudyResult(groups, Share(0, 1, 0.0, 0.8), agreements, raters, 7))


def test_a_row_is_told_for_each_group_and_its_random_directions():
    assert told()["rows"] == [
        {
            "group": "low",
            "control": False,
            "asked": 3,
            "answers": 5,
            "obvious": "2/3 (20-90 %)",
            "meaningful": "1/3 (10-70 %)",
        },
        {
            "group": "low",
            "control": True,
            "asked": 2,
            "answers": 1,
            "obvious": "1/1 (20-100 %)",
            "meaningful": "0/1 (0-80 %)",
        },
    ]


def test_each_rater_is_told_with_how_many_answers_all_groups_have_of_hers():
    assert told()["raters"] == [["Ada", 3], ["Bo", 3], ["Cem", 0]]


def test_what_random_directions_were_found_to_mean_and_what_is_ignored_is_told():
    assert (told()["false_positives"], told()["ignored"]) == ("0/1 (0-80 %)", 7)


def test_agreement_is_told_for_each_question_with_three_digits():
    (first, second) = told(obvious=agreement([0.56789]), meaningful=agreement([], common=0))["agreement"]
    assert first == {
        "question": "obvious",
        "fleiss": 0.25,
        "krippendorff": -0.123,
        "cohen": [["a0", "b0", 0.568]],
        "range": [0.568, 0.568],
        "common": 4,
    }
    assert (second["question"], second["cohen"], second["range"]) == ("meaningful", [], None)
    assert second["common"] == 0


@pytest.mark.parametrize(("count", "each"), [(MOST_PAIRS, MOST_PAIRS), (MOST_PAIRS + 1, 0)])
def test_of_many_pairs_only_the_lowest_and_the_highest_are_told(count, each):
    kappas = [0.1 * number for number in range(count)]
    (question,) = told(obvious=agreement(kappas))["agreement"]
    assert len(question["cohen"]) == each
    assert question["range"] == [0.0, round(kappas[-1], 3)]


def test_what_is_not_defined_is_told_as_nothing():
    (question,) = told(obvious=agreement([NAN, 0.5, -0.25], fleiss=NAN, krippendorff=NAN))["agreement"]
    assert (question["fleiss"], question["krippendorff"]) == (None, None)
    assert [kappa for _, _, kappa in question["cohen"]] == [None, 0.5, -0.25]
    assert question["range"] == [-0.25, 0.5]
    (question,) = told(obvious=agreement([NAN]))["agreement"]
    assert question["range"] is None


def test_names_that_no_message_can_carry_are_told_all_the_same():
    group = GroupCount("g\ud800", False, 1, 1, LOW.obvious, LOW.meaningful, {"r\ud800": (1, 1, 1)})
    pairs = Agreement({("r\ud800", "s\ud800"): 0.5}, 0.5, 0.5, 1)
    about = told((group,), ("r\ud800",), obvious=pairs)
    json.dumps(about, ensure_ascii=False).encode()
    assert about["rows"][0]["group"] == "g?"
    assert about["raters"] == [["r?", 1]]
    assert about["agreement"][0]["cohen"] == [["r?", "s?", 0.5]]
