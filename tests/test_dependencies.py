"""What the package imports is what pyproject.toml declares."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # hatchling brings it

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DISTRIBUTIONS = {"PIL": "pillow", "IPython": "ipython", "dlib": "dlib-bin"}
"""Distributions whose module has another name."""
EXTRAS = {
    "av": ("pictures/animation.py", "video"),
    "cloudpickle": ("generators/exporting.py", "page"),
    "dlib": ("inversion/faces.py", "faces"),
    "huggingface_hub": ("generators/hub.py", "hub"),
    "krippendorff": ("labels/agreement.py", "study"),
    "onnx": ("generators/exporting.py", "page"),
    "onnxruntime": ("generators/exporting.py", "page"),
    "pandas": ("labels/sequence.py", "tables"),
    "plotly": ("plots/__init__.py", "plots"),
    "psycopg": ("labels/engine.py", "postgres"),
    "statsmodels": ("labels/agreement.py", "study"),
}
"""Libraries that are not always there: the module whose error names the extra, and the extra."""

BUILT = ("docs", "hosts", "release")
"""Extras that the tests on the oldest versions do without: nothing of ours is imported together with them."""


def names(requirements):
    return {re.split(r"[\[><=~ ;]", requirement)[0] for requirement in requirements}


def bounds(requirements):
    """The oldest version of each library that is allowed, without zeros at its end."""
    found = {}
    for requirement in requirements:
        name, bound = re.match(r"([\w-]+)(?:\[.*\])?>=([\d.]+)", requirement).groups()
        version = tuple(map(int, re.sub(r"(\.0)+$", "", bound).split(".")))
        found[name] = min(version, found.get(name, version))
    return found


def imported():
    found = set()
    for path in (ROOT / "sefa_widget").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Import):
                found |= {name.name.split(".")[0] for name in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"sefa_widget"}


def test_every_library_that_is_imported_is_declared_and_no_other_is():
    always = {DISTRIBUTIONS.get(name, name) for name in imported() - set(EXTRAS)}
    assert always == names(PROJECT["dependencies"])


@pytest.mark.parametrize("library", EXTRAS)
def test_a_library_of_an_extra_is_in_it_and_the_error_and_the_readme_name_the_extra(library):
    module, extra = EXTRAS[library]
    assert DISTRIBUTIONS.get(library, library) in names(PROJECT["optional-dependencies"][extra])
    assert f"'sefa_widget[{extra}]'" in (ROOT / "sefa_widget" / module).read_text(encoding="utf-8")
    assert f"| `{extra}` |" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_oldest_versions_that_are_tested_are_the_oldest_that_are_allowed():
    lines = (ROOT / "constraints-oldest.txt").read_text(encoding="utf-8").splitlines()
    tested = bounds(line.replace("==", ">=") for line in lines if not line.startswith("#"))
    extras = {
        name: libraries for name, libraries in PROJECT["optional-dependencies"].items() if name not in BUILT
    }
    allowed = bounds([*PROJECT["dependencies"], *(library for extra in extras.values() for library in extra)])
    assert tested == {"distributed": allowed["dask"], "psycopg-binary": allowed["psycopg"]} | allowed


def modules_after(code):
    code = f"import sys\n{code}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    return set(done.stdout.split())


def test_a_program_that_only_draws_pictures_imports_neither_jupyter_nor_a_database():
    code = "import sefa_widget as s\ng = s.load_generator()\ns.factorize(g)\ns.sheet(g, [1]).image()"
    assert not modules_after(code) & {"IPython", "ipywidgets", "anywidget", "sqlalchemy", "scipy", "plotly"}


def test_the_panel_and_labels_import_no_library_that_only_figures_or_tables_need():
    code = "import sefa_widget as s\ns.explore\ns.Labels"
    assert not modules_after(code) & {"plotly", "pandas", "scipy", "av", "matplotlib"}


def test_figures_without_plotly_say_what_to_install():
    code = "import sys; sys.modules['plotly'] = None; import sefa_widget.plots"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert "Figures need plotly, which is not installed: pip install 'sefa_widget[plots]'." in done.stderr


def test_every_public_name_is_there_though_some_are_imported_later():
    code = "import sefa_widget as s\nassert set(s.__all__) <= set(dir(s))\n[getattr(s, n) for n in s.__all__]"
    assert "sefa_widget.panel.opening" in modules_after(code)
