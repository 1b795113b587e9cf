import gzip

import numpy as np
import pytest
import torch

from tests.training.garments.data import random_garments
from training.garments import dataset
from training.garments.dataset import find, read_garments, read_idx


def write(path, numbers):
    head = bytes([0, 0, 8, numbers.ndim]) + b"".join(size.to_bytes(4, "big") for size in numbers.shape)
    path.write_bytes(gzip.compress(head + numbers.tobytes()))


@pytest.fixture
def folder(tmp_path):
    numbers = np.random.default_rng(0)
    write(tmp_path / "train-images-idx3-ubyte.gz", numbers.integers(0, 256, (5, 28, 28), dtype=np.uint8))
    write(tmp_path / "train-labels-idx1-ubyte.gz", np.arange(5, dtype=np.uint8))
    return tmp_path


def test_pictures_stand_in_the_middle_of_a_black_frame(folder):
    garments = read_garments("train", folder)
    inner = torch.from_numpy(read_idx(folder / "train-images-idx3-ubyte.gz").copy())
    assert garments.images.shape == (5, 1, 32, 32)
    assert torch.equal(garments.images[:, 0, 2:30, 2:30], inner)
    assert int(garments.images.sum()) == int(inner.sum())
    assert garments.labels.tolist() == [0, 1, 2, 3, 4]


def test_a_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "x.gz").write_bytes(gzip.compress(b"\x00\x00\x0d\x03 floats"))
    with pytest.raises(ValueError, match=r"x\.gz is not an idx file of bytes"):
        read_idx(tmp_path / "x.gz")


def test_without_data_it_is_said_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("FASHION_MNIST", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="apt-get install dataset-fashion-mnist"):
        find()


def test_where_apt_cannot_fetch_the_package_it_is_said_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setenv("FASHION_MNIST", str(tmp_path / "none"))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(dataset, "FOLDER", tmp_path)
    with pytest.raises(FileNotFoundError, match=r"apt-get install dataset-fashion-mnist.*Fetching it failed"):
        dataset.fetch()


def test_a_batch_is_pictures_with_their_classes():
    garments = random_garments(0)
    images, labels = garments.batch(50, torch.Generator().manual_seed(0))
    assert images.shape == (50, 1, 32, 32)
    assert images.min() == -1
    assert images.max() == 1
    originals = garments.images.float() / 127.5 - 1
    for image, label in zip(images, labels, strict=True):
        (place,) = (originals == image).flatten(1).all(1).nonzero()
        assert garments.labels[place] == label
