"""A panel shows a study: its messages give scripted raters' known counts, and nothing tells what is asked."""

import numpy as np
import pytest

from sefa_widget import Edit, Labels, explore, sheet
from sefa_widget.labels import Study
from sefa_widget.panel.worker import Worker
from tests.locks import held, under

YES_YES, YES_NO, NO_YES, NO_NO = 20, 5, 10, 15
"""Answers of two raters to 50 questions."""


class Rater:
    """Somebody at a panel of her own, who only sends what a view sends."""

    def __init__(self, panel, comm, name):
        self.panel, self.comm = panel, comm
        self.send({"type": "join", "rater": name})
        self.name = name

    def send(self, content):
        self.panel._handle_custom_msg({"view": "v", **content}, [])

    def answer(self, place, obvious, meaningful, name=""):
        fields = {"obvious": obvious, "meaningful": meaningful, "name": name}
        self.send({"type": "label", "index": place, "fields": fields, "study": True})

    @property
    def told(self):
        return self.panel.study_info

    def errors(self):
        custom = [m["data"]["content"] for m in self.comm.sent if m["data"].get("method") == "custom"]
        return [content["message"] for content in custom if content["type"] == "error"]


class Clock:
    """A clock that a test moves; it begins later than the machine's."""

    now = 1e12

    def __call__(self):
        return self.now


def pass_time(panel):
    """Let the worker of a panel do what is due in the next half minute."""
    for _ in range(3):
        panel._stream._clock.now += 10
        panel._stream.step()


@pytest.fixture
def open_study(recorded_comms, monkeypatch):
    """Open panels whose worker is the test."""
    monkeypatch.setattr(Worker, "wake", lambda worker: None)
    panels = []

    def open_(generator, study, labels, name=None):
        panel = explore(generator, labels=labels, rater="somebody", study=study)
        panels.append(panel)
        panel._stream._clock = Clock()
        return panel if name is None else Rater(panel, recorded_comms[-1], name)

    yield open_
    for panel in panels:
        panel.close()


def test_two_scripted_raters_in_kernels_of_their_own_give_their_known_counts_and_kappas(
    tiny_style, open_study, tmp_path
):
    pytest.importorskip("krippendorff")
    groups = {"low": (0, 2), "high": (2, 3)}
    d = tiny_style.latent_dim
    study = Study.of(tiny_style, "class", groups=groups, n=d, controls=d)
    count = len(study.items)
    both, one, other = count // 2, count // 8, count // 4
    place_of = {item.key: number for number, item in enumerate(study.items)}
    meant = {"Ada": {*range(both + one)}, "Bo": {*range(both), *range(both + one, both + one + other)}}
    raters = [open_study(tiny_style, study, Labels(tmp_path / "class"), name) for name in meant]
    for rater in raters:
        for place, item in enumerate(study.order(rater.name)):
            rater.answer(place, True, place_of[item.key] in meant[rater.name])
    teacher = open_study(tiny_style, study, Labels(tmp_path / "class"))

    result = teacher.study_results()
    none = count - both - one - other
    agreed = (both + none) / count
    first, second = (both + one) / count, (both + other) / count
    chance = first * second + (1 - first) * (1 - second)
    found = result.agreement["meaningful"]
    assert found.cohen[("Ada", "Bo")] == pytest.approx((agreed - chance) / (1 - chance))
    mean = (first + second) / 2
    pooled = mean**2 + (1 - mean) ** 2
    assert found.fleiss == pytest.approx((agreed - pooled) / (1 - pooled))
    assert found.common == count
    low, low_random, *_ = result.groups
    assert low.by_rater["Ada"] == (d, sum(n in meant["Ada"] for n in range(d)), d)
    assert low_random.by_rater["Bo"][1] == sum(n in meant["Bo"] for n in range(d, 2 * d))
    assert (result.raters, result.ignored) == (("Ada", "Bo"), 0)

    pass_time(teacher)
    told = teacher.study_info["result"]
    assert told["raters"] == [["Ada", count], ["Bo", count]]
    question = told["agreement"][1]
    assert question["cohen"] == [["Ada", "Bo", pytest.approx(found.cohen[("Ada", "Bo")], abs=1e-3)]]
    assert told["false_positives"] == str(result.false_positives)
    assert [row["meaningful"] for row in told["rows"]] == [str(group.meaningful) for group in result.groups]


def test_the_counts_of_a_teachers_panel_grow_as_others_answer(tiny_style, open_study, tmp_path):
    pytest.importorskip("krippendorff")
    study = Study.of(tiny_style, "class", n=2)
    teacher = open_study(tiny_style, study, Labels(tmp_path / "class"))
    teacher._handle_custom_msg({"type": "hello", "view": "v", "seq": 1, "padded": False}, [])
    rater = open_study(tiny_style, study, Labels(tmp_path / "class"), "Ada")
    for answers in (1, 2):
        rater.answer(answers, True, False)
        pass_time(teacher)
        rows = teacher.study_info["result"]["rows"]
        assert sum(row["answers"] for row in rows) == answers


def test_an_answer_is_in_the_store_when_it_is_told_and_is_taken_back(tiny_style, open_study, tmp_path):
    study = Study.of(tiny_style, "class", n=2)
    rater = open_study(tiny_style, study, Labels(tmp_path / "class"), "Ada")
    rater.answer(0, True, True, "smile")
    assert rater.told["said"]["0"] == {"obvious": True, "meaningful": True, "name": "smile"}
    assert [label.name for label in study.answers(Labels(tmp_path / "class"))] == ["smile"]
    rater.send({"type": "take_back", "study": True})
    assert rater.told["said"] == {}
    assert study.answers(Labels(tmp_path / "class")) == ()
    assert rater.errors() == []


def test_small_pictures_of_a_study_are_its_questions_at_shares_of_their_ends(tiny_style, open_study):
    study = Study.of(tiny_style, "class", n=2, seeds=[4, 7])
    rater = open_study(tiny_style, study, Labels(), "Ada")
    rater.send({"type": "look", "name": "study 1", "size": 16, "items": [[1, 0, 1.0]], "study": True})
    pass_time(rater.panel)
    (message,) = [m for m in rater.comm.sent if m["data"].get("content", {}).get("type") == "look"]
    item = study.order("Ada")[0]
    reach = rater.panel._asking._reach[item.group]
    wanted = sheet(
        tiny_style, [rater.panel._asking.scene().starts[1]], Edit(item.directions, {item.index: reach})
    ).tiles[0, 0]
    rgba = np.frombuffer(message["buffers"][0], np.uint8).reshape(*wanted.shape[:2], 4)
    assert np.abs(rgba[..., :3].astype(int) - wanted).max() <= 1


def test_pictures_of_another_raters_order_are_not_drawn(tiny_style, open_study):
    study = Study.of(tiny_style, "class", n=2)
    rater = open_study(tiny_style, study, Labels(), "Ada")
    rater.send({"type": "look", "name": "study 1", "size": 16, "items": [[0, 0, 1.0]], "study": True})
    rater.send({"type": "join", "rater": "Bo"})
    pass_time(rater.panel)
    assert [m for m in rater.comm.sent if m["data"].get("content", {}).get("type") == "look"] == []


def test_the_sliders_are_back_when_the_study_is_left_and_its_counts_can_still_be_read(tiny_style, open_study):
    pytest.importorskip("krippendorff")
    study = Study.of(tiny_style, "class", n=2)
    rater = open_study(tiny_style, study, Labels(), "Ada")
    rater.answer(0, True, False)
    rater.send({"type": "join", "rater": None})
    assert rater.told == {}
    assert rater.panel.study_results().raters == ("Ada",)
    rater.answer(1, True, False)
    assert rater.errors() == [
        "No study runs in this panel; panel.study('class of 2026') shows the questions of one."
    ]
    rater.panel.study(study)
    rater.panel.study(None)
    assert rater.told == {}


def test_a_name_stands_for_the_study_of_the_panels_generator(tiny_style, open_study):
    panel = open_study(tiny_style, "class", Labels())
    again = Study.of(tiny_style, "class")
    assert [item.key for item in panel._asking.study.items] == [item.key for item in again.items]
    assert (panel.study_info["name"], panel.study_info["user"]) == ("class", "somebody")


def test_no_slider_is_measured_while_a_study_runs(tiny_style, open_study, monkeypatch):
    panel = open_study(tiny_style, "class", Labels())
    measured = []
    monkeypatch.setattr(panel._session.finder, "measure", measured.append)
    panel._handle_custom_msg({"type": "hello", "view": "v", "seq": 1, "padded": False}, [])
    for _ in range(3):
        pass_time(panel)
    assert panel._asking.measured
    assert measured == []


def test_what_is_no_study_is_refused_and_the_panel_is_closed(tiny_style, tiny, recorded_comms):
    with pytest.raises(ValueError, match="study is an int") as refused:
        explore(tiny_style, labels=Labels(), study=3)
    assert recorded_comms[-1].sent[-1]["msg_type"] == "comm_close"
    del refused  # its traceback kept the panel until here
    panel = explore(tiny_style, labels=Labels())
    with pytest.raises(ValueError, match="No study runs"):
        panel.study_results()
    panel.close()
    with pytest.raises(RuntimeError, match="closed"):
        panel.study_results()


def test_a_study_is_told_under_a_lock_so_that_the_newest_counts_come_last(
    tiny_style, open_study, monkeypatch
):
    panel = open_study(tiny_style, Study.of(tiny_style, "class", n=2), Labels())
    info = panel._asking.info
    monkeypatch.setattr(panel._asking, "info", under(panel._study_lock, info))
    set_trait, told = panel.set_trait, []

    def set_under_the_lock(name, value):
        if name == "study_info":
            told.append(value)
            assert held(panel._study_lock)
        set_trait(name, value)

    monkeypatch.setattr(panel, "set_trait", set_under_the_lock)
    panel._handle_custom_msg({"type": "join", "view": "v", "rater": "Ada"}, [])
    panel.study(None)
    assert [bool(value) for value in told] == [True, False]
