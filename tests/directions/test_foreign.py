"""Directions in files of other projects, however they are ordered, shaped and typed."""

import numpy as np
import pytest
import torch

from sefa_widget.directions import Search, foreign
from sefa_widget.directions.foreign import (
    FILE,
    GANSPACE,
    SHARE_OF_VARIANCE,
    check_directions_size,
    read_foreign,
)


def written(folder, **arrays):
    """An .npz of some arrays, under a name that says nothing."""
    path = folder / "file.bin"
    with path.open("wb") as file:
        np.savez(file, **arrays)
    return path


def npy(folder, array):
    path = folder / "file.bin"
    with path.open("wb") as file:
        np.save(file, array)
    return path


def pt(folder, value):
    path = folder / "file.bin"
    torch.save(value, path)
    return path


ROWS = np.array([[3.0, 4.0], [0.0, -2.0]])
UNIT = [[0.6, 0.8], [0, -1]]


@pytest.mark.parametrize(("count", "method"), [(1, "interfacegan"), (2, "imported")])
def test_an_array_is_a_boundary_if_it_is_alone_and_else_from_somewhere(tmp_path, count, method):
    found = read_foreign(npy(tmp_path, ROWS[:count].astype(np.float32)))
    assert torch.allclose(found.vectors, torch.tensor(UNIT[:count]).double())
    assert found.vectors.dtype == found.eigenvalues.dtype == torch.float64
    assert found.eigenvalues.tolist() == [1] * count
    assert (found.search, found.value, found.trace) == (Search(method, None, None), None, float(count))
    assert (found.rows, found.fingerprint, found.edit_rows) == (0, "", None)


def test_directions_of_a_row_and_a_layer_axis_are_flattened(tmp_path):
    found = read_foreign(npy(tmp_path, ROWS[:, None]))
    assert torch.allclose(found.vectors, torch.tensor(UNIT).double())
    assert found.method == "imported"


@pytest.mark.parametrize("shape", [(4,), (2, 2, 3), (0, 3), (3, 0), ()])
def test_arrays_of_another_shape_are_refused(tmp_path, shape):
    with pytest.raises(ValueError, match=r"its directions have shape \[.*\], not \[k, d\]"):
        read_foreign(npy(tmp_path, np.ones(shape)))


@pytest.mark.parametrize("bad", [[0.0, 0.0], [1.0, np.nan], [np.inf, 1.0]])
def test_directions_that_are_none_are_refused(tmp_path, bad):
    with pytest.raises(ValueError, match="some of its directions are zero, NaN or infinite"):
        read_foreign(npy(tmp_path, np.array([[1.0, 0.0], bad])))


def test_numbers_may_be_complex_if_they_are_real(tmp_path):
    found = read_foreign(npy(tmp_path, ROWS + 1e-7j))
    assert torch.allclose(found.vectors, torch.tensor(UNIT).double())
    with pytest.raises(ValueError, match="its numbers are complex"):
        read_foreign(npy(tmp_path, ROWS + 1e-5j))


def test_an_array_of_objects_is_refused_and_not_run(tmp_path):
    path = tmp_path / "file.bin"
    with path.open("wb") as file:
        np.save(file, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read_foreign(path)


def test_boundaries_are_sorted_by_their_values_and_below_zero_is_zero(tmp_path):
    rows = np.array([[1.0, 0], [0, 2], [3, 0]])
    found = read_foreign(written(tmp_path, boundaries=rows, values=np.array([1.0, 5, -1e-9])))
    assert found.vectors.tolist() == [[0, 1], [1, 0], [1, 0]]
    assert found.eigenvalues.tolist() == [5, 1, 0]
    assert (found.trace, found.value, found.search) == (6.0, FILE, Search("sefa (genforce)", None, True))


def test_boundaries_of_equal_values_keep_their_order(tmp_path):
    rows = np.eye(20)
    found = read_foreign(written(tmp_path, boundaries=rows, values=np.ones((1, 20))))
    assert found.vectors.tolist() == rows.tolist()


def test_boundaries_are_found_with_anything_before_their_name_and_need_no_values(tmp_path):
    found = read_foreign(written(tmp_path, w_boundaries=ROWS, w_values=np.array([1.0, 2]), other=np.zeros(3)))
    assert found.eigenvalues.tolist() == [2, 1]
    alone = read_foreign(written(tmp_path, w_boundaries=ROWS, values=np.array([1.0, 2])))
    assert (alone.eigenvalues.tolist(), alone.value, alone.trace) == ([1, 1], None, 2.0)
    assert alone.search == Search("sefa (genforce)", None, True)


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        ({"a": ROWS, "b": ROWS}, r"it has a, b\."),
        ({"a_boundaries": ROWS, "b_boundaries": ROWS}, r"several boundaries \(a_boundaries, b_boundaries\)"),
        ({"boundaries": ROWS, "values": np.ones(3)}, "it has 2 directions and 3 eigenvalues"),
        ({"boundaries": ROWS, "values": np.array([1, np.nan])}, "some of its eigenvalues are NaN"),
        ({f"a{n}" * 25: ROWS for n in range(8)}, f"it has {'a0' * 20}, .*{'a5' * 20}\\.$"),
    ],
)
def test_arrays_that_are_no_directions_are_named(tmp_path, arrays, text):
    with pytest.raises(ValueError, match=text):
        read_foreign(written(tmp_path, **arrays))


def test_ganspaces_components_have_the_squares_of_their_deviations(tmp_path):
    arrays = {"lat_comp": ROWS[:, None], "act_stdev": np.array([1.0, 2.0], np.float32), "x": np.zeros(1)}
    found = read_foreign(written(tmp_path, **arrays))
    assert found.eigenvalues.tolist() == [4, 1]
    assert torch.allclose(found.vectors, torch.tensor(UNIT[::-1]).double())
    assert (found.trace, found.value, found.search) == (5.0, GANSPACE, Search("pca (GANSpace)", None, None))
    shared = read_foreign(written(tmp_path, **arrays, var_ratio=np.array([0.1, 0.4], np.float32)))
    assert shared.trace == pytest.approx(10)
    assert shared.value == SHARE_OF_VARIANCE
    nothing = read_foreign(written(tmp_path, **arrays, var_ratio=np.array([0.0, 0.4])))
    assert (nothing.trace, nothing.value) == (5.0, GANSPACE)


@pytest.mark.parametrize("zipped", [True, False])
def test_the_columns_of_a_factor_are_directions(tmp_path, zipped):
    path = tmp_path / "file.bin"
    torch.save({"eigvec": torch.tensor(ROWS)}, path, _use_new_zipfile_serialization=zipped)
    found = read_foreign(path)
    columns = torch.tensor(ROWS).T
    assert torch.allclose(found.vectors, columns / columns.norm(dim=1, keepdim=True))
    assert (found.search, found.value) == (Search("sefa (rosinality)", None, False), None)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"eigvec": torch.ones(3)}, "it has eigvec, but no matrix 'eigvec'"),
        ({"eigvec": 3, "b": 1}, "it has eigvec, b, but no matrix"),
        ({}, "it has nothing, but no matrix"),
        ([torch.ones(2, 2)], "it has nothing, but no matrix"),
    ],
)
def test_a_pytorch_file_without_a_factor_is_refused(tmp_path, value, text):
    with pytest.raises(ValueError, match=text):
        read_foreign(pt(tmp_path, value))


def test_a_file_of_more_than_a_gigabyte_is_refused_before_it_is_read(tmp_path, monkeypatch):
    check_directions_size(2**30)
    with pytest.raises(ValueError, match="its arrays have 1,073,741,825 bytes; directions have at most 1,0"):
        check_directions_size(2**30 + 1)
    monkeypatch.setattr(foreign, "_MOST_BYTES", 200)
    large = np.ones((10, 10))
    for path in (lambda: npy(tmp_path, large), lambda: pt(tmp_path, {"eigvec": torch.tensor(large)})):
        with pytest.raises(ValueError, match=r"its arrays have [\d,]+ bytes; directions have at most 200"):
            read_foreign(path())
    two = written(tmp_path, boundaries=np.eye(2), values=np.ones(2))  # 160 and 144 with their headers
    with pytest.raises(ValueError, match=r"its arrays have 304 bytes"):
        read_foreign(two)
