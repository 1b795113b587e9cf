"""Whatever a pickle gives the stubs, none recurses into it, copies it endlessly or walks it for hours."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import sefa_widget
from sefa_widget.checkpoint.span import Span
from sefa_widget.checkpoint.streams import read_pickle
from tests.checkpoint.attacks import ARGUMENTS, GLOBALS, KINDS, STATES, own_name, pickled, state, use
from tests.checkpoint.opcodes import BUILD, named_global, row

PACKAGE = str(Path(sefa_widget.__file__).parents[1])
PROGRAM = Path(__file__).with_name("attacks.py")


@pytest.mark.parametrize("known", GLOBALS, ids=lambda known: known.name)
def test_each_global_takes_what_the_programs_give_it(known):
    made = named_global(known.name) + row(*ARGUMENTS[own_name(known)]) + use(known)
    if values := STATES.get(own_name(known)):
        made += state(values) + BUILD
    assert read_pickle(Span.of(pickled(made))) is not None


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory by Linux' means")
@pytest.mark.parametrize("kind", KINDS)
def test_no_attack_on_stack_memory_or_time_does_more_than_to_be_refused(tmp_path, kind):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(PROGRAM.parents[2]), PACKAGE])}
    command = [sys.executable, str(PROGRAM), kind, str(tmp_path / "file")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, f"ended with {done.returncode} at {lines[-1:]}: {done.stderr[-500:]}"
    assert len(lines) == sum(1 for _ in KINDS[kind]())
    assert [line for line in lines if ": refused: " not in line] == []
