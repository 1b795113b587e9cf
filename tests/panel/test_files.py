import json

import numpy as np
import pytest

from sefa_widget import Labels, explore, load_directions, load_labels
from sefa_widget.panel.files import ENDINGS, read_state

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
