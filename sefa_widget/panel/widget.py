"""The panel as Python code has it: `SefaWidget`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import traitlets
from PIL.Image import Image

from sefa_widget.arguments import whole
from sefa_widget.directions import Directions
from sefa_widget.directions.scores import Scorer
from sefa_widget.generators import Generator
from sefa_widget.labels import Labels
from sefa_widget.panel import beside
from sefa_widget.panel.built import built, module, program
from sefa_widget.panel.code import python_code
from sefa_widget.panel.files import noted
from sefa_widget.panel.lending import LendingWidget
from sefa_widget.panel.naming import Naming
from sefa_widget.panel.proposals import Proposals
from sefa_widget.panel.session import Session
from sefa_widget.pictures.sheet import Sheet
from sefa_widget.progress import Progress


class SefaWidget(LendingWidget):
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
    directions, class_names, labels, rater, scorer, draw
        See `explore`.

    Raises
    ------
    ValueError
        If the state is none of this generator's, or directions do not fit it.
    """

    _esm = module()
    _css = built("panel.css", missing="")
    _program = traitlets.Unicode(program(), read_only=True).tag(sync=True)
    """The panel's program, which a page loads once for all panels."""

    def __init__(
        self,
        generator: Generator,
        *,
        state: Mapping[str, Any] | None = None,
        directions: Mapping[str, Directions] | None = None,
        class_names: Sequence[str] | None = None,
        labels: Labels | None = None,
        rater: str = "",
        scorer: Scorer | None = None,
        draw: str = "kernel",
    ) -> None:
        session = Session(generator, state, directions, class_names)
        proposals = None if scorer is None else Proposals(generator, scorer)
        super().__init__(session, Naming(generator, labels, rater), proposals, draw)

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

    def strip(self, which: int | str | None = None, *, progress: Progress | None = None) -> Sheet:
        """Draw the filmstrip of a direction for all starts: seven strengths, from end to end of its slider.

        All other strengths are as they are. The slider ends where the panel has its end now: an estimate
        until it is measured.

        Parameters
        ----------
        which
            Number or name of the direction; None is the focused one.
        progress
            See `sefa_widget.sheet`.

        Raises
        ------
        ValueError
            If there is no such direction, or none is focused and none is named.
        """
        which = self.focused if which is None else which
        if which is None:
            raise ValueError("No direction is focused; name one, for example panel.strip(3).")
        contents = self._session.contents()
        named = {name: index for index, name in self.names.items()} if isinstance(which, str) else {}
        index = named[which] if which in named else contents.found.directions.index(which)
        return noted(beside.strip(self.generator, contents, index, progress), self._session)

    def wall(self, k: int = 32, *, progress: Progress | None = None) -> Sheet:
        """Draw both slider ends of the first k directions on the chosen start, a row for each direction.

        All other strengths are as they are; for the ends see `strip`.

        Parameters
        ----------
        k
            How many directions, or all if there are fewer.
        progress
            See `sefa_widget.sheet`.
        """
        drawn = beside.wall(self.generator, self._session.contents(), whole(k, "k", 1), progress)
        return noted(drawn, self._session)

    def code(self) -> str:
        """Write Python code that draws exactly the present sheet, as *Copy as Python* in the panel does.

        A generator that was loaded from no file must be there under the name `generator`, and directions that
        were given to the panel are loaded from a file; comments in the code say so.

        Returns
        -------
        str
            Lines of Python; the last one is the sheet, so that a cell of them shows it.
        """
        return python_code(self.generator, self._session.contents())

    def undo(self) -> bool:
        """Go back one step, as Ctrl+Z in the panel does; say whether there was one."""
        return self._step(redo=False)

    def redo(self) -> bool:
        """Go forward to the step that was undone last; say whether there was one."""
        return self._step(redo=True)
