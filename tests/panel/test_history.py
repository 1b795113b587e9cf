from sefa_widget.panel.history import History


def test_what_was_done_is_undone_and_done_again_in_order():
    history = History("a")
    for value in "bcd":
        history.record(value)
    assert [history.undo() for _ in range(4)] == ["c", "b", "a", None]
    assert [history.redo() for _ in range(4)] == ["b", "c", "d", None]
    assert history.present == "d"


def test_a_change_forgets_what_had_been_undone():
    history = History("a")
    history.record("b")
    history.undo()
    history.record("c")
    assert (history.previous, history.present, history.next) == ("a", "c", None)


def test_values_of_one_step_are_one():
    history = History("a")
    for value in "bcd":
        history.record(value, "drag")
    history.record("e", "another drag")
    assert (history.undo(), history.undo(), history.undo()) == ("d", "a", None)


def test_only_the_last_value_is_replaced_by_the_next_one_of_its_step():
    history = History("a")
    history.record("b")
    history.record("c", "drag")
    history.record("d", "drag")
    assert (history.undo(), history.undo(), history.redo(), history.redo()) == ("b", "a", "b", "d")


def test_changes_without_a_step_are_never_one():
    history = History("a")
    history.record("b")
    history.record("c")
    assert history.undo() == "b"


def test_a_step_that_was_undone_is_not_gone_on_with():
    history = History("a")
    history.record("b", "drag")
    history.undo()
    history.record("c", "drag")
    assert (history.undo(), history.redo()) == ("a", "c")
    history.record("d", "drag")
    assert history.undo() == "c"


def test_the_oldest_steps_are_forgotten():
    history = History(0, most=3)
    for value in range(1, 10):
        history.record(value)
    assert [history.undo() for _ in range(4)] == [8, 7, 6, None]


def test_places_are_counted_from_the_first_value_that_there_ever_was():
    history = History(0, most=2)
    for value in range(1, 5):
        history.record(value)
    assert (history.values, history.dropped, history.place) == ((2, 3, 4), 2, 4)
    assert [history.at(place) for place in range(6)] == [None, None, 2, 3, 4, None]
