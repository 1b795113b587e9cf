"""Two people's labels are put together; where they disagree both are shown, and nothing is decided."""

import torch

from sefa_widget import Label, Labels, load_labels


def test_what_is_new_is_added_and_what_is_the_same_is_left(labels, found, tmp_path):
    labels.add(found, 0, "smile")
    other = load_labels(labels.save(tmp_path / "a.json"))
    fresh = other.add(found, 1, "age")
    merge = labels.merge(other)
    assert (merge.added, merge.same, merge.disagreements) == ((fresh,), 1, ())
    assert list(labels) == list(other)
    assert labels.merge(other).same == 2


def test_a_label_that_was_edited_on_both_sides_stays_and_theirs_is_shown(labels, found, tmp_path):
    label = labels.add(found, 0, "smile")
    other = load_labels(labels.save(tmp_path / "a.json"))
    ours, theirs = labels.edit(label, note="a"), other.edit(label, name="grin", note="b")
    (one,) = labels.merge(other).disagreements
    assert (one.kind, one.ours, one.theirs, one.fields) == ("edited", ours, theirs, ("name", "note"))
    assert str(one) == "'smile' was edited on both sides: name, note"
    assert list(labels) == [ours]
    labels.extend([one.theirs])
    assert list(labels) == [theirs]


def test_different_names_of_one_direction_are_shown_and_both_kept(labels, found):
    labels.add(found, 0, "smile", rater="Ada")
    other = Labels()
    other.add(found, 0, "age", rater="Bo")
    merge = labels.merge(other)
    assert [label.name for label in labels] == ["smile", "age"]
    assert str(merge) == (
        "1 added, 0 the same, 1 disagreements\ndirection 0 is 'smile' for Ada and 'age' for Bo"
    )


def test_opposite_ends_for_one_name_are_shown_whichever_way_the_vector_points(labels, found):
    labels.add(found, 0, "smile", rater="Ada")
    same, opposite = Labels(), Labels()
    same.add(found, 0, "Smile")
    flipped = labels[0].replaced(vector=-found.vectors[0])
    opposite.extend([Label(name="smile", vector=flipped.vector, fingerprint=flipped.fingerprint)])
    assert labels.merge(same).disagreements == ()
    (one,) = labels.merge(opposite).disagreements
    assert str(one) == "'smile' is at opposite ends for Ada and somebody"


def test_one_name_for_two_directions_of_a_search_is_shown(labels, found):
    labels.add(found, 0, "smile", rater="Ada")
    other = Labels()
    other.add(found, 3, "smile", rater="Bo")
    (one,) = labels.merge(other).disagreements
    assert str(one) == "'smile' is direction 0 for Ada and 3 for Bo"


def test_ten_thousand_labels_are_merged_with_ten_thousand_others():
    vectors = torch.eye(8, dtype=torch.float64)
    labels, other = (Labels() for _ in range(2))
    for side, shift in ((labels, 0), (other, 1)):
        side.extend(Label(name=f"name {n % 8}", vector=vectors[(n + shift) % 8]) for n in range(10_000))
    merge = labels.merge(other)
    assert len(labels) == 20_000
    # each of theirs disagrees with one name for its direction and with one direction for its name
    assert len(merge.disagreements) == 20_000


def test_directions_of_different_generators_never_disagree(labels, found):
    labels.add(found, 0, "smile")
    theirs = labels[0].replaced(fingerprint="other", name="age")
    other = Labels()
    other.extend([Label(**{**{n: getattr(theirs, n) for n in ("name", "vector", "fingerprint")}})])
    assert labels.merge(other).disagreements == ()
