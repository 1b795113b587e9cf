"""Stubs take what the real classes take from a pickle, as numbers and text, and refuse the rest."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.settings import Settings
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.storage import View
from sefa_widget.checkpoint.streams import read_pickle
from tests.checkpoint.network_pickles import Call, Name, New
from tests.checkpoint.small_files import pickled


def read(value: object, protocol: int = 4, numpy_major: int = 2) -> object:
    return read_pickle(Span.of(pickled(value, protocol, numpy_major)))


def settings() -> Settings:
    return Settings(Budget(copies=10_000))


@pytest.mark.parametrize("numpy_major", [1, 2])
@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_numpy_numbers_and_arrays_become_python_numbers_and_lists(protocol, numpy_major):
    value = {
        "double": np.float64(0.1),
        "single": np.float32(0.5),
        "whole": np.int64(-3),
        "truth": np.bool_(True),
        "row": np.array([36, 36]),
        "big": np.arange(6, dtype=">i4").reshape(2, 3),
        "columns": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "none": np.zeros((0, 2)),
        "set": {"a"},
        "bytes": bytearray(b"x"),
        "no bytes": b"",
    }
    found = settings().attributes(read(value, protocol, numpy_major))
    assert found == {
        "double": 0.1,
        "single": 0.5,
        "whole": -3,
        "truth": True,
        "row": [36, 36],
        "big": [[0, 1, 2], [3, 4, 5]],
        "columns": [[0, 1, 2], [3, 4, 5]],
        "none": [],
        "set": ["a"],
    }
    assert type(found["whole"]) is int
    assert type(found["truth"]) is bool


def test_attributes_that_json_cannot_express_are_left_out():
    value = {"a": torch.ones(2), "_b": 1, "c": {1: 2}, "d": [b"x"], "e": np.zeros(5000), "f": (1, None)}
    assert settings().attributes(read(value)) == {"f": [1, None]}


DTYPE = Name("numpy", "dtype")
ARRAY = Call(Name("numpy.core.multiarray", "_reconstruct"), Name("numpy", "ndarray"), (0,), b"b")
STORAGE = Call(Name("torch.storage", "_load_from_bytes"), b"x")
TENSOR = Name("torch._utils", "_rebuild_tensor_v2")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (np.array([None]), "numpy array of 'O8'"),
        (np.array(["text"]), "numpy array of 'U4'"),
        (np.zeros(1, [("a", "f4")]), "numpy array of 'V4'"),
        (np.array([1j]), "numpy array of 'c16'"),
        (Call(DTYPE, 5), "numpy array of 'int'"),
        (Call(DTYPE), "arguments it does not take"),
        (Call(Name("numpy.core.multiarray", "scalar"), 5, b""), "numpy number of no type"),
        (Call(Name("numpy.core.multiarray", "scalar"), np.dtype("f8"), b"1234"), "shape does not fit"),
        (Call(ARRAY.function, DTYPE, (0,), b"b"), "of an unknown class"),
        (Call(Name("numpy._core.numeric", "_frombuffer"), b"", 5, (0,), "C"), "without shape"),
        (Call(Name("numpy._core.numeric", "_frombuffer"), b"12", np.dtype("u1"), (3,), "C"), "does not fit"),
        (Call(Name("numpy._core.numeric", "_frombuffer"), b"", np.dtype("u1"), (-1, 0), "C"), "does not fit"),
        (Call(Name("collections", "OrderedDict"), 5), "arguments it does not take"),
        (Call(Name("collections", "OrderedDict"), [[(), 1]]), "uses a tuple as a key"),
        (Call(Name("builtins", "set"), [()]), "uses a tuple as a key"),
        (Call(Name("_codecs", "encode"), "x", "rot13"), "arguments it does not take"),
        (Call(Name("_codecs", "encode"), "€", "latin1"), "arguments it does not take"),
        (STORAGE, "another container"),
        (Call(TENSOR, 5, 0, (1,), (1,), False, {}), "a tensor without storage"),
        (Call(Name("torch._utils", "_rebuild_parameter"), 5, False, {}), "a parameter that is not a tensor"),
        (New(Name("argparse", "Namespace"), state={1: 2}), "a state that is no set of attributes"),
        (New(Name("dnnlib.util", "EasyDict"), {}, {"a": 1}), "sets the state of a dict"),
    ],
)
def test_what_the_real_classes_never_take_is_refused(value, message):
    with pytest.raises(CheckpointError, match=message):
        read(value)


def test_tensors_are_described_without_being_read():
    view = read({"a": torch.nn.Parameter(torch.ones(4, 6))[1:, ::2].detach()})["a"]
    assert isinstance(view, View)
    assert (view.shape, view.strides, view.offset, view.storage.numel) == ((3, 3), (6, 2), 6, 24)


def test_re_encoding_the_same_text_again_and_again_is_refused():
    text = "x" * 10_000
    encode = Name("_codecs", "encode")
    with pytest.raises(CheckpointError, match="far more work"):
        read([Call(encode, text, "latin1") for _ in range(10)])
