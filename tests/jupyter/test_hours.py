"""All that happens to a notebook happens to one, and its panel goes on."""

import random

import pytest

from tests.hosts.forwarder import forwarding
from tests.jupyter.hours import CELLS, EVENTS, SLOW_SECONDS, VIEWS, Day, spend
from tests.jupyter.person import Person

pytestmark = pytest.mark.browser


def test_a_panel_goes_on_whatever_happens_to_its_notebook(open_notebook):
    notebook = open_notebook(CELLS, width=1280, height=1000)
    port = int(notebook.address.rsplit(":", 1)[1])
    with forwarding(port, SLOW_SECONDS) as far:
        day = Day(Person(notebook, random.Random(0), views=VIEWS), f"http://127.0.0.1:{far}", asleep=2.0)
        memory, wrong = spend(day, EVENTS, actions=6, pause=0.0)
        day.slow_link()  # back: the notebook outlives the slow link
    assert wrong == []
    assert len(memory) == len(EVENTS)
    assert set(day.happened) >= set(EVENTS)
