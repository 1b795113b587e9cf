"""Scripts with panels, run in a Python of their own."""

import subprocess
import sys

import pytest

LONG = 60.0


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=LONG)


@pytest.mark.parametrize(
    "wrong",
    ['state={"seeed": 3}', "state=3", "directions={'mine': None}", "directions=3", "state={'seed': -1}"],
)
def test_a_panel_that_cannot_be_made_raises_one_error_and_leaves_nothing_behind(wrong):
    ended = run(
        f"""
import gc
from sefa_widget import explore
try:
    explore({wrong})
except ValueError as error:
    print(error)
gc.collect()
"""
    )
    assert ended.stdout.count("\n") == 1
    assert ended.stderr == ""
    assert ended.returncode == 0
