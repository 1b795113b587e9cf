import ast
from pathlib import Path

import pytest

import sefa_widget

PACKAGE = Path(sefa_widget.__file__).parent
ORDER = [
    "arguments",
    "progress",
    "checkpoint",
    "saving",
    "generators",
    "directions",
    "pictures",
    "measures",
    "evaluation",
    "labels",
    "inversion",
    "reports",
    "panel",
    "pages",
]
"""The parts of the package: each imports only parts before it, also inside functions."""
PANEL = [
    {
        "between",
        "built",
        "fields",
        "history",
        "interrupts",
        "intents",
        "life",
        "progress",
        "request",
        "stream",
        "worker",
    },
    {"checks", "decoding", "messages", "request"},
    {"searches"},
    {"carried", "pins"},
    {"state"},
    {"contents", "patching"},
    {"finding", "spreading", "visited"},
    {"session"},
    {"beside"},
    {"attributes", "cells"},
    {"wire"},
    {"code", "summaries"},
    {"looking", "sketching"},
    {"painter"},
    {"painting"},
    {"known"},
    {"controls", "naming", "proposals"},
    {"controlling"},
    {"labelling", "results"},
    {"counting"},
    {"asking"},
    {"studying"},
    {"files", "still"},
    {"keeping"},
    {"photo_search"},
    {"photo"},
    {"suggesting"},
    {"lending"},
    {"widget"},
    {"sharing"},
    {"opening"},
]
"""The modules of the panel: each imports only modules of sets before its own."""
USERS = {"plots": {"panel"}}
"""Parts that stand beside the order: what they may not import. Nothing imports them."""
DATA = {"static"}
"""Folders without modules."""
ONLY_IN = {
    "PIL": {
        "inversion/picture.py",
        "pictures/animation.py",
        "pictures/files.py",
        "pictures/frames.py",
        "pictures/sheet.py",
        "pages/sprites.py",
        "panel/still.py",
        "panel/widget.py",
        "reports/packing.py",
    },
    "av": {"pictures/animation.py"},
    "pandas": {"labels/sequence.py"},
    "plotly": {"plots/"},
    "sqlalchemy": {"labels/"},
    "traitlets": {
        f"panel/{name}.py"
        for name in ("attributes", "controlling", "labelling", "lending", "painting", "studying", "widget")
    },
    "anywidget": {"panel/attributes.py"},
    "ipywidgets": {"panel/cells.py", "panel/life.py"},
}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name not in ("__main__.py",))


def part(path: Path) -> str:
    """The top-level part of the package that a file belongs to; "" for the package itself."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py").replace("__init__", "")


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
            if node.module in ("sefa_widget", "sefa_widget.panel"):
                found |= {f"{node.module}.{name.name}" for name in node.names}
    return found


def own_imports(path: Path) -> set[tuple[str, ...]]:
    """Names of the package's own modules that a file imports, below "sefa_widget"."""
    return {tuple(name.split(".")[1:]) for name in imports(path) if name.startswith("sefa_widget.")}


def test_the_order_names_every_part_of_the_package():
    parts = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    assert parts - {"py.typed"} == {*ORDER, *USERS, *DATA}
    modules = {path.stem for path in (PACKAGE / "panel").glob("*.py")} - {"__init__"}
    assert modules == set().union(*PANEL)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_parts_before_its_own(path):
    own = part(path)
    used = {name[0] for name in own_imports(path)} - {own, "__version__"}
    if own in USERS:
        assert not used & USERS[own]
    elif own:
        assert used <= set(ORDER[: ORDER.index(own)])


@pytest.mark.parametrize("path", sorted((PACKAGE / "panel").glob("*.py")), ids=lambda path: path.name)
def test_a_module_of_the_panel_imports_only_modules_before_it(path):
    used = {name[1] for name in own_imports(path) if name[0] == "panel" and len(name) > 1}
    place = next((n for n, modules in enumerate(PANEL) if path.stem in modules), len(PANEL))
    assert used <= set().union(*PANEL[:place])


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_stay_where_they_belong(path):
    roots = {name.split(".")[0] for name in imports(path)}
    where = path.relative_to(PACKAGE).as_posix()
    for library, homes in ONLY_IN.items():
        assert library not in roots or any(where.startswith(home) for home in homes)


@pytest.mark.parametrize("module", ["intents", "messages"])
def test_messages_need_nothing_but_the_standard_library(module):
    names = set(imports(PACKAGE / "panel" / f"{module}.py")) - {"sefa_widget.panel.intents"}
    assert names <= {"__future__", "dataclasses", "typing"}
