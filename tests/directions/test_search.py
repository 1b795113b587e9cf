import pickle
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import torch

from sefa_widget import factorize, load_directions, save_directions
from sefa_widget.directions import Directions, Search


def brightness(images):
    return images.mean((1, 2, 3))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Search.of("pca", n=100, seed=1), Search.of("pca", seed=np.int64(1), n=100.0)),
        (Search.of("random"), Search.of("random", seed=0)),
        (Search.of("random"), Search.of("random", normalize=False)),
        (Search.of("sefa", layers=(0, 3)), Search.of("sefa", layers=[2, 0, 1, 1])),
        (Search.of(), Search()),
        (
            Search.of("jacobian", labels=torch.tensor([1, 3]), region=[0, 0, 4, 4]),
            Search.of("jacobian", region=(0, 0, 4, 4), labels=np.array([1, 3])),
        ),
    ],
)
def test_searches_for_the_same_directions_are_equal_and_have_equal_hashes(first, second):
    assert first == second
    assert hash(first) == hash(second)


def test_searches_for_other_directions_differ():
    searches = {
        Search.of(),
        Search.of("sefa"),
        Search.of("sefa", normalize=False),
        Search.of("sefa", layers=(0, 2)),
        Search.of("random"),
        Search.of("random", seed=1),
        Search.of("interfacegan", scores=brightness),
    }
    assert len(searches) == 7


def test_a_search_cannot_be_changed_and_can_be_pickled():
    search = Search.of("jacobian", n=2, labels=[1, 2])
    with pytest.raises(FrozenInstanceError):
        search.method = "sefa"
    assert pickle.loads(pickle.dumps(search)) == search


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"method": "SeFa"}, "Did you mean 'sefa'"),
        ({"method": "sefa", "layers": "all"}, "layers is a str"),
        ({"method": "sefa", "layers": []}, "No layer is chosen"),
        ({"method": "sefa", "normalize": "yes"}, "normalize is 'yes'"),
        ({"method": "jacobian", "n": 0}, "n is 0; it must be 1 or more"),
        ({"features": {}}, "features is a dict"),
    ],
)
def test_a_wrong_search_is_refused(given, text):
    with pytest.raises(ValueError, match=text):
        Search.of(**given)


def test_what_was_left_open_is_filled_in_for_a_generator(tiny, tiny_style):
    assert Search.of().resolved(tiny) == Search("sefa", (0,), True)
    assert Search.of(layers=(0, 2)).resolved(tiny) == Search("composed", (0, 1), True)
    assert Search.of("composed").resolved(tiny) == Search("composed", (0, 1, 2), True)
    assert Search.of("pca", layers=[1]).resolved(tiny_style) == Search("pca", (1,), None)
    resolved = Search.of("pca").resolved(tiny_style)
    assert resolved.resolved(tiny_style) == resolved


def test_options_of_a_method_that_the_layers_choose_are_checked_then(tiny):
    search = Search.of(layers=(0, 2), features="shared")
    assert search.resolved(tiny).options == (("features", "shared"),)
    with pytest.raises(ValueError, match="features is 'grey'; it must be one of white, shared"):
        Search.of(layers=(0, 2), features="grey").resolved(tiny)
    with pytest.raises(TypeError, match="'sefa' has no option 'features'"):
        Search.of(features="shared").resolved(tiny)


def test_layers_that_the_method_cannot_read_are_refused_before_it_runs(tiny):
    with pytest.raises(ValueError, match=r"Layer 1 .* reads no latent, so 'sefa' cannot factorise it"):
        Search.of("sefa", layers=[1]).resolved(tiny)
    with pytest.raises(ValueError, match="Layer 7 is outside 0:3"):
        Search.of("random", layers=[7]).resolved(tiny)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"layers": (0, 3), "normalize": False, "features": "shared"},
        {"method": "jacobian", "n": 1, "region": (0.0, 0.0, 0.5, 0.5)},
        {"method": "random", "seed": 3},
        {"method": "interfacegan", "scores": brightness, "n": 60, "chosen": 0.3},
    ],
)
def test_directions_know_the_search_that_finds_them_again(tiny, given):
    found = factorize(tiny, **given)
    assert found.search == Search.of(given.pop("method", None), **given).resolved(tiny)
    assert (found.method, found.layers) == (found.search.method, found.search.layers)
    again = found.search.find(tiny, len(found))
    assert torch.allclose(again.vectors, found.vectors)
    assert again.search == found.search


def test_a_search_comes_back_from_a_file(tiny, tmp_path):
    found = factorize(tiny, method="jacobian", n=1, region=(0, 0, 8, 8))
    read = load_directions(save_directions(found, tmp_path / "found.safetensors"))
    assert read.search == found.search
    assert torch.allclose(read.search.find(tiny).vectors, found.vectors)


def test_directions_that_were_not_found_here_cannot_be_found_again(tiny):
    given = Directions.from_vectors(torch.eye(8), generator=tiny)
    assert given.search.described is None
    with pytest.raises(ValueError, match="method is 'given'; it must be one of sefa"):
        given.search.find(tiny)


def test_progress_and_k_are_checked(tiny):
    with pytest.raises(ValueError, match="progress is an int"):
        Search.of().find(tiny, progress=3)
    with pytest.raises(ValueError, match="k is 9; it must be 1 to 8"):
        Search.of().find(tiny, 9)
