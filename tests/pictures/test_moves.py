"""What a panel does at every change moves no weights between devices, and pictures only as bytes.

It is checked twice: on a second device that is computed on the CPU, and by recording conversions and `item()`
on the devices there are.
"""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from sefa_widget import factorize, load_generator
from sefa_widget.directions import device as linear_algebra
from sefa_widget.measures.sliders import Measuring, Setting, Unedited
from sefa_widget.pictures.drawing import tiles
from sefa_widget.pictures.editing import Edit
from sefa_widget.pictures.frames import to_pixels
from sefa_widget.pictures.starts import as_starts
from tests.far_device import NAME, FarDevice, Move

aten = torch.ops.aten


class Moves(TorchDispatchMode):
    """Records how many numbers each conversion to another type or device has, and how many are fetched."""

    def __init__(self) -> None:
        super().__init__()
        self.converted: list[tuple[torch.dtype, torch.dtype, int]] = []
        self.fetched = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        if func.overloadpacket is aten._local_scalar_dense:
            self.fetched += 1
        elif func.overloadpacket in (aten._to_copy, aten.copy_):
            source, target = (args[0], out) if func.overloadpacket is aten._to_copy else (args[1], args[0])
            if (source.dtype, source.device) != (target.dtype, target.device):
                self.converted.append((source.dtype, target.dtype, source.numel()))
        return out

    def most(self, source: torch.dtype | None = None) -> int:
        """The most numbers of one conversion, of all or from one type."""
        return max((count for old, _, count in self.converted if source in (None, old)), default=0)


@pytest.fixture
def heads(device):
    return load_generator("heads", device=device)


@pytest.mark.parametrize("method", ["sefa", "conv", "composed"])
def test_weights_are_converted_once_and_a_new_layer_range_moves_no_more_than_a_square_of_d(heads, method):
    d = heads.latent_dim
    with Moves() as first:
        factorize(heads, method=method, layers=(0, 8))
    assert sum(count for _, new, count in first.converted if new == torch.float64) >= 8 * d
    with Moves() as change:
        factorize(heads, method=method, layers=(2, 6))
    assert change.most() <= d * d
    assert sum(count for _, _, count in change.converted) <= 2 * d * d
    assert change.fetched <= 2  # the trace


def test_a_frame_moves_a_code_a_direction_and_one_picture_of_bytes(heads):
    found = factorize(heads, layers=(2, 6))
    pixels = heads.channels * heads.resolution**2

    def frame(strength: float) -> None:
        (tile,) = tiles(heads, as_starts(31), [Edit(found, {0: strength, 3: 1.0})])
        assert to_pixels(tile.image).shape == (heads.resolution, heads.resolution, 3)

    frame(0.5)
    with Moves() as moves:
        frame(1.5)
    pictures = [move for move in moves.converted if move[2] >= pixels]
    assert pictures == [(torch.float32, torch.uint8, pixels)]
    others = [count for _, _, count in moves.converted if count < pixels]
    assert max(others) <= heads.num_codes * heads.latent_dim
    assert moves.fetched <= 2 * heads.num_codes


def test_many_pictures_become_bytes_in_one_conversion():
    images = torch.zeros(6, 3, 8, 8)
    with Moves() as moves:
        to_pixels(images)
    assert moves.converted == [(torch.float32, torch.uint8, math.prod(images.shape))]


def test_a_conversion_and_a_fetched_number_are_seen():
    with Moves() as moves:
        torch.zeros(4).double()
        torch.zeros(3, dtype=torch.float64).copy_(torch.zeros(3))
        torch.zeros(5).clone()
        torch.ones(()).item()
    assert [count for _, _, count in moves.converted] == [4, 3]
    assert moves.fetched == 1


SAMPLED = 16 * 4
"""Bytes of each tensor that `weights_version` looks at."""


@pytest.fixture
def no_inference_mode(monkeypatch):
    monkeypatch.setattr(torch, "inference_mode", torch.no_grad)


def most(moves: list[Move]) -> int:
    return max((move.count for move in moves if move.dtype != torch.uint8), default=0)


@pytest.mark.parametrize(
    ("name", "method", "options"),
    [
        ("heads", "sefa", {}),
        ("heads", "conv", {}),
        ("heads", "composed", {}),
        ("heads", "composed", {"features": "shared"}),
        ("heads", "pca", {"n": 100, "k": 3}),
        ("heads", "pca", {"n": 40, "k": 3, "layer": "blocks.1.conv1"}),
        ("faces", "sefa", {}),
        ("faces", "composed", {}),
    ],
)
@pytest.mark.parametrize("float64", [True, False])
@pytest.mark.usefixtures("no_inference_mode")
def test_directions_are_found_on_the_generators_device(name, method, options, float64, monkeypatch):
    generator = load_generator(name, device="cpu")
    expected = factorize(generator, method=method, **options)
    if not float64:
        monkeypatch.setattr(linear_algebra, "WITHOUT_FLOAT64", (NAME,))
    with FarDevice(float64) as far:
        far.put(generator)
        assert generator.fingerprint  # which takes all weights, once
        far.taken()
        found = factorize(generator, method=method, **options)
        moves = far.taken()
    assert torch.allclose(found.eigenvalues, expected.eigenvalues, rtol=1e-5)
    assert found.vectors.device == found.eigenvalues.device == torch.device("cpu")
    assert found.vectors.dtype == found.eigenvalues.dtype == torch.float64
    if float64 and "layer" not in options:
        latents = options.get("n", 0) * generator.z_dim
        d = generator.latent_dim
        assert most([move for move in moves if move.source == NAME]) <= d * d
        assert most(moves) <= max(d * d, latents)
        numbers = sum(move.count for move in moves if move.source == NAME and move.dtype != torch.uint8)
        assert numbers <= len(generator.layers) * (d * d + 1) + 2 * d


@pytest.mark.usefixtures("no_inference_mode")
def test_a_layer_range_and_a_frame_move_one_picture_of_bytes_and_no_weights():
    heads = load_generator("heads", device="cpu")
    tensors = len(heads.state_dict())
    picture = heads.channels * heads.resolution**2
    with FarDevice() as far:
        far.put(heads)
        factorize(heads)
        far.taken()
        found = factorize(heads, layers=(2, 6))
        assert {move.dtype for move in far.taken()} <= {
            torch.uint8
        }  # samples of the weights, for their version
        (tile,) = tiles(heads, as_starts(31), [Edit(found, {0: 1.0, 3: -0.5})])
        pixels = to_pixels(tile.image)
        moves = far.taken()
    assert pixels.shape == (heads.resolution, heads.resolution, 3)
    bytes_moved = [move.count for move in moves if move.dtype == torch.uint8 and move.source == NAME]
    assert [count for count in bytes_moved if count > SAMPLED * tensors] == [picture]
    assert most(moves) <= heads.num_codes * heads.latent_dim


@pytest.mark.usefixtures("no_inference_mode")
def test_pictures_that_are_only_compared_stay_where_they_are():
    faces = load_generator("faces", device="cpu")
    picture = faces.channels * faces.resolution**2
    with FarDevice() as far:
        far.put(faces)
        assert faces.fingerprint  # which takes all weights, once
        far.taken()
        unedited = Unedited(faces, Setting())
        measuring = Measuring(faces, factorize(faces, k=2), [0], unedited)
        while not measuring.range.measured:
            assert measuring.step()
        assert most(far.taken()) < picture
    assert unedited.pictures.device.type == NAME
