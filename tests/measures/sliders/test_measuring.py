import math

import pytest
import torch

from sefa_widget.measures.changes import rms
from sefa_widget.measures.sliders import Measuring, Setting, Unedited, measured_range
from sefa_widget.measures.sliders import measuring as module
from tests.evaluation.helpers import Linear, directions
from tests.measures.sliders.helpers import DIRECTIONS, Curved, count_pictures, linear, measured


def half_distance(generator, count=64):
    pictures = generator.synthesize(Setting().latents(generator, count)).double()
    return math.sqrt(2 * pictures.var(0).mean()) / 2


def test_a_slider_ends_where_the_picture_changed_by_half_the_distance_of_two_pictures():
    generator = linear()
    known = measured(generator, directions(torch.eye(DIRECTIONS)))
    slopes = generator.weight.double().square().mean(0).sqrt()
    assert known.change == pytest.approx(half_distance(generator), rel=1e-6)
    assert known.stops == ("change",) * DIRECTIONS
    assert torch.allclose(known.ends, known.change / slopes, rtol=1e-5)


def test_the_ends_are_the_same_whatever_else_is_measured_in_between():
    generator = linear()
    found = directions(torch.eye(DIRECTIONS))
    once = measured(generator, found)
    unedited = Unedited(generator, Setting())
    one, other = (Measuring(generator, found, [0], unedited) for _ in range(2))
    while one.step() | other.step(wanted=[11, 3]):
        pass
    assert one.range.rounded() == other.range.rounded() == once.rounded()


def test_a_direction_that_saturates_ends_where_it_becomes_flat():
    known = measured(Curved("flat"), directions(torch.eye(6)))
    assert known.stops[0] == "flat"
    assert 0.3 < known.ends[0] < 4.1
    assert known.stops[1:] == ("change",) * 5


@pytest.mark.parametrize(("kind", "limit"), [("rough", 2), ("nan", 6)])
def test_a_direction_that_breaks_pictures_ends_at_the_break(kind, limit):
    generator = Curved(kind)
    known = measured(generator, directions(torch.eye(6)))
    assert known.stops == ("sharpness", *("change",) * 5)
    latents = Setting().latents(generator, 8)
    first = latents.codes[:, 0, 0].abs()
    assert float(limit - first.max()) - 0.3 < known.ends[0] < limit + 1.5
    moved = latents.codes + torch.eye(6)[0] * known.ends[0].float()
    change = rms(generator.synthesize(moved) - generator.synthesize(latents.codes))
    assert float(change.square().mean().sqrt()) < known.change


def test_nothing_is_drawn_twice_when_the_measuring_is_interrupted():
    generator = linear(16)
    found = directions(torch.eye(DIRECTIONS))
    pictures = count_pictures(generator)
    whole = measured(generator, found)
    needed, pictures[:] = sum(pictures), []
    measuring = Measuring(generator, found, [0], Unedited(generator, Setting()))
    steps = 0
    while measuring.step():
        steps += 1
        generator.synthesize(generator.sample(steps))  # a request comes in between
    assert sum(pictures) == needed + steps
    assert measuring.range.rounded() == whole.rounded()


def test_ends_appear_one_after_the_other_and_the_first_corrects_all_estimates():
    generator = linear(64)
    found = directions(torch.eye(DIRECTIONS))
    measuring = Measuring(generator, found, [0], Unedited(generator, Setting()))
    seen = [measuring.range]
    while measuring.step():
        if measuring.range is not seen[-1]:
            seen.append(measuring.range)
    seen.append(measuring.range)
    assert [len(known.measured) for known in seen] == list(range(DIRECTIONS + 1))
    first = seen[1]
    assert first.rounded()[1:] == [first.rounded()[0]] * (DIRECTIONS - 1)
    assert measuring.first_done


def test_directions_of_small_pictures_are_drawn_together_after_the_first():
    generator = linear(16)
    pictures = count_pictures(generator)
    measured(generator, directions(torch.eye(DIRECTIONS)))
    both_sides = 2 * 8
    assert pictures[0] == 64
    assert pictures[1] == both_sides
    assert max(pictures) == (DIRECTIONS - 1) * both_sides


def test_a_direction_needs_few_pictures():
    generator = linear(300)
    pictures = count_pictures(generator)
    measuring = Measuring(generator, directions(torch.eye(DIRECTIONS)), [0], Unedited(generator, Setting()))
    while not measuring.first_done:
        measuring.step()
    assert set(pictures) == {1}
    assert sum(pictures) <= 16 + 10 * 2 * 2 * 3


def test_shown_directions_come_first_then_those_with_a_strength_then_a_bounded_number(monkeypatch):
    monkeypatch.setattr(module, "FIRST", 2)
    monkeypatch.setattr(module, "MEASURED", 4)
    generator = linear(64)
    found = directions(torch.eye(DIRECTIONS))
    measuring = Measuring(generator, found, [0], Unedited(generator, Setting()))
    order = []
    while measuring.step(wanted=[9, 50]):
        order += [index for index in measuring.range.measured if index not in order]
    order += [index for index in measuring.range.measured if index not in order]
    assert order == [0, 1, 9, 2, 3]
    assert measuring.range.stops[4] == "estimate"
    assert measuring.step(wanted=[7])
    while measuring.step(wanted=[7]):
        pass
    assert 7 in measuring.range.measured
    assert not measuring.step(wanted=[7])


def test_a_generator_whose_pictures_are_all_equal_keeps_the_first_ends():
    generator = Linear(torch.zeros(48, 4), 4)
    known = measured(generator, directions(torch.eye(4)))
    assert known.rounded() == [4.0] * 4
    assert known.measured == ()


def test_a_failure_ends_the_measuring_and_keeps_what_was_measured():
    generator = linear(64)
    found = directions(torch.eye(DIRECTIONS))
    measuring = Measuring(generator, found, [0], Unedited(generator, Setting()))
    while len(measuring.range.measured) < 2:
        measuring.step()
    forward, generator.forward = generator.forward, lambda *_, **__: 1 / 0
    with pytest.raises(ZeroDivisionError):
        measuring.step()
    generator.forward = forward
    assert not measuring.step()
    assert measuring.range.measured == (0, 1)
    assert measuring.first_done


def test_a_range_that_is_measured_in_one_go_is_the_same_and_tells_how_far_it_is():
    generator, found, told = linear(), directions(torch.eye(DIRECTIONS)), []
    unedited = Unedited(generator, Setting())
    known = measured_range(generator, found, [0], unedited, lambda done, total: told.append((done, total)))
    assert known.rounded() == measured(generator, found).rounded()
    assert told == sorted(told)
    assert told[0][0] == 0
    assert told[-1] == (len(known.measured), len(known.measured))
