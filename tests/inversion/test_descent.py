import torch

from sefa_widget.inversion.descent import Nearest


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
