import csv
import json
import pickle
import zipfile
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from sefa_widget import factorize
from sefa_widget.directions import Directions, Search
from sefa_widget.directions.files import load_directions, save_directions
from sefa_widget.directions.value import Value
from tests.conftest import GOLDEN


def same(left: Directions, right: Directions) -> bool:
    tensors = all(torch.equal(getattr(left, n), getattr(right, n)) for n in ("vectors", "eigenvalues"))
    names = (
        "trace",
        "rows",
        "method",
        "layers",
        "normalized",
        "fingerprint",
        "value",
        "options",
        "edit_rows",
        "notes",
    )
    return tensors and all(getattr(left, name) == getattr(right, name) for name in names)


def test_saved_directions_come_back_as_they_were(tiny_style, tmp_path):
    noted = replace(factorize(tiny_style), notes=("It has not converged.",))
    for number, directions in enumerate([noted, factorize(tiny_style, layers=[0, 2], k=2)]):
        path = save_directions(directions, tmp_path / f"{number}.safetensors")
        assert same(load_directions(path, tiny_style), directions)
        assert same(load_directions(path), directions)


def test_the_same_directions_make_the_same_bytes_with_where_they_are_from(tiny, tmp_path):
    first, second = (save_directions(factorize(tiny), tmp_path / name) for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    with safe_open(first, framework="pt") as file:
        about = json.loads(file.metadata()["sefa_widget_directions"])
    assert about["method"] == "sefa"
    assert about["layers"] == [0]
    assert about["normalized"] is True
    assert about["fingerprint"] == tiny.fingerprint
    assert set(about["versions"]) == {"sefa_widget", "torch"}


def test_a_table_stands_beside_the_file(tiny, tmp_path):
    directions = factorize(tiny, k=3)
    save_directions(directions, tmp_path / "mine.safetensors", csv=True)
    with (tmp_path / "mine.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["direction"] for row in rows] == ["0", "1", "2"]
    assert float(rows[1]["eigenvalue"]) == directions.eigenvalues[1].item()
    assert float(rows[1]["value"]) == directions.values[1].item()
    assert [float(rows[2][f"v{n}"]) for n in range(8)] == directions.vectors[2].tolist()


def test_directions_of_another_generator_are_loaded_with_a_warning(tiny_style, tmp_path):
    other = replace(factorize(tiny_style), fingerprint="0123456789abcdef")
    path = save_directions(other, tmp_path / "a.safetensors")
    with pytest.warns(UserWarning, match="found in another generator .fingerprint 0123456789abcdef"):
        load_directions(path, tiny_style)


def test_an_interfacegan_boundary_keeps_its_sign(tiny, tmp_path):
    boundary = -np.arange(1, 9, dtype=np.float32)[None]
    np.save(tmp_path / "smile.npy", boundary)
    found = load_directions(tmp_path / "smile.npy", tiny)
    assert torch.allclose(found.vectors, torch.from_numpy(boundary / np.linalg.norm(boundary)).double())
    assert (found.method, found.fingerprint, found.layers) == ("interfacegan", tiny.fingerprint, (0,))
    assert (found.value, found.values, found.normalized) == (None, None, None)


def test_a_ganspace_file_gives_its_latent_components_with_the_variance_of_each(tmp_path):
    reference = np.load(GOLDEN / "ganspace.npz")
    keys = ("act_comp", "lat_comp", "act_stdev", "lat_stdev", "var_ratio", "lat_mean")
    np.savez_compressed(tmp_path / "w.npz", **{key: reference[f"w_ipca_{key}"] for key in keys})
    found = load_directions(tmp_path / "w.npz")
    assert np.allclose(found.vectors.numpy(), reference["w_ipca_lat_comp"][:, 0], atol=1e-6)
    assert np.allclose(found.eigenvalues.sqrt().numpy(), reference["w_ipca_act_stdev"])
    assert np.allclose(found.values.numpy(), reference["w_ipca_var_ratio"], rtol=1e-4)
    assert found.method == "pca (GANSpace)"
    assert (found.value.name, found.normalized) == ("share of the variance", None)
    arrays = {key: reference[f"w_ipca_{key}"] for key in ("lat_comp", "act_stdev")}
    np.savez_compressed(tmp_path / "w.npz", **arrays)
    assert load_directions(tmp_path / "w.npz").value.name == "share of the variance of these components"


def test_official_sefa_arrays_are_sorted_by_their_eigenvalues(tmp_path):
    vectors, values = np.eye(4, dtype=np.float32)[:3], np.array([2.0, 5.0, -1e-7])
    np.savez(tmp_path / "sefa.npz", sefa_all_boundaries=vectors, sefa_all_values=values)
    found = load_directions(tmp_path / "sefa.npz")
    assert found.vectors.argmax(1).tolist() == [1, 0, 2]
    assert found.eigenvalues.tolist() == [5, 2, 0]
    assert (found.method, found.normalized) == ("sefa (genforce)", True)
    assert found.value.symbol == "λ/Σλ"
    assert torch.allclose(found.values, torch.tensor([5, 2, 0]).double() / 7)


@pytest.mark.parametrize("new_container", [True, False])
def test_the_columns_of_a_rosinality_factor_are_its_directions(tiny, tmp_path, new_container):
    eigvec = torch.linalg.qr(torch.randn(8, 8, generator=torch.Generator().manual_seed(0))).Q
    path = tmp_path / "factor.pt"
    torch.save({"ckpt": "550000.pt", "eigvec": eigvec}, path, _use_new_zipfile_serialization=new_container)
    found = load_directions(path, tiny)
    assert torch.allclose(found.vectors, eigvec.T.double(), atol=1e-6)
    assert (found.method, found.normalized, found.values) == ("sefa (rosinality)", False, None)


class Attack:
    def __reduce__(self):
        return (exec, ("raise SystemExit('code of the file was run')",))


def write_bad(kind: str, folder) -> None:
    path = folder / "bad"
    if kind == "pickle in npy":
        np.save(folder / "bad.npy", np.array([Attack()], dtype=object), allow_pickle=True)
        (folder / "bad.npy").rename(path)
    elif kind == "pickle in npz":
        np.savez(folder / "bad.npz", lat_comp=np.array([Attack()], dtype=object), act_stdev=np.ones(1))
        (folder / "bad.npz").rename(path)
    elif kind == "pickle":
        path.write_bytes(pickle.dumps({"eigvec": Attack()}))
    elif kind == "torch":
        torch.save({"eigvec": Attack()}, path)
    elif kind == "other torch":
        torch.save({"weight": torch.ones(2, 2)}, path)
    elif kind == "other npz":
        with path.open("wb") as file:
            np.savez(file, weight=np.ones((2, 2)))
    elif kind == "several":
        with path.open("wb") as file:
            np.savez(file, a_boundaries=np.ones((2, 2)), b_boundaries=np.ones((2, 2)))
    elif kind == "other safetensors":
        save_file({"weight": torch.ones(2, 2)}, path)
    elif kind == "half of ours":
        save_file({"vectors": torch.ones(2, 2)}, path, {"sefa_widget_directions": "{}"})
    elif kind == "ours without words":
        tensors = {"vectors": torch.ones(2, 2), "eigenvalues": torch.ones(2)}
        save_file(tensors, path, {"sefa_widget_directions": "{}"})
    elif kind in ("ours too long", "ours too many values"):
        save_directions(Directions.from_vectors(torch.eye(2)), path)
        with safe_open(path, "pt") as file:
            about = file.metadata()
        length, values = (2, 2) if kind == "ours too long" else (1, 3)
        tensors = {"vectors": length * torch.eye(2).double(), "eigenvalues": torch.ones(values).double()}
        save_file(tensors, path, about)
    elif kind == "header of npy":
        path.write_bytes(b"\x93NUMPY\x01\x00\x10\x00{'descr': ('<f8'\n" + bytes(64))
    elif kind == "cut":
        with path.open("wb") as file:
            np.save(file, np.ones((4, 8)))
        path.write_bytes(path.read_bytes()[:-40])
    elif kind == "cut npz":
        with path.open("wb") as file:
            np.savez_compressed(file, lat_comp=np.ones((4, 8)), act_stdev=np.ones(4))
        path.write_bytes(path.read_bytes()[:-40])
    elif kind == "damaged npz":
        with zipfile.ZipFile(path, "w") as file:
            file.writestr("lat_comp.npy", b"\x93NUMPY\x01\x00")
            file.writestr("act_stdev.npy", b"")
    else:
        arrays = {"zero": np.zeros((2, 8)), "nan": np.full((2, 8), np.nan), "shape": np.ones((2, 3, 8))}
        arrays["complex"] = np.ones((2, 8)) * 1j
        with path.open("wb") as file:
            np.save(file, arrays[kind]) if kind in arrays else file.write(kind.encode() * 9)


BAD = [
    "pickle in npy", "pickle in npz", "pickle", "torch", "other torch", "other npz", "several",
    "other safetensors", "half of ours", "ours without words", "ours too long", "ours too many values",
    "header of npy", "complex", "cut", "cut npz", "damaged npz", "zero", "nan", "shape", "text",
]  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_file_without_directions_is_refused_and_none_of_its_code_is_run(kind, tmp_path):
    write_bad(kind, tmp_path)
    with pytest.raises(ValueError, match=r"'bad' holds no directions: .*Known are"):
        load_directions(tmp_path / "bad")


def test_directions_in_any_order_come_back_from_a_file(tiny, tmp_path):
    found = factorize(tiny)
    turned = replace(found, vectors=-found.vectors.flip(0), eigenvalues=found.eigenvalues.flip(0))
    read = load_directions(save_directions(turned, tmp_path / "turned.safetensors"))
    assert torch.equal(read.vectors, turned.vectors)
    assert torch.equal(read.eigenvalues, turned.eigenvalues)


def test_directions_of_another_size_or_of_layers_that_are_not_there_are_refused(tiny, tiny_style, tmp_path):
    path = save_directions(factorize(tiny_style), tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match=r"'a.safetensors' have size 6; 'tiny' takes size 8"):
        load_directions(path, tiny)
    path = save_directions(
        replace(factorize(tiny), search=Search("sefa", (0, 7))), tmp_path / "a.safetensors"
    )
    with pytest.raises(ValueError, match="of layer 7, outside 0:3 of 'tiny'"):
        load_directions(path, tiny)
    path = save_directions(replace(factorize(tiny), edit_rows=(0, 1)), tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match="move code row 1, outside 0:1 of 'tiny'"):
        load_directions(path, tiny)
    with pytest.raises(ValueError, match="There is no file"):
        load_directions(tmp_path / "nowhere.npy")


def test_code_rows_that_a_file_does_not_name_are_those_of_its_layers(tiny_style, tmp_path):
    found = factorize(tiny_style, layers=[1, 2])
    path = save_directions(replace(found, edit_rows=None), tmp_path / "a.safetensors")
    assert load_directions(path).edit_rows is None
    assert load_directions(path, tiny_style).edit_rows == (1, 2)
    np.save(tmp_path / "a.npy", np.eye(6)[:1])
    assert load_directions(tmp_path / "a.npy").edit_rows is None
    assert load_directions(tmp_path / "a.npy", tiny_style).edit_rows == (0, 1, 2)


def test_no_table_is_written_unless_it_is_asked_for_and_the_path_is_given_back(tiny, tmp_path):
    found = factorize(tiny, k=2)
    assert save_directions(found, str(tmp_path / "a.safetensors")) == tmp_path / "a.safetensors"
    assert [file.name for file in tmp_path.iterdir()] == ["a.safetensors"]
    save_directions(found, tmp_path / "a.safetensors", csv=True)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.csv", "a.safetensors"]


def test_a_warning_of_a_file_names_the_line_that_loads_it(tiny, tmp_path):
    path = save_directions(factorize(tiny), tmp_path / "a.safetensors")
    with torch.no_grad():
        next(tiny.parameters()).add_(1)
    with pytest.warns(UserWarning, match=r"The directions in 'a.safetensors' were found in another") as told:
        load_directions(path, tiny)
    assert told[0].filename == __file__


@pytest.mark.parametrize("per", ["rows", "trace", "one"])
def test_every_field_comes_back(tiny_style, tmp_path, per):
    found = replace(
        factorize(tiny_style, k=2, normalize=False).named(["a", "b"]),
        value=Value("share", "λ", per),
        trace=3.5,
        rows=7,
        edit_rows=(1,),
    )
    read = load_directions(save_directions(found, tmp_path / "a.safetensors"))
    for field in ("trace", "rows", "search", "fingerprint", "edit_rows", "value", "names"):
        assert getattr(read, field) == getattr(found, field)
    assert torch.equal(read.vectors, found.vectors)
    assert torch.equal(read.eigenvalues, found.eigenvalues)
    bare = replace(found, value=None, edit_rows=None, names=(), search=Search("random", None, None))
    read = load_directions(save_directions(bare, tmp_path / "a.safetensors"))
    assert (read.value, read.edit_rows, read.names, read.search) == (None, None, (), bare.search)


@pytest.mark.parametrize(("rows", "text"), [((3,), "move code row 3, outside 0:3"), ((-1,), "code row -1")])
def test_rows_that_the_generator_has_not_are_refused(tiny_style, tmp_path, rows, text):
    found = replace(factorize(tiny_style), edit_rows=rows)
    path = save_directions(found, tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match=text):
        load_directions(path, tiny_style)


@pytest.mark.parametrize("change", [2.0, 1.001, float("nan")])
def test_vectors_that_are_not_of_unit_length_are_refused(tiny, tmp_path, change):
    found = factorize(tiny, k=2)
    path = save_directions(replace(found, vectors=found.vectors * change), tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match="its vectors are not of unit length, or its eigenvalues not finite"):
        load_directions(path)
    path = save_directions(replace(found, eigenvalues=found.eigenvalues / 0), tmp_path / "a.safetensors")
    with pytest.raises(ValueError, match="or its eigenvalues not finite"):
        load_directions(path)
