"""Draws the parts of the package and the panel's wire from the code: ``python docs/draw_architecture.py``.

``docs/parts.svg`` has a box for each part, above those that it imports; only arrows are drawn that no
other way leads along. ``docs/wire.svg`` lists what a view of the panel asks and what the kernel tells.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

DOCS = Path(__file__).parent
PACKAGE = DOCS.parent / "sefa_widget"
LINE, PAD = 18, 10
WIDE = 46
"""Characters of a line in a box."""
BOX, GAP = 330, 26
INK, PAPER, FILL, EDGE = "#1f2430", "#ffffff", "#eef3fb", "#8aa4cf"

Imports = Mapping[str, frozenset[str]]
"""The parts that each part imports."""


def parts() -> dict[str, tuple[Path, ...]]:
    """Give the modules of each part: a folder, or a module of its own."""
    found = {}
    for path in sorted(PACKAGE.iterdir()):
        if path.is_dir() and (path / "__init__.py").exists():
            found[path.name] = tuple(sorted(path.rglob("*.py")))
        elif path.suffix == ".py" and not path.stem.startswith("__"):
            found[path.stem] = (path,)
    return found


def imports() -> Imports:
    """Read off which part imports which, also inside functions."""
    modules = parts()
    return {
        name: frozenset(part for path in paths for part in _imported(path)) & modules.keys() - {name}
        for name, paths in modules.items()
    }


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            package, _, rest = node.module.partition(".")
            if package == "sefa_widget":
                yield from [rest.split(".")[0]] if rest else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from (a.name.split(".")[1] for a in node.names if a.name.startswith("sefa_widget."))


def below(part: str, known: Imports) -> frozenset[str]:
    """Give all that a part imports, by way of others too."""
    return known[part].union(*(below(other, known) for other in known[part]))


def arrows(known: Imports) -> list[tuple[str, str]]:
    """Give the imports that no way over a third part leads along."""
    return sorted(
        (part, other)
        for part, others in known.items()
        for other in others
        if not any(other in below(third, known) for third in others - {other})
    )


def heights(known: Imports) -> dict[str, int]:
    """Give how high each part stands: above all that it imports."""
    found: dict[str, int] = {}
    for part in sorted(known, key=lambda name: len(below(name, known))):
        found[part] = 1 + max((found[other] for other in known[part]), default=-1)
    return found


def about(path: Path) -> str:
    """Give the first sentence of a module's docstring, up to a colon or semicolon."""
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())
    ends = [place for mark in (": ", "; ", ". ") if (place := text.find(mark)) > 0]
    return text[: min(ends, default=len(text))].rstrip(".")


def parts_svg() -> str:
    """Draw the parts: what uses others stands above them."""
    known, modules = imports(), parts()
    level = heights(known)
    rows = [
        sorted(part for part in level if level[part] == height) for height in range(max(level.values()) + 1)
    ]
    rows.reverse()
    widest = max(map(len, rows))
    width, tall = widest * (BOX + GAP) + GAP, 3 * LINE + PAD
    boxes, places = [], {}
    for number, row in enumerate(rows):
        left = (width - len(row) * (BOX + GAP) + GAP) / 2
        for place, part in enumerate(row):
            x, y = left + place * (BOX + GAP), GAP + number * (tall + GAP)
            places[part] = x + BOX / 2, y
            count = len(modules[part])
            lines = _wrapped(about(modules[part][0]), WIDE)
            title = f"{part}/" if count > 1 else f"{part}.py"
            boxes.append(_box(x, y, tall, title, lines))
    lines = [
        _arrow(places[part][0], places[part][1] + tall, places[other][0], places[other][1])
        for part, other in arrows(known)
    ]
    height = len(rows) * (tall + GAP) + GAP
    return _svg(width, height, lines + boxes, "The parts of the package, each above those that it imports")


def wire_svg() -> str:
    """Draw what goes up from a view of the panel, and what comes down."""
    up = _classes(PACKAGE / "panel/intents.py")
    down = _classes(PACKAGE / "panel/messages.py")
    columns = (
        ("A view asks (panel/intents.py)", up),
        ("The kernel answers (panel/messages.py)", down),
        ("The kernel alone writes (synced traits)", _traits()),
    )
    width = len(columns) * (BOX + GAP) + GAP
    shapes, deepest = [], 0.0
    for place, (title, entries) in enumerate(columns):
        x, y = GAP + place * (BOX + GAP), float(GAP)
        shapes.append(_text(x, y + LINE - 4, title, bold=True))
        y += LINE + PAD
        for name, text in entries:
            lines = _wrapped(text, WIDE)
            tall = (1 + len(lines)) * LINE + PAD
            shapes.append(_box(x, y, tall, name, lines))
            y += tall + 8
        deepest = max(deepest, y)
    return _svg(width, deepest + GAP, shapes, "What a view of the panel asks, and what the kernel tells")


def _classes(path: Path) -> list[tuple[str, str]]:
    """Give the messages that a module describes, with the first sentence of each."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (node.name, (ast.get_docstring(node) or "").split("\n\n")[0])
        for node in tree.body
        if isinstance(node, ast.ClassDef) and ast.get_docstring(node)
    ]


def _traits() -> list[tuple[str, str]]:
    """Give the traits that travel, with the text below each."""
    found = []
    for path in sorted((PACKAGE / "panel").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ClassDef):
                continue
            for line, after in zip(node.body, node.body[1:], strict=False):
                if isinstance(line, ast.Assign) and "tag(sync=True)" in ast.unparse(line.value):
                    text = (
                        after.value.value
                        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
                        else ""
                    )
                    found.append((ast.unparse(line.targets[0]), str(text).split("\n\n")[0]))
    return sorted(found)


def _wrapped(text: str, width: int) -> list[str]:
    """Break a text into lines; ends of sentences stay."""
    lines = [""]
    for word in text.replace("`", "").split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _box(x: float, y: float, tall: float, title: str, lines: list[str]) -> str:
    frame = (
        f'<rect x="{x:g}" y="{y:g}" width="{BOX}" height="{tall:g}" rx="6" fill="{FILL}" stroke="{EDGE}"/>'
    )
    texts = [_text(x + PAD, y + LINE, title, bold=True)]
    texts += [_text(x + PAD, y + LINE * (place + 2), line) for place, line in enumerate(lines)]
    return frame + "".join(texts)


def _text(x: float, y: float, text: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}"{weight}>{escape(text)}</text>'


def _arrow(x: float, y: float, to_x: float, to_y: float) -> str:
    middle = (y + to_y) / 2
    path = f"M{x:g} {y:g}C{x:g} {middle:g} {to_x:g} {middle:g} {to_x:g} {to_y - 3:g}"
    return f'<path d="{path}" fill="none" stroke="{EDGE}" stroke-width="1.5" marker-end="url(#end)"/>'


def _svg(width: float, height: float, shapes: list[str], label: str) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" role="img" '
        f'aria-label="{escape(label)}" font-family="system-ui, sans-serif" font-size="12.5" fill="{INK}">'
        '<defs><marker id="end" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" fill="{EDGE}"/></marker></defs>'
        f'<rect width="{width:g}" height="{height:g}" fill="{PAPER}"/>'
    )
    return "\n".join([head, *shapes, "</svg>"]) + "\n"


DRAWINGS = {"parts.svg": parts_svg, "wire.svg": wire_svg}

if __name__ == "__main__":
    for name, draw in DRAWINGS.items():
        (DOCS / name).write_text(draw(), encoding="utf-8")
        print(f"docs/{name}")
