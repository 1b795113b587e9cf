"""The wheel as a user gets it: built from a source checkout, installed where there is no Node.

It is built with the tools of this environment, so that no test needs a network.
"""

import email
import json
import os
import re
import runpy
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


def build(folder: Path) -> Path:
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(folder)]
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # npm is one of them
    environment = {**os.environ, "PATH": programs, "npm_config_offline": "true"}
    environment["SOURCE_DATE_EPOCH"] = "1577836800"
    command = [sys.executable, "-m", "pip", "wheel", *options, str(ROOT)]
    subprocess.run(command, check=True, env=environment, timeout=WAIT_SECONDS)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return build(tmp_path_factory.mktemp("dist"))


def test_two_builds_of_the_same_source_have_the_same_bytes(wheel, tmp_path):
    assert build(tmp_path).read_bytes() == wheel.read_bytes()


def test_the_links_and_pictures_of_the_long_description_work_anywhere(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = email.message_from_bytes(archive.read(name))
    assert metadata["Description-Content-Type"].startswith("text/markdown")
    text = metadata.get_payload()
    assert "docs/panel.webp" in text
    assert [link for link in re.findall(r"\]\(([^)]+)\)", text) if not re.match("https?:|#", link)] == []
    assert {url.split(",")[0] for url in metadata.get_all("Project-URL")} >= {"Source", "Issues", "Changelog"}


def test_a_link_becomes_an_address_and_an_address_stays():
    with_addresses = runpy.run_path(str(ROOT / "hatch_build.py"))["with_addresses"]
    text = with_addresses("[a](docs/a.md#b) ![c](d.png) [e](https://f.org) [g](#h)", "https://x.org/y", "1.0")
    a, c = "https://x.org/y/blob/v1.0/docs/a.md#b", "https://x.org/y/raw/v1.0/d.png"
    assert text == f"[a]({a}) ![c]({c}) [e](https://f.org) [g](#h)"


PARTS = [
    ("src/panel.ts", ()),
    ("src/page/page.ts", ()),
    ("src/page/worker.ts", ("node_modules/onnxruntime-web/",)),
]


@pytest.mark.parametrize(("program", "others"), PARTS)
def test_the_programs_hold_no_code_but_that_which_the_notice_names(tmp_path, program, others):
    """Where this fails, a licence belongs into NOTICE."""
    listing = tmp_path / "listing.json"
    command = [
        ROOT / "js/node_modules/.bin/esbuild",
        program,
        "src/panel.css",
        "--bundle",
        "--format=esm",
    ]
    command += [f"--metafile={listing}", f"--outdir={tmp_path}", "--log-level=warning"]
    subprocess.run(command, check=True, cwd=ROOT / "js", timeout=WAIT_SECONDS)
    inputs = json.loads(listing.read_text())["inputs"]
    assert program in inputs
    assert [name for name in inputs if not name.startswith(("src/", *others))] == []


def test_the_wheel_holds_the_panel_the_model_its_licence_and_no_tests(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    bundled = "sefa_widget/generators/bundled"
    assert names >= {
        "sefa_widget/static/entry.js",
        "sefa_widget/static/panel.js",
        "sefa_widget/static/panel.css",
        "sefa_widget/static/page.js",
        "sefa_widget/static/page-runtime.wasm.gz",
        "sefa_widget/reports/style.css",
        "sefa_widget/py.typed",
        f"{bundled}/faces.safetensors",
        f"{bundled}/LICENSE-faces.txt",
        f"{bundled}/garments.safetensors",
        f"{bundled}/LICENSE-garments.txt",
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
        "assert 'not built' not in panel._esm and 'sefa-panel' in panel._program\n"
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
