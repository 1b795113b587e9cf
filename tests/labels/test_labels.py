"""Labels are a sequence; what is put in stays, is seen by others, and can be taken back."""

import sys

import pytest
import torch

from sefa_widget import Labels


def test_labels_are_a_sequence_in_the_order_in_which_they_were_given(labels, found):
    given = [labels.add(found, index, name) for index, name in enumerate(["smile", "age", "smile"])]
    assert len(labels) == 3
    assert list(labels) == given
    assert [labels[0], labels[-1]] == [given[0], given[2]]
    assert labels[1:] == tuple(given[1:])
    assert labels["smile"] == given[2]
    assert given[0] in labels
    assert "age" in labels
    assert "hair" not in labels
    with pytest.raises(IndexError, match="Label 3 is outside 0:3"):
        labels[3]
    with pytest.raises(ValueError, match="no label 'hair'; known names: smile, age"):
        labels["hair"]


def test_a_file_is_made_at_the_first_label_and_not_before(path, found):
    labels = Labels(path)
    assert (len(labels), list(labels), labels.names(), labels.revision) == (0, [], {}, 0)
    assert not path.exists()
    labels.add(found, 0, "smile")
    assert path.exists()
    assert labels.place == str(path)


def test_another_object_sees_a_label_at_once_and_unchanged(labels, path, tiny, found):
    other = Labels(path)
    other.changed()
    assert not other.changed()
    label = labels.add(
        found,
        1,
        "smile",
        generator=tiny,
        range=(-3, 3),
        sign=-1,
        obvious=True,
        meaningful=False,
        note="ä\n=1,2'\"",
        seeds=[0, 2**64 - 1],
        rater="Ada",
        confirmed=False,
    )
    assert other.changed()
    assert not other.changed()
    assert other[0] == label


def test_a_label_can_be_changed_and_removed_by_itself_its_name_number_or_id(labels, found):
    label = labels.add(found, 0, "smile")
    assert labels.edit("smile", note="a").note == "a"
    assert labels.edit(0, name="grin").note == "a"
    assert labels.edit(label, rater="Ada").name == "grin"
    assert labels.edit(label.id, sign=-1) == labels[0]
    labels.remove("grin")
    assert len(labels) == 0
    with pytest.raises(ValueError, match="is not here, or was removed"):
        labels.edit(label, note="b")


def test_two_people_who_change_different_fields_of_one_label_both_keep_their_change(labels, path, found):
    label = labels.add(found, 0, "smile")
    other = Labels(path)
    assert other["smile"] == label
    labels.edit(label, note="clear")
    other.edit(label, name="grin")
    assert (labels[0].name, labels[0].note) == ("grin", "clear")


def test_undo_takes_back_one_change_after_the_other(labels, found):
    label = labels.add(found, 0, "smile")
    labels.edit(label, name="grin")
    labels.remove(label)
    assert labels.undo().name == "grin"
    assert labels.undo() == label
    assert list(labels) == [label]
    assert labels.undo() is None
    assert len(labels) == 0
    assert labels.undo() is None


def test_undo_leaves_alone_what_somebody_else_has_changed_since(labels, path, found):
    label = labels.add(found, 0, "smile")
    Labels(path).edit(label.id, note="theirs")
    with pytest.raises(ValueError, match="changed by somebody else since; their change stays"):
        labels.undo()
    assert labels[0].note == "theirs"


def test_undo_keeps_what_somebody_else_has_changed_in_other_fields(labels, path, found):
    label = labels.add(found, 0, "smile")
    labels.edit(label, name="grin")
    Labels(path).edit(label.id, note="theirs")
    assert labels.undo() == labels[0] == label.replaced(note="theirs")


def test_labels_are_chosen_by_text_and_by_fields(labels, found):
    for index, (name, rater) in enumerate([("Smile", "Ada"), ("age", "Bo"), ("big_smile", "Bo")]):
        labels.add(found, index, name, rater=rater, note="100%" if index == 1 else "")
    names = [label.name for label in labels.select("smile")]
    assert names == ["Smile", "big_smile"]
    assert [label.name for label in labels.select("smile", rater="Bo")] == ["big_smile"]
    assert [label.name for label in labels.select("100%")] == ["age"]
    assert [label.name for label in labels.select("g_s")] == ["big_smile"]  # _ is no wildcard
    assert [label.name for label in labels.select(offset=1, limit=1)] == ["age"]
    assert labels.count(rater="Bo") == 2
    assert labels.select(layers=found.search.layers, index=2)[0].name == "big_smile"
    assert labels.select(obvious=None, limit=2)[1].name == "age"
    with pytest.raises(ValueError, match="The field 'raters' is unknown"):
        labels.select(raters="Bo")


def test_names_in_use_are_counted_most_used_first(labels, found):
    for index, name in enumerate(["age", "smile", "", "smile"]):
        labels.add(found, index, name)
    assert list(labels.names().items()) == [("smile", 2), ("age", 1)]
    assert labels.names(limit=1) == {"smile": 2}


def test_labels_without_a_store_are_in_memory(found):
    labels = Labels()
    labels.add(found, 0, "smile")
    assert (len(labels), len(Labels()), labels.place) == (1, 0, "in memory")


def test_a_table_of_pandas_has_a_row_for_each_label(labels, found):
    pytest.importorskip("pandas")
    assert list(labels.to_frame().columns)[:3] == ["name", "sign", "layers"]
    label = labels.add(found, 0, "smile", meaningful=True)
    frame = labels.to_frame()
    assert frame.loc[label.id, "name"] == "smile"
    assert torch.equal(torch.tensor(frame.loc[label.id, "vector"]), label.vector)


def test_a_table_without_pandas_says_what_to_install(labels, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"pip install .sefa_widget\[tables\]"):
        labels.to_frame()
