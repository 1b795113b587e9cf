"""Drawing runs each stage once for all that is equal up to it, in one call and across calls."""

import gc
import threading
import weakref

import pytest
import torch

from sefa_widget import Latent, factorize
from sefa_widget.generators import batch
from sefa_widget.generators.stages import first_stage
from sefa_widget.pictures.drawing import batches_of_tiles, tiles
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.starts import Start, as_starts
from tests.conftest import TinyStyle, seeded
from tests.generators.golden import ROUNDING, load
from tests.pictures.counting import Counted

FAMILIES = [
    "nv_ada",
    "nv_ada_cond_resnet",
    "genforce_stylegan",
    "nv_sg3_t",
    "ajbrock_biggan_hier",
    "hf_biggan_deep",
]


def late(generator):
    """Directions of the last third of the code rows."""
    count = generator.num_codes
    rows = set(range(count - max(1, count // 3), count))
    return factorize(generator, layers=[n for n, layer in enumerate(generator.layers) if layer.row in rows])


def images(generator, starts, edits, **options) -> torch.Tensor:
    """All tiles ``[R, C, ...]``."""
    drawn = {(tile.row, tile.column): tile.image for tile in tiles(generator, starts, edits, **options)}
    assert len(drawn) == len(starts) * len(edits)
    return torch.stack([torch.stack([drawn[r, c] for c in range(len(edits))]) for r in range(len(starts))])


def alone(generator, start, edit) -> torch.Tensor:
    """One picture, drawn without anything shared."""
    labels = None if start.label is None else [start.label]
    latent = start.latent or generator.sample(
        [start.seed],
        labels=labels,
        truncation_psi=start.truncation_psi,
        truncation_cutoff=start.truncation_cutoff,
    )
    return generator.synthesize(edit.apply(latent), noise=start.noise)[0]


def same(generator, starts, edits, drawn) -> bool:
    return all(
        (drawn[r, c] - (one := alone(generator, start, edit))).abs().max() <= ROUNDING * one.std()
        for r, start in enumerate(starts)
        for c, edit in enumerate(edits)
    )


@pytest.mark.parametrize("case", FAMILIES)
def test_a_drag_of_late_rows_runs_the_stages_from_its_first_row_on(case, monkeypatch):
    generator, kept = load(case), KeptFeatures()
    every, last = factorize(generator), late(generator)
    carried = Edit(every, {0: 0.8, 1: -0.5})
    starts = [Start(1), Start(2), Start(latent=generator.sample([3], truncation_psi=0.7), truncation_psi=0.7)]
    drags = [[Edit(last, {0: strength, 1: 0.2}, also=carried)] for strength in (0.0, 0.5, 1.0)]
    cut = first_stage(generator, drags[0][0].own_rows(generator))
    counted = Counted(generator, monkeypatch)
    assert cut > 0
    for number, edits in enumerate(drags):
        drawn = images(generator, starts, edits, kept=kept)
        ran = counted.look()
        assert [bool(runs) for runs in ran] == [number == 0] * cut + [True] * (len(ran) - cut)
        assert all(sum(runs) == 3 for runs in ran[cut:])
        assert same(generator, starts, edits, drawn)
        counted.look()


def test_a_strength_on_other_rows_than_those_of_its_edit_is_found_out_after_one_picture(monkeypatch):
    generator, kept = load("nv_ada"), KeptFeatures()
    last = generator.num_codes - 1
    every = factorize(generator)
    starts, cut = as_starts([5]), first_stage(generator, [last])

    def edit(strength):
        return [Edit(every, {0: 1.0}, also=Edit(every, {1: strength}, rows=[last]))]

    counted = Counted(generator, monkeypatch)
    for number in range(4):
        drawn = images(generator, starts, edit(0.3 * number), kept=kept)
        assert len([runs for runs in counted.look()[:cut] if runs]) == (cut if number < 2 else 0)
        assert same(generator, starts, edit(0.3 * number), drawn)
        counted.look()


def test_a_strength_on_all_rows_shares_nothing(monkeypatch):
    generator, kept = load("nv_ada"), KeptFeatures()
    every = factorize(generator)
    counted = Counted(generator, monkeypatch)
    for strength in (0.5, 1.0):
        images(generator, as_starts([5]), [Edit(every, {0: strength})], kept=kept)
        assert counted.look() == [[1]] * len(counted.runs)


def test_a_picture_drawn_before_runs_nothing(monkeypatch):
    generator, kept = load("nv_ada"), KeptFeatures()
    edits = [UNEDITED, Edit(late(generator), {0: 1.0})]
    counted = Counted(generator, monkeypatch)
    before = images(generator, as_starts([1, 2]), edits, kept=kept)
    assert counted.look()[0] == [2]
    again = images(generator, as_starts([2, 1]), edits[::-1], kept=kept)
    assert not any(counted.look())
    assert torch.equal(again, before.flip(0, 1))


def test_pictures_of_different_depth_go_on_together(monkeypatch):
    generator, kept = load("nv_ada"), KeptFeatures()
    starts, edits = as_starts(range(4)), [Edit(late(generator), {0: 1.0})]
    images(generator, starts[:2], [Edit(edits[0].directions, {0: 0.5})], kept=kept)
    counted = Counted(generator, monkeypatch)
    drawn = images(generator, starts, edits, kept=kept)
    cut = first_stage(generator, edits[0].own_rows(generator))
    assert counted.look() == [[2]] * cut + [[4]] * (len(counted.runs) - cut)
    assert same(generator, starts, edits, drawn)


def test_nine_people_are_one_batch(monkeypatch):
    generator = load("nv_ada")
    counted = Counted(generator, monkeypatch)
    (batch,) = batches_of_tiles(generator, as_starts(range(9)), [UNEDITED], kept=KeptFeatures())
    assert counted.look() == [[9]] * len(counted.runs)
    assert [tile.row for tile in batch] == list(range(9))


def test_edits_of_a_start_share_the_stages_up_to_where_they_differ(monkeypatch):
    generator = load("nv_ada")
    every, last = factorize(generator), late(generator)
    carried = Edit(every, {1: 0.7})  # rows that all columns move alike are shared too
    edits = [carried, *(Edit(last, {0: float(n)}, also=carried) for n in (0, 1, 2))]
    cut = first_stage(generator, edits[1].own_rows(generator))
    counted = Counted(generator, monkeypatch)
    drawn = images(generator, as_starts([5]), edits)
    ran = counted.look()
    assert ran[:cut] == [[1]] * cut
    assert ran[-1] == [3]  # a strength of 0 is the first column again
    assert same(generator, as_starts([5]), edits, drawn)


def test_edits_of_a_start_share_although_they_are_drawn_one_by_one(monkeypatch):
    generator = load("nv_ada")
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", generator.resolution**2)
    last, middle = late(generator), factorize(generator, layers=[1])
    edits = [
        UNEDITED,
        Edit(last, {0: 1.0}),
        Edit(middle, {0: 1.0}, also=Edit(last, {0: 1.0})),
        Edit(last, {0: 2.0}),
    ]
    counted = Counted(generator, monkeypatch)
    batches = list(batches_of_tiles(generator, as_starts([5]), edits))
    ran = counted.look()
    assert len(batches) == len(ran[-1]) == 4
    drawn = images(generator, as_starts([5]), edits)
    assert ran[0] == [1]
    assert len(ran[first_stage(generator, last.edit_rows) - 1]) == 2  # with row 1 moved, and without
    assert same(generator, as_starts([5]), edits, drawn)


@pytest.mark.parametrize("at_once", [1, 8])
def test_fresh_noise_is_shared_by_the_edits_of_a_start_and_never_kept(at_once, monkeypatch):
    generator, kept = load("nv_ada"), KeptFeatures()
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", at_once * generator.resolution**2)
    starts = [Start(1, noise="random"), Start(1, noise="random")]
    edits = [UNEDITED, Edit(late(generator), {0: 0.0})]
    first, second = (images(generator, starts, edits, kept=kept) for _ in range(2))
    assert torch.equal(first[0, 0], first[0, 1])
    assert not torch.allclose(first[0], first[1])
    assert not torch.allclose(first, second)
    assert kept.nbytes == generator.sample([1]).codes.nbytes  # nothing but the latent


@pytest.mark.parametrize(
    "other",
    [
        Start(1, truncation_psi=0.5),
        Start(1, truncation_psi=0.5, truncation_cutoff=1),
        Start(1, noise="none"),
        Start(1, label=1),
        Start(2),
    ],
)
def test_what_features_depend_on_is_told_apart(other):
    generator, kept = load("nv_ada_cond_skip"), KeptFeatures()
    nearly = [start for start in (Start(1), Start(1, truncation_psi=0.5)) if start != other]
    before = images(generator, nearly, [UNEDITED], kept=kept)
    drawn = images(generator, [other], [UNEDITED], kept=kept)
    assert same(generator, [other], [UNEDITED], drawn)
    assert not any(torch.allclose(drawn[0], one) for one in before)


def test_truncation_that_a_generator_reads_again_is_told_apart():
    generator, kept = load("hf_biggan_deep"), KeptFeatures()
    codes = generator.sample([1])
    other = Latent(codes.codes, codes.labels, 0.5)
    for latent in (codes, other):
        starts = as_starts(latent)
        assert same(generator, starts, [UNEDITED], images(generator, starts, [UNEDITED], kept=kept))


def test_weights_that_change_free_what_was_kept():
    generator, kept = load("nv_ada"), KeptFeatures()
    edits = [Edit(late(generator), {0: 1.0})]
    images(generator, as_starts([1, 2]), edits, kept=kept)
    before = [weakref.ref(tensor) for features in kept._kept.values() for tensor in features]
    with torch.no_grad():
        generator.blocks[0].conv1.weight.mul_(1.5)
    drawn = images(generator, as_starts([1]), edits, kept=kept)
    assert same(generator, as_starts([1]), edits, drawn)
    gc.collect()
    assert not any(ref() is not None for ref in before)


def test_another_generator_shares_nothing():
    kept = KeptFeatures()
    for seed in (0, 1, 0):
        generator = seeded(TinyStyle(), seed)
        drawn = images(generator, as_starts([1]), [UNEDITED], kept=kept)
        assert same(generator, as_starts([1]), [UNEDITED], drawn)


def test_rows_named_first_are_drawn_first_in_a_batch_of_their_own(monkeypatch):
    generator = load("nv_ada")
    counted = Counted(generator, monkeypatch)
    drawn = [tile.row for tile in tiles(generator, as_starts(range(5)), [UNEDITED], first=[3, 1])]
    assert drawn == [3, 1, 0, 2, 4]
    assert counted.look()[0] == [2, 3]
    with pytest.raises(ValueError, match=r"A row of first is 5; it must be 0 to 4"):
        next(tiles(generator, as_starts(range(5)), [UNEDITED], first=[5]))


def test_who_stops_asking_ends_the_drawing(monkeypatch):
    generator = load("nv_ada")
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", generator.resolution**2)
    counted = Counted(generator, monkeypatch)
    drawing = batches_of_tiles(generator, as_starts(range(5)), [UNEDITED])
    assert [[tile.row for tile in next(drawing)] for _ in range(2)] == [[0], [1]]
    drawing.close()
    assert counted.look()[-1] == [1, 1]


def test_threads_share_what_is_kept():
    generator, kept = load("nv_ada"), KeptFeatures(2**16)
    edits = [Edit(late(generator), {0: 1.0})]
    expected = images(generator, as_starts(range(3)), edits)
    found, threads = [], []
    for _ in range(4):
        threads.append(
            threading.Thread(
                target=lambda: found.append(images(generator, as_starts(range(3)), edits, kept=kept))
            )
        )
        threads[-1].start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all((one - expected).abs().max() <= ROUNDING * expected.std() for one in found)
    assert 0 < kept.nbytes <= 2**16


def test_every_picture_is_drawn_once_however_few_fit_in_a_batch(tiny, monkeypatch):
    found = factorize(tiny)
    edits = [UNEDITED, Edit(found, {0: 1.0}), Edit(found, {1: 1.0})]
    starts = [Start(1), Start(2)]
    whole = {(tile.row, tile.column): tile.image for tile in tiles(tiny, starts, edits)}
    for at_once in (1, 2, 4):
        monkeypatch.setattr(batch, "BATCH_PIXELS", at_once * 16 * 16)
        drawn = list(batches_of_tiles(tiny, starts, edits))
        places = [(tile.row, tile.column) for some in drawn for tile in some]
        assert max(map(len, drawn)) <= at_once
        assert sorted(places) == sorted(whole)
        for some in drawn:
            for tile in some:
                assert torch.allclose(tile.image, whole[tile.row, tile.column], atol=1e-5)


@pytest.mark.parametrize("row", [-1, 2])
def test_rows_that_there_are_none_of_cannot_come_first(tiny, row):
    with pytest.raises(ValueError, match=f"A row of first is {row}; it must be 0 to 1"):
        list(tiles(tiny, [Start(1), Start(2)], [UNEDITED], first=[row]))
