import json

import numpy as np
import pytest
from PIL import Image

from sefa_widget import Labels, explore, load_directions, load_labels
from sefa_widget.panel import files
from sefa_widget.panel.beside import FILM_FRAMES, FRAMES
from sefa_widget.panel.files import ENDINGS, FILM_SECONDS, read_state

STATE = {"starts": [3, 4], "strengths": {1: 0.5}, "focused": 2}


@pytest.fixture
def panel(tiny, recorded_comms):
    with explore(tiny, state=STATE, labels=Labels(), rater="Ada") as panel:
        yield panel


PICTURES = [(what, ending) for what in ("sheet", "strip", "wall", "film") for ending in ENDINGS[what]]


@pytest.mark.parametrize(("what", "ending"), [pair for pair in PICTURES if pair[1] != ".mp4"])
def test_a_panel_goes_on_from_every_picture_that_one_saved(panel, tiny, tmp_path, what, ending):
    path = panel.save(tmp_path / f"x{ending}", what)
    with explore(tiny, state=path, labels=Labels()) as other:
        assert other.strengths == {1: 0.5}
        assert other.focused == 2
        assert [start.seed for start in other.starts] == [3, 4]
        assert np.array_equal(other.sheet().tiles, panel.sheet().tiles)


def test_an_ending_stands_for_what_it_usually_holds(panel, tiny, tmp_path):
    assert read_state(panel.save(tmp_path / "x.json"))["strengths"] == {"1": 0.5}
    panel.name(2, "smile")
    assert load_labels(panel.save(tmp_path / "x.csv"))["smile"].index == 2
    found = load_directions(panel.save(tmp_path / "x.safetensors"), tiny)
    assert np.array_equal(found.vectors, panel.directions.vectors)
    with np.load(panel.save(tmp_path / "x.npz")) as arrays:
        assert np.array_equal(arrays["tiles"], panel.sheet().tiles)


def test_names_are_those_of_this_generator_alone(panel, tmp_path, tiny_style):
    panel.name(0, "ours")
    with explore(tiny_style, labels=panel.labels) as other:
        other.name(0, "theirs")
    names = load_labels(panel.save(tmp_path / "x.json", "names"))
    assert [label.name for label in names] == ["ours"]


def test_a_film_is_of_the_open_direction_or_of_the_one_that_is_moved_farthest(panel, tmp_path):
    def moved(path):
        return json.loads(str(np.load(path)["recipe"]))["edits"][0]["parts"][0]["strengths"].keys()

    assert "2" in moved(panel.save(tmp_path / "open.npz", "strip"))
    panel.focused = None
    assert moved(panel.save(tmp_path / "moved.npz", "strip")) == {"1"}
    panel.strengths = {1: 0.0}
    with pytest.raises(ValueError, match=r"A film is of one direction: open one"):
        panel.save(tmp_path / "x.webp", "film")


def test_what_cannot_be_saved_is_said_with_what_can(panel, tmp_path):
    with pytest.raises(ValueError, match=r"what is 'pictures'; it must be one of sheet, strip"):
        panel.save(tmp_path / "x.png", "pictures")
    with pytest.raises(ValueError, match=r"for 'film', is '\.png'; it must be one of \.webp, \.gif, \.mp4"):
        panel.save(tmp_path / "x.png", "film")
    with pytest.raises(ValueError, match=r"for 'sheet', is '\.txt'"):
        panel.save(tmp_path / "x.txt")


def test_progress_counts_the_pictures_of_a_wall(panel, tmp_path):
    told = []
    panel.save(tmp_path / "x.png", "wall", progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (16, 16)
    assert len(told) == 16


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.json", b"{}", "holds no state of a panel"),
        ("x.json", b"[1]", "cannot be read as one"),
        ("x.json", b"{", "cannot be read as one"),
        ("x.png", b"no picture", "cannot be read as one"),
    ],
)
def test_a_file_without_a_state_is_refused(tiny, tmp_path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ValueError, match=message):
        explore(tiny, state=tmp_path / name)
    with pytest.raises(ValueError, match="there is no such file"):
        explore(tiny, state=tmp_path / "none.png")


def test_a_picture_that_no_panel_saved_is_refused(panel, tiny, tmp_path):
    from sefa_widget import sheet

    sheet(tiny, 3).save(tmp_path / "x.png")
    with pytest.raises(ValueError, match="holds no state of a panel"):
        explore(tiny, state=tmp_path / "x.png")
    panel.image().save(tmp_path / "y.png")
    with pytest.raises(ValueError, match="carries no recipe"):
        explore(tiny, state=tmp_path / "y.png")


def recipe_of(path):
    with np.load(path) as arrays:
        return json.loads(str(arrays["recipe"])), arrays["tiles"].shape


def test_strips_films_and_walls_have_as_many_pictures_as_they_should(panel, tmp_path, monkeypatch):
    _, strip = recipe_of(panel.save(tmp_path / "strip.npz", "strip"))
    _, wall = recipe_of(panel.save(tmp_path / "wall.npz", "wall"))
    assert (strip[:2], wall[:2]) == ((2, FRAMES), (8, 2))
    with Image.open(panel.save(tmp_path / "film.gif", "film")) as film:
        seconds = 0.0
        for frame in range(film.n_frames):
            film.seek(frame)
            seconds += film.info["duration"] / 1000
    assert film.n_frames >= FILM_FRAMES
    assert seconds == pytest.approx(FILM_SECONDS, rel=0.1)
    monkeypatch.setattr(files, "WALL", 3)
    assert recipe_of(panel.save(tmp_path / "few.npz", "wall"))[1][0] == 3


@pytest.mark.parametrize("what", ["sheet", "strip", "wall", "film"])
def test_all_pictures_of_a_file_are_counted(panel, tmp_path, what):
    told = []
    ending = ".webp" if what == "film" else ".npz"
    panel.save(tmp_path / f"x{ending}", what, progress=lambda done, total: told.append((done, total)))
    done, total = told[-1]
    assert done == total == {"sheet": 2, "strip": 2 * FRAMES, "wall": 16, "film": 2 * FILM_FRAMES}[what]


def test_the_direction_that_is_moved_farthest_is_the_one_farthest_from_zero(panel, tmp_path):
    panel.change(focused=None, strengths={0: 1.0, 1: -3.0, 4: 2.0})
    recipe, _ = recipe_of(panel.save(tmp_path / "x.npz", "strip"))
    first = recipe["edits"][0]["parts"][0]["strengths"]
    assert (first["0"], first["4"]) == (1.0, 2.0)
    assert first["1"] == -panel._session.found().range.ends[1]


def test_an_open_direction_counts_though_its_number_is_0(panel, tmp_path):
    panel.focused = 0
    recipe, _ = recipe_of(panel.save(tmp_path / "x.npz", "strip"))
    assert recipe["edits"][0]["parts"][0]["strengths"].keys() == {"0", "1"}


def test_the_ending_may_be_in_capitals_and_of_any_kind(panel, tmp_path):
    assert panel.save(tmp_path / "x.PNG").name == "x.PNG"
    assert read_state(panel.save(tmp_path / "x.JSON"))["strengths"] == {"1": 0.5}
    with Image.open(panel.save(tmp_path / "x.gif")) as film:
        assert film.n_frames > 1


def test_a_file_says_where_it_was_to_go_if_it_cannot(panel, tmp_path):
    with pytest.raises(ValueError, match="there is no folder"):
        panel.save(tmp_path / "none" / "x.png")


def test_the_json_of_a_state_says_what_it_is(panel, tmp_path):
    about = json.loads(panel.save(tmp_path / "x.json").read_text("utf-8"))
    assert about["format"] == files.STATE
    assert (about["version"], about["state"]) == (1, panel.state)
    (tmp_path / "other.json").write_text(json.dumps({**about, "format": "another state"}))
    with pytest.raises(ValueError, match=r"other\.json', which holds no state of a panel"):
        read_state(tmp_path / "other.json")


def test_a_state_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"^state is '.*none\.json', but there is no such file\.$"):
        read_state(tmp_path / "none.json")
    with pytest.raises(ValueError, match="state is 3; it must be a text or a Path"):
        read_state(3)


def test_names_are_written_though_they_are_of_other_searches(panel, tmp_path):
    panel.name(0, "smile")
    panel.method = "random"
    panel.name(1, "beard")
    names = load_labels(panel.save(tmp_path / "x.csv"))
    assert sorted(label.name for label in names) == ["beard", "smile"]
