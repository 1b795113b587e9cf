import shlex

import numpy as np
import pytest

import sefa_widget
from sefa_widget import reports
from sefa_widget.__main__ import main
from sefa_widget.reports import again
from sefa_widget.reports.groups import find_groups
from sefa_widget.reports.settings import settings_of
from tests.reports.conftest import OPEN, QUICK, quick

EVIL = "-a 'b' \"c\" $(touch x) <script>"
MANY = {
    "layers": [(0, 1), (1, 3)],
    "label": 2,
    "truncation_psi": 0.7,
    "title": EVIL,
    "note": EVIL,
    "labels": "my names.json",
}
ADDED = ("scorer", "progress")


def words(line):
    """What a shell makes of a command of several lines."""
    return shlex.split(line.replace("\\\n", ""))


def called(monkeypatch, tmp_path):
    """What `report` is called with from now on."""
    calls = []

    def report(source, path, **options):
        calls.append((source, str(path), options))
        written = tmp_path / "x.html"
        written.write_text("x")
        return written

    monkeypatch.setattr(reports, "report", report)
    monkeypatch.setattr(sefa_widget, "report", report, raising=False)
    return calls


@pytest.mark.parametrize("given", [{}, MANY])
def test_command_and_python_ask_for_the_same_report(tiny_style, given, monkeypatch, tmp_path):
    tiny_style.source = "/home/ada/a file.pkl"
    settings = quick(tiny_style, **given)
    calls = called(monkeypatch, tmp_path)
    line = again.command(tiny_style, settings, "out.html", False)
    program, *arguments = words(line)
    assert program == "sefa-widget"
    assert main(arguments) == 0
    exec(again.python(tiny_style, settings, "out.html", False))
    assert len(calls) == 2
    for source, path, options in calls:
        assert (source, path) == ("a file.pkl", "out.html")
        asked = {name: value for name, value in options.items() if name not in ADDED}
        assert settings_of(tiny_style, **{**OPEN, **QUICK, **asked}) == settings


@pytest.mark.parametrize(("attributes", "scorer"), [(True, "bundled"), (False, None)])
def test_a_report_of_the_heads_without_attributes_says_so(attributes, scorer, monkeypatch, tmp_path):
    heads = sefa_widget.load_generator("heads", device="cpu")
    calls = called(monkeypatch, tmp_path)
    main(words(again.command(heads, quick(heads), "x.html", attributes))[1:])
    exec(again.python(heads, quick(heads), "x.html", attributes))
    assert calls[0][2]["scorer"] == scorer
    assert calls[1][2].get("scorer", "bundled") == scorer


def test_what_only_python_can_say_has_no_command(tiny):
    tiny.source = "x.pkl"
    assert again.command(tiny, quick(tiny), "x.html", None) == ""
    assert "scorer=scorer" in again.python(tiny, quick(tiny), "x.html", None)
    assert again.command(tiny, quick(tiny, labels=""), "x.html", False) == ""
    assert "labels=labels," in again.python(tiny, quick(tiny, labels=""), "x.html", False)
    tiny.source = None
    assert again.command(tiny, quick(tiny), "x.html", False) == ""
    assert f"# generator: 'tiny', {tiny.fingerprint}" in again.python(tiny, quick(tiny), "x.html", False)


def test_the_python_of_a_strip_draws_it(monkeypatch):
    heads = sefa_widget.load_generator("heads", device="cpu")
    settings = quick(heads, layers=[(0, 3)], wall=2)
    (group,) = find_groups(heads, settings)
    *lines, last = again.python_of_strip(heads, settings, group).splitlines()
    names = {}
    exec("\n".join(lines), names)
    drawn = eval(last, names)
    end = group.end(0)
    expected = sefa_widget.strip(
        heads, group.directions, 0, seeds=settings.starts[0], strengths=[-end, -end / 2, 0, end / 2, end]
    )
    assert np.array_equal(drawn.tiles, expected.tiles)
