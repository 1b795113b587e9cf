"""Directions of the tiny generator, and stores of labels."""

import pytest

from sefa_widget import Labels, factorize


@pytest.fixture
def found(tiny):
    return factorize(tiny)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "labels.db"


@pytest.fixture
def labels(path):
    return Labels(path)
