"""Somebody uses every control of a panel at random."""

import pytest

from tests.jupyter.random_use import OPEN, REPORT, use

pytestmark = pytest.mark.browser


def test_nothing_breaks_whatever_is_done(open_notebook):
    notebook = open_notebook([OPEN, REPORT], width=1280, height=1000)
    person, wrong = use(notebook, seed=0, rounds=2, most=0)
    # Two rounds are too short for all controls; ``python -m tests.jupyter.random_use`` asks for them too.
    assert [problem for problem in wrong if not problem.startswith("never used")] == []
    assert len(person.used) > 25
