import pytest
import torch

from sefa_widget import edit, factorize


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
        ({6: 1.0}, None, "no direction 6; there are 0 to 5"),
        ({-1: 1.0}, None, "no direction -1"),
        ({0: float("nan")}, None, "must be finite"),
        ({0: 1.0}, (2, 4), "2:4 is outside 0:3"),
        ({0: 1.0}, [3], "Row 3 is outside 0:3"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(tiny_style, directions, strengths, rows, text):
    with pytest.raises(ValueError, match=text):
        edit(tiny_style.sample([0]).codes, directions, strengths, rows=rows)


def test_codes_of_another_size_are_refused(tiny, directions):
    with pytest.raises(ValueError, match=r"\[1, 1, 8\].*\[N, L, 6\]"):
        edit(tiny.sample([0]).codes, directions, {0: 1.0})
