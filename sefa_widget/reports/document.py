"""The HTML of a report: one file, no script, its style inside."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

from sefa_widget.reports import sections
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.html import Html, join, tag
from sefa_widget.reports.sections.films import rules
from sefa_widget.reports.sections.made import SIZE

SECTIONS: tuple[tuple[str, str, Callable[[Contents], Html]], ...] = (
    ("short", "In short", sections.short),
    ("spectrum", "Spectrum", sections.spectrum),
    ("wall", "Wall", sections.wall),
    ("films", "Filmstrips", sections.films),
    ("effect", "Effect", sections.effect),
    ("methods", "Methods", sections.agreement),
    ("made", "How it was made", sections.made),
)
"""Address in the page, title and maker of each part."""
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
"""What the browser allows the page: pictures that are in it and its style. No script, no address."""


def document(contents: Contents) -> bytes:
    """Write a report as UTF-8."""
    settings, generator = contents.settings, contents.generator
    size = f"{generator.width} x {generator.resolution} px"
    lead = (
        f"What directions of its latent space do: {generator.family}, {size}, "
        f"{generator.latent_dim} numbers of {generator.latent_space}. All pictures are made by a GAN."
    )
    links = (tag("a", title, href=f"#{name}") for name, title, _ in SECTIONS)
    body = [
        tag(
            "header",
            tag("h1", settings.title),
            tag("p", lead, class_="lead"),
            *([tag("p", settings.note, class_="lead")] if settings.note else []),
            tag("nav", *links, aria_label="Parts"),
        ),
        tag(
            "main",
            *(
                tag("section", tag("h2", title), write(contents), id=name, class_=name)
                for name, title, write in SECTIONS
            ),
        ),
    ]
    style = resources.files("sefa_widget.reports").joinpath("style.css").read_text("utf-8")
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="generator", content="sefa_widget"),
        tag("title", settings.title),
        tag("style", Html(f"{style}\n{rules(contents)}")),
    ]
    page = tag("html", tag("head", *head), tag("body", *body), lang="en")
    text = join(Html("<!DOCTYPE html>\n"), page, Html("\n")).encode("utf-8", "replace")
    return text.replace(SIZE.encode(), f"{len(text) / 1e6:.1f} MB".encode())
