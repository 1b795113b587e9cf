"""The names of a panel's directions: given, found again, shared, and kept."""

import warnings
from dataclasses import replace

import pytest

from sefa_widget import Label, Labels, explore, factorize
from sefa_widget.directions import Search
from sefa_widget.panel import naming as module
from sefa_widget.panel.naming import STORE, Naming
from tests.locks import under


@pytest.fixture
def found(tiny):
    return factorize(tiny, method="composed", layers=(0, 2))


@pytest.fixture
def naming(tiny):
    return Naming(tiny, Labels(), "Ada")


def test_what_is_said_of_a_direction_is_known_by_its_number(naming, found):
    naming.say(found, 2, {"name": "smile", "sign": -1, "obvious": True})
    naming.say(found, 2, {"note": "also the light"})
    known = naming.known(found)[2]
    label = known.label
    assert (label.name, label.note, label.obvious, label.rater) == ("smile", "also the light", True, "Ada")
    assert (known.sign, known.similarity) == (-1, 1.0)
    assert naming.names(found) == {2: "smile"}
    assert len(naming.labels) == 1


def test_an_answer_without_a_name_is_known_and_is_no_name(naming, found):
    naming.say(found, 1, {"obvious": False})
    assert naming.known(found)[1].label.obvious is False
    assert naming.names(found) == {}


def test_none_takes_away_what_this_rater_has_said_and_take_back_brings_it_again(naming, found):
    naming.say(found, 2, {"name": "smile"})
    naming.say(found, 2, None)
    assert naming.known(found) == {}
    naming.take_back(found)
    assert naming.names(found) == {2: "smile"}
    naming.take_back(found)
    assert naming.names(found) == {}


def test_raters_have_labels_of_their_own_and_see_those_of_others(tiny, naming, found):
    other = Naming(tiny, naming.labels, "Bo")
    naming.say(found, 0, {"name": "smile"})
    assert other.look(found)
    assert not other.look(found)  # nothing new
    assert other.names(found) == {0: "smile"}
    other.say(found, 0, {"name": "grin"})
    assert naming.look(found)
    assert (naming.names(found), other.names(found)) == ({0: "smile"}, {0: "grin"})
    other.say(found, 0, None)
    assert other.names(found) == {0: "smile"}
    other.say(found, 0, None)  # of another rater: stays
    assert other.names(found) == {0: "smile"}


def test_unknown_fields_are_refused(naming, found):
    with pytest.raises(ValueError, match="'vector' cannot be said of a direction; name, sign"):
        naming.say(found, 0, {"vector": [1.0]})
    assert len(naming.labels) == 0


def test_names_are_found_again_in_another_search_with_their_end(tiny, naming, found):
    naming.say(found, 1, {"name": "smile", "sign": 1, "range": [-1.0, 3.0]})
    turned = replace(found, search=Search("other", (0, 1), None), vectors=-found.vectors.flip(0))
    last = len(found) - 2
    assert naming.look(turned)
    assert not naming.look(turned)  # nothing new
    known = naming.known(turned)
    assert list(known) == [last]
    assert known[last].similarity == pytest.approx(1, abs=1e-6)
    assert known[last].sign == -1
    info = naming.info(turned)
    assert info["again"].startswith("1 of 1 names found again")
    assert info["named"][str(last)]["range"] == [-3.0, 1.0]


def test_what_is_found_again_is_not_shown_on_other_directions(tiny, naming, found):
    naming.say(found, 1, {"name": "smile"})
    assert naming.look(replace(found, search=Search("other", (0, 1), None)))
    others = factorize(tiny, method="random", seed=5)
    assert naming.known(others) == {}
    assert naming.info(others)["again"] == ""


def test_a_store_is_made_at_the_first_label_beside_the_notebook(tiny, found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    naming = Naming(tiny, None, "Ada")
    info = naming.info(found)
    assert info["place"] == str(tmp_path / STORE)
    assert (info["problem"], info["unsaved"], info["rater"]) == ("", 0, "Ada")
    assert (naming.open, naming.known(found), naming.look(found)) == (False, {}, False)
    assert not list(tmp_path.iterdir())
    naming.say(found, 0, {"name": "smile"})
    assert (tmp_path / STORE).is_file()
    other = Naming(tiny, None, "Bo")
    assert other.look(found)
    assert other.names(found) == {0: "smile"}
    naming.close()
    other.close()


def test_a_store_that_cannot_be_written_is_told_and_the_name_stays(tiny, found, tmp_path):
    place = tmp_path / "store"
    place.write_bytes(b"no database " * 500)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        naming = Naming(tiny, Labels(place), "Ada")
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it is told in the panel
        naming.say(found, 0, {"name": "smile"})
        info = naming.info(found)
        assert info["named"]["0"]["name"] == "smile"
        assert info["unsaved"] == 1
        assert str(place) in info["problem"]
        naming.say(found, 0, {"note": "while the store is away"})
        assert naming.info(found)["named"]["0"]["note"] == "while the store is away"
        naming.take_back(found)
        assert naming.info(found)["named"]["0"]["note"] == ""
        with pytest.raises(UserWarning, match="heard"):
            warnings.warn("other warnings are heard", stacklevel=1)


def test_names_in_use_are_proposed_before_common_ones(naming, found):
    naming.say(found, 0, {"name": "monocle"})
    words = naming.info(found)["words"]
    assert words[0] == "monocle"
    assert "smile" in words


def test_a_panel_shows_names_and_takes_them_from_python(tiny, recorded_comms):
    labels = Labels()
    panel = explore(tiny, labels=labels, rater="Ada")
    panel.name(3, "smile", meaningful=True)
    assert panel.labels is labels
    assert panel.names == {3: "smile"}
    assert panel.labels_info["named"]["3"]["meaningful"] is True
    assert labels[0].generator == tiny.name
    panel.close()


def test_a_rater_is_the_user_unless_told_otherwise(tiny, monkeypatch):
    monkeypatch.setattr("getpass.getuser", lambda: "grace")
    panel = explore(tiny, labels=Labels())
    panel.name(0, "smile")
    assert panel.labels[0].rater == "grace"
    panel.close()


def test_who_answers_a_named_direction_keeps_its_name(tiny, naming, found):
    naming.say(found, 1, {"name": "smile", "sign": -1, "range": [-1.0, 3.0]})
    other = Naming(tiny, naming.labels, "Bo")
    other.say(found, 1, {"obvious": True})
    label = other.known(found)[1].label
    assert (label.rater, label.name, label.sign, label.range) == ("Bo", "smile", -1, (-1.0, 3.0))
    turned = replace(found, search=Search("other", (0, 1), None), vectors=-found.vectors)
    naming.look(turned)
    naming.say(turned, 1, {"meaningful": True})
    label = naming.known(turned)[1].label
    assert (label.rater, label.name, label.sign, label.range) == ("Ada", "smile", 1, (-3.0, 1.0))
    naming.say(turned, 1, {"name": ""})
    assert naming.names(turned) == {}


def test_labels_that_are_too_many_to_look_at_are_said_and_own_ones_come_first(naming, found, monkeypatch):
    monkeypatch.setattr("sefa_widget.panel.naming.MOST", 2)
    stranger = {"vector": [1.0] * found.vectors.shape[1], "fingerprint": "0" * 16}
    naming.labels.extend([Label(name=f"other {n}", **stranger) for n in range(5)])
    naming.say(found, 3, {"name": "smile"})
    assert naming.names(found) == {3: "smile"}
    assert naming.info(found)["again"] == "3 more labels of this store are not looked at."


def test_what_cannot_be_compared_is_tried_once(naming, found, monkeypatch):
    tried = []

    def failing(*arguments, **options):
        tried.append(arguments)
        raise RuntimeError("out of memory")

    monkeypatch.setattr("sefa_widget.panel.naming.match_labels", failing)
    naming.say(found, 1, {"name": "smile"})
    others = replace(found, search=Search("other", (0, 1), None))
    with pytest.raises(RuntimeError):
        naming.look(others)
    assert not naming.look(others)
    assert len(tried) == 1


def test_no_picture_waits_for_the_store(naming, found, monkeypatch):
    naming.say(found, 1, {"name": "smile"})

    def away(*arguments, **options):
        raise AssertionError("The store is read.")

    for name in ("select", "count", "names"):
        monkeypatch.setattr(naming.labels, name, away)
    monkeypatch.setattr(type(naming.labels), "revision", property(away))
    assert naming.info(found)["named"]["1"]["name"] == "smile"


def test_an_answer_without_a_name_stays_with_its_own_search(naming, found):
    naming.say(found, 1, {"obvious": True})
    other = replace(found, search=Search("other", (0, 1), None))
    naming.look(other)
    assert naming.known(other) == {}
    assert naming.info(other)["again"] == ""


def test_what_threads_share_is_used_under_the_lock(tiny, found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    naming, read = Naming(tiny, None, "Ada"), []
    monkeypatch.setattr(module, "Labels", under(naming._lock, module.Labels))
    refresh = under(naming._lock, naming._refresh)
    monkeypatch.setattr(naming, "_refresh", lambda directions: (read.append(1), refresh(directions))[1])
    for name in ("add", "edit", "remove", "undo"):
        monkeypatch.setattr(naming.labels, name, under(naming._lock, getattr(naming.labels, name)))
    naming.say(found, 1, {"name": "smile"})
    naming.say(found, 1, {"name": "grin"})
    naming.take_back(found)
    naming.say(found, 1, None)
    assert naming.look(found)
    assert naming.names(found) == {}
    assert len(read) >= 5
    naming.close()


def test_a_store_in_the_working_directory_that_cannot_be_read_is_told_in_the_panel(
    tiny, found, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / STORE).write_bytes(b"no database " * 500)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        naming = Naming(tiny, None, "Ada")
        assert naming.open
        naming.look(found)
        assert STORE in naming.info(found)["problem"]
        with pytest.raises(UserWarning, match="heard"):
            warnings.warn("other warnings are heard", stacklevel=1)
