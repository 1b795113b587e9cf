"""The panel as Python code has it: `SefaWidget`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PIL.Image import Image

from sefa_widget.directions import Directions
from sefa_widget.generators import Generator
from sefa_widget.panel.built import NOT_BUILT, built
from sefa_widget.panel.painting import PaintingWidget
from sefa_widget.panel.session import Session
from sefa_widget.pictures.sheet import Sheet
from sefa_widget.progress import Progress


class SefaWidget(PaintingWidget):
    """A panel to explore one generator; see `explore`.

    Each field of the panel's state is an attribute that can be read, set and observed, for example
    ``panel.strengths = {0: 2.5}``; ``help(sefa_widget.panel.state.State)`` describes them. Setting one makes
    the same change as the panel does; views then ask for the new pictures by themselves.

    Parameters
    ----------
    generator
        The generator, borrowed: other panels may use it too, and `close` leaves it alone.
    state
        A dict as `SefaWidget.state` gives it, to start from.
    directions
        See `explore`.

    Raises
    ------
    ValueError
        If the state is none of this generator's, or directions do not fit it.
    """

    _esm = built("panel.js", missing=NOT_BUILT)
    _css = built("panel.css", missing="")

    def __init__(
        self,
        generator: Generator,
        *,
        state: Mapping[str, Any] | None = None,
        directions: Mapping[str, Directions] | None = None,
    ) -> None:
        super().__init__(Session(generator, state, directions))

    def __repr__(self) -> str:
        """Say what is shown, in one line."""
        if self._kept is None:
            return f"SefaWidget({self._present.generator!r}, closed)"
        return f"SefaWidget({self._present.generator!r}, seed={self.seed}, strengths={dict(self.strengths)})"

    @property
    def generator(self) -> Generator:
        """The generator that is explored."""
        return self._session.generator

    @property
    def directions(self) -> Directions:
        """All directions of the present search."""
        return self._session.directions()

    def sheet(self, *, unedited: bool = False, progress: Progress | None = None) -> Sheet:
        """Draw all that the panel shows: a row for each start, a column for each edit.

        Parameters
        ----------
        unedited
            Whether to leave out all strengths.
        progress
            See `sefa_widget.sheet`.
        """
        return self._session.sheet(unedited=unedited, progress=progress)

    def image(self, *, unedited: bool = False) -> Image:
        """Draw the chosen start's edited picture at its own size, or the picture without the strengths."""
        return self._session.sheet(unedited=unedited, chosen=True).image()

    def undo(self) -> bool:
        """Go back one step, as Ctrl+Z in the panel does; say whether there was one."""
        return self._step(redo=False)

    def redo(self) -> bool:
        """Go forward to the step that was undone last; say whether there was one."""
        return self._step(redo=True)
