"""Names that other projects gave to directions become labels."""

import numpy as np
import pytest
import torch

from sefa_widget.labels import ganspace_labels, interfacegan_labels
from tests.conftest import GOLDEN


@pytest.fixture
def components(tmp_path):
    """GANSpace's file of three components of size 4, standard deviations 3, 2 and 1."""
    path = tmp_path / "components.npz"
    deviations = np.array([3.0, 2.0, 1.0])
    np.savez(
        path,
        lat_comp=np.eye(4)[:3, None],
        act_stdev=deviations,
        var_ratio=deviations**2 / (deviations**2).sum(),
    )
    return path


def test_named_edits_of_ganspace_become_labels(components):
    smile, age = ganspace_labels({"smile": (1, 4, 5, -20), "age": (0, 0, 3, 2.5)}, components)
    assert (smile.name, smile.index, smile.layers, smile.rows) == ("smile", 1, (4,), (4,))
    assert (smile.sign, smile.range) == (-1, (-40.0, 0.0))  # 20 deviations of 2
    assert torch.equal(smile.vector, torch.eye(4, dtype=torch.float64)[1])
    assert (age.sign, age.range, age.layers) == (1, (0.0, 7.5), (0, 1, 2))
    assert smile.directions().edit_rows == (4,)


def test_components_that_ganspace_computed_itself_are_read(tmp_path):
    with np.load(GOLDEN / "ganspace.npz") as arrays:
        found = {name: arrays[f"w_ipca_{name}"] for name in ("lat_comp", "act_stdev", "var_ratio")}
    np.savez(tmp_path / "components.npz", **found)
    (label,) = ganspace_labels({"second": (1, 0, 1, -2)}, tmp_path / "components.npz")
    assert label.range == pytest.approx((-2 * found["act_stdev"][1], 0))
    assert abs(label.vector @ torch.tensor(found["lat_comp"][1, 0]).double()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (["smile"], "edits is a list .*; it must be a dict of name -> \\(component, first layer"),
        ({"smile": (1, 4, 5)}, "The edit 'smile' has 3 numbers; it must be \\(component"),
        ({"smile": (3, 4, 5, 1)}, "The component of 'smile' is 3; it must be 0 to 2"),
        ({"smile": (1, 4, 4, 1)}, "The end of the layers of 'smile' is 4; it must be 5 or more"),
        ({"smile": (1, 4, 5, "x")}, "The strength of 'smile' is 'x'"),
    ],
)
def test_an_edit_of_another_form_is_refused(components, edits, message):
    with pytest.raises(ValueError, match=message):
        ganspace_labels(edits, components)


def test_boundaries_of_interfacegan_are_named_by_their_files(tmp_path):
    for name in ("stylegan_ffhq_smile_w_boundary", "age"):
        np.save(tmp_path / f"{name}.npy", np.array([[3.0, -4.0]]))
    found = interfacegan_labels(sorted(tmp_path.glob("*.npy")))
    assert [label.name for label in found] == ["age", "stylegan_ffhq_smile_w"]
    assert found[0].vector.tolist() == [0.6, -0.8]
    np.save(tmp_path / "two.npy", np.eye(2))
    with pytest.raises(ValueError, match="'two' holds 2 directions; a boundary is one"):
        interfacegan_labels(tmp_path / "two.npy")
