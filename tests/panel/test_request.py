"""A request is a value: what was wished for cannot change while it waits."""

import contextvars
from dataclasses import FrozenInstanceError, replace

import pytest

from sefa_widget.panel.request import Request


def test_a_request_that_waits_cannot_be_changed():
    request = Request("v", 3, False, True, False, False, contextvars.copy_context())
    with pytest.raises(FrozenInstanceError):
        request.seq = 4
    assert replace(request, seq=4).padded is True
