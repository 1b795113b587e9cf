import ast
from pathlib import Path

import pytest

import sefa_widget

PACKAGE = Path(sefa_widget.__file__).parent
ORDER = [
    "checkpoint",
    "generators",
    "directions",
    "editing",
    "fields",
    "state",
    "session",
    "attributes",
    "cells",
    "wire",
    "summaries",
    "widget",
    "sharing",
    "opening",
]
LEAVES = {"arguments", "built", "frames", "life", "messages", "progress", "stream", "worker"}
USERS = {"labels", "plots", "export", "evaluation"}
ONLY_IN = {
    "PIL": {"frames", "export", "widget"},
    "plotly": {"plots"},
    "traitlets": {"attributes", "widget"},
    "anywidget": {"attributes"},
    "ipywidgets": {"cells", "life"},
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
            if node.module == "sefa_widget":
                found |= {f"sefa_widget.{name.name}" for name in node.names}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_only_what_stands_before_it(path):
    own = part(path)
    used = {name.split(".")[1] for name in imports(path) if name.startswith("sefa_widget.")} - {own}
    if own in LEAVES:
        assert not used
    elif own in USERS:
        assert not used & {"session", "widget", "stream"}
    elif own in ORDER:
        assert not used & set(ORDER[ORDER.index(own) :])
        assert not used & USERS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_libraries_stay_where_they_belong(path):
    roots = {name.split(".")[0] for name in imports(path)}
    for library, homes in ONLY_IN.items():
        assert library not in roots or part(path) in homes


def test_messages_needs_nothing_but_the_standard_library():
    roots = {name.split(".")[0] for name in imports(PACKAGE / "messages.py")}
    assert roots <= {"__future__", "dataclasses", "math", "reprlib", "typing"}
