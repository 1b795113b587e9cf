import gc
import threading
import weakref

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances

from sefa_widget import explore
from sefa_widget.panel import life
from sefa_widget.panel.life import Views, weakly
from tests.patience import WAIT_SECONDS


def send(panel, **content):
    panel._handle_custom_msg(content, [])


def freed(reference, let_go):
    """Whether a panel goes once `let_go` was called."""
    gone = threading.Event()
    weakref.finalize(reference(), gone.set)
    let_go()
    gc.collect()
    return gone.wait(WAIT_SECONDS)


def test_a_dropped_panel_is_closed_and_freed_with_its_worker_and_its_comm(tiny, recorded_comms):
    panels = [explore(tiny)]
    send(panels[0], type="edit", view="v", seq=1, patch={"seed": 3})
    send(panels[0], type="bye", view="v")
    worker, ids = panels[0]._worker, [panels[0].model_id, panels[0].layout.model_id]
    reference = weakref.ref(panels[0])
    assert freed(reference, panels.clear)
    assert worker.stop(WAIT_SECONDS)
    assert not set(ids) & set(_instances)
    assert [comm.sent[-1]["msg_type"] for comm in recorded_comms] == ["comm_close", "comm_close"]


def test_a_closed_panel_that_somebody_still_has_leaves_no_layout_open(tiny, recorded_comms):
    panel = explore(tiny)
    panel.close()
    panel.close()
    assert panel.layout.comm is None
    assert [comm.sent[-1]["msg_type"] for comm in recorded_comms] == ["comm_close", "comm_close"]


def test_a_layout_that_another_widget_has_too_stays(tiny, recorded_comms):
    panel, gone = explore(tiny), explore(tiny)
    box = ipywidgets.HBox(layout=panel.layout)
    gone._repr_mimebundle_()
    panel.close()
    assert box.layout.comm is not None
    box.close()


def test_a_panel_that_was_never_drawn_is_freed_at_once(tiny, recorded_comms):
    panels = [explore(tiny)]
    reference = weakref.ref(panels[0])
    assert freed(reference, panels.clear)


def test_observers_and_links_do_not_keep_panels(tiny, recorded_comms):
    panels = [explore(tiny), explore(tiny)]
    references = [weakref.ref(panel) for panel in panels]
    panels[0].observe(lambda change, other=panels[1]: setattr(other, "seed", change["new"]), "seed")
    ipywidgets.link((panels[1], "normalize"), (panels[0], "normalize"))
    panels[0].seed = 5
    assert panels[1].seed == 5
    assert freed(references[0], panels.clear)
    assert references[1]() is None


def test_a_panel_that_is_shown_lives_without_references(tiny, recorded_comms):
    panels = [explore(tiny)]
    reference = weakref.ref(panels[0])
    panels[0]._repr_mimebundle_()
    panels.clear()
    gc.collect()
    send(reference(), type="hello", view="v", seq=1)
    send(reference(), type="hello", view="w", seq=1)
    send(reference(), type="bye", view="v")
    gc.collect()
    assert reference() is not None
    assert freed(reference, lambda: send(reference(), type="bye", view="w"))


def test_ipywidgets_finds_a_panel_by_its_id_as_long_as_it_lives(tiny, recorded_comms):
    panel = explore(tiny)
    found = _instances[panel.model_id]
    assert found.get_state("state") == panel.get_state("state")
    recorded_comms[-1].handle_msg(
        {
            "content": {"data": {"method": "custom", "content": {"type": "probe", "view": "v", "seq": 1}}},
            "buffers": [],
        }
    )
    assert recorded_comms[-1].sent[-1]["data"]["content"]["type"] == "probe"
    panel.close()


@pytest.mark.parametrize(
    ("steps", "anywhere", "count"),
    [
        ([], False, 0),
        (["promise"], True, 0),
        (["promise", "+v"], True, 1),
        (["promise", "+v", "+v", "-v"], False, 0),
        (["+v", "+w", "-v"], True, 1),
        (["+v", "promise", "-v"], True, 0),
        (["+v", "~v"], True, 0),
        (["+v", "~v", "+w", "-w"], False, 0),
        (["-v"], False, 0),
    ],
)
def test_a_panel_is_shown_while_it_has_views_or_may_get_one(steps, anywhere, count):
    views = Views()
    for step in steps:
        if step == "promise":
            views.promise()
        elif step[0] == "+":
            views.come(step[1:])
        else:
            views.leave(step[1:], returns=step[0] == "~")
    assert (views.anywhere, views.count) == (anywhere, count)


def test_a_view_that_does_not_answer_a_call_for_a_minute_is_gone():
    now = [0.0]
    views = Views(lambda: now[0])
    for name in ("lost", "alive", "new"):
        views.come(name)
    assert views.call("new")
    views.answer("alive")
    now[0] = life.ANSWER_SECONDS - 1
    assert (views.count, views.sweep()) == (3, ())
    views.call("new")  # calling again gives no more time
    views.answer("alive")
    now[0] = life.ANSWER_SECONDS
    assert views.count == 2
    assert views.sweep() == ("lost",)
    assert views.sweep() == ()
    for name in ("alive", "new"):
        views.leave(name, returns=False)
    assert not views.anywhere


def test_a_view_that_answers_late_is_there_and_one_that_is_forgotten_comes_by_asking():
    now = [0.0]
    views = Views(lambda: now[0])
    views.come("slow")
    assert not views.call("slow")
    views.come("new")
    views.call("new")
    now[0] = 2 * life.ANSWER_SECONDS
    views.answer("slow")
    assert views.count == 2
    views.call("new")
    now[0] *= 2
    assert views.sweep() == ("slow",)
    views.answer("slow")
    assert views.count == 1
    views.come("slow")
    assert views.count == 2


def test_a_weak_call_does_nothing_once_its_object_is_gone():
    class Counter:
        count = 0

        def add(self, number):
            Counter.count += number

    counter = Counter()
    add = weakly(counter.add)
    add(2)
    del counter
    gc.collect()
    add(3)
    assert Counter.count == 2


def test_at_the_end_of_the_interpreter_panels_are_left_to_it(tiny, recorded_comms):
    panel = explore(tiny)
    assert type(_instances[panel.model_id]) is weakref.ProxyType
    life._hold_all()
    assert _instances[panel.model_id] is panel
    assert recorded_comms[-1]._msg_callback == panel._handle_msg
    life.loosen(panel)
    panel.close()
    life._hold_all()  # a closed one has no comm any more
    assert panel.comm is None


def test_a_panel_that_is_closed_is_neither_held_nor_loosened(tiny, recorded_comms):
    panel = explore(tiny)
    name = panel.model_id
    panel.close()
    life.hold(panel)
    life.loosen(panel)
    assert name not in _instances
