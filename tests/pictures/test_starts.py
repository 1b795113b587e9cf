"""Where pictures begin, which of them are drawn together, and what is drawn once."""

import numpy as np
import pytest
import torch

from sefa_widget.generators.base import Latent
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.starts import Start, as_starts, batches, latent_of


@pytest.fixture
def drawn(tiny_style, monkeypatch):
    """The seeds of each call that samples the generator."""
    calls = []
    sample = tiny_style.sample

    def sampling(seeds, **options):
        calls.append(list(seeds))
        return sample(seeds, **options)

    monkeypatch.setattr(tiny_style, "sample", sampling)
    return calls


def test_a_start_is_a_seed_or_a_latent_but_not_both_and_not_none(tiny):
    latent = tiny.sample([1])
    assert (Start(0).seed, Start(latent=latent).latent) == (0, latent)
    with pytest.raises(ValueError, match="one of both; this one has seed=None"):
        Start()
    with pytest.raises(ValueError, match="one of both; this one has seed=0"):
        Start(0, latent)


def test_a_seed_is_kept_as_a_whole_number_of_python():
    assert type(Start(np.int64(3)).seed) is int
    assert Start(2**64 - 1).seed == 2**64 - 1
    for wrong in (-1, 2**64, 0.5, "3"):
        with pytest.raises(ValueError, match="The seed is"):
            Start(wrong)


@pytest.mark.parametrize("count", [0, 2])
def test_a_pinned_latent_is_of_one_picture(tiny, count):
    with pytest.raises(ValueError, match=f"of 1 picture; this one is of {count}"):
        Start(latent=tiny.sample([1, 2])[:count])


def test_a_start_without_settings_is_neither_truncated_nor_noisy():
    start = Start(3)
    assert (start.label, start.truncation_psi, start.truncation_cutoff) == (None, 1, None)
    assert start.noise == "const"


def test_seeds_starts_and_latents_are_taken_in_their_order_however_they_are_nested(tiny):
    latent, own = tiny.sample([8, 9]), Start(2, label=1)
    found = as_starts([5, own, [latent, range(2)]])
    assert [start.seed for start in found] == [5, 2, None, None, 0, 1]
    assert found[1] is own
    assert torch.equal(found[2].latent.codes, latent.codes[:1])
    assert torch.equal(found[3].latent.codes, latent.codes[1:])
    assert as_starts(own) == (own,)
    assert as_starts(7) == (Start(7),)


def test_a_latent_keeps_the_truncation_it_was_made_with(tiny):
    (start,) = as_starts(tiny.sample([8], truncation_psi=0.5))
    assert start.truncation_psi == 0.5
    assert start.latent.truncation_psi == 0.5


def test_no_start_and_no_seed_are_refused():
    for nothing in ([], [[]]):
        with pytest.raises(ValueError, match="No start is given"):
            as_starts(nothing)
    for wrong in (-1, "7", None):
        with pytest.raises(ValueError, match="The seed is"):
            as_starts(wrong)


def test_a_batch_has_at_most_so_many_starts_and_none_is_left_out():
    assert list(batches([Start(n) for n in range(5)], 2)) == [[0, 1], [2, 3], [4]]
    assert list(batches([Start(n) for n in range(4)], 4)) == [[0, 1, 2, 3]]
    assert list(batches([], 2)) == []


def test_the_first_places_come_before_all_others_and_alone():
    starts = [Start(n) for n in range(5)]
    assert list(batches(starts, 8, [3])) == [[3], [0, 1, 2, 4]]
    assert list(batches(starts, 8, [3, 1, 3])) == [[3, 1], [0, 2, 4]]


@pytest.mark.parametrize(
    "other",
    [
        Start(9, truncation_psi=0.5),
        Start(9, truncation_cutoff=1),
        Start(9, label=2),
        Start(9, noise="none"),
        Start(latent=Latent(torch.zeros(1, 1, 8))),
    ],
)
def test_only_what_a_generator_draws_in_one_batch_comes_together(other):
    assert list(batches([Start(1), other, Start(3)], 8)) == [[0, 2], [1]]
    assert list(batches([other, Start(1), other], 8)) == [[0, 2], [1]]


def test_different_classes_are_drawn_in_one_batch():
    assert list(batches([Start(1, label=0), Start(2, label=3)], 8)) == [[0, 1]]


def test_a_latent_of_starts_is_what_the_generator_samples(tiny_style):
    options = {"truncation_psi": 0.5, "truncation_cutoff": 2}
    for labels in (None, [3, 0]):
        starts = [
            Start(seed, label=None if labels is None else labels[place], **options)
            for place, seed in enumerate((4, 6))
        ]
        expected = tiny_style.sample([4, 6], labels=labels, **options)
        for kept in (None, KeptFeatures()):
            found = latent_of(tiny_style, starts, kept)
            assert torch.equal(found.codes, expected.codes)
            assert torch.equal(found.labels, expected.labels)
            assert found.truncation_psi == 0.5


def test_a_latent_of_a_generator_without_classes_has_none_however_often_it_is_asked_for(tiny):
    kept = KeptFeatures()
    for _ in range(2):
        found = latent_of(tiny, [Start(4), Start(5)], kept)
        assert found.labels is None
        assert torch.equal(found.codes, tiny.sample([4, 5]).codes)


def test_pinned_latents_are_joined_as_they_are(tiny_style, drawn):
    pinned = tiny_style.sample([1, 2], labels=[3, 1], truncation_psi=0.5)
    drawn.clear()
    for kept in (None, KeptFeatures()):
        found = latent_of(tiny_style, as_starts(pinned), kept)
        assert torch.equal(found.codes, pinned.codes)
        assert torch.equal(found.labels, pinned.labels)
        assert found.truncation_psi == 0.5
    assert drawn == []


def test_a_seed_is_drawn_once_and_only_what_is_missing_is_drawn_later(tiny_style, drawn):
    kept = KeptFeatures()
    latent_of(tiny_style, [Start(1), Start(2), Start(1)], kept)
    assert drawn == [[1, 2]]
    found = latent_of(tiny_style, [Start(3), Start(2), Start(1)], kept)
    assert drawn == [[1, 2], [3]]
    assert torch.allclose(found.codes, tiny_style.sample([3, 2, 1]).codes, atol=1e-6)


def test_where_nothing_is_kept_each_seed_is_drawn_every_time(tiny_style, drawn):
    for _ in range(2):
        latent_of(tiny_style, [Start(1), Start(1)])
    assert drawn == [[1, 1], [1, 1]]


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"label": 3}, {"truncation_psi": 0.25}, {"truncation_cutoff": 2}, {"weights": 1}]
)
def test_a_latent_that_was_drawn_with_anything_else_is_not_taken_for_it(tiny_style, drawn, change):
    kept = KeptFeatures()
    plain = {"seed": 1, "label": 0, "truncation_psi": 0.5, "truncation_cutoff": 1}
    latent_of(tiny_style, [Start(**plain)], kept)
    other = plain | change
    weights = other.pop("weights", 0)
    latent_of(tiny_style, [Start(**other)], kept, weights)
    assert len(drawn) == 2
