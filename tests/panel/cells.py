"""Cells in an IPython shell, run in a process of its own; every scenario gives facts, printed as JSON.

Panels are numbered as they were made; `opened()` gives the numbers of those that are open.
"""

import gc
import json
import threading
import weakref

import psutil
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from sefa_widget import SefaWidget, explore
from sefa_widget.generators import Generator
from tests.patience import WAIT_SECONDS

shell: InteractiveShell
made: list[weakref.ref] = []


def make():
    """What the cells call."""
    panel = explore(device="cpu")
    made.append(weakref.ref(panel))
    return panel


def cell(source, cell_id=None):
    result = shell.run_cell(source, cell_id=cell_id, store_history=True)
    result.raise_error()


def opened():
    gc.collect()
    panels = [reference() for reference in made]
    return [n for n, panel in enumerate(panels) if panel is not None and panel._kept is not None]


def send(number, **content):
    made[number]()._handle_custom_msg(content, [])


def hello(number, view):
    send(number, type="hello", view=view, seq=1)


def bye(number, view, returns=False):
    send(number, type="bye", view=view, returns=returns)


def the_last_expression():
    cell("make()", "a")
    cell("make()", "a")
    return opened()


def a_variable():
    cell("panel = make()", "a")
    cell("panel = make()\npanel", "a")
    return opened()


def what_is_kept():
    cell("panels = []", "a")
    for _ in range(3):
        cell("panels.append(make())", "b")
    return opened()


def inside_of_other_things():
    cell("class Mine: pass\nmine = Mine()\nimport ipywidgets", "a")
    for keep in (
        "x = {'k': (panel, 1)}",
        "y = ipywidgets.VBox([panel])",
        "mine.own = [panel]",
        "z = {panel}",
    ):
        cell(f"panel = make()\n{keep}", "b")
    cell("panel = make()", "b")
    return opened()


def a_variable_of_another_cell():
    cell("panel = make()", "a")
    cell("mine = panel", "b")
    cell("panel = make()", "a")
    first = opened()
    cell("del mine", "b")
    cell("panel = make()", "a")
    return [first, opened()]


def two_cells():
    cell("make()", "a")
    cell("make()", "b")
    return opened()


def another_source_in_the_same_cell():
    cell("make()", "a")
    cell("1 + 1", "a")
    return opened()


def without_ids():
    cell("make()")
    cell("make() # of another cell")
    cell("make()")
    return opened()


def several_in_one_cell():
    for _ in range(2):
        cell("make(); make()", "a")
    return opened()


def a_cell_that_fails():
    cell("make()", "a")
    shell.run_cell("make(); 1 / 0", cell_id="a")
    return opened()


def its_own_view():
    cell("make()", "a")
    hello(0, "v")
    cell("make()", "a")
    return opened()


def its_own_view_without_ids():
    cell("make()")
    hello(0, "v")
    cell("make()")
    return opened()


def a_view_that_came_while_the_cell_ran():
    for _ in range(2):
        cell("panel = make()\nhello(len(made) - 1, 'v')", "a")
    return opened()


def more_views_than_the_cell_showed():
    cell("make()", "a")
    hello(0, "v")
    hello(0, "w")
    cell("make()", "a")
    first = opened()
    bye(0, "v")
    second = opened()
    bye(0, "w")
    return [first, second, opened()]


def a_view_of_another_cell():
    cell("panel = make()\npanel", "a")
    hello(0, "v")
    cell("panel", "b")
    hello(0, "w")
    cell("panel = make()", "a")
    first = opened()
    bye(0, "v")
    second = opened()
    bye(0, "w")
    return [first, second, opened()]


def a_view_inside_a_box_of_another_cell():
    cell("panel = make()", "a")
    cell("import ipywidgets; ipywidgets.VBox([panel])", "b")
    hello(0, "v")
    cell("panel = make()", "a")
    return opened()


def made_outside_of_cells():
    panel = make()
    cell("1 + 1", "a")
    cell("1 + 1", "a")
    numbers = opened()
    panel.close()
    return numbers


def shown_and_dropped():
    cell("from IPython.display import display\ndisplay(make())", "a")
    hello(0, "v")
    first = opened()
    bye(0, "v", returns=True)
    second = opened()
    hello(0, "w")
    gone = threading.Event()
    weakref.finalize(made[0](), gone.set)
    bye(0, "w")
    return [first, second, gone.wait(WAIT_SECONDS)]


def a_hundred_times():
    process = psutil.Process()
    megabytes, found = {}, {}
    for n in range(1, 101):
        cell("panel = make()\nhello(len(made) - 1, 'v')\npanel.image()\npanel")
        if n in (5, 20, 100):
            megabytes[n] = process.memory_info().rss / 1e6
            everything = gc.get_objects()
            found[n] = {
                "open": len(opened()),
                "generators": sum(issubclass(type(o), Generator) for o in everything),
                "threads": sum(t.name.startswith("sefa_widget") for t in threading.enumerate()),
                "pictures": sum(
                    panel._painter.painted is not None
                    for panel in everything
                    if issubclass(type(panel), SefaWidget)
                ),
            }
            del everything
    return {"found": found, "growth": megabytes[100] - megabytes[5], "outs": len(shell.user_ns["Out"])}


SCENARIOS = (
    the_last_expression,
    a_variable,
    what_is_kept,
    inside_of_other_things,
    a_variable_of_another_cell,
    two_cells,
    another_source_in_the_same_cell,
    without_ids,
    several_in_one_cell,
    a_cell_that_fails,
    its_own_view,
    its_own_view_without_ids,
    a_view_that_came_while_the_cell_ran,
    more_views_than_the_cell_showed,
    a_view_of_another_cell,
    a_view_inside_a_box_of_another_cell,
    made_outside_of_cells,
    shown_and_dropped,
    a_hundred_times,
)


def main():
    global shell
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    results = {}
    for scenario in SCENARIOS:
        shell.push({"make": make, "hello": hello, "made": made})
        results[scenario.__name__] = scenario()
        for panel in [reference() for reference in made]:
            if panel is not None:
                panel.close()
        made.clear()
        shell.reset(new_session=True)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
