"""The tiles of a sheet in the order in which they are wanted, without a widget."""

from dataclasses import replace

import numpy as np
import pytest

from sefa_widget import load_generator
from sefa_widget.panel.painter import FORGET, SKIPPED, TOGETHER_MS, Painted, Painter
from sefa_widget.panel.session import Session
from sefa_widget.panel.sketching import QUICK_MS, SLOW_MS
from sefa_widget.panel.worker import Ending


class Bench:
    """A painter of one session; the times that it sees are set here, and so is whether more is wanted."""

    def __init__(self, generator, **state) -> None:
        self.session = Session(generator, state)
        self.more, self.times, self.drawn = False, {}, []
        draw = self.session.draw

        def timed(contents, rows):
            self.drawn.append(list(rows))
            for part in draw(contents, rows):
                yield replace(part, render_ms=self.times.get(part.places[0][0], 10.0))

        self.session.draw = timed
        self.painter = Painter(self.session, lambda: self.more)

    def show(self, moving=False, **patch):
        self.session.apply(patch)
        self.drawn.clear()
        return list(self.painter.show(self.session.contents(), moving=moving))

    def finish(self):
        self.drawn.clear()
        return list(self.painter.finish(self.session.contents()))


@pytest.fixture
def bench(tiny):
    return Bench(tiny, starts=[3, 4, 5], chosen=1)


@pytest.fixture
def alone(monkeypatch):
    """Every tile is a batch of its own."""
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", 16**2)


@pytest.fixture
def slow(bench):
    bench.painter._tile_ms = TOGETHER_MS
    return bench


def places(shown):
    return [part.places for part in shown]


def rows(shown):
    return [[row for row, _ in part.places] for part in shown]


def same(shown, session):
    """Whether the pictures are those of the whole sheet."""
    whole = session.sheet().tiles
    return all(
        np.array_equal(pixels, whole[place])
        for part in shown
        for place, pixels in zip(part.places, part.pixels, strict=True)
    )


def test_a_sheet_is_complete_when_every_tile_is_there(bench):
    bench.session.apply({"original": True})
    painted = Painted(bench.session.contents())
    assert not painted.complete
    for row in range(3):
        for column in range(2):
            assert not painted.complete
            painted.tiles[row, column] = np.zeros(3)
    assert painted.complete


def test_the_chosen_start_is_missed_first_and_the_others_take_turns(bench):
    bench.session.apply({"starts": [3, 4, 5, 6]})
    painted = Painted(bench.session.contents())
    turns = [[1, 0, 2, 3], [1, 2, 3, 0], [1, 3, 0, 2], [1, 0, 2, 3]]
    assert [painted.missing(turn) for turn in range(4)] == turns
    assert painted.missing() == turns[0]


def test_a_start_with_one_tile_missing_is_missing(bench):
    bench.session.apply({"original": True})
    painted = Painted(bench.session.contents())
    painted.tiles = {(row, column): np.zeros(3) for row in range(3) for column in range(2)}
    assert painted.missing() == []
    del painted.tiles[2, 0], painted.tiles[0, 1]
    assert painted.missing() == [0, 2]


def test_a_lonely_start_has_nobody_to_take_turns_with(tiny):
    painted = Painted(Session(tiny).contents())
    assert painted.missing(5) == [0]


def test_nothing_is_painted_and_nothing_left_to_do_at_first(bench):
    assert bench.painter.painted is None
    assert bench.painter.done


def test_a_quick_sheet_is_drawn_together_the_chosen_start_first(bench):
    shown = bench.show()
    assert rows(shown) == [[1, 0, 2]]
    assert same(shown, bench.session)
    assert (shown[0].contents.state, shown[0].render_ms, shown[0].sketch) == (
        bench.session.state,
        10.0,
        False,
    )
    assert bench.painter.done
    assert bench.painter.painted.complete
    assert bench.painter.painted.render_ms == 10.0


def test_what_is_drawn_comes_at_once_and_is_not_drawn_again(bench):
    bench.show()
    (shown,) = bench.show()
    assert sorted(shown.places) == [(0, 0), (1, 0), (2, 0)]
    assert shown.render_ms == 10.0
    assert same([shown], bench.session)
    assert bench.drawn == []
    assert bench.painter.done


def test_only_what_is_missing_is_drawn_and_comes_behind_what_is_there(bench):
    bench.show()
    del bench.painter.painted.tiles[0, 0]
    shown = bench.show()
    assert [sorted(one) for one in rows(shown)] == [[1, 2], [0]]
    assert same(shown, bench.session)


def test_other_contents_begin_with_nothing(bench):
    bench.show()
    before = bench.painter.painted
    shown = bench.show(truncation_psi=0.5)
    assert rows(shown) == [[1, 0, 2]]
    assert bench.painter.painted is not before
    assert same(shown, bench.session)


def test_pictures_stay_when_only_what_stands_beside_them_changes(bench):
    bench.show()
    (shown,) = bench.show(chosen=2, stretch=5)
    assert shown.contents.state is bench.session.state
    assert shown.contents.state.chosen == 2
    assert bench.drawn == []


@pytest.mark.parametrize(
    ("tile_ms", "original", "drawn"),
    [
        (TOGETHER_MS / 3, False, [[1, 0, 2]]),
        (TOGETHER_MS / 3 + 1, False, [[1], [0, 2]]),
        (TOGETHER_MS / 6, True, [[1, 0, 2]]),
        (TOGETHER_MS / 6 + 1, True, [[1], [0, 2]]),
    ],
)
def test_a_sheet_is_drawn_in_turns_if_all_its_tiles_take_too_long(bench, tile_ms, original, drawn):
    bench.painter._tile_ms = tile_ms
    bench.show(original=original)
    assert bench.drawn == drawn


def test_a_slow_sheet_whose_chosen_start_is_there_has_no_turns(slow):
    slow.show()
    slow.painter._tile_ms = TOGETHER_MS
    slow.painter.painted.tiles = {(1, 0): slow.painter.painted.tiles[1, 0]}
    slow.show()
    assert slow.drawn == [[0, 2]]


def test_a_slow_sheet_of_one_start_has_one_turn(tiny):
    bench = Bench(tiny)
    bench.painter._tile_ms = 2 * TOGETHER_MS
    bench.show()
    assert bench.drawn == [[0]]


def test_the_slowest_tiles_are_remembered_and_slowly_forgotten(bench, alone):
    assert 0 < FORGET < 1
    bench.times = {1: 100.0, 0: 10.0, 2: 90.0}
    bench.show()
    assert bench.painter._tile_ms == pytest.approx(90.0)  # 100, then 70 > 10, then 90 > 49
    bench.times = {1: 1.0, 0: 1.0, 2: 1.0}
    bench.show(truncation_psi=0.5)
    assert bench.painter._tile_ms == pytest.approx(90.0 * FORGET**3)


def test_the_time_of_a_batch_is_shared_by_its_tiles(bench):
    bench.times = {1: 90.0}
    bench.show()
    assert bench.painter._tile_ms == pytest.approx(30.0)
    assert bench.painter.painted.render_ms == 90.0


def test_a_sheet_gives_way_after_a_batch_when_more_is_wanted(slow):
    slow.more = True
    assert rows(slow.show()) == [[1]]
    assert not slow.painter.done
    slow.more = False
    assert [sorted(one) for one in rows(slow.show())] == [[1], [0, 2]]
    assert slow.painter.done


def test_the_last_batch_is_the_end_though_more_is_wanted(bench):
    bench.more = True
    assert rows(bench.show()) == [[1, 0, 2]]
    assert bench.painter.done


def test_others_are_drawn_once_in_a_while_though_more_is_wanted_each_in_turn(slow, alone):
    slow.more, found = True, []
    for number in range(2 * (SKIPPED + 1)):
        slow.painter._tile_ms = TOGETHER_MS
        found.append([row for part in rows(slow.show(truncation_psi=0.1 * number)) for row in part])
    chosen = [[1]] * SKIPPED
    assert found == [*chosen, [1, 0], *chosen[1:], [1, 2], [1]]


def test_when_all_is_quiet_every_tile_comes_by_itself(bench):
    bench.show()
    shown = bench.finish()
    assert sorted(places(shown)) == [((0, 0),), ((1, 0),), ((2, 0),)]
    assert same(shown, bench.session)
    assert bench.drawn == []
    assert bench.painter.done


def test_when_all_is_quiet_what_was_left_out_is_drawn_at_last(slow):
    slow.more = True
    slow.show()
    slow.more = False
    shown = slow.finish()
    assert rows(shown) == [[1], [0, 2]]
    assert slow.drawn == [[0, 2]]
    assert same(shown, slow.session)
    assert slow.painter.done


def test_what_was_left_out_gives_way_too(bench, alone):
    bench.show()
    for place in ((0, 0), (2, 0)):
        del bench.painter.painted.tiles[place]
    bench.more = True
    assert rows(bench.finish()) == [[1]]
    assert not bench.painter.done
    bench.more = False
    bench.show()
    assert rows(bench.finish()) == [[1], [0], [2]]
    assert bench.painter.done


def test_finishing_another_sheet_draws_it(bench):
    bench.show()
    bench.session.apply({"truncation_psi": 0.5})
    assert rows(bench.finish()) == [[1, 0, 2]]
    assert bench.painter.done


def test_drawing_the_rest_that_is_interrupted_is_not_done(slow, alone):
    slow.more = True
    slow.show()
    contents = slow.session.contents()
    slow.more = False
    finishing = slow.painter.finish(contents)
    assert next(finishing).places == ((1, 0),)
    assert next(finishing).places == ((0, 0),)
    slow.more = True
    assert list(finishing) == []
    assert not slow.painter.done


def test_a_painter_that_forgot_everything_ends_who_draws(bench):
    bench.show()
    contents = bench.session.contents()
    bench.painter.forget()
    assert bench.painter.painted is None
    assert bench.painter._sketching._whole is None
    with pytest.raises(Ending):
        list(bench.painter.show(contents, moving=False))


@pytest.fixture(scope="module")
def heads():
    return load_generator("heads", device="cpu")


@pytest.fixture
def sketched(heads):
    """A sheet of a slow network that can be sketched, drawn once with a little of a direction."""
    bench = Bench(heads, starts=[31, 88], chosen=1, strengths={0: 0.1})
    bench.show()
    bench.painter._tile_ms = SLOW_MS + 1
    return bench


def test_a_slow_picture_is_sketched_while_a_control_moves(sketched):
    (shown,) = sketched.show(moving=True, strengths={0: 0.3})
    assert (shown.places, shown.sketch) == (((1, 0),), True)
    assert shown.contents.state is sketched.session.state
    assert shown.pixels.shape == (1, 64, 64, 3)
    assert shown.render_ms > 0
    assert sketched.drawn == []
    assert not sketched.painter.done
    whole = sketched.session.sheet().tiles[1, 0].astype(int)
    before = sketched.session.apply({"strengths": {0: 0.1}})
    assert before.strengths == {0: 0.1}
    old = sketched.session.sheet().tiles[1, 0].astype(int)
    assert np.abs(shown.pixels[0] - whole).mean() < np.abs(old - whole).mean()


def test_a_picture_that_is_just_quick_enough_is_drawn_whole(sketched):
    sketched.painter._tile_ms = SLOW_MS
    assert not sketched.show(moving=True, strengths={0: 0.3})[0].sketch


def test_a_control_that_is_let_go_gets_whole_pictures(sketched):
    assert not any(shown.sketch for shown in sketched.show(moving=False, strengths={0: 0.3}))
    assert sketched.drawn == [[1], [0]]


def test_a_chosen_start_that_is_drawn_already_is_not_sketched(sketched):
    sketched.show(moving=True)
    assert sketched.drawn == []
    del sketched.painter.painted.tiles[0, 0]
    shown = sketched.show(moving=True)
    assert (rows(shown), [one.sketch for one in shown]) == ([[1], [0]], [False, False])


def test_how_long_a_sketch_takes_is_noted_for_the_size_of_the_next_one(sketched, monkeypatch):
    noted = []
    sketching = sketched.painter._sketching
    monkeypatch.setattr(sketching, "took", noted.append)
    sketch = sketched.session.sketch
    sizes = []

    def timed(contents, then, whole, size):
        sizes.append(size)
        return replace(sketch(contents, then, whole, size), render_ms=QUICK_MS - 1)

    monkeypatch.setattr(sketched.session, "sketch", timed)
    (shown,) = sketched.show(moving=True, strengths={0: 0.3})
    assert (noted, sizes, shown.render_ms) == ([QUICK_MS - 1], [32], QUICK_MS - 1)


def test_directions_that_only_late_layers_move_cannot_be_sketched(heads):
    bench = Bench(heads, starts=[31], layers=(8, 10), strengths={0: 0.1})
    bench.show()
    bench.painter._tile_ms = SLOW_MS + 1
    (shown,) = bench.show(moving=True, strengths={0: 0.3})
    assert not shown.sketch


def test_an_edit_that_is_taken_away_is_sketched_only_where_small_pictures_showed_it(heads):
    late, early = (Bench(heads, starts=[31], layers=of, strengths={0: 0.1}) for of in ((8, 10), (0, 3)))
    for bench, sketch in ((late, False), (early, True)):
        bench.show()
        bench.painter._tile_ms = SLOW_MS + 1
        (shown,) = bench.show(moving=True, strengths={0: 0.0})
        assert shown.sketch == sketch
