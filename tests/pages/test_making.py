import base64
import gzip
import json
import re
import warnings

import pytest

from sefa_widget import explore, page
from sefa_widget.__main__ import main
from sefa_widget.pages import Drawn
from sefa_widget.pages import document as documents

EVIL = "<script>document.title = 'broken'</script>"


def block(text, name):
    (found,) = re.findall(rf'<script type="text/plain" id="{name}">([^<]*)</script>', text)
    return gzip.decompress(base64.b64decode(found))


def test_a_panel_saves_itself_with_its_state_and_names(tiny_style, tmp_path):
    panel = explore(tiny_style, labels=tmp_path / "labels.sqlite")
    panel.change(seed=5, strengths={0: 1.5})
    panel.name(0, EVIL)
    path = panel.save(tmp_path / "x.html")
    text = path.read_text()
    values = json.loads(block(text, "contents"))
    assert values["state"]["strengths"] == {"0": 1.5}
    assert values["searches"][0]["labels"]["named"]["0"]["name"] == EVIL
    assert values["network"]["z_dim"] == tiny_style.z_dim
    assert EVIL not in text
    assert str(tmp_path) not in text
    panel.close()


def test_what_the_panel_showed_and_the_page_does_not_is_said(tiny_style, tmp_path):
    panel = explore(tiny_style)
    panel.change(noise="random", second="random")
    text = page(panel, tmp_path / "x.html", k=2, layers=[]).read_text()
    about = json.loads(block(text, "contents"))["about"]
    assert "The panel drew fresh noise; this page draws with the stored noise." in about
    assert "The second search of the panel is not in this page." in about
    assert "Run the cell" not in text
    panel.close()


def test_title_note_and_lesson_are_texts_and_no_code(tiny, tmp_path):
    lesson = [{"title": EVIL, "text": EVIL, "question": EVIL, "choices": [EVIL], "told": [EVIL]}]
    text = page(tiny, tmp_path / "x.html", title=EVIL, note=EVIL, lesson=lesson, k=2).read_text()
    assert EVIL not in text
    assert "&lt;script&gt;document.title" in text
    assert json.loads(block(text, "contents"))["lesson"][0]["question"] == EVIL


def test_nothing_is_fetched_from_anywhere(tiny, tmp_path):
    text = page(tiny, tmp_path / "x.html", k=2).read_text()
    outside = re.sub(
        r'<script type="text/plain".*?</script>|<script>.*?</script>|<style>.*?</style>', "", text, flags=re.S
    )
    assert not re.findall(r'(?:src|href)="(?!data:)', outside)


def test_a_generator_that_is_too_large_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(ValueError, match=r"MB as the network of a page, and 0\.1 MB are allowed"):
        page("heads", tmp_path / "x.html", most_megabytes=0.1, drawn=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"layers": [3]}, "A range of layers is 3"),
        ({"layers": [(0, 99)]}, "outside"),
        ({"methods": ["magic"]}, "magic"),
        ({"k": 0}, "k is 0"),
        ({"title": 3}, "title"),
        ({"note": 3}, "note"),
        ({"most_megabytes": "x"}, "most_megabytes"),
        ({"drawn": 3}, "drawn is 3; it must be True, False, None or a Drawn"),
    ],
)
def test_what_is_wrong_is_said(tiny, tmp_path, given, message):
    with pytest.raises(ValueError, match=message):
        page(tiny, tmp_path / "x.html", **given)
    assert list(tmp_path.iterdir()) == []


def test_a_page_that_is_not_built_is_said(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "STATIC", tmp_path)
    with pytest.raises(ValueError, match=r"page.js is not built. In the source checkout run"):
        page(tiny, tmp_path / "x.html", k=2)


def test_progress_goes_up_and_an_error_in_it_writes_nothing(tiny, tmp_path):
    told = []
    page(tiny, tmp_path / "x.html", k=2, progress=lambda done, total: told.append(done / total))
    assert told == sorted(told)
    assert 0 <= told[0] < told[-1] <= 1

    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        page(tiny, tmp_path / "y.html", k=2, progress=stop)
    assert not (tmp_path / "y.html").exists()


def test_the_command_writes_a_page_or_says_why_not(tmp_path, capsys, monkeypatch):
    asked = {}

    def write(model, output, **options):
        asked.update(options, model=model)
        options["progress"](1, 2)
        path = tmp_path / output
        path.write_text("x")
        return path

    monkeypatch.setattr("sefa_widget.pages.page", write)
    arguments = ["page", "heads", "-o", "x.html", "--title", "Heads", "--note", "MIT", "--method", "pca"]
    assert main(arguments) == 0
    assert {name: asked[name] for name in ("model", "title", "note", "methods")} == {
        "model": "heads",
        "title": "Heads",
        "note": "MIT",
        "methods": ["pca"],
    }
    assert asked["drawn"] is None
    assert " 50 %" in capsys.readouterr().err
    assert main([*arguments, "--drawn"]) == 0
    assert asked["drawn"] == Drawn()
    assert main([*arguments, "--seeds", "31,88", "--directions", "4", "--pairs", "0-1,0-2"]) == 0
    assert asked["drawn"] == Drawn(seeds=[31, 88], directions=4, pairs=[(0, 1), (0, 2)])
    assert main([*arguments, "--seeds", "31,"]) == 0
    assert asked["drawn"] == Drawn(seeds=[31])

    def interrupted(model, output, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("sefa_widget.pages.page", interrupted)
    assert main(["page", "heads", "-o", "x.html"]) == 130
    assert "nothing was written" in capsys.readouterr().err


def test_the_command_refuses_a_file_that_there_is_not(tmp_path, capsys):
    assert main(["page", str(tmp_path / "no.pt"), "-o", str(tmp_path / "x.html")]) == 1
    assert "no.pt" in capsys.readouterr().err


def test_the_command_says_why_pictures_are_drawn_beforehand(tmp_path, capsys, monkeypatch):
    def write(model, output, **options):
        warnings.warn("It is too large.", stacklevel=2)
        path = tmp_path / output
        path.write_text("x")
        return path

    monkeypatch.setattr("sefa_widget.pages.page", write)
    assert main(["page", "heads", "-o", "x.html"]) == 0
    assert "\rIt is too large.\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["--strengths", "8"], "strengths is 8; it must be odd"),
        (["--pairs", "1-1"], "two different directions"),
    ],
)
def test_the_command_says_what_is_wrong(tmp_path, capsys, given, message):
    assert main(["page", "heads", "-o", str(tmp_path / "x.html"), *given]) == 1
    assert message in capsys.readouterr().err
