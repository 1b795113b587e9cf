"""What anywidget is given of the built panel."""

import pytest

from sefa_widget.panel import built as building
from sefa_widget.panel.built import NOT_BUILT, STATIC, built, module, program


@pytest.fixture
def static(tmp_path, monkeypatch):
    """A folder in which `panel.js` is built and `panel.css` is not."""
    monkeypatch.setattr(building, "STATIC", tmp_path)
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


def test_a_page_imports_a_small_module_for_each_panel_and_the_program_once(static):
    (static / "entry.js").write_text("// takes the program", encoding="utf-8")
    assert module() == "// takes the program"
    assert program() == "// ψ → picture"


def test_while_the_panel_is_being_developed_a_page_imports_the_whole_panel(static, monkeypatch):
    monkeypatch.setenv("ANYWIDGET_HMR", "1")
    assert module() == static / "panel.js"
    assert program() == ""


def test_a_panel_that_is_not_built_has_no_program_and_says_so(static):
    (static / "panel.js").unlink()
    assert module() == NOT_BUILT
    assert program() == ""


def test_the_built_panel_lies_beside_the_parts_of_the_package():
    assert STATIC.name == "static"
    assert (STATIC.parent / "panel" / "built.py").is_file()


def test_a_source_checkout_says_how_its_panel_is_built():
    assert "export default" in NOT_BUILT
    assert "pip install -e ." in NOT_BUILT
