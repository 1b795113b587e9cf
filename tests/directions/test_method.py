import numpy as np
import pytest
import torch

from sefa_widget.directions import METHODS, Option, method_named
from sefa_widget.directions.method import plain


def option(kind, default=None, **limits) -> Option:
    return Option("size", "Size", kind, default, "How large.", **limits)


@pytest.mark.parametrize(
    ("described", "given", "kept"),
    [
        (option("whole", 3, least=1), np.int64(4), 4),
        (option("whole", 3, least=1), 4.0, 4),
        (option("whole"), None, None),
        (option("real", 1.0), torch.tensor(0.5), 0.5),
        (option("real", 1.0, above_zero=True, most=1), 1, 1.0),
        (option("truth", True), np.False_, False),
        (option("choice", "a", choices=("a", "b")), "b", "b"),
        (option("text"), "conv.0", "conv.0"),
        (option("other"), [np.float32(0.5), range(2)], (0.5, (0, 1))),
        (option("other"), torch.eye(2), ((1.0, 0.0), (0.0, 1.0))),
        (option("other"), np.array(2), 2),
        (option("other"), plain, plain),
    ],
)
def test_an_option_becomes_a_plain_value_that_can_be_hashed(described, given, kept):
    found = described.check(given)
    assert (found, type(found)) == (kept, type(kept))
    hash(found)


@pytest.mark.parametrize(
    ("described", "given", "text"),
    [
        (option("whole", 3, least=1, most=9), 10, "size is 10; it must be 1 to 9"),
        (option("whole", 3), None, "size is None; it must be a whole number"),
        (option("real", 1.0, above_zero=True), 0, "size is 0; it must be a finite number above 0"),
        (option("real", 1.0, above_zero=True, most=1), 1.5, "size is 1.5; it must be .* at most 1"),
        (option("truth", True), 1, "size is 1; it must be True or False"),
        (option("choice", "a", choices=("a", "b")), "c", "size is 'c'; it must be one of a, b"),
        (option("text"), 3, "size is an int .*; it must be a text"),
        (option("other"), {}, "size is a dict; it must be numbers, texts, arrays"),
    ],
)
def test_what_an_option_may_not_be_is_refused_with_what_it_may_be(described, given, text):
    with pytest.raises(ValueError, match=text):
        described.check(given)


def test_options_at_their_defaults_are_left_out_and_the_others_are_in_order():
    pca = method_named("pca")
    assert pca.checked({"seed": 1, "n": np.int32(200), "layer": None}) == (("n", 200), ("seed", 1))
    assert pca.checked({"n": 100_000}) == ()


def test_an_option_that_is_needed_must_be_given():
    with pytest.raises(TypeError, match="'interfacegan' needs the option 'scores': A function from images"):
        method_named("interfacegan").checked({"n": 100})


def test_a_method_without_options_says_so():
    with pytest.raises(TypeError, match="Method 'sefa' has no option 'n'; it has none"):
        method_named("sefa").checked({"n": 100})


def test_which_layers_a_method_reads_is_known_before_it_runs(tiny, tiny_style):
    sefa, composed, jacobian, pca = map(method_named, ("sefa", "composed", "jacobian", "pca"))
    assert sefa.can_read(tiny, [0])
    assert not sefa.can_read(tiny, [0, 1])
    assert composed.can_read(tiny, [0, 1])
    assert not composed.can_read(tiny_style, [0])
    assert jacobian.can_read(tiny, [1])
    assert not pca.can_read(tiny, [0])
    assert (sefa.default_layers(tiny), composed.default_layers(tiny)) == ((0,), (0, 1, 2))


def test_only_methods_that_read_weights_heed_whether_rows_are_normalised():
    assert {m.name for m in METHODS if "normalize" in m.heeds} == {"sefa", "conv", "composed"}
