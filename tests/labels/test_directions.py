"""Named labels are directions that can be edited along and written to files."""

import pytest
import torch

from sefa_widget import Label, Labels, edit, factorize, load_directions, save_directions


def test_named_labels_are_directions_with_their_plus_ends_positive(labels, tiny, found, tmp_path):
    labels.add(found, 0, "smile", generator=tiny)
    labels.add(found, 1, "age", generator=tiny, sign=-1)
    labels.add(found, 2, generator=tiny)
    labels.add(found, 3, "smile", generator=tiny)
    named = labels.directions()
    assert named.names == ("smile", "age")
    assert torch.allclose(named.vectors, torch.stack([found.vectors[3], -found.vectors[1]]))
    assert (named.fingerprint, named.edit_rows, named.search) == (tiny.fingerprint, (0,), found.search)
    latent = tiny.sample(1)
    moved = edit(latent, named, {"age": 2.0}).codes
    assert torch.allclose(moved, edit(latent, found, {1: -2.0}).codes)
    again = load_directions(save_directions(named, tmp_path / "named.safetensors"), tiny)
    assert torch.equal(again["age"].vectors, named["age"].vectors)


def test_labels_are_chosen_before_they_become_directions(labels, tiny, tiny_style, found):
    labels.add(found, 0, "smile", generator=tiny)
    labels.add(factorize(tiny_style), 0, "age", generator=tiny_style)
    with pytest.raises(ValueError, match=r"of different generators .* choose those of one"):
        labels.directions()
    assert labels.directions(generator="tiny").names == ("smile",)
    with pytest.raises(ValueError, match="There is no label with a name"):
        labels.directions(generator="no")


def test_labels_of_different_rows_move_all_rows_together_and_their_own_alone(tiny_style):
    labels = Labels()
    for layers in ((0, 1), (1, 3)):
        labels.add(factorize(tiny_style, layers=layers), 0, f"layers {layers}", generator=tiny_style)
    assert labels.directions().edit_rows is None
    assert labels[1].directions().edit_rows == (1, 2)


def test_a_label_without_a_search_gives_a_direction_too():
    one = Label(name="given", vector=[0.0, 2.0]).directions()
    assert (one.method, one.names, one.vectors.tolist()) == ("label", ("given",), [[0.0, 1.0]])
