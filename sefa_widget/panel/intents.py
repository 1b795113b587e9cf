"""What a panel asks its kernel: frozen dataclasses, which travel as plain dicts.

Nothing here knows Jupyter, torch or what an intent does. `tests/wire.json` holds one example of each; the
panel's tests read the same file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Hello:
    """A view of the panel exists and wants the current frame."""

    type: ClassVar[str] = "hello"
    view: str
    """Name of the view, unique in its page."""
    seq: int = 0
    """Number of the request; the answering frame or error carries it."""
    padded: bool = False
    """Whether answers are to be padded, see `Probe`."""


@dataclass(frozen=True, slots=True)
class Bye:
    """A view of the panel is gone."""

    type: ClassVar[str] = "bye"
    view: str
    """Name of the view."""
    returns: bool = False
    """Whether it may come back under another name: its page goes away, as it does for a reload."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Ask for an empty answer, to measure the way there and back."""

    type: ClassVar[str] = "probe"
    view: str
    """Name of the view."""
    seq: int
    """Number of the probe; its answer carries it."""
    padded: bool = False
    """Whether the answer is to be filled up to one loopback segment, which TCP sends at once."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Change the state, then draw it."""

    type: ClassVar[str] = "edit"
    view: str
    """Name of the view that asks and gets the frame."""
    seq: int
    """Number of the request; a frame answers it and all before it."""
    patch: dict[str, Any] = field(default_factory=dict)
    """New absolute values by name of the state's field; empty to only draw."""
    moving: bool = False
    """Whether a control is still held; the lossless frame waits until it is let go."""
    unedited: bool = False
    """Whether to draw the picture as it is without strengths; the state keeps them."""
    padded: bool = False
    """Whether the answer is to be padded, see `Probe`."""
    step: int = 0
    """What the person does, for example one drag: edits of one step are undone together; 0 is alone."""
    drawn: bool = False
    """Whether the page draws this itself: as long as a control is held, the answer has no pictures."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Go back one step of the state; the view asks for the picture by itself."""

    type: ClassVar[str] = "undo"
    view: str
    """Name of the view."""
    redo: bool = False
    """Go forward instead, to what was undone."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Go back to an earlier step; the view asks for the picture by itself."""

    type: ClassVar[str] = "visit"
    view: str
    """Name of the view."""
    place: int
    """Which step, as the trait `history` counts them."""


@dataclass(frozen=True, slots=True)
class Cancel:
    """End a search that takes long: the state goes back to the directions that were shown last."""

    type: ClassVar[str] = "cancel"
    view: str
    """Name of the view."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Set the sliders so that they do what carried edits do; the view asks for the picture by itself."""

    type: ClassVar[str] = "spread"
    view: str
    """Name of the view."""


@dataclass(frozen=True, slots=True)
class Look:
    """Ask for small pictures beside the sheet, for when nothing else is wanted.

    Each is of a start with the present edit, but one direction at another strength. A newer look of the same
    name takes the place of an older one; one without items ends it.
    """

    type: ClassVar[str] = "look"
    view: str
    """Name of the view."""
    name: str
    """The view's name for these pictures, for example ``ends``."""
    size: int
    """Wanted height in pixels; the pictures are at least as high if the generator's are."""
    items: list[tuple[int, int, float]]
    """Start, direction and strength of each picture."""
    study: bool = False
    """Whether they are of the study that runs: its seeds, its questions by their place in the rater's order,
    and shares of how far these go, -1 to 1."""
    visited: bool = False
    """Whether they are of steps of the history: the place of each, twice, and a number that means nothing."""


@dataclass(frozen=True, slots=True)
class Code:
    """Ask for Python code that draws the sheet of the state."""

    type: ClassVar[str] = "code"
    view: str
    """Name of the view."""


@dataclass(frozen=True, slots=True)
class Share:
    """Ask for a file of what is shown."""

    type: ClassVar[str] = "share"
    view: str
    """Name of the view."""
    what: str
    """What it holds, for example ``sheet``."""
    ending: str
    """Its format, for example ``.png``."""


@dataclass(frozen=True, slots=True)
class Label:
    """Say something of one of the directions that are shown."""

    type: ClassVar[str] = "label"
    view: str
    """Name of the view."""
    index: int
    """Number of the direction."""
    fields: dict[str, Any] | None
    """What is said, by field of a label; what is left out stays. None takes all of it away."""
    study: bool = False
    """Whether it answers a question of the study that runs; `index` is its place in the rater's order."""


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take back what was said last of a direction."""

    type: ClassVar[str] = "take_back"
    view: str
    """Name of the view."""
    study: bool = False
    """Whether it is the last answer in the study that runs."""


@dataclass(frozen=True, slots=True)
class Join:
    """Begin to answer the study that runs, or go on with it."""

    type: ClassVar[str] = "join"
    view: str
    """Name of the view."""
    rater: str | None
    """Name of who answers; None leaves the study, and the panel shows its sliders again."""


@dataclass(frozen=True, slots=True)
class Find:
    """Look for the latent that draws a picture; the bytes of its file come with it."""

    type: ClassVar[str] = "find"
    view: str
    """Name of the view."""


@dataclass(frozen=True, slots=True)
class Steer:
    """Say how the search for a picture goes on."""

    type: ClassVar[str] = "steer"
    view: str
    """Name of the view."""
    how: str
    """One of `HOW`: end it with what is found, go on from there, make it a start, or forget it."""


@dataclass(frozen=True, slots=True)
class Suggest:
    """Ask where to cut a photo; the bytes of a small version of it, whole and upright, come with it."""

    type: ClassVar[str] = "suggest"
    view: str
    """Name of the view."""
    photo: int
    """The view's number for this photo; the answer carries it."""


@dataclass(frozen=True, slots=True)
class Borrow:
    """Ask for what the page needs to draw by itself."""

    type: ClassVar[str] = "borrow"
    view: str
    """Name of the view."""
    what: str
    """One of `LENT`: the network, or the present directions."""


LENT = ("network", "vectors")
"""What a page can ask for."""
HOW = ("stop", "more", "keep", "drop")
"""What a search can be told."""

Intent = (
    Hello
    | Bye
    | Probe
    | Edit
    | Undo
    | Visit
    | Cancel
    | Spread
    | Look
    | Code
    | Share
    | Label
    | TakeBack
    | Join
    | Find
    | Steer
    | Suggest
    | Borrow
)
"""Everything that a panel can ask."""
