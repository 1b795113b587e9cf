"""A store loses no label: when its writer is killed, when many write, when it is on a server."""

import sqlite3
import sys

import pytest
from sqlalchemy import event, text

from sefa_widget import Labels
from sefa_widget.labels import engine, tables
from sefa_widget.labels.store import Store
from tests.labels.cluster import Cluster, programs
from tests.labels.forked import EACH
from tests.patience import WAIT_SECONDS
from tests.processes import run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its writers are forked")


@pytest.fixture(scope="module")
def cluster():
    pytest.importorskip("psycopg")
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: 'make postgres' installs it")
    cluster = Cluster(folder)
    cluster.start()
    yield cluster
    cluster.remove()


@pytest.fixture
def server(cluster):
    """The URL of an empty database."""
    yield cluster.url
    store = Store(cluster.url)
    tables.TABLES.drop_all(store.engine)
    store.close()


def said(what, store, count):
    """The ids that writers have seen as saved."""
    done = run("-m", "tests.labels.forked", what, str(store), str(count), timeout=WAIT_SECONDS)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_a_writer_that_is_killed_at_any_of_200_moments_loses_no_saved_label(path):
    saved = said("kill", path, 200)
    labels = list(Labels(path))
    kept = {label.id for label in labels}
    assert len(saved) > 200
    assert set(saved) <= kept
    assert len(labels) - len(saved) <= 200  # written, and killed before it could say so
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_thirty_writers_of_one_file_lose_nothing(path):
    saved = said("write", path, 30)
    assert len(set(saved)) == 30 * EACH
    assert {label.id for label in Labels(path)} == set(saved)
    assert Labels(path).revision == 30 * EACH


def test_thirty_writers_of_one_server_lose_nothing(server):
    saved = said("write", server, 30)
    labels = Labels(server)
    assert len(set(saved)) == 30 * EACH
    assert {label.id for label in labels} == set(saved)
    assert labels.revision == 30 * EACH
    labels.close()


def test_labels_on_a_server_do_what_those_in_a_file_do(server, tiny, found):
    labels, other = Labels(server), Labels(server)
    assert (len(labels), other.changed(), other.changed()) == (0, True, False)
    label = labels.add(found, 1, "Smile", generator=tiny, obvious=True, note="ä\n", seeds=[2**64 - 1])
    assert other.changed()
    assert list(other) == [label]
    assert other.select("smi", obvious=True, search=found.search) == (label,)
    other.edit("Smile", name="grin")
    assert labels.names() == {"grin": 1}
    assert other.undo() == label
    labels.remove(label)
    assert len(other) == 0
    for one in (labels, other):
        one.close()


def test_labels_wait_while_a_server_is_away_and_are_written_when_it_is_back(cluster, server, found):
    labels = Labels(server)
    first = labels.add(found, 0, "smile")
    cluster.stop()
    with pytest.warns(UserWarning, match="1 label is in memory only"):
        second = labels.add(found, 1, "age")
    assert "cannot be reached: is the server running" in labels.problem
    assert (labels.saved(first), labels.saved(second)) == (True, False)
    assert list(labels) == [first, second]
    assert not labels.retry()
    cluster.start()
    assert labels.retry()
    assert (labels.problem, labels.unsaved) == (None, ())
    assert list(labels) == [first, second]
    labels.close()


def test_a_server_that_is_not_there_is_named_without_the_password(found):
    pytest.importorskip("psycopg")
    url = "postgresql://teacher:secret@/school?host=/nowhere"
    with pytest.warns(UserWarning, match="cannot be reached") as warned:
        labels = Labels(url)
    with pytest.warns(UserWarning, match="in memory only"):
        label = labels.add(found, 0, "smile")
    assert list(labels) == [label]
    assert "secret" not in f"{warned[0].message} {labels.problem} {labels.place} {labels!r}"


def test_a_driver_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ImportError, match=r"pip install 'sefa_widget\[postgres\]'"):
        Labels("postgresql://teacher@host/school")


def test_a_commit_waits_for_the_disk(path):
    store = Store(path)
    with store.engine.connect() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == 1000 * engine.BUSY_SECONDS


def test_a_store_of_an_earlier_version_is_brought_up_to_date(path, labels, found, monkeypatch):
    label = labels.add(found, 0, "smile")
    step = "CREATE INDEX by_time ON sefa_labels (time)"
    monkeypatch.setattr(tables, "STEPS", [*tables.STEPS, lambda connection: connection.execute(text(step))])
    for use in (lambda store: store.revision(), lambda store: store.write([])):
        use(Store(path))
        assert list(Labels(path)) == [label]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT number FROM sefa_labels_about WHERE name='version'").fetchone() == (
            2,
        )
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name='by_time'").fetchone() == (
            1,
        )


def test_a_store_that_was_taken_away_is_made_again(path, labels, found):
    labels.add(found, 0, "smile")
    path.unlink()
    label = labels.add(found, 1, "age")
    assert list(Labels(path)) == [label]
    path.unlink()
    assert len(labels) == 0


def test_a_program_notices_that_a_later_one_has_changed_the_tables(path, labels, found):
    labels.add(found, 0, "smile")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE sefa_labels_about SET number = 99 WHERE name = 'version'")
    with pytest.warns(UserWarning, match="Install a newer sefa_widget"):
        labels.add(found, 1, "age")


def test_a_step_that_fails_leaves_the_store_as_it_was(path, labels, found, monkeypatch):
    label = labels.add(found, 0, "smile")

    def half(connection):
        connection.execute(text("CREATE INDEX by_time ON sefa_labels (time)"))
        connection.execute(text("CREATE INDEX by_nothing ON sefa_labels (nothing)"))

    with monkeypatch.context() as context:
        context.setattr(tables, "STEPS", [*tables.STEPS, half])
        with pytest.warns(UserWarning, match="cannot be"):
            Labels(path)
    assert list(Labels(path)) == [label]
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name='by_time'").fetchone() == (
            0,
        )


def test_a_store_of_a_later_version_is_refused_and_left_alone(path, labels, found):
    labels.add(found, 0, "smile")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE sefa_labels_about SET number = 99 WHERE name = 'version'")
    with pytest.warns(UserWarning, match="tables are of version 99; .* Install a newer sefa_widget"):
        later = Labels(path)
    with pytest.warns(UserWarning, match="in memory only"):
        later.add(found, 1, "age")
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT count(*) FROM sefa_labels").fetchone() == (1,)


def test_any_number_of_labels_is_read_a_few_at_a_time(path, labels, found):
    labels.add(found, 0, "smile")
    store, asked = Store(path), []
    event.listen(store.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    labels.add(found, 1, "age")
    labels.add(found, 2, "hair")
    assert [[one.name for one in page] for page in store.pages({}, size=2)] == [["smile", "age"], ["hair"]]
    assert sum("LIMIT" in query for query in asked) == 2
