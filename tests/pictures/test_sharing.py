"""Pictures have a chain of keys, one before each stage; equal keys are equal features."""

import torch

from sefa_widget import Latent
from sefa_widget.generators.stages import Stage, draw
from sefa_widget.pictures.features import KeptFeatures
from sefa_widget.pictures.sharing import branches, chains, draw_shared, pick, together
from tests.generators.golden import ROUNDING, load


def common(a, b) -> int:
    """Up to which stage two chains are equal."""
    equal = [one == other for one, other in zip(a, b, strict=True)]
    assert equal == sorted(equal, reverse=True)  # never equal again
    return sum(equal) - 1


def test_keys_part_at_the_stage_that_reads_the_first_other_row():
    generator = load("nv_ada")
    stages, latent = generator.stages(), generator.sample([1]).repeat(3)
    latent.codes[1, 2] += 1
    latent.codes[2, -1] += 1
    keys = chains(stages, latent, "const", [None] * 3)
    for row, other in ((2, 1), (generator.num_codes - 1, 2)):
        reads = next(n for n, stage in enumerate(stages) if row in stage.rows)
        assert common(keys[0], keys[other]) == reads
    assert common(keys[0], chains(stages, latent, "none", [None] * 3)[0]) == -1
    assert common(keys[0], chains(stages, latent, "const", [1, 2, 3])[0]) == -1


def test_half_precision_has_keys():
    generator = load("nv_ada")
    latent = generator.sample([1, 2]).to("cpu", torch.bfloat16)
    first, second = chains(generator.stages(), latent, "const", [None] * 2)
    assert common(first, second) == 0


def test_each_picture_is_the_one_drawn_alone_whatever_is_kept():
    generator = load("ajbrock_biggan_hier")
    stages, latent = generator.stages(), generator.sample([1, 2, 1, 3, 2], labels=[0, 1, 0, 2, 0])
    latent.codes[2, -1] += 1
    keys, kept = chains(stages, latent, "const", [None] * 5), KeptFeatures()
    with torch.no_grad():
        for some in ([0], [1, 3], [4, 2, 0, 1], [0, 1, 2, 3, 4]):
            chosen = [keys[n] for n in some]
            keep = {chain[2] for chain in chosen}
            drawn = draw_shared(stages, pick(latent, some), "const", chosen, kept, keep)
            for n, image in zip(some, drawn, strict=True):
                expected = draw(stages, (), latent[n], "const")[0]
                assert (image - expected).abs().max() <= ROUNDING * expected.std()


def test_pictures_that_share_more_come_together_else_in_their_order():
    keys = [
        tuple(word.encode()[:n] for n in range(1, 5)) for word in ("abcd", "axyz", "abqq", "abce", "mnop")
    ]
    assert together(keys) == [0, 3, 2, 1, 4]
    assert branches(keys) == {b"abc", b"ab", b"a"}
    assert branches(keys[4:]) == set()


def test_pictures_are_picked_in_any_order_with_their_classes():
    latent = Latent(torch.arange(6.0).view(3, 1, 2), torch.eye(3))
    picked = pick(latent, [2, 0])
    assert picked.codes[:, 0, 0].tolist() == [4.0, 0.0]
    assert picked.labels is not None
    assert picked.labels.argmax(1).tolist() == [2, 0]


def test_the_last_key_of_a_picture_on_the_way_is_not_that_of_the_features_there():
    generator = load("nv_ada")
    latent, stages = generator.sample([1]), generator.stages()
    (whole,) = chains(stages, latent, "const", [None])
    (other,) = chains(stages, latent, "const", [None], whole=False)
    assert len(whole) == len(stages) + 1
    assert other == (*whole[:-1], whole[-1] + b"picture")


def test_keys_tell_classes_truncation_and_type_apart():
    codes = torch.ones(2, 1, 3)
    stage = Stage("all", 4, (0,), lambda *_: ())

    def first(latent):
        return chains([stage], latent, "const", [None] * 2)[0]

    plain = Latent(codes, torch.eye(2))
    others = [
        Latent(codes, torch.eye(2).flip(0)),
        Latent(codes),
        Latent(codes, torch.eye(2), 0.5),
        Latent(codes.double(), torch.eye(2)),
        Latent(2 * codes, torch.eye(2)),
    ]
    assert first(plain) == first(Latent(codes.clone(), torch.eye(2)))
    assert all(first(other)[-1] != first(plain)[-1] for other in others)
    assert first(others[-1])[0] == first(plain)[0]


def test_a_picture_that_shares_nothing_departs_nowhere():
    assert branches([(b"a", b"ab"), (b"x", b"xy")]) == set()
    assert branches([(b"a", b"ab"), (b"a", b"ab")]) == {b"ab"}
    assert together([(b"a", b"ab"), (b"x", b"xy"), (b"a", b"ac")]) == [0, 2, 1]


def test_all_pictures_in_order_are_the_latent_itself():
    latent = Latent(torch.zeros(3, 1, 2))
    assert pick(latent, [0, 1, 2]) is latent
    assert len(pick(latent, [0, 1])) == 2
    assert pick(latent, [1]).labels is None
