import re

import pytest

from sefa_widget import Labels, factorize, report
from sefa_widget.__main__ import main
from tests.reports.conftest import QUICK

EVIL = "<script>document.title = 'broken'</script>\"'&"


def brightness(images):
    return images.mean((1, 2, 3))


@pytest.fixture
def made(tiny_style, tmp_path):
    labels = Labels()
    labels.add(factorize(tiny_style), 1, f"smile {EVIL}", generator=tiny_style)
    tiny_style.name = EVIL
    tiny_style.source = "/home/ada/secret/<b>net.pkl"
    path = report(tiny_style, tmp_path / "x.html", note=EVIL, scorer=brightness, labels=labels, **QUICK)
    return path.read_text("utf-8")


def test_every_text_is_escaped_and_no_script_is_allowed(made):
    assert EVIL not in made
    assert "<script" not in made
    assert "<b>net" not in made
    assert made.count("&lt;script&gt;document.title") > 3
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', made)
    assert policy.startswith("default-src &#x27;none&#x27;")
    assert "script-src" not in policy


def test_nothing_is_fetched_and_no_folder_of_this_machine_is_told(made):
    assert set(re.findall(r'(?:src|href)="(data:image/webp|#|.)', made)) == {"data:image/webp", "#"}
    assert not re.findall(r"url\(|@import|https?:", made)
    assert "/home/ada" not in made
    assert "&lt;b&gt;net.pkl" in made


def test_every_part_is_there_with_its_control(made):
    parts = re.findall(r'<section id="(\w+)"', made)
    assert parts == ["short", "spectrum", "wall", "films", "effect", "methods", "made"]
    assert "in 2 networks of this architecture" in made
    assert "2 random directions" in made
    assert "100 random bases" in made
    assert "attribute 0" in made
    assert made.count('class="strip"') == 1 * 2 * 2  # groups, directions, seeds
    assert made.count('class="pair"') == 1 * 3
    assert len(set(re.findall(r'src="([^"]*)"', made))) == 2 * 2 + 3  # each picture is another one
    assert made.count("smile &lt;script&gt;") == 5  # the wall, the strips of two seeds, two tables


def test_the_size_is_bounded_and_told(tiny_style, tmp_path):
    path = report(tiny_style, tmp_path / "x.html", most_megabytes=0.1, **QUICK)
    size = path.stat().st_size
    assert size <= 100_000
    assert f"{size / 1e6:.1f} MB of 0.1 MB allowed" in path.read_text("utf-8")


def test_where_there_is_more_text_than_expected_pictures_make_room(tiny_style, tmp_path, monkeypatch):
    whole = report(tiny_style, tmp_path / "x.html", **QUICK).stat().st_size
    monkeypatch.setattr("sefa_widget.reports.making.TEXT_SHARE", 0)
    most = (whole - 1000) / 1e6
    monkeypatch.setattr("sefa_widget.reports.settings.LEAST_MEGABYTES", 0)
    path = report(tiny_style, tmp_path / "y.html", most_megabytes=most, **QUICK)
    assert path.stat().st_size <= most * 1e6
    assert "as WebP of quality 90" in path.read_text("utf-8")


def test_what_does_not_fit_is_not_written(tmp_path):
    few = {**QUICK, "layers": [(0, 3)], "seeds": range(12), "k": 4}
    with pytest.raises(ValueError, match=r"do not fit into 0\.09 MB"):
        report("heads", tmp_path / "x.html", scorer=None, most_megabytes=0.1, **few)
    assert list(tmp_path.iterdir()) == []


def test_progress_goes_up_to_the_end_and_an_error_in_it_writes_nothing(tiny_style, tmp_path):
    told = []
    report(tiny_style, tmp_path / "x.html", **QUICK, progress=lambda done, total: told.append(done / total))
    assert told == sorted(told)
    assert told[-1] == 1

    def stop(done, total):
        if done / total > 0.5:
            raise KeyboardInterrupt

    (tmp_path / "y.html").write_text("before")
    with pytest.raises(KeyboardInterrupt):
        report(tiny_style, tmp_path / "y.html", **QUICK, progress=stop)
    assert (tmp_path / "y.html").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_name_that_is_no_unicode_is_written_all_the_same(tiny_style, tmp_path):
    tiny_style.name = "caf\udce9"
    assert "caf?" in report(tiny_style, tmp_path / "x.html", **QUICK).read_text("utf-8")


def test_a_network_without_a_control_says_why(tiny_style, tmp_path, monkeypatch):
    def refuse(*_args, **_options):
        raise ValueError("it cannot be <copied>")

    monkeypatch.setattr("sefa_widget.reports.groups.several_spectra", refuse)
    text = report(tiny_style, tmp_path / "x.html", **QUICK).read_text("utf-8")
    assert "There is no control: it cannot be &lt;copied&gt;" in text


def test_one_method_alone_is_held_against_none(tiny_style, tmp_path):
    text = report(tiny_style, tmp_path / "x.html", **{**QUICK, "methods": ["random"]}).read_text("utf-8")
    assert "There are fewer than two methods" in text


def test_the_function_and_its_part_do_not_stand_in_each_others_way():
    import sefa_widget.reports.html  # what loads the part must not hide the function

    assert callable(sefa_widget.report)


def test_the_command_passes_everything_on_with_a_bar(tmp_path, capsys, monkeypatch):
    asked = {}

    def write(model, output, **options):
        asked.update(options, model=model)
        options["progress"](1, 2)
        path = tmp_path / output
        path.write_text("x")
        return path

    monkeypatch.setattr("sefa_widget.reports.report", write)
    options = "--layers 0:3 --layers 3:5 --method sefa --method jacobian --seeds 1,2 --class 3 --psi 0.5"
    counts = "--directions 4 --wall 5 --samples 6 --controls 7 --megabytes 8"
    texts = "--title T --note N --labels names.json"
    given = f"{options} {counts} {texts}".split()
    assert main(["report", "heads", "-o", "x.html", *given]) == 0
    del asked["progress"]
    assert asked == {
        "model": "heads",
        "title": "T",
        "note": "N",
        "layers": [(0, 3), (3, 5)],
        "methods": ["sefa", "jacobian"],
        "seeds": [1, 2],
        "label": 3,
        "truncation_psi": 0.5,
        "k": 4,
        "wall": 5,
        "samples": 6,
        "controls": 7,
        "scorer": "bundled",
        "labels": "names.json",
        "most_megabytes": 8.0,
    }
    assert "[###############...............]  50 %" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--layers", "3"], ["--seeds", "a,b"], ["--psi", "x"]])
def test_the_command_refuses_what_it_cannot_read(wrong, capsys):
    with pytest.raises(SystemExit):
        main(["report", "heads", "-o", "x.html", *wrong])
    assert "invalid" in capsys.readouterr().err


def test_an_interrupted_command_writes_nothing(tmp_path, capsys, monkeypatch):
    def interrupted(model, output, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("sefa_widget.reports.report", interrupted)
    assert main(["report", "heads", "-o", str(tmp_path / "x.html")]) == 130
    assert "nothing was written" in capsys.readouterr().err


def test_the_command_refuses_a_file_that_there_is_not(tmp_path, capsys):
    assert main(["report", str(tmp_path / "no.pt"), "-o", str(tmp_path / "x.html")]) == 1
    assert "no.pt" in capsys.readouterr().err
