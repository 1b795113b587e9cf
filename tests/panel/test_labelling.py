"""The names of a panel's directions as views and Python give them, and as views are told of them."""

import logging
from dataclasses import replace

import pytest

from sefa_widget import Labels, explore, factorize
from sefa_widget.directions import Search
from sefa_widget.panel.labelling import POLL_SECONDS
from sefa_widget.panel.naming import STORE
from sefa_widget.panel.worker import Worker
from tests.panel.stepping import Stepped

SEARCHED = "The directions are still being searched; name them when they are there."


def say(stepped, index, fields):
    stepped.comm.sent.clear()
    stepped.send("label", index=index, fields=fields)


def drawn(stepped):
    """A panel whose directions are there, and that has a view."""
    stepped.ask(1)
    stepped.step()
    return stepped


def named(panel):
    return {index: about["name"] for index, about in panel.labels_info["named"].items()}


def published(stepped):
    """What was told of names since the last step."""
    updates = [m["data"]["state"] for m in stepped.comm.sent if m["data"].get("method") == "update"]
    return [update["labels_info"] for update in updates if "labels_info" in update]


# What Python says.


def test_a_panel_has_the_labels_that_it_was_given_and_its_rater_says_them(stepped):
    panel = stepped.panel
    panel.name(3, "smile", sign=-1, note="with teeth")
    (label,) = panel.labels
    assert (label.index, label.name, label.sign, label.note) == (3, "smile", -1, "with teeth")
    assert (label.rater, label.generator) == ("Ada", "tiny")
    assert panel.names == {3: "smile"}
    assert named(panel) == {"3": "smile"}


def test_what_is_not_given_stays_as_it_was_said(stepped):
    panel = stepped.panel
    panel.name(3, "smile", sign=-1)
    panel.name(3, meaningful=True)
    panel.name(3, "grin")
    (label,) = panel.labels
    assert (label.name, label.sign, label.meaningful) == ("grin", -1, True)
    panel.name(3, "")
    assert panel.names == {}


def test_a_direction_or_field_that_there_is_none_of_is_refused(stepped):
    with pytest.raises(ValueError, match="A direction is 8; it must be 0 to 7"):
        stepped.panel.name(8, "smile")
    with pytest.raises(ValueError, match="'colour' cannot be said of a direction"):
        stepped.panel.name(0, "smile", colour=3)
    assert len(stepped.panel.labels) == 0
    assert published(stepped) == []


def test_python_reads_names_that_others_gave_or_that_are_found_again(stepped):
    panel, directions = stepped.panel, stepped.panel.directions
    panel.labels.add(directions, 1, "beard", generator=panel.generator, rater="Bo")
    turned = replace(directions, search=Search("other", (0,), None), vectors=-directions.vectors.flip(0))
    panel.labels.add(turned, 0, "smile", generator=panel.generator, rater="Bo")
    assert panel.names == {1: "beard", 7: "smile"}


# What views say.


def test_what_a_view_says_is_kept_for_the_direction_that_it_shows(stepped):
    drawn(stepped)
    say(stepped, 2, {"name": "smile", "obvious": True})
    assert published(stepped) == [stepped.panel.labels_info]
    assert stepped.panel.labels_info["named"]["2"]["obvious"] is True
    assert [(label.index, label.name) for label in stepped.panel.labels] == [(2, "smile")]
    say(stepped, 2, None)
    assert named(stepped.panel) == {}
    assert len(stepped.panel.labels) == 0


def test_a_view_takes_back_what_was_said_last(stepped):
    drawn(stepped)
    say(stepped, 2, {"name": "smile"})
    say(stepped, 3, {"name": "beard"})
    stepped.send("take_back")
    assert named(stepped.panel) == {"2": "smile"}
    assert [label.name for label in stepped.panel.labels] == ["smile"]


def test_a_view_names_no_direction_that_there_is_not(stepped):
    drawn(stepped)
    say(stepped, 8, {"name": "smile"})
    assert stepped.errors() == ["A direction is 8; it must be 0 to 7."]
    assert len(stepped.panel.labels) == 0


@pytest.mark.parametrize("kind", ["label", "take_back"])
def test_before_directions_are_there_nothing_is_said_of_them(stepped, kind):
    stepped.send(kind, index=0, fields={"name": "smile"})
    assert stepped.errors() == [SEARCHED]
    drawn(stepped)
    stepped.panel.method = "random"
    stepped.comm.sent.clear()
    stepped.send(kind, index=0, fields={"name": "smile"})
    assert stepped.errors() == [SEARCHED]
    assert len(stepped.panel.labels) == 0


def test_a_name_is_of_the_directions_that_are_shown_though_other_pictures_are_wanted(stepped):
    drawn(stepped)
    stepped.panel.seed = 5
    say(stepped, 2, {"name": "smile"})
    assert stepped.errors() == []
    assert stepped.panel.names == {2: "smile"}


# What views are told.


def test_names_are_told_once_with_the_directions_that_they_are_of(stepped, monkeypatch):
    naming, described = stepped.panel._naming, []
    info = naming.info
    monkeypatch.setattr(naming, "info", lambda found: (described.append(found), info(found))[1])
    assert stepped.panel.labels_info == {}
    stepped.ask(1)
    stepped.step()
    assert len(published(stepped)) == 1
    assert stepped.panel.labels_info["rater"] == "Ada"
    stepped.ask(2, {"seed": 5})
    stepped.step()
    assert published(stepped) == []
    assert described == [stepped.panel.directions]


def test_other_directions_come_with_their_own_names_and_bring_them_back(stepped):
    drawn(stepped)
    say(stepped, 2, {"name": "smile"})
    stepped.ask(2, {"method": "random"})
    stepped.step()
    assert [told["named"] for told in published(stepped)] == [{}]
    stepped.ask(3, {"method": None})
    stepped.step()
    assert named(stepped.panel) == {"2": "smile"}


def test_slider_ends_that_are_measured_tell_no_names_again(stepped):
    drawn(stepped)
    stepped.comm.sent.clear()
    stepped.quiet(1.0)
    assert "estimate" not in stepped.panel.directions_info["stops"]
    stepped.quiet(10.0)
    assert published(stepped) == []


def test_as_long_as_a_view_is_there_the_store_is_looked_at_every_now_and_then(stepped):
    drawn(stepped)
    stepped.quiet(1.0)
    for word in ("beard", "glasses"):
        directions = stepped.panel.directions
        stepped.panel.labels.add(directions, 1, word, generator=stepped.panel.generator, rater="Bo")
        stepped.quiet(POLL_SECONDS)
        assert named(stepped.panel) == {"1": word}


def test_without_a_view_nobody_looks(stepped):
    drawn(stepped)
    stepped.send("bye")
    stepped.quiet()
    assert stepped.panel._stream.step() is None


def test_the_time_between_two_looks_is_counted_from_the_last_one(stepped):
    drawn(stepped)
    stepped.step()
    assert stepped.panel._stream.step() == POLL_SECONDS


def test_names_of_other_searches_are_found_again_when_all_is_quiet(stepped):
    directions = stepped.panel.directions
    other = replace(directions, search=Search("other", (0,), None), vectors=directions.vectors.flip(0))
    stepped.panel.labels.add(other, 0, "smile", generator=stepped.panel.generator, rater="Bo")
    drawn(stepped)
    assert named(stepped.panel) == {}
    stepped.step()
    assert named(stepped.panel) == {"7": "smile"}
    assert stepped.panel.labels_info["again"].startswith("1 of 1 names found again")


def test_nobody_looks_for_names_while_a_picture_is_wanted(stepped, monkeypatch):
    drawn(stepped)
    looked = []
    monkeypatch.setattr(stepped.panel._naming, "look", looked.append)
    measure = stepped.panel._session.finder.measure

    def measure_and_ask(state):
        stepped.ask(2, {"seed": 7})
        return measure(state)

    monkeypatch.setattr(stepped.panel._session.finder, "measure", measure_and_ask)
    stepped.step()
    assert looked == []


def test_nobody_looks_for_names_before_directions_are_shown(stepped, monkeypatch):
    monkeypatch.setattr(stepped.panel._naming, "look", lambda *_: pytest.fail("It looked."))
    stepped.panel._stream.settle()
    stepped.step()


def test_names_that_cannot_be_looked_for_stay_and_it_is_logged(stepped, monkeypatch, caplog):
    drawn(stepped)
    say(stepped, 2, {"name": "smile"})
    monkeypatch.setattr(stepped.panel._naming, "look", lambda *_: 1 / 0)
    with caplog.at_level(logging.ERROR, "sefa_widget"):
        stepped.step()
    assert "Labels could not be looked for" in caplog.text
    assert named(stepped.panel) == {"2": "smile"}
    assert stepped.errors() == []


def test_a_panel_without_labels_makes_no_store_until_something_is_said(
    tiny, recorded_comms, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Worker, "wake", lambda worker: None)
    with explore(tiny) as panel:
        stepped = drawn(Stepped(panel, recorded_comms[-1]))
        stepped.quiet()
        assert panel.labels_info["place"] == str(tmp_path / STORE)
        assert list(tmp_path.iterdir()) == []
        say(stepped, 0, {"name": "smile"})
        assert (tmp_path / STORE).is_file()


def test_a_closed_panel_gives_the_store_back(tiny, recorded_comms, monkeypatch):
    closed = []
    labels = Labels()
    monkeypatch.setattr(labels, "close", lambda: closed.append(True))
    panel = explore(tiny, labels=labels, directions={"mine": factorize(tiny)})
    panel.name(0, "smile")
    assert closed == []
    panel.close()
    assert closed == [True]
    assert panel._named is None
    assert panel._naming._generator is None
