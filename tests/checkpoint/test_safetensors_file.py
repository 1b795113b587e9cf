"""A safetensors file is read as its library reads it, and refused if its header does not fit its bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.checkpoint.safetensors_file import read_safetensors
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.storage import read_view

GOLDEN = Path(__file__).parents[1] / "golden"


def read(data: bytes) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    views, metadata = read_safetensors(Span.of(data))
    return {name: read_view(view)[0] for name, view in views.items()}, metadata


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.safetensors")), ids=lambda path: path.stem)
def test_every_tensor_is_the_one_that_the_library_reads(path):
    found, _ = read(path.read_bytes())
    expected = load_file(path)
    assert found.keys() == expected.keys()
    assert all(torch.equal(found[name], expected[name]) for name in found)


@pytest.mark.parametrize(
    "dtype",
    [
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.int64,
        torch.int32,
        torch.int16,
        torch.int8,
        torch.uint8,
        torch.bool,
    ],
)
def test_types_shapes_and_metadata_are_kept(dtype):
    tensors = {
        "a": torch.tensor([[1, 0, 3]]).to(dtype),
        "b": torch.ones(0, 2, dtype=dtype),
        "ü": torch.ones(()),
    }
    found, metadata = read(save(tensors, {"who": "me"}))
    assert metadata == {"who": "me"}
    assert {name: (t.dtype, t.shape) for name, t in found.items()} == {
        name: (t.dtype, t.shape) for name, t in tensors.items()
    }
    assert all(torch.equal(found[name], tensors[name]) for name in found)


def entry(start: int, stop: int, dtype: object = "F32", shape: object = None) -> dict[str, object]:
    shape = [(stop - start) // 4] if shape is None else shape
    return {"dtype": dtype, "shape": shape, "data_offsets": [start, stop]}


def file(header: object, numbers: int = 8) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(numbers)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (file({"a": entry(0, 8), "b": entry(0, 8)}), "overlap or leave a gap at byte 8"),
        (file({"a": entry(0, 4), "b": entry(8, 12)}, 12), "overlap or leave a gap at byte 4"),
        (file({"a": entry(4, 8)}), "overlap or leave a gap at byte 0"),
        (file({"a": entry(0, 4)}), "have 4 bytes, but the file has 8"),
        (file({"a": entry(0, 12)}), "3 numbers of torch.float32 need 12 bytes"),
        (file({"a": entry(0, 8, shape=[3])}), "3 numbers of torch.float32 need 12 bytes"),
        (file({"a": entry(8, 0)}), "tensor 'a' is described by"),
        (file({"a": entry(-8, 0)}), "tensor 'a' is described by"),
        (file({"a": entry(0, 8, dtype="F4")}), "tensor 'a' is described by"),
        (file({"a": entry(0, 8, dtype=[])}), "tensor 'a' is described by"),
        (file({"a": entry(0, 8, shape=[True, 2])}), "tensor 'a' is described by"),
        (file({"a": entry(0, 8, shape=[1] * 9)}), "tensor 'a' is described by"),
        (file({"a": entry(0, 8, shape=[1] * 300_000)}), "tensor 'a' is described by"),
        (file({"a": entry(0, 0, shape=[2**40, 2**40, 0])}, 0), "describes a tensor"),
        (file({"a": 5}), "tensor 'a' is described by 5"),
        (file({"a": {}}), "tensor 'a' is described by {}"),
        (file({"__metadata__": {"a": 1}}, 0), "metadata is no table of texts"),
        (file({"__metadata__": 5}, 0), "metadata is no table of texts"),
        (file(b'{"a": 1, "a": 2}'), "no JSON text"),
        (file(b'{"a": ' + b"[" * 100_000), "no JSON text"),
        (file(b'{"a": "\xff"}'), "no JSON text"),
        (file([]), "no table"),
        (file(b"{}")[:-9], "says that it has 2 bytes"),
        (b"\xff" * 8 + b"{}", "says that it has"),
        (file(b" " * (1 << 22) + b"{}"), "generators need at most"),
    ],
)
def test_a_header_that_does_not_fit_the_file_is_refused(data, message):
    with pytest.raises(CheckpointError, match=message):
        read(data)
