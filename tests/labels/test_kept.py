"""Where a store is damaged, full, away or may not be written, labels stay in memory and are written later."""

import os
import sqlite3

import pytest
from sqlalchemy import event

from sefa_widget import Labels, load_labels
from sefa_widget.labels import engine
from sefa_widget.labels.directions import of_direction
from sefa_widget.labels.kept import PAUSE_SECONDS, Kept
from sefa_widget.labels.store import Change


@pytest.fixture
def limit(labels):
    """Sets a pragma of SQLite for each later connection, such as a limit that a full disk has too."""

    def set_limit(pragma):
        set_limit.pragma = pragma

    set_limit.pragma = None

    @event.listens_for(labels._kept.store.engine, "connect")
    def connected(connection, _record):
        if set_limit.pragma:
            connection.execute(f"PRAGMA {set_limit.pragma}")

    return set_limit


@pytest.mark.parametrize(
    ("pragma", "message"),
    [
        ("query_only = 1", "can be read but not written: change its permissions"),
        ("max_page_count = 1", "the disk is full: make room"),
    ],
)
def test_a_store_that_can_only_be_read_keeps_new_labels_in_memory(
    labels, path, found, tmp_path, limit, pragma, message
):
    first = labels.add(found, 0, "smile", rater="Ada")
    limit(pragma)
    with pytest.warns(UserWarning, match=rf"{message}.* 1 label is in memory only; labels\.save"):
        second = labels.add(found, 1, "age", rater="Bo", note="x" * 9000)
    with pytest.warns(UserWarning, match="2 labels are in memory only"):
        third = labels.add(found, 2, "smile", rater="Bo", note="x" * 9000)
    assert labels.unsaved == (second, third)
    assert [labels.saved(label) for label in (first, second)] == [True, False]
    assert list(labels) == [first, second, third]
    assert (len(labels), labels[1], labels["smile"]) == (3, second, third)
    assert labels.names() == {"smile": 2, "age": 1}
    assert labels.select(rater="Bo", offset=1) == (third,)
    assert labels.select(offset=1, limit=1) == (second,)
    assert "2 not saved" in repr(labels)
    assert list(load_labels(labels.save(tmp_path / "rescued.json"))) == [first, second, third]
    with pytest.warns(UserWarning, match="in memory only"):
        edited = labels.edit(first, note="x" * 9000)
    assert [label.id for label in labels] == [second.id, third.id, first.id]
    assert Labels(path)[0] == first

    limit(None)
    assert labels.retry()
    assert (labels.problem, labels.unsaved) == (None, ())
    assert list(Labels(path)) == [edited, second, third]


def test_what_was_removed_while_the_store_could_not_be_written_is_removed_later(labels, path, found, limit):
    label = labels.add(found, 0, "smile")
    limit("query_only = 1")
    with pytest.warns(UserWarning, match="in memory only"):
        labels.remove(label)
    assert (len(labels), len(Labels(path))) == (0, 1)
    limit(None)
    assert labels.retry()
    assert len(Labels(path)) == 0


def test_changes_of_one_label_that_wait_are_written_together(labels, path, found, limit):
    label = labels.add(found, 0, "smile")
    limit("query_only = 1")
    for fields in ({"note": "a"}, {"name": "grin"}):
        with pytest.warns(UserWarning, match="in memory only"):
            labels.edit(label, **fields)
    Labels(path).edit(label.id, rater="Bo")
    limit(None)
    labels.retry()
    assert Labels(path)[0] == label.replaced(note="a", name="grin", rater="Bo")


def test_a_damaged_store_is_left_alone_and_labels_go_to_another_that_takes_its_place(path, found):
    path.write_bytes(b"no store" * 1000)
    with pytest.warns(UserWarning, match=r"is damaged, or is no store of labels: move it away.*in memory"):
        labels = Labels(path)
    with pytest.warns(UserWarning, match="in memory only"):
        label = labels.add(found, 0, "smile")
    assert path.read_bytes() == b"no store" * 1000
    assert list(labels) == [label]
    path.unlink()
    assert labels.retry()
    assert list(Labels(path)) == [label]


def test_a_store_that_is_damaged_while_it_is_in_use_keeps_its_session_readable(labels, path, found):
    label = labels.add(found, 0, "smile")
    labels.close()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 20_000)
    assert labels["smile"] == label
    assert "damaged" in labels.problem


def test_a_folder_that_is_away_gets_its_labels_when_it_is_back(tmp_path, found):
    folder = tmp_path / "drive"
    folder.mkdir()
    labels = Labels(folder / "labels.db")
    labels.add(found, 0, "smile")
    folder.rename(tmp_path / "away")
    with pytest.warns(UserWarning, match="cannot be opened: its folder must exist and let you write"):
        labels.add(found, 1, "age")
    (tmp_path / "away").rename(folder)
    assert labels.retry()
    assert [label.name for label in Labels(folder / "labels.db")] == ["smile", "age"]


def test_a_file_that_another_program_holds_is_named(labels, path, found, monkeypatch):
    labels.add(found, 0, "smile")
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0)
    with sqlite3.connect(path, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.warns(UserWarning, match="is in use by another program"):
            label = labels.add(found, 1, "age")
        other.execute("ROLLBACK")
    assert labels.retry()
    assert Labels(path)["age"] == label


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_without_permission_to_write_is_read(labels, path, found):
    label = labels.add(found, 0, "smile")
    path.chmod(0o444)
    with pytest.warns(UserWarning, match="in memory only"):
        labels.add(found, 1, "age")
    assert labels[0] == label


def test_a_url_that_only_reads_is_read(labels, path, found):
    label = labels.add(found, 0, "smile")
    reading = Labels(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert list(reading) == [label]
    with pytest.warns(UserWarning, match="can be read but not written"):
        reading.add(found, 1, "age")


def test_a_store_that_failed_is_tried_again_by_itself_after_a_pause(tmp_path, found):
    time = [100.0]
    kept = Kept(tmp_path / "no" / "labels.db", clock=lambda: time[0])
    label = of_direction(found, 0, "smile")
    assert not kept.put([Change(label)])
    (tmp_path / "no").mkdir()
    assert kept.count({}) == 1
    assert list(kept.unsaved) == [label.id]  # it was left alone
    assert kept.problem is not None
    time[0] += PAUSE_SECONDS
    assert kept.count({}) == 1
    assert (kept.unsaved, kept.problem) == ({}, None)
