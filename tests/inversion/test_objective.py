import pytest
import torch

from sefa_widget.inversion.objective import Objective
from sefa_widget.inversion.space import Space


def descended(generator, targets):
    starts = generator.sample(range(5))
    objective = Objective(generator, targets, Space.of(starts, "z"), 0.01, 0.0, "const")
    moves = objective.space.moves(starts.codes).requires_grad_()
    loss, images = objective.descend(starts, moves)
    return moves.grad, loss, images


@pytest.mark.parametrize("count", [1, 5])
def test_what_does_not_fit_into_the_memory_is_descended_in_parts_with_the_same_gradient(tiny, count, recwarn):
    targets = tiny.synthesize(tiny.sample(range(100, 100 + count))).clone()
    whole = descended(tiny, targets)
    tried, forward = [], type(tiny).forward

    class Crowded(type(tiny)):
        def forward(self, codes, *given, **options):
            tried.append(len(codes))
            if len(codes) > 2:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return forward(self, codes, *given, **options)

    tiny.__class__ = Crowded
    for one, other in zip(descended(tiny, targets), whole, strict=True):
        assert torch.allclose(one, other, atol=1e-6)
    assert tried == [5, 2, 2, 1]
    assert "5 pictures of 'tiny' at once do not fit" in str(recwarn.pop(UserWarning).message)


def test_any_other_error_of_the_generator_is_that_error(tiny, monkeypatch):
    def fail(*given, **options):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(tiny, "forward", fail)
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        descended(tiny, torch.zeros(1, 3, 16, 16))
