"""What a page holds in which the generator runs."""

from __future__ import annotations

from collections.abc import Sequence

from sefa_widget.generators.base import Generator, Noise
from sefa_widget.generators.exporting import check_libraries
from sefa_widget.labels import Labels
from sefa_widget.pages.contents import page_contents
from sefa_widget.pages.document import Parts
from sefa_widget.pages.model import PageModel, page_model
from sefa_widget.panel.session import Session
from sefa_widget.panel.state import State
from sefa_widget.progress import Progress

HALF_BYTES = 2
"""Of a weight in half precision."""
RUNTIME = "ONNX Runtime Web (MIT licence) runs the generator."


class NoNetwork(ValueError):
    """A generator cannot run in a page."""


def check_page_libraries() -> None:
    """Raise ImportError if a library is missing without which no network of a page can be made."""
    check_libraries("page", "cloudpickle")


def megabytes(generator: Generator) -> float:
    """Give about how large a generator is as the network of a page, in half precision."""
    return HALF_BYTES * sum(weight.numel() for weight in generator.parameters()) / 1e6


def network_of(
    generator: Generator, state: State, most: float, progress: Progress | None = None
) -> PageModel:
    """Make the network of a panel's page.

    Parameters
    ----------
    generator, state
        Of the panel: the state says truncation and noise.
    most
        How many megabytes it may have.
    progress
        See `page_model`.

    Raises
    ------
    NoNetwork
        If it is larger, or cannot be made.
    ImportError
        If a library is missing.
    """
    size = megabytes(generator)
    if size <= most:
        check_page_libraries()
        try:
            noise: Noise = "none" if state.noise == "none" else "const"
            model = page_model(generator, state.truncation_psi, noise, progress)
        except ValueError as error:
            raise NoNetwork(str(error)) from error
        size = len(model.data) / 1e6
        if size <= most:
            return model
    raise NoNetwork(
        f"{generator.name!r} is {size:.1f} MB as the network of a page, and {most:g} MB are allowed "
        "(most_megabytes=): a browser would load it for long."
    )


def live_parts(
    session: Session,
    labels: Labels | None,
    sessions: Sequence[Session],
    k: int | None,
    model: PageModel,
    progress: Progress | None,
) -> Parts:
    """Make what differs from other pages; see `page_contents` for the arguments."""
    generator, state = session.generator, session.state
    contents = page_contents(session, labels, sessions, k, progress)
    network = {
        "z_dim": generator.z_dim,
        "width": generator.width,
        "truncates": model.truncates,
        "most_psi": model.most_psi,
    }
    second = ["The second search of the panel is not in this page."] if state.second is not None else []
    lines = [
        f"{contents.begins} A seed draws the same picture as in Python: "
        f"colours differ by {max(1, model.error)} of 255 at most. {RUNTIME}",
        *second,
    ]
    blocks = {"model": model.data, "vectors": contents.vectors}
    return Parts({**contents.values, "network": network}, blocks, lines)
