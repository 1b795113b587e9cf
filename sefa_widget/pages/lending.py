"""Lends the network of a page to the panel of a notebook."""

from __future__ import annotations

from sefa_widget.generators import Generator
from sefa_widget.pages.live import check_page_libraries, megabytes, network_of
from sefa_widget.panel.built import STATIC
from sefa_widget.panel.lending import LENDERS, Lender, Network
from sefa_widget.panel.session import Session
from sefa_widget.progress import Progress

MOST_MEGABYTES = 30.0
"""A larger network is not sent to the page."""


def check(generator: Generator) -> None:
    """Raise if a generator cannot be lent to a page: libraries are missing, or it is too large."""
    check_page_libraries()
    size = megabytes(generator)
    if size > MOST_MEGABYTES:
        raise ValueError(
            f"draw='page' sends a generator of at most {MOST_MEGABYTES:g} MB to the browser, and "
            f"{generator.name!r} has {size:.1f} MB; leave draw='kernel'."
        )


def make(session: Session, progress: Progress) -> Network:
    """Make what a page draws with from the generator of a panel."""
    generator, state = session.generator, session.state
    model = network_of(generator, state, MOST_MEGABYTES, progress)
    about = {
        "fingerprint": generator.fingerprint,
        "z_dim": generator.z_dim,
        "width": generator.width,
        "truncates": model.truncates,
        "most_psi": model.most_psi,
        "psi": state.truncation_psi,
        "noise": "none" if state.noise == "none" else "const",
    }
    program = (STATIC / "page-worker.js").read_bytes()
    return Network(about, (program, (STATIC / "page-runtime.wasm.gz").read_bytes(), model.data))


LENDERS["page"] = Lender(check, make)
