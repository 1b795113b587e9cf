"""Inert values in the place of objects of unknown classes: nothing is imported, no code is run."""

from __future__ import annotations

import sys

from sefa_widget.checkpoint.globals import Global, StatefulStub

_PATHS = ("Path", "PosixPath", "WindowsPath", "PurePath", "PurePosixPath", "PureWindowsPath")
"""Python 3.13 says that they are of ``pathlib._local``."""
_HARMLESS = {
    *((module, name) for module in ("pathlib", "pathlib._local") for name in _PATHS),
    ("collections", "Counter"),
    ("datetime", "datetime"),
    ("datetime", "date"),
    ("datetime", "timedelta"),
    ("decimal", "Decimal"),
    ("uuid", "UUID"),
    ("types", "SimpleNamespace"),
    ("collections", "defaultdict"),
    ("torch", "device"),
    ("dill._dill", "_create_array"),
    *(("torch", name) for name in ("float32", "float16", "bfloat16", "float64", "int64", "uint8")),
}
"""Of the standard library and of torch: what people's files hold beside weights."""
_RUNS_CODE = {"__builtin__", "__main__.__builtins__", "copy_reg", "commands", "nt", "posix"}


class InertStub(StatefulStub):
    """Stub of an object of any class: its attributes and items, which nothing is done with."""

    __slots__ = ("attributes", "items", "kind")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.attributes: dict[object, object] = {}
        self.items: dict[object, object] = {}

    def build(self, state: object) -> None:
        """Take the attributes, if that is what the state is."""
        if isinstance(state, tuple) and len(state) == 2 and isinstance(state[0], dict):
            state = state[0]
        if isinstance(state, dict) and all(isinstance(name, str) for name in state):
            self.attributes = state


def inert_global(module: str, name: str) -> Global | None:
    """Give a stub for a class that is not known here; None for what may stand for running code.

    That is everything of Python's standard library but a few classes, and functions of any module.

    >>> inert_global("my_project.models", "Generator").name
    'my_project.models.Generator'
    >>> inert_global("os", "system") is None
    True
    """
    top = module.split(".")[0]
    known = (module, name) in _HARMLESS
    if not known and (top in sys.stdlib_module_names or top in _RUNS_CODE) and top != "__main__":
        return None
    last = name.split(".")[-1].lstrip("_")
    if not known and not last[:1].isupper():
        return None
    kind = f"{module}.{name}"
    return Global(kind, "unknown", lambda *arguments: InertStub(kind))
