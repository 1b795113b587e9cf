from pathlib import Path
from types import SimpleNamespace

import IPython.core.getipython
import pytest

from sefa_widget import explore
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.panel import progress
from tests.conftest import GOLDEN


@pytest.fixture
def shown(monkeypatch):
    """What a notebook's output would show, one text after the other."""
    texts = []

    class Handle:
        def update(self, data, raw):
            texts.append(data["text/plain"])

    def display(data, raw, display_id):
        texts.append(data["text/plain"])
        return Handle()

    monkeypatch.setattr(progress, "get_ipython", lambda: object())
    monkeypatch.setattr(progress, "display", display)
    return texts


def test_opening_a_file_tells_that_it_loads_and_then_what_it_is(shown):
    explore(GOLDEN / "dcgan.safetensors", device="cpu").close()
    assert shown[0] == "Loading dcgan.safetensors (0 MB) …"
    assert shown[1].startswith("dcgan: dcgan, 64 px, 5 layers, 0.0 M parameters on cpu, loaded in")


def test_a_file_that_fails_leaves_only_its_error(shown, tmp_path):
    (tmp_path / "x.pkl").write_text("nothing")
    with pytest.raises(CheckpointError):
        explore(tmp_path / "x.pkl")
    assert shown[-1] == ""


def test_the_bundled_model_needs_no_line(shown):
    explore().close()
    assert shown == []


def test_a_folder_with_the_name_of_a_bundled_model_does_not_hide_it(shown, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "heads").mkdir()
    for source in (None, "heads"):
        panel = explore(source, device="cpu")
        assert panel.generator.name == "heads"
        panel.close()
    with pytest.raises(CheckpointError, match="is a folder without"):
        explore(Path("heads"))


def test_a_terminal_line_is_replaced_in_place(monkeypatch, capsys):
    assert IPython.core.getipython.get_ipython() is None
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with progress.ProgressLine() as line:
        line.show("a long text")
        line.show("short")
    assert capsys.readouterr().err == "\ra long text\rshort      \n"


def test_a_large_file_is_counted_while_it_is_read(shown, monkeypatch):
    monkeypatch.setattr("sefa_widget.panel.opening.LARGE", 1000)
    explore(GOLDEN / "dcgan.safetensors", device="cpu").close()
    percents = [int(text.split(": ")[1].removesuffix(" %")) for text in shown[1:-1]]
    assert percents == sorted(set(percents))
    assert percents[-1] == 100
    assert len(percents) > 3


def test_a_line_in_a_notebook_is_one_output_that_changes(monkeypatch):
    calls = []
    handle = SimpleNamespace(update=lambda data, **options: calls.append(("update", data, options)))

    def display(data, **options):
        calls.append(("display", data, options))
        return handle

    monkeypatch.setattr(progress, "get_ipython", lambda: object())
    monkeypatch.setattr(progress, "display", display)
    with progress.ProgressLine() as line:
        assert calls == []
        for text in ("one", "two"):
            line.show(text)
    assert calls == [
        ("display", {"text/plain": "one"}, {"raw": True, "display_id": True}),
        ("update", {"text/plain": "two"}, {"raw": True}),
    ]


def failing_work():
    with progress.ProgressLine() as line:
        line.show("long text")
        line.show("no")
        raise ZeroDivisionError


@pytest.mark.parametrize(("terminal", "told"), [(True, "\rlong text\rno       \r  "), (False, "")])
def test_on_a_terminal_a_failure_clears_the_line_and_elsewhere_nothing_is_told(
    monkeypatch, capsys, terminal, told
):
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal, raising=False)
    with pytest.raises(ZeroDivisionError):
        failing_work()
    assert capsys.readouterr().err == told


def test_a_line_that_was_never_shown_is_not_ended(monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with progress.ProgressLine():
        pass
    assert capsys.readouterr().err == ""
