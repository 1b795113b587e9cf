"""Panels that tests step by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sefa_widget import Labels, explore
from sefa_widget.generators import Generator
from sefa_widget.panel.worker import Worker
from tests.conftest import RecordedComm
from tests.panel.stepping import Stepped


@pytest.fixture
def stepped(
    tiny: Generator, recorded_comms: list[RecordedComm], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stepped]:
    """Step a panel of the tiny DCGAN, with labels in memory."""
    monkeypatch.setattr(Worker, "wake", lambda worker: None)
    options: dict[str, Any] = {"labels": Labels(), "rater": "Ada"}
    panel = explore(tiny, **options)
    yield Stepped(panel, recorded_comms[-1])
    panel.close()
