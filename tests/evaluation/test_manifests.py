import contextlib
import json

import hypothesis
import numpy as np
import pytest
import torch
from hypothesis import strategies

from sefa_widget.evaluation import manifests
from sefa_widget.evaluation.manifests import read_manifest

PLAIN = {"name": "plain", "shape": [2, 2], "dtype": "float32"}
SMALL = {
    "name": "small",
    "shape": [3],
    "dtype": "float32",
    "quantization": {"dtype": "uint8", "scale": 0.5, "min": -1},
}
NUMBERS = np.array([1, 2, 3, 4], "<f4").tobytes() + bytes([0, 1, 255])


@pytest.fixture
def write(tmp_path):
    """Write a manifest, as JSON or as it is, and files of numbers beside it."""

    def written(manifest, **files):
        for name, numbers in ({"a": NUMBERS} | files).items():
            (tmp_path / f"{name}.bin").write_bytes(numbers)
        file = tmp_path / "manifest.json"
        file.write_bytes(manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode())
        return file

    return written


def group(*weights, paths=("a.bin",)):
    return {"paths": list(paths), "weights": list(weights)}


def quantised(**changes):
    return SMALL | {"quantization": SMALL["quantization"] | changes}


def test_numbers_come_plain_and_quantised(write):
    found = read_manifest(write([group(PLAIN, SMALL)]))
    assert found["plain"].tolist() == [[1, 2], [3, 4]]
    assert found["small"].tolist() == [-1, -0.5, 126.5]
    assert {tensor.dtype for tensor in found.values()} == {torch.float32}


def test_numbers_of_16_bits_are_floats_or_multiples(write):
    weights = [quantised(dtype="float16"), quantised(dtype="uint16") | {"name": "long"}]
    numbers = np.array([0.5, -2, 7], "<f2").tobytes() + np.array([0, 1, 65535], "<u2").tobytes()
    found = read_manifest(write([group(*weights)], a=numbers))
    assert found["small"].tolist() == [0.5, -2, 7]
    assert found["long"].tolist() == [-1, -0.5, 32766.5]


def test_whole_numbers_and_scalars_are_tensors_too(write):
    weights = [{"name": "axes", "shape": [2], "dtype": "int32"}, PLAIN | {"shape": []}]
    numbers = np.array([1, -2], "<i4").tobytes() + np.array([6], "<f4").tobytes()
    found = read_manifest(write([group(*weights)], a=numbers))
    assert found["axes"].tolist() == [1, -2]
    assert found["plain"].item() == 6


def test_of_a_whole_model_its_weights_are_read(write):
    found = read_manifest(write({"modelTopology": {}, "weightsManifest": [group(PLAIN, SMALL)]}))
    assert set(found) == {"plain", "small"}


def test_a_group_goes_on_from_file_to_file_and_the_next_begins_at_its_own(write):
    groups = [group(PLAIN, paths=("a.bin", "b.bin")), group(SMALL, paths=("c.bin",))]
    found = read_manifest(write(groups, a=NUMBERS[:5], b=NUMBERS[5:16], c=NUMBERS[16:]))
    assert found["plain"].tolist() == [[1, 2], [3, 4]]
    assert found["small"].tolist() == [-1, -0.5, 126.5]


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        (b"\x89PNG\r\n", "it is no JSON text"),
        (b"[" * 100_000, "it is no JSON text"),
        ({"weights": []}, "it is no list of groups of weights"),
        ([], "it is no list of groups of weights"),
        ([{"paths": ["a.bin"]}], "one of its groups is {'paths': "),
        ([group(PLAIN, paths=())], "one of its groups is {'paths': "),
        ([group(PLAIN, paths=("../a.bin",))], "it names '../a.bin' as a file beside it"),
        ([group(PLAIN, paths=("C:a.bin",))], "it names 'C:a.bin' as a file beside it"),
        ([group(PLAIN, paths=("..",))], r"it names '\.\.' as a file beside it"),
        ([group(PLAIN, paths=(3,))], "it names 3 as a file beside it"),
        ([group(PLAIN | {"shape": [2, -2]})], "it describes a tensor of float32 or int32 as"),
        ([group(PLAIN | {"shape": [2, True]})], "it describes a tensor of float32 or int32 as"),
        ([group(PLAIN | {"shape": [1] * 9})], "it describes a tensor of float32 or int32 as"),
        ([group(PLAIN | {"dtype": "string"})], "it describes a tensor of float32 or int32 as"),
        ([group("plain")], "it describes a tensor of float32 or int32 as 'plain'"),
        ([group(PLAIN | {"shape": [1 << 26] * 8})], "bytes of numbers; at most 67,108,864 are read"),
        ([group(PLAIN, SMALL), group(PLAIN, SMALL)], "it describes 'plain' twice"),
        ([group(SMALL | {"dtype": "int32"})], "'small' is of int32, and quantised"),
        ([group(PLAIN, quantised(dtype="int4"))], "'small' is quantised as {'dtype': 'int4'"),
        ([group(PLAIN, quantised(scale=float("nan")))], "'small' is quantised as"),
        ([group(PLAIN, quantised(scale="1"))], "'small' is quantised as"),
        ([group(PLAIN, quantised(min=10**400))], "'small' is quantised as"),
    ],
)
def test_a_damaged_or_foreign_manifest_is_named_with_its_reason(write, manifest, reason):
    with pytest.raises(ValueError, match=f"'manifest.json' is no manifest .*{reason}"):
        read_manifest(write(manifest))


@pytest.mark.parametrize(("numbers", "has"), [(NUMBERS[:-1], "18"), (NUMBERS + b"0", "more than 19")])
def test_files_of_another_length_than_described_are_refused(write, numbers, has):
    with pytest.raises(ValueError, match=rf"a\.bin beside 'manifest\.json': {has} bytes, where 19 are"):
        read_manifest(write([group(PLAIN, SMALL)], a=numbers))


def test_a_file_named_a_thousand_times_is_not_read_as_often(write, monkeypatch):
    read = []
    once = manifests._bytes
    monkeypatch.setattr(manifests, "_bytes", lambda *given: read.append(given) or once(*given))
    with pytest.raises(ValueError, match="more than 19 bytes"):
        read_manifest(write([group(PLAIN, SMALL, paths=["a.bin"] * 1000)]))
    assert len(read) == 3  # the manifest, the file, and the time that is too much


def test_numbers_that_are_none_are_refused(write):
    numbers = np.array([1, np.inf, 3, 4], "<f4").tobytes()
    with pytest.raises(ValueError, match="some numbers of 'plain' are NaN or infinite"):
        read_manifest(write([group(PLAIN)], a=numbers))


def test_a_missing_file_is_named(write, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no file '.*gone\.bin'"):
        read_manifest(write([group(PLAIN, paths=("gone.bin",))]))
    with pytest.raises(FileNotFoundError, match="There is no file"):
        read_manifest(tmp_path)


@hypothesis.given(strategies.data())
@hypothesis.settings(max_examples=300, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
def test_a_manifest_with_any_damage_is_read_or_refused(write, data):
    text = bytearray(json.dumps([group(PLAIN, SMALL)]).encode())
    for _ in range(data.draw(strategies.integers(1, 3))):
        at = data.draw(strategies.integers(0, len(text) - 1))
        text[at : at + data.draw(strategies.integers(0, 2))] = data.draw(
            strategies.sampled_from([b"", b"[", b"}", b"0", b"9", b"-", b'"', b"\xff", b"e9", b"null", b"/"])
        )
    with contextlib.suppress(ValueError, FileNotFoundError):
        found = read_manifest(write(bytes(text)))
        assert all(bool(tensor.isfinite().all()) for tensor in found.values())
