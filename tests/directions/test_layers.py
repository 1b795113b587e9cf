"""Which layers are read, and which code rows an edit of them moves."""

import pytest
import torch

from sefa_widget.directions.layers import choose_layers, edit_rows, format_layers, latent_layers, responds
from tests.conftest import TinyStyle, seeded
from tests.generators.golden import load


def test_layers_are_a_range_or_numbers_in_any_order_or_all_that_read_the_latent(tiny, tiny_style):
    assert choose_layers(tiny_style, None) == (0, 1, 2)
    assert choose_layers(tiny, None) == (0,)
    assert choose_layers(tiny, (0, 2)) == (0, 1)
    assert choose_layers(tiny_style, [2, 0, 2]) == (0, 2)


@pytest.mark.parametrize(
    ("layers", "text"),
    [((1, 1), "Layer range 1:1 is outside 0:3 of 'tiny'"), ([3], "Layer 3 is outside 0:3"), ([], "No layer")],
)
def test_layers_that_there_are_none_of_are_refused(tiny, layers, text):
    with pytest.raises(ValueError, match=text):
        choose_layers(tiny, layers)
    with pytest.raises(ValueError, match="generator is"):
        choose_layers("tiny", layers)


def test_a_layer_that_reads_no_latent_is_named_with_what_can_be_done(tiny, tiny_style):
    assert latent_layers(tiny, None, "sefa") == (0,)
    assert latent_layers(tiny_style, [2, 1], "sefa") == (1, 2)
    with pytest.raises(ValueError, match=r"Layer 1 .* of 'tiny' reads no latent") as told:
        latent_layers(tiny, (0, 3), "sefa")
    assert str(told.value).endswith(
        "so 'sefa' cannot factorise it; method='composed' can. Layers that read the latent: 0."
    )


def test_an_edit_moves_the_rows_that_the_layers_read_or_all_if_none_reads_any(tiny, tiny_style):
    assert edit_rows(tiny_style, [2, 0]) == (0, 2)
    assert edit_rows(tiny_style, []) == (0, 1, 2)
    assert edit_rows(tiny, [0, 1]) == (0,)
    assert edit_rows(tiny, [1, 2]) == tuple(range(tiny.num_codes))


@pytest.mark.parametrize(
    ("layers", "text"),
    [
        ((), ""),
        ((0,), "0"),
        ((4,), "4"),
        ((2, 3), "2-3"),
        ((2, 3, 4, 5), "2-5"),
        ((0, 3, 7), "0,3,7"),
        ((3, 2), "3,2"),
    ],
)
def test_layers_are_written_as_people_do(layers, text):
    assert format_layers(layers) == text
    assert format_layers(list(layers)) == text


def test_what_is_no_layers_is_not_written():
    for wrong in ((-1,), (0.5,)):
        with pytest.raises(ValueError, match="A layer number is"):
            format_layers(wrong)
    with pytest.raises(ValueError, match="layers is"):
        format_layers(3)


def test_a_generator_responds_if_its_layers_are_modulated_or_answer_to_a_push(tiny, tiny_style):
    assert responds(tiny)
    assert responds(load("nv_ada"))
    assert not responds(tiny_style)
    assert not responds(load("ajbrock_biggan_flat_mybn"))


def test_to_tell_whether_it_responds_no_gradients_are_kept_and_its_type_is_used():
    class Answering(TinyStyle):
        def responses(self, latent):
            assert not torch.is_grad_enabled()
            assert (tuple(latent.shape), latent.dtype) == ((1, 6), torch.float64)
            yield latent

    assert responds(seeded(Answering()).double())
