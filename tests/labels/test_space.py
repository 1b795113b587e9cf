"""A sketch tells one latent space from another, for every family."""

import math
from pathlib import Path

import pytest

from sefa_widget.labels.space import SIDE, likeness, sketch
from tests.conftest import GOLDEN
from tests.generators.golden import load

NAMES = sorted(
    path.stem for path in GOLDEN.glob("*.json") if (Path(GOLDEN) / f"{path.stem}.safetensors").exists()
)


@pytest.mark.parametrize("name", NAMES)
def test_every_family_has_a_sketch(name):
    generator = load(name)
    numbers = sketch(generator)
    assert (len(numbers), math.hypot(*numbers)) == (SIDE**2, pytest.approx(1, abs=1e-4))
    assert likeness(numbers, sketch(generator)) == pytest.approx(1)
