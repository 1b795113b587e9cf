import pytest

from sefa_widget import Labels, factorize
from sefa_widget.pages import Drawn
from sefa_widget.pages.choosing import chosen, chosen_pins, search_of, settled
from sefa_widget.pages.lesson import lesson_shows, lesson_steps
from sefa_widget.panel.pins import Pin
from sefa_widget.panel.session import Session


@pytest.fixture
def session(tiny_style):
    return Session(tiny_style, {"layers": (0, 2)})


def test_moved_opened_and_named_directions_are_drawn_before_the_first_ones(session):
    labels = Labels()
    labels.add(factorize(session.generator, layers=(0, 2)), 5, "smile", generator=session.generator)
    session.apply({"strengths": {4: 1.5}, "focused": 3})
    assert chosen(session, labels, Drawn(directions=3), [])[0] == (3, 4, 5)
    assert chosen(session, None, Drawn(directions=3), [])[0] == (0, 3, 4)


def test_directions_that_are_moved_together_are_a_pair(session):
    session.apply({"strengths": {4: 1.5, 1: -2.0}})
    assert chosen(session, None, Drawn(directions=3, pairs=2), [])[1] == ((1, 4), (0, 1))


def test_what_a_lesson_shows_is_drawn_too(session):
    steps = [
        {"title": "a", "state": {"starts": [7], "strengths": {5: 1, 3: 1}}},
        {"title": "b", "state": {"layers": (0, 1), "strengths": {4: 1}}},
    ]
    shows = lesson_shows(lesson_steps(steps, session), session.state)
    assert chosen(session, None, Drawn(directions=2, pairs=1), shows) == ((3, 5), ((3, 5),))
    pins = chosen_pins(session.state, (), Drawn(seeds=1), shows)
    assert [pin.seed for pin in pins] == [0, 7]


def test_seeds_are_those_of_the_panel_in_their_order_then_others(session):
    def seeds(drawn, **state):
        session.apply(state)
        return [pin.seed for pin in chosen_pins(session.state, (8, 5), drawn, [])]

    assert seeds(Drawn(), starts=[5]) == [5, 8, 0]
    assert seeds(Drawn(), starts=[4, 5, 6, 7]) == [4, 5, 6, 7]
    assert seeds(Drawn(seeds=2), starts=[4, 5, 6], chosen=2) == [4, 6]
    assert seeds(Drawn(seeds=[9, 5]), starts=[4, 5]) == [9, 5]


def test_seeds_keep_their_class_and_name(session):
    session.apply({"starts": [Pin(4, 2, "Ada"), Pin(4, 1), Pin(4, 1, "again")]})
    pins = chosen_pins(session.state, (), Drawn(seeds=3), [])
    assert pins == [Pin(4, 2, "Ada"), Pin(4, 1), Pin(0, 2)]
    assert chosen_pins(session.state, (), Drawn(seeds=[4, 6]), []) == [Pin(4, 2, "Ada"), Pin(6, 2)]


def test_strengths_go_evenly_to_where_the_slider_ends(session):
    session.apply({"stretch": 2, "ranges": {1: 3.0, 5: 1.0}})
    found = search_of(session.state, session, (0, 1), ((0, 1),), Drawn(strengths=5, grid=3))
    end = 2 * session.found().range.rounded()[0]
    assert found.strengths == ((pytest.approx(end / 2, rel=1e-3), pytest.approx(end)), (1.5, 3.0))
    assert found.ranges == {1: 3.0}
    line, _, pair = found.sheets(2)
    below, above = line
    assert [sorted(edit) for edit in below] == [[0], [0]]
    assert [edit[0] for edit in (*below, *above)] == sorted(edit[0] for edit in (*below, *above))
    assert [[edit[1] for edit in row] for row in pair] == [[-3.0, 3.0], [-3.0, 3.0]]
    assert pair[0][0][0] == -pair[1][0][0] < 0


def begun(session, drawn):
    directions, pairs = chosen(session, None, drawn, [])
    pins = chosen_pins(session.state, (), drawn, [])
    search = search_of(session.state, session, directions, pairs, drawn)
    return settled(session.state, session.describe(), pins, search)


def test_a_page_begins_with_what_is_drawn_of_the_panels_state(session):
    session.apply(
        {"starts": [4, 5, 6], "chosen": 1, "strengths": {0: 1.0, 1: -3.0, 2: 2.0}, "locked": [0, 5]}
    )
    session.apply({"focused": 5})
    state = begun(session, Drawn(directions=[0, 1, 2], seeds=[5, 6]))
    assert [pin["seed"] for pin in state["starts"]] == [5, 6]
    assert (state["chosen"], state["focused"], state["locked"]) == (0, None, [0])
    assert state["strengths"] == {"1": -3.0, "2": 2.0}
    alone = begun(session, Drawn(directions=[0, 1, 2], seeds=[9], pairs=[(0, 1)]))
    assert alone["strengths"] == {"1": -3.0}
    assert [pin["seed"] for pin in alone["starts"]] == [9]


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (
            {"truncation_psi": 0.3},
            "Step 0 of the lesson: a page that is drawn beforehand has",
        ),
        (
            {"strengths": {0: 1, 1: 1, 2: 1}},
            "Step 0 of the lesson moves 3 directions; two are",
        ),
    ],
)
def test_a_lesson_that_shows_what_cannot_be_drawn_is_refused(session, state, message):
    steps = lesson_steps([{"title": "a", "state": state}], session)
    with pytest.raises(ValueError, match=message):
        lesson_shows(steps, session.state)
