"""Gathers what the site is made of in one folder: pages of docs/, notebooks, and the notes at the root.

On the code host every page stays where it is and links to its neighbours. Here docs/ becomes the root of the
site, so links are written anew: to another page of the site, or else to the file in the repository.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from importlib.metadata import metadata
from pathlib import Path
from typing import Any

import figures

ROOT = Path(__file__).resolve().parents[2]
GATHERED = ROOT / "build/site-sources"
EXTRA = "extra"
"""The folder in it of what is copied to the site as it is."""
PAGES = ("docs/*.md", "docs/claims/*.md", "docs/how-to/*.md", "notebooks/*.ipynb", "*.md")
BESIDE = (
    *("docs/*.png", "docs/*.svg", "docs/*.webp", "docs/*.csv", "docs/*.json"),
    *("docs/claims/data/*.csv", "docs/claims/pictures/*.webp"),
)
"""What pages show or offer for download."""
ELSEWHERE = {"README.md": "index.md", "README.md#what-loads": "reference/formats.md"}
"""What the README says, and where the site says it."""
LINK = re.compile(r"(\[[^\]]*\]\()(?![a-z]+:|#)([^)#\s]+)(#[^)\s]*)?\)")
FIGURE = re.compile(r"^\[[^\]]*\]\((data/[\w-]+\.html)\)$")
"""A line that is nothing but a link to a figure: the site shows the figure in its place."""
FENCE = re.compile(r"^(```|~~~)")
WIDGET = "application/vnd.jupyter.widget-view+json"


def staged() -> dict[Path, Path]:
    """Give each file of the site: where it is in the repository, and where in the site; both relative."""
    found = {path.relative_to(ROOT) for pattern in (*PAGES, *BESIDE) for path in ROOT.glob(pattern)}
    return {path: _place(path) for path in sorted(found) if path.as_posix() not in ELSEWHERE}


def _place(path: Path) -> Path:
    """Where a file of the repository is in the site."""
    return path.relative_to("docs") if path.parts[0] == "docs" else path


def _from(page: Path, place: Path) -> str:
    """How a page's link to a place of the site is written."""
    return Path(os.path.relpath(place, _place(page).parent)).as_posix()


def repository() -> str:
    """Give the address of the repository, which pyproject.toml has."""
    addresses = (line.partition(", ") for line in metadata("sefa_widget").get_all("Project-URL", []))
    return next(address for name, _, address in addresses if name == "Source")


def with_links(text: str, page: Path, known: dict[Path, Path], source: str) -> str:
    """Write the links of a page's Markdown anew; code blocks stay as they are.

    Raises
    ------
    FileNotFoundError
        If a link leads to a file that is not there.
    """

    def moved(link: re.Match[str]) -> str:
        before, path, anchor = link.group(1), link.group(2), link.group(3) or ""
        target = Path(os.path.normpath(page.parent / path))
        if (elsewhere := ELSEWHERE.get(target.as_posix() + anchor)) is not None:
            return f"{before}{_from(page, Path(elsewhere))})"
        if target in known:
            return f"{before}{_from(page, known[target])}{anchor})"
        if not (ROOT / target).exists():
            raise FileNotFoundError(f"{page} links to {path}, and there is no such file.")
        kind = "tree" if (ROOT / target).is_dir() else "blob"
        return f"{before}{source}/{kind}/main/{target.as_posix()}{anchor})"

    lines, inside = [], False
    for line in text.split("\n"):
        inside ^= bool(FENCE.match(line.lstrip()))
        if not inside and (drawn := FIGURE.match(line)):
            lines.append(figures.of_page((ROOT / page.parent / drawn.group(1)).read_text(encoding="utf-8")))
            continue
        lines.append(line if inside else LINK.sub(moved, line))
    return "\n".join(lines)


def notebook(text: str, page: Path, known: dict[Path, Path], source: str) -> str:
    """Give a notebook as the site shows it: links written anew, figures that need no notebook to be seen."""
    content: dict[str, Any] = json.loads(text)
    for cell in content["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = with_links("".join(cell["source"]), page, known, source)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)  # no kernel runs here: the still picture is beside it
            figures.replace(output)
    return json.dumps(content, ensure_ascii=False)


def gather(folder: Path) -> None:
    """Write the sources of the site into a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    if (ROOT / "docs/live").exists():
        shutil.copytree(ROOT / "docs/live", folder / EXTRA / "live")
    known, source = staged(), repository()
    for path, place in known.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix not in (".md", ".ipynb"):
            shutil.copyfile(ROOT / path, target)
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        write = notebook if path.suffix == ".ipynb" else with_links
        target.write_text(write(text, path, known, source), encoding="utf-8")
