"""The messages between a panel and its kernel: frozen dataclasses, and the plain dicts that travel.

Nothing here knows Jupyter, torch or what a message does. `tests/wire.json` holds one example of each
message and each trait; the panel's tests read the same file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal


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
class FrameInfo:
    """What goes with the bytes of some tiles of the sheet, drawn together, one below the other."""

    type: ClassVar[str] = "frame"
    view: str
    """The view that asked."""
    seq: int
    """The request this answers, and all before it; the other tiles follow in frames of the same number."""
    revision: int
    """Revision of the state that was drawn."""
    rows: int
    """How many starts the sheet has."""
    columns: int
    """How many edits it has."""
    tiles: list[list[int]]
    """Row and column of each tile."""
    quality: Literal["sketch", "preview", "final"]
    """`sketch` is roughly right, `preview` encoded with loss, `final` exact."""
    unedited: bool
    """Whether strengths were left out."""
    mime: str
    """Encoding of the bytes; `image/x-rgba` is width * height * 4 raw bytes of each tile."""
    width: int
    """Pixels in a row of one tile."""
    height: int
    """Rows of pixels of one tile."""
    render_ms: float
    """How long the generator took, in milliseconds."""


@dataclass(frozen=True, slots=True)
class LookInfo:
    """What goes with the bytes of some pictures of a look, one below the other."""

    type: ClassVar[str] = "look"
    view: str
    """The view that asked."""
    name: str
    """Its name for these pictures."""
    revision: int
    """Revision of the state that they belong to."""
    items: list[int]
    """Which of the items of the look they are."""
    mime: str
    """Encoding of the bytes; see `FrameInfo`."""
    width: int
    """Pixels in a row of one picture."""
    height: int
    """Rows of pixels of one picture."""


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """The answer to `Code`."""

    type: ClassVar[str] = "code"
    view: str
    """The view that asked."""
    text: str
    """Lines of Python."""


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What goes with the bytes of a file: the answer to `Share`."""

    type: ClassVar[str] = "file"
    view: str
    """The view that asked."""
    name: str
    """Name of the file."""
    mime: str
    """Type of its content."""


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """What went wrong with a request."""

    type: ClassVar[str] = "error"
    view: str
    """The view that asked; empty for all views."""
    seq: int
    """The request this answers, and all before it; 0 answers none."""
    message: str
    """One or two sentences for the person at the panel."""


@dataclass(frozen=True, slots=True)
class ProgressInfo:
    """How far the work for a request is that takes long."""

    type: ClassVar[str] = "progress"
    view: str
    """The view that asked."""
    seq: int
    """The request; it is not answered by this."""
    text: str
    """What is being done."""
    fraction: float
    """How much of it is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class ProbeInfo:
    """The answer to `Probe`."""

    type: ClassVar[str] = "probe"
    view: str
    """The view that asked."""
    seq: int
    """Number of the probe."""


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
)
Info = FrameInfo | LookInfo | CodeInfo | FileInfo | ErrorInfo | ProgressInfo | ProbeInfo


def encode(message: Intent | Info) -> dict[str, Any]:
    """Turn a message into the plain dict that travels."""
    fields = asdict(message)
    texts = {name: sendable(value) for name, value in fields.items() if isinstance(value, str)}
    return {"type": message.type, **fields, **texts}


def sendable(text: str) -> str:
    """Replace what no message can carry: halves of surrogate pairs, as undecodable file names have them."""
    return text.encode("utf-8", "replace").decode("utf-8")
