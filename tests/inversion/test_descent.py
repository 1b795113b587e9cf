import torch

from sefa_widget.inversion.descent import Nearest, adam
from sefa_widget.inversion.objective import Objective, errors
from sefa_widget.inversion.space import Space


def test_of_each_start_the_nearest_that_was_met_is_kept_and_the_picture_of_the_nearest_of_all():
    target = torch.zeros(1, 3, 2, 2)
    pictures = torch.tensor([0.5, 0.4]).view(2, 1, 1, 1).expand(2, 3, 2, 2)
    moves = torch.tensor([1.0, 2.0]).view(2, 1, 1)
    nearest = Nearest(moves)
    assert nearest.meet(moves, pictures, target)
    assert not nearest.meet(moves + 10, pictures + torch.tensor([-0.05, 0.1]).view(2, 1, 1, 1), target)
    assert nearest.moves.flatten().tolist() == [11.0, 2.0]
    assert torch.allclose(nearest.errors, torch.tensor([0.45, 0.4]).square())
    assert torch.allclose(nearest.image, torch.full((3, 2, 2), 0.4))


def test_the_worse_half_of_the_starts_is_given_up_until_two_are_left(tiny):
    target = tiny.synthesize(tiny.sample(5000)).clamp(-1, 1)
    starts = tiny.sample(range(8))
    objective = Objective(tiny, target, Space.of(starts, "z"), 0.0, 0.0, "const")
    drawn = []

    def watch(_error, _image):
        drawn.append(objective.calls - sum(drawn))
        return False

    nearest = adam(objective, starts, 9, watch)
    assert drawn == [8] * 3 + [4] * 3 + [2] * 3
    images = tiny.synthesize(objective.space.codes(nearest.moves))
    assert torch.allclose(errors(images, target), nearest.errors, atol=1e-5)


def test_a_start_that_goes_on_is_moved_as_it_would_be_alone(tiny):
    target = tiny.synthesize(tiny.sample(5000)).clamp(-1, 1)
    starts = tiny.sample(range(4))
    space = Space.of(starts, "z")
    together = adam(Objective(tiny, target, space, 0.0, 0.0, "const"), starts, 12, None)
    best = int(together.errors.argmin())
    alone = adam(Objective(tiny, target, space, 0.0, 0.0, "const"), starts[best], 12, None)
    assert torch.allclose(alone.moves[0], together.moves[best], atol=1e-3)
