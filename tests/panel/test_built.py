"""What anywidget is given of the built panel."""

import pytest

from sefa_widget.panel import built as module
from sefa_widget.panel.built import NOT_BUILT, STATIC, built


@pytest.fixture
def static(tmp_path, monkeypatch):
    """A folder in which `panel.js` is built and `panel.css` is not."""
    monkeypatch.setattr(module, "STATIC", tmp_path)
    monkeypatch.delenv("ANYWIDGET_HMR", raising=False)
    (tmp_path / "panel.js").write_text("// ψ → picture", encoding="utf-8")
    return tmp_path


def test_a_built_file_is_given_as_its_text(static):
    assert built("panel.js", "nothing") == "// ψ → picture"


def test_what_is_not_built_is_given_as_what_stands_for_it(static):
    assert built("panel.css", "nothing") == "nothing"
    (static / "page.css").mkdir()
    assert built("page.css", "") == ""


@pytest.mark.parametrize(("value", "watched"), [("1", True), ("0", False), ("", False)])
def test_only_while_the_panel_is_being_developed_its_file_is_watched(static, monkeypatch, value, watched):
    monkeypatch.setenv("ANYWIDGET_HMR", value)
    assert built("panel.js", "nothing") == (static / "panel.js" if watched else "// ψ → picture")
    assert built("panel.css", "nothing") == "nothing"


def test_the_built_panel_lies_beside_the_parts_of_the_package():
    assert STATIC.name == "static"
    assert (STATIC.parent / "panel" / "built.py").is_file()


def test_a_source_checkout_says_how_its_panel_is_built():
    assert "export default" in NOT_BUILT
    assert "pip install -e ." in NOT_BUILT
