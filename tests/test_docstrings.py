"""Every field of every public dataclass is documented: in its class's docstring, where `help()` shows it."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from itertools import pairwise

import pytest

import sefa_widget

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(sefa_widget.__path__, "sefa_widget.")
    if not found.name.endswith("__main__")
]
CLASSES = {
    f"{kind.__module__}.{kind.__name__}": kind
    for module in MODULES
    for kind in vars(module).values()
    if isinstance(kind, type)
    and dataclasses.is_dataclass(kind)
    and kind.__module__ == module.__name__
    and not kind.__name__.startswith("_")
    and (kind.__name__ in sefa_widget.checkpoint.__all__ or ".checkpoint." not in kind.__module__)
}


def in_attributes(kind) -> set[str]:
    """Names in the Attributes section of a docstring."""
    _, _, section = inspect.getdoc(kind).partition("\nAttributes\n----------\n")
    names = [line for line in section.splitlines() if line and not line.startswith(" ")]
    return {name for line in names for name in line.partition(" : ")[0].split(", ")}


def with_a_text_behind(kind) -> set[str]:
    """Fields with a bare text behind them in the source, which `help()` does not show."""
    body = ast.parse(inspect.cleandoc(inspect.getsource(kind))).body[0].body
    return {
        one.target.id
        for one, following in pairwise(body)
        if isinstance(one, ast.AnnAssign)
        and isinstance(following, ast.Expr)
        and isinstance(following.value, ast.Constant)
    }


@pytest.mark.parametrize("name", CLASSES)
def test_every_field_is_documented_in_one_place(name):
    kind = CLASSES[name]
    fields = {field.name for field in dataclasses.fields(kind) if not field.name.startswith("_")}
    listed, behind = in_attributes(kind), with_a_text_behind(kind)
    assert fields <= listed | behind
    assert not listed & behind
    assert listed <= fields


@pytest.mark.parametrize("name", ["Directions", "Latent", "Layer", "Checkpoint", "Frame"])
def test_help_shows_every_field_of_what_people_hold_in_their_hands(name):
    (kind,) = [kind for path, kind in CLASSES.items() if path.endswith(f".{name}")]
    assert {field.name for field in dataclasses.fields(kind)} == in_attributes(kind)
