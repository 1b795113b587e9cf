"""Follows every link of a built site, and says what leads nowhere or needs a network to be shown."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

SHOWN = {"img": "src", "script": "src", "iframe": "src", "source": "src", "video": "src", "link": "href"}
"""What a browser loads by itself."""


@dataclass
class Page(HTMLParser):
    """The links and the places of one page.

    Attributes
    ----------
    links
        What a reader can follow.
    loaded
        What a browser loads to show the page.
    places
        What a link can lead to within the page.
    """

    links: set[str] = field(default_factory=set)
    loaded: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin to read."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what an element leads to, loads, and is called."""
        given = {name: value for name, value in attrs if value is not None}
        self.places.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.add(given["href"])
        if SHOWN.get(tag) in given:
            self.loaded.add(given[SHOWN[tag]])


def problems(site: Path) -> list[str]:
    """Give a line for each link of a site that leads nowhere, outside of its folder, or needs a network."""
    pages = {}
    for path in sorted(site.rglob("*.html")):
        if path.relative_to(site).parts[0] == "live":
            continue  # a page of its own, which is tested where it is made
        pages[path] = page = Page()
        page.feed(path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(site)}: {link}: {wrong}"
        for path, page in pages.items()
        for link in sorted(page.links | page.loaded)
        if (wrong := _wrong(site, pages, path, link, link in page.loaded))
    ]


def _wrong(site: Path, pages: dict[Path, Page], path: Path, link: str, loaded: bool) -> str:
    """Say in words what is wrong with a link; empty where nothing is."""
    parts = urlsplit(link)
    if parts.scheme == "data" or (parts.scheme in ("http", "https", "mailto") and not loaded):
        return ""
    if parts.scheme or parts.netloc:
        return "needs a network"
    if parts.path.startswith("/"):
        return "works at the root of a server only"
    target = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
    if not target.is_relative_to(site):
        return "leads out of the site"
    if not target.is_file():
        return "there is no such file"
    if parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].places:
        return "there is no such place on the page"
    return ""
