"""A study in a panel without a widget: blind questions in each rater's own order, answers, counts."""

import json
import sys
import warnings

import numpy as np
import pytest

from sefa_widget import Edit, Labels, Start, sheet
from sefa_widget.labels import Study
from sefa_widget.measures.sliders import Measuring, Setting, Unedited
from sefa_widget.panel.asking import Asking
from tests.conftest import TinyStyle, seeded
from tests.locks import Guarded, held

YES = {"obvious": True, "meaningful": True, "name": "smile"}
NO = {"obvious": True, "meaningful": False}


@pytest.fixture
def study(tiny_style):
    return Study.of(
        tiny_style, "class", groups={"low": (0, 1), "high": (1, 3)}, n=2, controls=1, seeds=[4, 7]
    )


@pytest.fixture
def asking(tiny_style, study):
    return Asking(tiny_style, study, Labels())


def test_a_rater_is_asked_in_an_order_of_her_own_and_goes_on_where_she_stopped(tiny_style, study):
    labels = Labels()
    asking = Asking(tiny_style, study, labels)
    assert asking.info()["rater"] == ""
    asking.begin(" Ada ")
    asking.say(1, YES)
    (label,) = study.answers(labels)
    item = study.order("Ada")[1]
    assert (label.rater, label.index, label.search) == ("Ada", item.index, item.directions.search)
    assert (label.seeds, label.generator, label.name) == ((4, 7), tiny_style.name, "smile")
    again = Asking(tiny_style, study, labels)
    again.begin("Ada")
    assert again.info()["said"] == {"1": YES}
    again.begin("Bo")
    assert again.info()["said"] == {}


def test_nothing_that_is_told_says_which_direction_is_asked_about(asking):
    asking.begin("Ada")
    asking.say(0, NO)
    asking.look()
    told = json.dumps(asking.info())
    for word in ("random", "sefa", "index", "value", "method", "search", "vector"):
        assert word not in told


def test_progress_is_told_per_group_without_telling_random_directions_apart(asking):
    asking.begin("Ada")
    for place in range(4):
        asking.say(place, NO)
    groups = asking.info()["groups"]
    assert [(name, count) for name, _, count in groups] == [("low", 3), ("high", 3)]
    assert sum(done for _, done, _ in groups) == 4


def test_an_answer_is_given_again_and_taken_back_step_by_step(asking):
    asking.begin("Ada")
    asking.say(2, YES)
    asking.say(2, NO)
    assert asking.info()["said"] == {"2": {**NO, "name": ""}}
    asking.take_back()
    assert asking.info()["said"] == {"2": YES}
    asking.take_back()
    assert asking.info()["said"] == {}
    assert asking.result().raters == ()
    with pytest.raises(ValueError, match="no answer to take back"):
        asking.take_back()


def test_a_rater_takes_back_only_what_was_answered_here(tiny_style, study):
    labels = Labels()
    one, other = Asking(tiny_style, study, labels), Asking(tiny_style, study, labels)
    one.begin("Ada")
    other.begin("Bo")
    one.say(0, YES)
    other.say(0, YES)
    one.take_back()
    assert [label.rater for label in labels] == ["Bo"]


def test_what_others_answer_is_counted_when_it_is_looked_for(tiny_style, study, tmp_path):
    pytest.importorskip("krippendorff")
    store = tmp_path / "class.sqlite"
    teacher, pupil = (Asking(tiny_style, study, Labels(store)) for _ in range(2))
    assert teacher.look()
    assert not teacher.look()
    pupil.begin("Ada")
    pupil.say(0, YES)
    assert teacher.look()
    result = teacher.info()["result"]
    assert (result["raters"], sum(row["answers"] for row in result["rows"])) == ([["Ada", 1]], 1)
    assert [row["control"] for row in result["rows"]] == [False, True, False, True]


def test_without_what_counts_the_questions_go_on_and_it_is_said(asking, monkeypatch):
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    asking.begin("Ada")
    asking.say(0, YES)
    assert asking.look()
    info = asking.info()
    assert info["result"] is None
    assert "pip install 'sefa_widget[study]'" in info["uncounted"]


def test_answers_that_cannot_be_saved_are_said_and_are_not_lost(tiny_style, study, tmp_path):
    place = tmp_path / "store"
    place.write_bytes(b"no database " * 500)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        asking = Asking(tiny_style, study, Labels(place))
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is told in the panel
        asking.begin("Ada")
        asking.say(0, YES)
        info = asking.info()
        assert (info["unsaved"], info["said"]) == (1, {"0": YES})
        assert str(place) in info["problem"]
        assert info["place"] == str(place)
        asking.take_back()
        assert asking.info()["said"] == {}
        with pytest.raises(UserWarning, match="heard"):
            warnings.warn("other warnings are heard", stacklevel=1)


def test_all_directions_of_a_group_go_as_far_as_the_slider_of_its_first_one(tiny_style, study, asking):
    assert not asking.measured
    while not asking.measured:
        asking.measure()
    asking.begin("Ada")
    setting = Setting(0, tiny_style.opening.truncation_psi, None)
    for group in ("low", "high"):
        first = study.items[0 if group == "low" else 3].directions
        measuring = Measuring(tiny_style, first.first(1), first.edit_rows, Unedited(tiny_style, setting))
        while measuring.step():
            pass
        for place, item in enumerate(study.order("Ada")):
            if item.group == group:
                edit = asking.scene().edit(place, 0.5)
                assert edit.directions is item.directions
                assert edit.strengths == {item.index: pytest.approx(0.5 * float(measuring.range.ends[0]))}


def test_pictures_are_of_the_seeds_of_the_study(tiny_style, asking):
    scene = asking.scene()
    drawn = sheet(tiny_style, list(scene.starts.values()), [Edit()]).tiles
    opening = tiny_style.opening
    own = sheet(
        tiny_style,
        [Start(seed=seed, label=0, truncation_psi=opening.truncation_psi) for seed in (4, 7)],
        [Edit()],
    ).tiles
    assert np.array_equal(drawn, own)
    assert asking.info()["seeds"] == [4, 7]


def test_a_study_of_another_generator_is_refused(study):
    other = seeded(TinyStyle(), 1)
    with pytest.raises(ValueError, match=r"\(fingerprint .*\)") as refused:
        Asking(other, study, Labels())
    assert str(refused.value) == (
        f"The study 'class' asks about directions of another generator (fingerprint "
        f"{study.items[0].directions.fingerprint}), and this panel explores 'tinystyle' "
        f"({other.fingerprint}). Study.of(panel.generator, ...) makes one of this generator."
    )


def test_an_answer_that_cannot_be_is_refused_and_nothing_is_kept(asking):
    with pytest.raises(ValueError, match="Nobody has said who answers"):
        asking.say(0, YES)
    with pytest.raises(ValueError, match="The rater has no name"):
        asking.begin("  ")
    asking.begin("Ada")
    for place, fields, message in (
        (6, YES, "There is no question 6; places are 0 to 5"),
        (0, None, "is not taken away"),
        (0, {"obvious": True}, "meaningful is None; it must be True or False"),
        (0, {**YES, "sign": -1}, "A field of an answer"),
    ):
        with pytest.raises(ValueError, match=message):
            asking.say(place, fields)
    assert asking.info()["said"] == {}


def test_kappas_of_many_raters_are_told_by_the_lowest_and_the_highest(tiny_style, study):
    pytest.importorskip("krippendorff")
    labels = Labels()
    for rater in "ABCDEF":
        asking = Asking(tiny_style, study, labels)
        asking.begin(rater)
        for place, item in enumerate(study.order(rater)):
            asking.say(place, {"obvious": (item.index + ord(rater)) % 2 == 0, "meaningful": False})
    asking.look()
    obvious, meaningful = asking.info()["result"]["agreement"]
    assert (obvious["cohen"], obvious["range"]) == ([], [-0.8, 1.0])
    assert (meaningful["range"], meaningful["fleiss"]) == (None, None)


class Locked(Asking):
    """Asking whose parts that threads share may only be changed under the lock."""

    def __setattr__(self, name, value):
        if name in ("_rater", "_counted") and hasattr(self, "_counted"):
            assert held(self._lock), f"{name} without the lock"
        super().__setattr__(name, value)

    def _read_own(self):
        assert held(self._lock)
        super()._read_own()
        self._rater.said = Guarded(self._lock, self._rater.said)


def test_what_threads_share_is_used_under_the_lock(tiny_style, study):
    asking = Locked(tiny_style, study, Labels())
    asking.begin("Ada")
    asking.say(0, YES)
    asking.say(0, NO)
    asking.take_back()
    asking.take_back()
    assert asking.info()["said"] == {}
    asking.say(1, YES)
    assert asking.look()
    assert asking.info()["said"] == {"1": YES}
    assert asking._rater.said.used
