"""A panel whose worker is the test: nothing happens but what a step does, at a time that the test sets."""

from __future__ import annotations

from typing import Any

from sefa_widget import SefaWidget
from tests.conftest import RecordedComm


class Stepped:
    """A panel that does one thing at each `step`, and what its views are told."""

    def __init__(self, panel: SefaWidget, comm: RecordedComm) -> None:
        self.panel, self.comm, self.clock = panel, comm, 0.0
        panel._stream._clock = lambda: self.clock

    def send(self, kind: str, view: str = "v", **fields: Any) -> None:
        """Send what a view sends."""
        self.panel._handle_custom_msg({"type": kind, "view": view, **fields}, [])

    def ask(self, seq: int, patch: dict[str, Any] | None = None, **fields: Any) -> None:
        """Ask for the picture of an edit."""
        self.send("edit", **{"seq": seq, "patch": patch or {}, **fields})

    def step(self) -> list[dict[str, Any]]:
        """Do what is due, and give the frames that were sent for it."""
        self.comm.sent.clear()
        self.clock += 1.0
        self.panel._stream.step()
        return self.frames()

    def quiet(self, seconds: float = 60.0) -> None:
        """Do all that is due in some seconds without a wish."""
        end = self.clock + seconds
        while (left := self.panel._stream.step()) is not None and self.clock + left <= end:
            self.clock += left

    def told(self, kind: str | None = None) -> list[dict[str, Any]]:
        """Give the messages to views since the last step, of one kind or of all."""
        sent = [m["data"]["content"] for m in self.comm.sent if m["data"].get("method") == "custom"]
        return [content for content in sent if kind in (None, content["type"])]

    def frames(self) -> list[dict[str, Any]]:
        """Give the frames since the last step."""
        return self.told("frame")

    def errors(self) -> list[str]:
        """Give the texts of the errors since the last step."""
        return [content["message"] for content in self.told("error")]
