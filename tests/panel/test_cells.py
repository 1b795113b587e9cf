import gc
import json
import sys
import threading
import weakref
from collections import deque
from types import SimpleNamespace

import ipywidgets
import pytest

from sefa_widget import explore
from sefa_widget.panel import cells as module
from sefa_widget.panel.cells import LOOKED_THROUGH, Cells, current_cells, refers
from sefa_widget.panel.life import Views
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


class Shell:
    """Stands for an IPython shell: its variables, and what it calls around a cell."""

    def __init__(self):
        self.user_ns, self._calls = {}, {}
        self.events = SimpleNamespace(register=lambda name, call: self._calls.update({name: call}))
        self.cells = Cells(self)

    def run(self, text, cell_id=None, ended=True, does=lambda cells: None):
        self._calls["pre_run_cell"](SimpleNamespace())
        does(self.cells)
        info = SimpleNamespace(raw_cell=text, cell_id=cell_id)
        self._calls["post_run_cell"](SimpleNamespace(info=info) if ended else None)

    def make(self, text, cell_id=None, count=1, show=True, **options):
        """Run a cell that makes panels, and shows them."""
        panels = [Panel() for _ in range(count)]

        def does(cells):
            for panel in panels:
                cells.made(panel)
                if show:
                    cells.shown(panel)

        self.run(text, cell_id, does=does, **options)
        return panels if count > 1 else panels[0]


class Panel:
    def __init__(self):
        self._views, self.closed = Views(), 0

    def close(self):
        self.closed += 1


@pytest.fixture
def shell():
    return Shell()


def test_a_cell_is_known_by_its_id_or_else_by_its_text(shell):
    first, second = shell.make("make()", "a"), shell.make("make()")
    third = shell.make("x = make()", "a")
    assert (first.closed, second.closed) == (1, 0)
    fourth, fifth = shell.make("make()"), shell.make("make() #")
    assert [panel.closed for panel in (second, third, fourth, fifth)] == [1, 0, 0, 0]
    shell.make("make()", "make()")  # an id is no text
    assert fourth.closed == 0


def test_all_panels_of_the_execution_before_are_closed_once(shell):
    panels = shell.make("make(); make()", "a", count=2)
    last = shell.make("make()", "a")
    shell.run("1 + 1", "a")
    assert [panel.closed for panel in (*panels, last)] == [1, 1, 1]


def test_a_cell_that_did_not_run_replaces_nothing(shell):
    panel = shell.make("make()", "a")
    shell.run("make()", "a", ended=False)
    assert panel.closed == 0
    never = shell.make("make()", "a", ended=False)
    shell.make("make()", "a")
    assert (panel.closed, never.closed) == (1, 0)


def test_what_was_made_between_cells_is_no_cell_s(shell):
    panel = Panel()
    shell.cells.made(panel)
    shell.run("1 + 1", "a")
    shell.run("1 + 1", "a")
    assert panel.closed == 0


def test_what_is_to_follow_a_cell_is_called_once_at_its_end(shell):
    order = []

    def does(cells):
        assert cells.after(lambda: order.append("after"))
        order.append("cell")

    shell.run("make()", does=does)
    shell.run("1 + 1")
    assert order == ["cell", "after"]


def test_nothing_can_follow_a_cell_between_cells_or_where_outputs_are_captured(shell):
    shell.run("1 + 1")
    assert not shell.cells.after(pytest.fail)

    class CapturingDisplayPublisher:
        pass

    shell.display_pub = CapturingDisplayPublisher()
    shell.run("1 + 1", does=lambda cells: pytest.fail("It follows.") if cells.after(pytest.fail) else None)


def test_what_follows_the_first_cell_is_known_though_its_beginning_was_not(shell):
    order = []
    assert shell.cells.after(lambda: order.append("after"))
    shell._calls["post_run_cell"](None)
    assert order == ["after"]


def test_cells_of_two_threads_do_not_mix(shell):
    mine, other = Panel(), Panel()

    def run_another():
        shell.run("other", "b", does=lambda cells: cells.made(other))

    def does(cells):
        cells.made(mine)
        thread = threading.Thread(target=run_another)
        thread.start()
        thread.join(WAIT_SECONDS)

    shell.run("mine", "a", does=does)
    shell.run("again", "b")
    assert (mine.closed, other.closed) == (0, 1)
    shell.run("again", "a")
    assert mine.closed == 1


def test_a_panel_that_a_variable_has_stays_until_the_cell_runs_without_it(shell):
    panel = shell.make("make()", "a")
    shell.user_ns["mine"] = [panel]
    shell.run("1 + 1", "a")
    shell.run("1 + 1", "a")
    assert panel.closed == 0
    shell.user_ns.clear()
    shell.run("1 + 1", "a")
    assert panel.closed == 1


def test_the_views_that_the_cell_itself_showed_do_not_keep_a_panel(shell):
    once = shell.make("make()", "a")
    once._views.come("v")
    shell.make("make()", "a")
    assert once.closed == 1


def test_views_that_came_while_the_cell_ran_are_its_own(shell):
    panel = Panel()

    def does(cells):
        cells.made(panel)
        for view in "vw":
            panel._views.come(view)

    shell.run("panel = make()", "a", does=does)
    shell.run("1 + 1", "a")
    assert panel.closed == 1


def test_a_panel_with_more_views_than_its_cell_showed_stays_until_the_last_is_gone(shell):
    panel = shell.make("make()", "a")
    for view in "vw":
        panel._views.come(view)
    shell.run("1 + 1", "a")
    assert panel.closed == 0
    shell.cells.unseen(panel)  # its cell was run again
    assert panel.closed == 1


def test_a_panel_that_another_cell_showed_stays_as_long_as_it_has_a_view(shell):
    panel = shell.make("make()", "a", show=False)
    shell.run("panel", "b", does=lambda cells: cells.shown(panel))
    shell.run("1 + 1", "a")
    assert panel.closed == 1  # no view of it came
    panel = shell.make("make()", "a", show=False)
    shell.run("panel", "b", does=lambda cells: cells.shown(panel))
    panel._views.come("v")
    shell.run("1 + 1", "a")
    assert panel.closed == 0


def test_a_panel_whose_cell_was_not_run_again_stays_without_views(shell):
    panel = shell.make("make()", "a")
    shell.cells.unseen(panel)
    assert panel.closed == 0


def test_a_replaced_panel_that_a_variable_has_stays_without_views(shell):
    panel = shell.make("make()", "a")
    shell.user_ns["mine"] = panel
    shell.run("1 + 1", "a")
    shell.cells.unseen(panel)
    assert panel.closed == 0
    del shell.user_ns["mine"]
    shell.cells.unseen(panel)
    assert panel.closed == 1


def test_cells_keep_neither_panels_nor_their_shell_alive():
    shell = Shell()
    panel = shell.make("make()", "a")
    shell.user_ns["mine"] = panel
    shell.run("1 + 1", "a")
    references = [weakref.ref(panel), weakref.ref(shell)]
    cells = shell.cells
    del panel
    shell.user_ns.clear()
    gc.collect()
    assert references[0]() is None
    shell.run("1 + 1", "a")
    del shell
    gc.collect()
    assert references[1]() is None
    cells.unseen(Panel())


class Mine:
    """Stands for a class that the user wrote in the notebook."""


Mine.__module__ = "__main__"


class Slotted:
    __slots__ = ("own",)


def test_a_panel_is_found_in_containers_boxes_and_objects_of_the_user_s_own_classes():
    panel = ipywidgets.Label()
    mine = Mine()
    mine.own = [panel]
    others = Slotted()
    others.own = panel
    holders = [[panel], (panel,), {panel}, frozenset([panel]), deque([panel]), {"k": panel}, mine]
    holders.append(ipywidgets.VBox([ipywidgets.Label(), panel]))
    for holder in holders:
        assert refers({"x": holder}, panel)
        assert refers({"x": 3, "y": [[holder]]}, panel)
    for other in (others, {panel: 1}, "text", SimpleNamespace(own=panel), lambda: panel):
        assert not refers({"x": other}, panel)


def test_what_is_too_long_to_look_through_counts_as_found(monkeypatch):
    monkeypatch.setattr(module, "LOOKED_THROUGH", 5)
    panel = object()
    assert not refers({"x": [1, 2, 3]}, panel)
    assert refers({"x": [1, 2, 3, 4]}, panel)
    assert not refers(dict.fromkeys("wxyz", 1), panel)
    assert refers(dict.fromkeys("vwxyz", 1), panel)


def test_each_shell_has_its_cells_and_outside_of_ipython_there_are_none(monkeypatch):
    shells = [Shell(), Shell()]
    now = [shells[0]]
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: now[0]))
    first = current_cells()
    assert isinstance(first, Cells)
    assert current_cells() is first
    now[0] = shells[1]
    assert current_cells() is not first
    now[0] = None
    assert current_cells() is None
    monkeypatch.delitem(sys.modules, "IPython")
    assert current_cells() is None
