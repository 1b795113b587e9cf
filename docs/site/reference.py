"""Writes the pages of the reference: every public name of the package, from its docstring."""

from __future__ import annotations

import ast
import inspect
import runpy
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

import sefa_widget
from sefa_widget.measures import sliders

PARTS = {
    "sefa_widget": "What most programs need.",
    "sefa_widget.generators": "A file, a checkpoint or a module becomes a generator.",
    "sefa_widget.directions": "A generator becomes directions.",
    "sefa_widget.pictures": "A generator, starts and edits become pictures.",
    "sefa_widget.measures": "How far a direction goes, and what it changes.",
    "sefa_widget.evaluation": "Scores of directions, with controls and errors.",
    "sefa_widget.plots": "Figures of plotly.",
    "sefa_widget.labels": "Names for directions.",
    "sefa_widget.inversion": "A picture becomes the latent that draws it.",
    "sefa_widget.panel": "The panel, and the fields of its state.",
    "sefa_widget.pages": "The panel as one HTML file.",
    "sefa_widget.reports": "What directions do, measured, as one HTML file.",
    "sefa_widget.checkpoint": "What is in a file, without running any of it.",
    "sefa_widget.saving": "Files are written as a whole or not at all.",
}
"""The parts that have a page, in the order of the contents."""
ALSO = {
    "sefa_widget.directions": ("control.control_spectra",),
    "sefa_widget.measures": tuple(f"sliders.{name}" for name in sliders.__all__),
    "sefa_widget.panel": ("state.State",),
    "sefa_widget.pictures": ("frames.to_pil", "frames.to_pixels"),
    "sefa_widget.saving": ("SaveError",),
}
"""Names that guides use, of modules without a list of public names of their own."""


def names(part: str) -> list[str]:
    """Give the public names of a part, as one imports them."""
    public = getattr(import_module(part), "__all__", ())
    return [f"{part}.{name}" for name in (*public, *ALSO.get(part, ()))]


def found(name: str) -> Any:
    """Import what a full name means."""
    module, _, last = name.rpartition(".")
    return getattr(import_module(module), last)


def entries() -> dict[str, str]:
    """Give each full name, and the full name that its entry has: the first for what has several."""
    first: dict[int, str] = {}
    return {name: first.setdefault(id(found(name)), name) for part in PARTS for name in names(part)}


def has_docstring(value: Any) -> bool:
    """Whether a value is a class or a function, and no constant or name of a type."""
    return inspect.isroutine(value) or (isinstance(value, type) and not hasattr(value, "__origin__"))


def about(name: str) -> str:
    """Give the docstring of a name; of a constant, the text behind it where it is assigned.

    Raises
    ------
    ValueError
        If nothing says what it is.
    """
    value, last = found(name), name.rpartition(".")[2]
    if has_docstring(value):
        return inspect.getdoc(value) or ""
    if last not in texts_behind():
        raise ValueError(f"{name} has no text behind it: write one where it is assigned.")
    return texts_behind()[last]


@cache
def texts_behind() -> dict[str, str]:
    """Give the texts that stand behind assignments, by name; a name of a page is assigned once."""
    texts = {}
    for path in sorted(Path(sefa_widget.__path__[0]).rglob("*.py")):
        for one, following in pairwise(ast.parse(path.read_bytes()).body):
            if isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                for target in getattr(one, "targets", [getattr(one, "target", None)]):
                    texts[getattr(target, "id", "")] = inspect.cleandoc(str(following.value.value))
    return texts


def directive(name: str) -> list[str]:
    """Write what makes an entry of a docstring."""
    value = found(name)
    if not has_docstring(value):
        return [f".. py:data:: {name}", "", *(f"   {line}" for line in about(name).splitlines()), ""]
    if inspect.isroutine(value):
        return [f".. autofunction:: {name}", ""]
    lines = [f".. {'autoexception' if issubclass(value, Exception) else 'autoclass'}:: {name}"]
    if not issubclass(value, Exception):
        lines.append("   :members:")
    outer = [base for base in value.__mro__[1:] if not base.__module__.startswith("sefa_widget")]
    if value.__mro__[1] is not outer[0]:
        lines.append(f"   :inherited-members: {outer[0].__name__}")
    return [*lines, ""]


def page(part: str) -> str:
    """Write the page of a part: a table of its names, then an entry for each that has none yet."""
    known = entries()
    lines = [part, "=" * len(part), "", PARTS[part], "", ".. list-table::", "   :widths: 1 2", ""]
    for name in names(part):
        first = about(name).splitlines()[0].replace("|", "\\|")
        lines += [f"   * - :py:obj:`{name.removeprefix(part + '.')} <{known[name]}>`", f"     - {first}"]
    lines.append("")
    for name in names(part):
        if known[name] == name:
            lines += directive(name)
    return "\n".join(lines)


def formats() -> str:
    """Write the page of the file formats that load, with the table of the README."""
    table = runpy.run_path(str(Path(__file__).parent.parent / "formats_table.py"))["table"]()
    return f"# What loads\n\nA file is recognised by its content.\n\n{table}"


def write(folder: Path) -> None:
    """Write all pages of the reference into a folder, with a page of contents."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "formats.md").write_text(formats(), encoding="utf-8")
    for part in PARTS:
        (folder / f"{part}.rst").write_text(page(part), encoding="utf-8")
    lines = [
        "Reference",
        "=========",
        "",
        "Every public name, from its docstring; ``help(name)`` shows the same.",
        "",
    ]
    lines += [f"- :doc:`{part} <{part}>`: {about}" for part, about in PARTS.items()]
    lines.append("- :doc:`What loads <formats>`: the file formats.")
    lines += ["", ".. toctree::", "   :hidden:", "", *(f"   {part}" for part in (*PARTS, "formats")), ""]
    (folder / "index.rst").write_text("\n".join(lines), encoding="utf-8")
