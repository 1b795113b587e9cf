"""A study counts what raters say, beside what they say of random directions, and how far they agree."""

import math
import sys

import pytest

from sefa_widget import Labels, load_generator
from sefa_widget.labels import Study
from tests.conftest import TinyStyle, seeded

YES_YES, YES_NO, NO_YES, NO_NO = 20, 5, 10, 15
"""Answers of two raters to 50 items."""


@pytest.fixture(scope="module")
def heads():
    return load_generator("heads", device="cpu")


def answer(study, labels, rater, says):
    """Let a scripted rater answer everything; `says` gives obvious and meaningful for an item."""
    for item in study.remaining(labels, rater):
        obvious, meaningful = says(item)
        study.answer(labels, item, rater, obvious=obvious, meaningful=meaningful)


def test_a_study_asks_the_first_directions_of_each_group_and_random_ones(heads):
    study = Study.of(heads, "class", n=4)
    assert [(item.group, item.control) for item in study.items] == [
        (group, control) for group in ("0-1", "2-5", "6-9") for control in (False,) * 4 + (True,) * 2
    ]
    assert study.items[0].directions.layers == (0, 1)
    assert {item.directions.method for item in study.items if item.control} == {"random"}
    randoms = [item.directions.vectors[0] for item in study.items if item.control and item.index == 0]
    assert max(abs(float(a @ b)) for n, a in enumerate(randoms) for b in randoms[:n]) < 0.9
    own = Study.of(heads, "class", groups={"pose": (0, 3), "rest": [5, 6]}, n=2, controls=0, method="pca")
    assert [item.group for item in own.items] == ["pose", "pose", "rest", "rest"]


def test_everybody_gets_the_same_items_in_an_order_of_their_own(heads):
    one, other = Study.of(heads, "class", seed=3), Study.of(heads, "class", seed=3)
    keys = [item.key for item in one.items]
    assert [item.key for item in other.items] == keys
    ada, bo = ([item.key for item in study.order(rater)] for study, rater in ((one, "Ada"), (one, "Bo")))
    assert ada == [item.key for item in other.order("Ada")]
    assert set(ada) == set(bo) == set(keys)
    assert len({tuple(ada), tuple(bo), tuple(keys)}) == 3


def test_everybody_sees_the_same_people(heads, tiny_style):
    assert Study.of(heads, "class", n=1).seeds == heads.opening.seeds
    assert Study.of(tiny_style, "class", n=1).seeds == (0, 1, 2)
    assert Study.of(heads, "class", n=1, seeds=[5, 6]).seeds == (5, 6)


def test_answers_are_kept_seen_by_others_and_can_be_given_again(heads, path):
    study = Study.of(heads, "class", n=2, controls=0)
    labels, teacher = Labels(path), Labels(path)
    item = study.remaining(labels, "Ada")[0]
    study.answer(labels, item, "Ada", obvious=True, meaningful=True, name="turn", generator=heads, seeds=[1])
    assert item.key not in [one.key for one in study.remaining(teacher, "Ada")]
    assert len(study.remaining(teacher, "Bo")) == len(study.items)
    study.answer(teacher, item, "Ada", obvious=True, meaningful=False)
    (label,) = study.answers(labels)
    assert (label.study, label.rater, label.meaningful, label.name) == ("class", "Ada", False, "")
    assert (label.generator, label.seeds) == ("heads", (1,))


def test_two_scripted_raters_give_their_known_counts_and_kappas(heads):
    pytest.importorskip("statsmodels")
    pytest.importorskip("krippendorff")
    study = Study.of(heads, "class", groups={"low": (0, 2), "high": (6, 10)}, n=20, controls=5)
    assert len(study.items) == YES_YES + YES_NO + NO_YES + NO_NO
    place = {item.key: number for number, item in enumerate(study.items)}
    first = range(YES_YES + YES_NO)
    second = [*range(YES_YES), *range(YES_YES + YES_NO, YES_YES + YES_NO + NO_YES)]
    labels = Labels()
    answer(study, labels, "Ada", lambda item: (True, place[item.key] in first))
    answer(study, labels, "Bo", lambda item: (True, place[item.key] in second))
    result = study.result(labels)

    found = result.agreement["meaningful"]
    agreed, yes = (YES_YES + NO_NO) / 50, (25 + 30) / 100
    assert found.cohen[("Ada", "Bo")] == pytest.approx(0.4)  # (0.7 - 0.5) / (1 - 0.5)
    by_chance = yes**2 + (1 - yes) ** 2
    assert found.fleiss == pytest.approx((agreed - by_chance) / (1 - by_chance))
    assert found.krippendorff == pytest.approx(1 - (1 - agreed) / (2 * 55 * 45 / (100 * 99)))
    assert found.common == 50
    assert math.isnan(result.agreement["obvious"].fleiss)  # everybody said yes to all

    low, low_random, high, _ = result.groups
    assert (low.group, low.control, low.asked, low.answers) == ("low", False, 20, 40)
    assert (low.meaningful.count, low.meaningful.items) == (20, 20)
    assert (low_random.meaningful.count, low_random.meaningful.items) == (0, 5)  # one of two is not most
    assert low_random.by_rater == {"Ada": (5, 5, 5), "Bo": (5, 0, 5)}
    assert (high.obvious.count, high.meaningful.count) == (20, 0)
    assert high.by_rater["Bo"] == (20, 10, 20)
    assert (result.false_positives.count, result.false_positives.items) == (0, 10)
    assert (result.raters, result.ignored) == (("Ada", "Bo"), 0)


def test_shares_have_wilson_intervals(tiny_style):
    pytest.importorskip("statsmodels")
    pytest.importorskip("krippendorff")
    study = Study.of(tiny_style, "class", groups={"all": None}, n=6, controls=0)
    labels = Labels()
    answer(study, labels, "Ada", lambda item: (True, item.index < 3))
    (group,) = study.result(labels).groups
    z, n, p = 1.959964, 6, 0.5
    middle, half = p, z * math.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    assert (group.meaningful.low, group.meaningful.high) == pytest.approx(
        (middle - half, middle + half), abs=1e-6
    )
    assert (group.obvious.high, str(group.meaningful)) == (1.0, "3/6 (19-81 %)")


def test_counts_grow_as_answers_come_in_and_raters_may_skip(heads):
    pytest.importorskip("statsmodels")
    pytest.importorskip("krippendorff")
    study, labels = Study.of(heads, "class", n=2, controls=1), Labels()
    assert "-" in str(study.result(labels))
    order = study.order("Ada")
    study.answer(labels, order[0], "Ada", obvious=True, meaningful=True)
    result = study.result(labels)
    assert sum(group.answers for group in result.groups) == 1
    assert math.isnan(result.agreement["obvious"].krippendorff)
    for rater, item, says in (("Bo", order[0], True), ("Bo", order[1], False), ("Cy", order[1], False)):
        study.answer(labels, item, rater, obvious=says, meaningful=says)
    found = study.result(labels).agreement["obvious"]
    assert (found.krippendorff, found.common) == (1.0, 0)
    assert math.isnan(found.cohen[("Ada", "Cy")])


def test_answers_of_another_generator_or_other_items_are_told_and_not_counted(tiny_style):
    pytest.importorskip("statsmodels")
    pytest.importorskip("krippendorff")
    groups, labels = {"all": None}, Labels()
    study = Study.of(tiny_style, "class", groups=groups, n=2, controls=0)
    for other in (
        Study.of(seeded(TinyStyle(), 1), "class", groups=groups, n=2, controls=0),
        Study.of(tiny_style, "class", groups={"first": (0, 1)}, n=2, controls=0),
    ):
        answer(other, labels, "Ada", lambda item: (True, True))
    result = study.result(labels)
    assert (result.ignored, result.groups[0].answers) == (4, 0)
    assert "4 answers are of none of the directions" in str(result)


@pytest.mark.parametrize("library", ["statsmodels.stats.proportion", "krippendorff"])
def test_counting_without_its_libraries_says_what_to_install(tiny_style, monkeypatch, library):
    study = Study.of(tiny_style, "class", groups={"all": None}, n=2)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=r"pip install 'sefa_widget\[study\]'"):
        study.result(Labels())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": ""}, "name is empty"),
        ({"name": 3}, "name is an int .*; it must be a text"),
        ({"n": 0}, "n is 0; it must be 1 to 6"),
        ({"controls": -1}, "controls is -1; it must be 0 to 6"),
        ({"groups": {}}, "groups is empty"),
        ({"groups": [(0, 2)]}, "groups is a list .*; it must be a dict of layers"),
        ({"groups": {"a": (0, 9)}}, "Layer range 0:9 is outside 0:3"),
        ({"seed": -1}, "seed is -1"),
        ({"seeds": 3}, "seeds is an int .*; it must be a list of seeds"),
        ({"seeds": []}, "seeds are 0; raters are shown 1 to 8"),
        ({"seeds": [-1]}, "A seed is -1"),
        ({"method": "SeFa"}, "Did you mean 'sefa'"),
    ],
)
def test_a_study_that_cannot_be_is_refused(tiny_style, options, message):
    with pytest.raises(ValueError, match=message):
        Study.of(tiny_style, **{"name": "class", **options})


def test_an_answer_that_cannot_be_is_refused(tiny_style):
    study, labels = Study.of(tiny_style, "class", groups={"all": None}, n=2), Labels()
    item = study.items[0]
    for wrong, message in (
        ({"rater": ""}, "rater is empty"),
        ({"obvious": None}, "obvious is None; it must be True or False"),
        ({"meaningful": 1}, "meaningful is 1; it must be True or False"),
        ({"item": 0}, "item is an int .*; it must be an item of study.items"),
        ({"labels": []}, "labels is a list .*; it must be Labels"),
        ({"note": 3}, "note is an int"),
    ):
        good = {"labels": labels, "item": item, "rater": "Ada", "obvious": True, "meaningful": True}
        with pytest.raises(ValueError, match=message):
            study.answer(**{**good, **wrong})
    assert len(labels) == 0
