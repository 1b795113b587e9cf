"""Which code rows the scores move: those of the directions' own layers, unless others are named."""

import sys

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions import jacobian_gram
from sefa_widget.evaluation import captured_change, compare, effect, matched_strengths, rescore


def brightness(images):
    return images.mean((1, 2, 3))


SCORES = {
    "captured_change": lambda *a, **o: captured_change(*a, latents=a[0].sample([0]), **o).curve,
    "effect": lambda *a, **o: effect(*a, latents=a[0].sample([0]), controls=0, **o).change,
    "matched_strengths": lambda *a, **o: (
        matched_strengths(*a, 0.1, latents=a[0].sample([0]), controls=0, **o).strengths
    ),
    "rescore": lambda *a, **o: rescore(*a, brightness, n=4, controls=0, **o).change,
}


@pytest.mark.parametrize("name", SCORES)
def test_scores_move_the_rows_of_the_directions_own_layers(tiny_style, name):
    directions = factorize(tiny_style, layers=(1, 2), k=2)
    by_default = SCORES[name](tiny_style, directions)
    assert torch.allclose(by_default, SCORES[name](tiny_style, directions, rows=[1]))
    assert not torch.allclose(by_default, SCORES[name](tiny_style, directions, rows="all"))


def test_random_controls_move_the_rows_of_the_directions_they_are_held_against(tiny_style):
    directions = factorize(tiny_style, layers=(1, 2), k=2)
    options = {"latents": tiny_style.sample([0])}
    by_default = effect(tiny_style, directions, **options).control.change
    assert torch.allclose(by_default, effect(tiny_style, directions, rows=[1], **options).control.change)


def test_a_comparison_computes_one_jacobian_for_each_set_of_rows(tiny_style, monkeypatch):
    computed = []

    def counted(*arguments, rows, **options):
        computed.append(list(rows))
        return jacobian_gram(*arguments, rows=rows, **options)

    monkeypatch.setattr(sys.modules[compare.__module__], "jacobian_gram", counted)
    sets = {
        "first": factorize(tiny_style, layers=(0, 1)),
        "rest": factorize(tiny_style, layers=(1, 3)),
        "random": factorize(tiny_style, method="random", layers=(1, 3)),
    }
    latents = tiny_style.sample([0, 1])
    captured = compare(sets, tiny_style, latents=latents).captured
    assert computed == [[0], [1, 2]]
    alone = captured_change(tiny_style, sets["rest"], latents=latents, rows=(1, 3))
    assert torch.allclose(captured["rest"].curve, alone.curve)
    assert torch.allclose(captured["rest"].bound, captured["random"].bound)
    computed.clear()
    compare(sets, tiny_style, latents=latents, rows="all")
    assert computed == [[0, 1, 2]]


def test_a_jacobian_takes_rows_as_an_edit_does(tiny_style):
    latents = tiny_style.sample([0])
    by_range = jacobian_gram(tiny_style, latents, rows=(0, 2))
    assert torch.allclose(by_range, jacobian_gram(tiny_style, latents, rows=[0, 1]))
