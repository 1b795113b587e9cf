import json

import pytest

from sefa_widget import explore
from sefa_widget.panel.cells import LOOKED_THROUGH, current_cells, refers
from tests.patience import WAIT_SECONDS
from tests.processes import run


@pytest.fixture(scope="module")
def facts():
    ended = run("-W", "ignore", "-m", "tests.panel.cells", timeout=WAIT_SECONDS)
    assert ended.returncode == 0, ended.stderr
    assert "Exception ignored" not in ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_a_cell_that_is_run_again_replaces_its_panel(facts):
    assert facts["the_last_expression"] == [1]
    assert facts["a_variable"] == [1]
    assert facts["another_source_in_the_same_cell"] == []
    assert facts["a_cell_that_fails"] == []


def test_panels_that_a_variable_still_has_stay_open(facts):
    assert facts["what_is_kept"] == [0, 1, 2]
    assert facts["inside_of_other_things"] == [0, 1, 2, 3, 4]
    assert facts["a_variable_of_another_cell"] == [[0, 1], [2]]


def test_panels_of_other_cells_stay_open(facts):
    assert facts["two_cells"] == [0, 1]
    assert facts["made_outside_of_cells"] == [0]


def test_without_ids_cells_are_told_apart_by_their_text(facts):
    assert facts["without_ids"] == [1, 2]


def test_a_panel_that_is_neither_shown_nor_kept_is_closed_within_its_cell(facts):
    assert facts["several_in_one_cell"] == [3]


def test_the_view_of_the_cell_itself_does_not_keep_its_panel(facts):
    assert facts["its_own_view"] == [1]
    assert facts["its_own_view_without_ids"] == [1]
    assert facts["a_view_that_came_while_the_cell_ran"] == [1]


def test_a_view_that_may_be_of_another_output_keeps_its_panel_until_it_is_gone(facts):
    assert facts["more_views_than_the_cell_showed"] == [[0, 1], [0, 1], [1]]
    assert facts["a_view_of_another_cell"] == [[0, 1], [0, 1], [1]]
    assert facts["a_view_inside_a_box_of_another_cell"] == [0, 1]


def test_a_panel_that_only_a_view_has_lives_until_the_view_is_gone_for_good(facts):
    with_its_view, with_its_page_away, gone_in_the_end = facts["shown_and_dropped"]
    assert (with_its_view, with_its_page_away, gone_in_the_end) == ([0], [0], True)


def test_a_cell_that_is_run_a_hundred_times_keeps_one_panel_one_generator_and_one_thread(facts):
    found = facts["a_hundred_times"]["found"]
    pictures = [counted.pop("pictures") for counted in found.values()]
    one = {"open": 1, "generators": 1, "threads": 1}
    assert found == {"5": one, "20": one, "100": one}
    assert max(pictures) <= 1  # none while the worker replaces it
    assert facts["a_hundred_times"]["outs"] == 100  # IPython keeps them all
    assert facts["a_hundred_times"]["growth"] < 60  # MB


def test_outside_of_ipython_there_are_no_cells(tiny, recorded_comms):
    assert current_cells() is None
    panel = explore(tiny)
    assert panel._cells is None
    panel.close()


def test_ipythons_own_names_do_not_count_as_variables():
    panel = object()
    own = ("_", "__", "___", "_5", "_i", "_ii", "_iii", "_i12", "_ih", "_oh", "_dh", "In", "Out")
    assert not refers({name: [panel] for name in own}, panel)
    for name in ("mine", "_mine", "_image", "_in", "Output", "____"):
        assert refers({name: panel}, panel)


def test_a_panel_is_found_in_what_holds_itself_and_in_what_is_too_long_to_look_through():
    panel = object()
    itself = []
    itself.append(itself)
    assert not refers({"itself": itself}, panel)
    itself.append({"deep": ({panel},)})
    assert refers({"itself": itself}, panel)
    assert refers({"long": [[0]] * (LOOKED_THROUGH + 1)}, panel)
