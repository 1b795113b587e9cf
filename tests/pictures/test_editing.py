from dataclasses import replace

import numpy as np
import pytest
import torch

from sefa_widget import edit, factorize, load_directions, load_generator, save_directions
from sefa_widget.panel.session import Session
from sefa_widget.pictures.editing import UNEDITED, Edit, offset
from sefa_widget.pictures.frames import to_pixels
from tests.generators.golden import load


@pytest.fixture
def directions(tiny_style):
    return factorize(tiny_style)


def test_strength_times_direction_is_added_to_the_chosen_rows_only(tiny_style, directions):
    codes = tiny_style.sample([1, 2]).codes
    edited = edit(codes, directions, {1: 2.0, 4: -0.5}, rows=(1, 3))
    step = (2.0 * directions.vectors[1] - 0.5 * directions.vectors[4]).float()
    assert torch.equal(edited[:, 0], codes[:, 0])
    torch.testing.assert_close(edited[:, 1:], codes[:, 1:] + step)


def test_no_strength_changes_nothing_and_the_input_is_never_written(tiny_style, directions):
    latent = tiny_style.sample([5])
    before = latent.codes.clone()
    assert torch.equal(edit(latent, directions, {}).codes, before)
    edit(latent, directions, {0: 3.0})
    assert torch.equal(latent.codes, before)


def test_a_latent_keeps_its_classes(tiny_style, directions):
    latent = tiny_style.sample([5], labels=[2])
    assert torch.equal(edit(latent, directions, {0: 1.0}).labels, latent.labels)


def test_strengths_may_be_a_list_for_the_first_directions(tiny_style, directions):
    codes = tiny_style.sample([5]).codes
    assert torch.equal(edit(codes, directions, [0.5, -1.0]), edit(codes, directions, {0: 0.5, 1: -1.0}))


@pytest.mark.parametrize(
    ("strengths", "rows", "text"),
    [
        ({6: 1.0}, None, "A direction is 6; it must be 0 to 5"),
        ({-1: 1.0}, None, "A direction is -1"),
        ({0: float("nan")}, None, "strength of direction 0 is nan; it must be a finite number"),
        ({0: 1.0}, (2, 4), "2:4 is outside 0:3"),
        ({0: 1.0}, [3], "Row 3 is outside 0:3"),
        ({0: 1.0}, [-1], "Row -1 is outside 0:3"),
        ({0: 1.0}, [], "No row is chosen of 0:3"),
        ({0: 1.0}, "first", r"rows is a str \('first'\); it must be .*, a list of numbers, or 'all' or None"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(tiny_style, directions, strengths, rows, text):
    with pytest.raises(ValueError, match=text):
        edit(tiny_style.sample([0]).codes, directions, strengths, rows=rows)


def test_codes_of_another_size_are_refused(tiny, directions):
    with pytest.raises(ValueError, match=r"\[1, 1, 8\].*\[N, L, 6\]"):
        edit(tiny.sample([0]).codes, directions, {0: 1.0})


MANY_ROWS = {  # one of each family whose codes have several rows
    "biggan": "ajbrock_biggan_hier",
    "biggan_deep": "hf_biggan_deep",
    "stylegan": "genforce_stylegan",
    "stylegan2": "nv_ada",
    "stylegan3": "nv_sg3_t",
}


@pytest.mark.parametrize("method", ["sefa", "random"])
@pytest.mark.parametrize("family", MANY_ROWS)
def test_the_panels_picture_is_the_plain_edit_after_a_layer_range_is_chosen(family, method):
    generator = load(MANY_ROWS[family])
    assert generator.family == family
    session = Session(generator)
    session.apply({"seed": 3, "layers": (1, 3), "method": method, "strengths": {0: 20.0, 1: -10.0}})
    directions = session.directions()
    assert directions.edit_rows == (1, 2)
    latent = generator.sample(3)
    plain, everywhere = (
        generator.synthesize(edit(latent, directions, {0: 20.0, 1: -10.0}, **rows))[0]
        for rows in ({}, {"rows": "all"})
    )
    assert np.abs(session.sheet().tiles[0, 0].astype(int) - to_pixels(plain)).max() <= 1
    if method == "random":  # SeFa's directions of some rows of BigGAN move no others: each reads a slice of z
        assert float((everywhere - plain).abs().mean()) > 0.01


def test_rows_are_all_or_those_of_the_directions_or_those_that_are_named(tiny_style):
    latent, found = tiny_style.sample([1]), factorize(tiny_style, layers=[0, 2])
    every = torch.tensor([True, True, True])
    for rows, moved in [
        (None, [True, False, True]),
        ("all", every),
        ((1, 3), [False, True, True]),
        (range(1, 3), [False, True, True]),
        (np.array([2, 0]), [True, False, True]),
        ([1, 1], [False, True, False]),
    ]:
        step = edit(latent, found, {0: 2.0}, rows=rows).codes - latent.codes
        expected = torch.as_tensor(moved)[:, None] * (2 * found.vectors[0]).float()
        torch.testing.assert_close(step[0], expected)
    unknown = edit(latent, replace(found, edit_rows=None), {0: 1.0}).codes != latent.codes
    assert torch.equal(unknown.any(2)[0], every)


def test_saved_and_loaded_directions_move_the_same_rows(tiny_style, tmp_path):
    latent, found = tiny_style.sample([1]), factorize(tiny_style, layers=(1, 2))
    moved = edit(latent, found, {0: 2.0}).codes
    loaded = load_directions(save_directions(found, tmp_path / "d.safetensors"))
    torch.testing.assert_close(edit(latent, loaded, {0: 2.0}).codes, moved)


def test_directions_that_move_rows_the_codes_have_not_are_refused(tiny_style):
    found = replace(factorize(tiny_style), edit_rows=(1, 3))
    with pytest.raises(ValueError, match=r"move code row 3, outside 0:3 of the codes.*rows='all'"):
        edit(tiny_style.sample([0]), found, {0: 1.0})


def test_the_bundled_heads_keep_the_rows_of_their_layers():
    heads = load_generator("heads", device="cpu")
    assert factorize(heads, layers=(3, 5)).first(2).edit_rows == (3, 4)


def test_each_picture_takes_strengths_of_its_own(tiny_style):
    directions = factorize(tiny_style, k=3).named(["a", "b", "c"])
    latent = tiny_style.sample([1, 2])
    one_by_one = [edit(latent[n], directions, {0: s, 2: -1.0}).codes for n, s in enumerate((0.5, 2.0))]
    expected = torch.cat(one_by_one)
    for strengths in (
        {0: torch.tensor([0.5, 2.0]), 2: -1.0},
        {"a": np.array([0.5, 2.0]), "c": -1},
        torch.tensor([[0.5, 0, -1], [2.0, 0, -1]]),
        np.array([[0.5, 0, -1], [2.0, 0, -1]]),
    ):
        assert torch.allclose(edit(latent, directions, strengths).codes, expected)


def test_gradients_pass_through_strengths(tiny_style):
    directions = factorize(tiny_style, k=2)
    codes = tiny_style.sample([1, 2]).codes
    strengths = torch.zeros(2, 2, dtype=torch.float64, requires_grad=True)
    edit(codes, directions, strengths).sum().backward()
    sums = directions.vectors.sum(1) * tiny_style.num_codes
    assert torch.allclose(strengths.grad, sums.expand(2, 2))
    alone = torch.tensor(1.0, requires_grad=True)
    edit(codes, directions, {1: alone}).sum().backward()
    assert alone.grad == pytest.approx(2 * float(sums[1]), rel=1e-5)


def test_strengths_must_be_for_as_many_pictures_as_there_are(tiny_style, directions):
    codes = tiny_style.sample([1, 2, 3]).codes
    for strengths, count in ((torch.ones(2, 6), 2), (np.ones((1, 2)), 1), ({0: torch.ones(4)}, 4)):
        with pytest.raises(ValueError, match=f"There are strengths for {count} pictures and codes of 3"):
            edit(codes, directions, strengths)


@pytest.mark.parametrize(
    ("strengths", "text"),
    [
        (torch.tensor(1.0), "strengths is"),
        ([1.0] * 7, "There are 7 strengths for 6 directions"),
        (torch.ones(1, 7), "There are 7 strengths for 6 directions"),
        ({0: torch.tensor([1.0, float("nan")])}, "The strength of direction 0 is .*; it must be finite, one"),
        ({1: torch.ones(1, 1, requires_grad=True)}, "The strength of direction 1 is .*; it must be finite"),
        ({1: "much"}, "The strength of direction 1 is 'much'; it must be a finite number"),
    ],
)
def test_what_is_no_strength_is_refused(directions, strengths, text):
    with pytest.raises(ValueError, match=text):
        offset(directions, strengths)


def test_an_offset_is_exact_for_numbers_of_any_library(directions):
    expected = 0.1 * directions.vectors[0]
    for one in (0.1, np.float64(0.1), np.array(0.1), torch.tensor(0.1, dtype=torch.float64)):
        assert torch.equal(offset(directions, {0: one}), expected)
    assert torch.equal(offset(directions, [0.1]), expected)
    assert offset(directions, {}).tolist() == [0] * 6
    assert torch.allclose(offset(directions, torch.tensor([0.1, 2.0])), expected + 2 * directions.vectors[1])


def test_an_edit_moves_only_where_it_has_directions_and_a_strength(tiny_style, directions):
    latent = tiny_style.sample([1])
    still = Edit(directions, {0: 0.0}, [1])
    for none in (UNEDITED, Edit(None, {0: 1.0}), still, Edit(directions)):
        assert not none.moves
        assert none.rows_of(tiny_style) == ()
        assert none.apply(latent) is latent
    assert still.own_rows(tiny_style) == (1,)
    assert UNEDITED.own_rows(tiny_style) == ()
    moving = Edit(directions, {0: 0.0, 1: 2.0}, [2], also=Edit(directions, {0: 1.0}, [0]))
    assert moving.moves
    assert (moving.rows_of(tiny_style), moving.own_rows(tiny_style)) == ((0, 2), (2,))
    both = edit(edit(latent, directions, {0: 1.0}, rows=[0]), directions, {1: 2.0}, rows=[2])
    assert torch.equal(moving.apply(latent).codes, both.codes)
    carried = Edit(also=Edit(directions, {0: 1.0}, [0]))
    assert (carried.moves, carried.rows_of(tiny_style)) == (False, (0,))
    assert torch.equal(carried.apply(latent).codes, edit(latent, directions, {0: 1.0}, rows=[0]).codes)
