"""Scripts with panels, run in processes of their own."""

import json

import pytest

from tests.panel.endings import ENDINGS, GUARD_SECONDS
from tests.processes import run

LONG = GUARD_SECONDS * (len(ENDINGS) + 1)


def test_a_panel_that_cannot_be_made_raises_one_error_and_leaves_nothing_behind():
    ended = run(
        "-c",
        """
import gc
from sefa_widget import explore
for wrong in ({"state": {"seeed": 3}}, {"state": 3}, {"directions": {"mine": None}}, {"directions": 3}):
    try:
        explore(**wrong)
    except ValueError as error:
        print(error)
    gc.collect()
""",
        timeout=LONG,
    )
    assert len(ended.stdout.splitlines()) == 4
    assert "Did you mean 'seed'?" in ended.stdout
    assert ended.stderr == ""
    assert ended.returncode == 0


@pytest.fixture(scope="module")
def endings():
    ended = run("-m", "tests.panel.endings", timeout=LONG)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


@pytest.mark.parametrize("name", [ending.__name__ for ending in ENDINGS if ending.__name__ != "failing"])
def test_a_script_ends_well_whatever_its_panel_is_doing(endings, name):
    assert endings[name] == [0, ""]


def test_a_script_that_fails_while_its_panel_draws_ends_with_its_own_error(endings):
    status, errors = endings["failing"]
    assert errors.endswith("RuntimeError: the last line of the script fails\n")
    assert "terminate" not in errors
    assert status == 1
