"""Names that a scorer proposes: right where a direction does one thing, none where chance does as much."""

import pytest
import torch

from sefa_widget.directions import Directions
from sefa_widget.evaluation.proposing import CONTROLS, Proposal, Proposing, Seen
from sefa_widget.generators import Generator, Layer
from sefa_widget.generators.base import Latent
from sefa_widget.measures.basis import random_units
from sefa_widget.measures.sliders import Measuring, Setting, Unedited
from tests.conftest import seeded


class Paint(Generator):
    """Pictures of 8 px whose first 32 pixels are the 32 numbers of z, one each: what is right is known."""

    family = "paint"

    def __init__(self) -> None:
        super().__init__()
        self.name, self.z_dim, self.latent_dim, self.resolution = "paint", 32, 32, 8
        self.latent_space, self.num_classes = "z", 0
        self.weight = torch.nn.Parameter(torch.eye(32))
        self.layers = (Layer("first", 8, 0),)

    @property
    def config(self):
        return {}

    def mapping(self, z, *, labels=None, truncation_psi=1.0, truncation_cutoff=None) -> Latent:
        return Latent(self.check_z(z)[:, None], None, truncation_psi)

    def forward(self, codes, labels=None, noise="const"):
        values = torch.nn.functional.pad(0.2 * codes[:, 0], (0, 32))
        return values.view(-1, 1, 8, 8).expand(-1, 3, -1, -1)

    def latent_weight(self, layer):
        return self.weight


class Reader:
    """Reads the first six numbers of z off the picture, and counts its pictures."""

    names = ("smile", "age", "yaw", "hair", "skin", "light")

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, images):
        self.count += len(images)
        return images[:, 0].flatten(1)[:, :6]


def proposing(vectors, scorer=None):
    generator = Paint()
    directions = Directions.from_vectors(vectors, generator=generator)
    setting = Setting()
    return Proposing(generator, directions, [0], scorer or Reader(), setting, Unedited(generator, setting))


def measured_ends(vectors):
    """Where sliders end: random directions go as far, so that each changes the picture as much."""
    generator = Paint()
    directions = Directions.from_vectors(vectors, generator=generator)
    measuring = Measuring(generator, directions, [0], Unedited(generator, Setting()))
    while measuring.step(range(len(vectors))):
        pass
    return dict(enumerate(measuring.range.ends.tolist()))


def run(proposals, ends, **options):
    while proposals.step(ends, **options):
        pass
    return proposals.found


def test_a_direction_that_does_one_thing_is_called_that_with_its_end_size_and_error():
    found = run(proposing(torch.eye(32)[[2, 4]] * torch.tensor([[1.0], [-1.0]])), {0: 2.0, 1: 3.0})
    assert (found[0].name, found[0].sign, found[1].name, found[1].sign) == ("yaw", 1, "skin", -1)
    (seen, *others) = found[0].seen
    assert seen.change == pytest.approx(2.0, rel=0.3)  # z has a spread of about 1
    assert seen.error < 1e-6  # the same step for every picture
    assert not others
    assert found[0].strength == 2.0
    assert found[0].p == 1 / (1 + CONTROLS)
    assert found[0].chance < seen.change


def test_what_changes_no_attribute_gets_no_name_and_says_so():
    found = run(proposing(torch.eye(32)[[20]]), {0: 2.0})
    assert found[0].name == ""
    assert found[0].seen == ()
    assert str(found[0]).startswith("no attribute changes surely; random directions reach ")


def test_random_directions_seldom_get_a_name():
    """Their probability is 5 %: of 100, more than 12 would be one run in a thousand."""
    vectors = random_units(100, 32, seed=5)
    found = run(proposing(vectors), measured_ends(vectors), wanted=range(100))
    assert len(found) == 100
    assert sum(one.name != "" for one in found.values()) <= 12


def test_wanted_directions_come_first_and_those_without_an_end_wait():
    proposals = proposing(torch.eye(32)[:4])
    while not proposals.found:
        assert proposals.step({1: 1.0, 3: 1.0}, wanted=[3])
    assert set(proposals.found) == {3}
    assert set(run(proposals, {1: 1.0, 3: 1.0})) == {1, 3}
    assert not proposals.step({1: 1.0, 3: 1.0})
    assert proposals.step({0: 1.0})


def test_each_step_scores_no_more_than_a_batch():
    scorer = Reader()
    proposals = proposing(torch.eye(32)[:1], scorer)
    before = 0
    while proposals.step({0: 1.0}):
        assert scorer.count - before <= 1024  # 2**16 pixels
        before = scorer.count
    pairs = 2 * 16 * (1 + CONTROLS)
    assert scorer.count == 64 + pairs


def test_what_a_scorer_raises_is_raised_once_and_ends_it():
    def broken(images):
        raise RuntimeError("no weights")

    proposals = proposing(torch.eye(32)[:1], broken)
    with pytest.raises(RuntimeError, match="no weights"):
        run(proposals, {0: 1.0})
    assert not proposals.step({0: 1.0})


def test_a_constant_attribute_is_never_proposed():
    def scorer(images):
        return torch.stack([images[:, 0, 0, 0], torch.ones(len(images))], 1)

    found = run(proposing(torch.eye(32)[:1], scorer), {0: 2.0})
    assert found[0].name == "attribute 0"
    assert len(found[0].seen) == 1


def test_a_proposal_without_a_name_still_tells_its_largest_changes():
    seen = (Seen("hair", -1.3, 0.12), Seen("age", 0.5, 0.1), Seen("yaw", 0.4, 0.1), Seen("skin", 0.3, 0.1))
    proposal = Proposal(seen, 1.8, 0.4, 2.0)
    assert proposal.name == ""
    assert proposal.sign == -1
    assert str(proposal) == "hair -1.3 ± 0.1, age +0.5 ± 0.1, yaw +0.4 ± 0.1; random directions reach 1.8"


def test_a_generator_with_classes_is_measured_in_the_class_that_is_set(tiny_style):
    tiny = seeded(tiny_style)
    directions = Directions.from_vectors(torch.eye(6)[:1], generator=tiny)
    setting = Setting(2, 0.7)
    found = run(
        Proposing(
            tiny,
            directions,
            [0, 1, 2],
            lambda images: images.mean((1, 2, 3)),
            setting,
            Unedited(tiny, setting),
        ),
        {0: 1.0},
    )
    assert found[0].strength == 1.0
