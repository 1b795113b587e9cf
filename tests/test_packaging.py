"""The wheel as a user gets it: built from a source checkout, installed where there is no Node.

It is built with the tools of this environment, so that no test needs a network.
"""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.patience import WAIT_SECONDS

pytestmark = pytest.mark.packaging

ROOT = Path(__file__).parent.parent
MAX_BYTES = 15_000_000


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder)]
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # npm is one of them
    environment = {**os.environ, "PATH": programs, "npm_config_offline": "true"}
    command = [sys.executable, "-m", "pip", "wheel", *options, str(ROOT)]
    subprocess.run(command, check=True, env=environment, timeout=WAIT_SECONDS)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_panel_the_model_its_licence_and_no_tests(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    bundled = "sefa_widget/generators/bundled"
    assert names >= {
        "sefa_widget/static/panel.js",
        "sefa_widget/static/panel.css",
        "sefa_widget/py.typed",
        f"{bundled}/faces.safetensors",
        f"{bundled}/LICENSE-faces.txt",
        "sefa_widget/evaluation/bundled/heads-attributes.safetensors",
    }
    assert any(name.endswith("licenses/NOTICE") for name in names)
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sefa_widget"}
    assert wheel.stat().st_size < MAX_BYTES


def test_an_installed_wheel_opens_the_bundled_model_without_node_and_network(wheel, tmp_path):
    """Into a fresh environment, which borrows the libraries of this one to save a download of torch."""
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    command = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(command, check=True, timeout=WAIT_SECONDS)
    site = next((tmp_path / "env").glob("lib/python*/site-packages"))
    libraries = next(path for path in sys.path if path.endswith("site-packages"))
    code = (
        f"import sys; sys.path.append({libraries!r})\n"
        "import sefa_widget\n"
        f"assert sefa_widget.__file__.startswith({str(site)!r}), sefa_widget.__file__\n"
        "panel = sefa_widget.explore()\n"
        "assert 'render' in panel._esm and '.sefa-panel' in panel._css\n"
        "assert 'not built' not in panel._esm\n"
        "print(panel.image().size)\n"
    )
    environment = {**os.environ, "PATH": "/nowhere", "PYTHONPATH": "", "http_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        [python, "-c", code],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment,
        timeout=WAIT_SECONDS,
    )
    assert done.stdout == "(64, 64)\n", done.stderr
