"""One line of progress that changes in place, in a notebook or on a terminal."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from IPython.core.getipython import get_ipython
from IPython.display import display


class ProgressLine:
    """A line of progress; as a context it goes away if the work fails, so that only the error is seen."""

    def __init__(self) -> None:
        self._shell = get_ipython()
        self._handle: Any = None
        self._width = 0

    def show(self, text: str) -> None:
        """Replace the line by another text."""
        if self._shell is None:
            if sys.stderr.isatty():
                sys.stderr.write("\r" + text.ljust(self._width))
                sys.stderr.flush()
                self._width = len(text)
        elif self._handle is None:
            self._handle = display({"text/plain": text}, raw=True, display_id=True)
        else:
            self._handle.update({"text/plain": text}, raw=True)

    def __enter__(self) -> ProgressLine:
        """Begin; nothing is shown yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the line, or take it away."""
        if kind is not None:
            self.show("")
        if self._shell is None and self._width:
            sys.stderr.write("\n")
