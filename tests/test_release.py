"""A version is the same wherever it is written, and its changes are told."""

import json
import re
from pathlib import Path

from sefa_widget import __version__

ROOT = Path(__file__).parent.parent
VERSION = re.compile(r"(\d+\.\d+\.\d+)(?:(a|b|rc)(\d+))?")
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def citation():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    return dict(re.findall(r"^(version|date-released): (.+)$", text, re.MULTILINE))


def test_the_version_is_one_that_the_package_index_takes():
    assert VERSION.fullmatch(__version__)


def test_the_citation_names_the_version():
    assert citation()["version"] == __version__


def test_the_panel_has_the_version_as_npm_writes_it():
    release, kind, number = VERSION.fullmatch(__version__).groups()
    npm = {"a": "alpha", "b": "beta", "rc": "rc"}
    expected = f"{release}-{npm[kind]}.{number}" if kind else release
    assert json.loads((ROOT / "js/package.json").read_text(encoding="utf-8"))["version"] == expected


def test_the_changes_of_the_version_come_first_after_those_to_come_with_the_day_of_the_citation():
    unreleased, newest = re.findall(r"^## (.+)$", CHANGES, re.MULTILINE)[:2]
    assert unreleased == "[Unreleased]"
    assert newest == f"[{__version__}] - {citation()['date-released']}"
