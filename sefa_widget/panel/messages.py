"""What a kernel tells its panel: frozen dataclasses, and the plain dicts that travel.

Nothing here knows Jupyter or torch. What a panel asks is in `intents`. `tests/wire.json` holds one example of
each message and each trait; the panel's tests read the same file.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

from sefa_widget.panel.intents import Intent


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


Phase = Literal["searching", "comparing", "done", "failed"]
"""How far the search for a picture is."""


@dataclass(frozen=True, slots=True)
class FoundInfo:
    """What goes with the bytes of three pictures, one below the other.

    They are the target, the nearest, and four times their difference; there are none before the first step,
    or where the search failed.
    """

    type: ClassVar[str] = "found"
    view: str
    """The view that asked."""
    phase: Phase
    """Whether it is searched, compared with the generator's own pictures, or neither any more."""
    fraction: float
    """How much of the steps is done, 0 to 1."""
    words: str
    """How near it is, and whether the generator makes such pictures; or what went wrong."""
    foreign: bool
    """Whether the generator hardly makes such pictures."""
    mime: str
    """Encoding of the bytes; see `FrameInfo`."""
    width: int
    """Pixels in a row of one picture."""
    height: int
    """Rows of pixels of one picture."""


@dataclass(frozen=True, slots=True)
class SuggestedInfo:
    """The answer to `Suggest`."""

    type: ClassVar[str] = "suggested"
    view: str
    """The view that asked."""
    photo: int
    """Its number for the photo."""
    crop: list[float] | None
    """Left, top, width and height of the cut, in fractions of the photo; None for no suggestion."""
    words: str
    """Why there is no suggestion; empty where there is nothing to say."""


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
class LentInfo:
    """What goes with the bytes that a page draws with: the answer to `Borrow`."""

    type: ClassVar[str] = "lent"
    view: str
    """The view that asked."""
    what: str
    """`network`: a worker's program, its runtime (gzip) and an ONNX model; `vectors`: directions."""
    about: dict[str, Any]
    """How a network is fed, and the noise and truncation that it has; or which directions these are."""


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


Info = (
    FrameInfo
    | LookInfo
    | FoundInfo
    | SuggestedInfo
    | CodeInfo
    | FileInfo
    | LentInfo
    | ErrorInfo
    | ProgressInfo
    | ProbeInfo
)
"""Everything that a kernel can tell."""


def encode(message: Intent | Info) -> dict[str, Any]:
    """Turn a message into the plain dict that travels."""
    fields = asdict(message)
    texts = {name: sendable(value) for name, value in fields.items() if isinstance(value, str)}
    return {"type": message.type, **fields, **texts}


def sendable(text: str) -> str:
    """Replace what no message can carry: halves of surrogate pairs, as undecodable file names have them."""
    return text.encode("utf-8", "replace").decode("utf-8")
