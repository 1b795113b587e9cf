import numpy as np
import pytest

from sefa_widget.panel.painter import Painted
from sefa_widget.panel.session import Session
from sefa_widget.panel.sketching import QUICK_MS, SLOW_MS, Sketching

SIZES = (32, 64, 128)


def test_the_size_follows_the_time_that_sketches_take():
    sketching = Sketching()
    seen = []
    for took in (QUICK_MS - 1, QUICK_MS - 1, QUICK_MS - 1, 200, SLOW_MS + 1, 200, SLOW_MS + 1, SLOW_MS + 1):
        seen.append(sketching.size(SIZES))
        sketching.took(took)
    assert seen == [32, 64, 128, 128, 128, 64, 64, 32]
    assert sketching.size(SIZES) == 32


def test_a_size_that_shows_nothing_of_the_edit_is_not_chosen():
    assert Sketching().size((128, 256)) == 128


def painted(session):
    contents, drawn = session.contents(), {}
    for part in session.draw(contents, list(range(len(contents.starts)))):
        drawn.update(zip(part.places, part.pixels, strict=True))
    return Painted(contents, drawn)


def test_another_strength_is_sketched_from_what_was_drawn(tiny):
    session, sketching = Session(tiny, {"starts": [3, 4], "chosen": 1, "strengths": {0: 1.0}}), Sketching()
    assert sketching.from_whole(session.contents()) is None
    sketching.painted(painted(session))
    then, (picture,) = sketching.from_whole(session.contents())
    assert dict(then.state.strengths) == {0: 1.0}
    assert np.array_equal(picture, session.sheet().tiles[1, 0])
    session.apply({"strengths": {0: 2.0}})
    assert sketching.from_whole(session.contents())[0] is then
    sketching.forget()
    assert sketching.from_whole(session.contents()) is None


OTHERS = [
    {"starts": [3, 5]},
    {"truncation_psi": 0.5},
    {"original": True},
    {"starts": [3, 4, 5], "chosen": 2},
]


@pytest.mark.parametrize("patch", OTHERS)
def test_pictures_of_other_starts_or_columns_are_no_beginning(tiny, patch):
    session, sketching = Session(tiny, {"starts": [3, 4], "chosen": 1}), Sketching()
    sketching.painted(painted(session))
    session.apply(patch)
    assert sketching.from_whole(session.contents()) is None


def test_pictures_of_other_weights_or_without_strengths_are_no_beginning(tiny):
    session, sketching = Session(tiny), Sketching()
    sketching.painted(painted(session))
    assert sketching.from_whole(session.contents(unedited=True)) is None
    for parameter in tiny.parameters():
        parameter.data.mul_(0.9)
    assert sketching.from_whole(session.contents()) is None
