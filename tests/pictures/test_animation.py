"""A sheet read over time: its columns are the frames, there and back."""

import json
import sys

import numpy as np
import pytest
from PIL import Image, ImageSequence

from sefa_widget.pictures.animation import _times
from sefa_widget.pictures.sheet import Sheet

ROWS, COLUMNS, HEIGHT, WIDTH = 2, 4, 9, 16


@pytest.fixture
def film() -> Sheet:
    """Two rows of four plain tiles, each of another grey."""
    tiles = np.zeros((ROWS, COLUMNS, HEIGHT, WIDTH, 3), np.uint8)
    for row in range(ROWS):
        for column in range(COLUMNS):
            tiles[row, column] = 100 * row + 30 * column
    return Sheet(tiles, {"generator": {"name": "drawn"}, "starts": ["\u00e9"], "edits": [[0.25] * 300]})


def read(path):
    """Frames, their times in milliseconds, and what the file says about itself."""
    with Image.open(path) as image:
        about = dict(image.info)
        frames, times = [], []
        for frame in ImageSequence.Iterator(image):
            frames.append(np.asarray(frame.convert("RGB")).astype(int))
            times.append(frame.info["duration"])
    return frames, times, about


@pytest.mark.parametrize("ending", ["gif", "webp"])
@pytest.mark.parametrize("stacked", [False, True])
def test_columns_are_shown_there_and_back(film, tmp_path, ending, stacked):
    frames, times, about = read(film.animate(tmp_path / f"film.{ending}", seconds=1.0, stacked=stacked))
    assert [frame[0, 0, 0] for frame in frames] == [0, 30, 60, 90, 60, 30]
    assert {frame.shape for frame in frames} == {
        (2 * HEIGHT, WIDTH, 3) if stacked else (HEIGHT, 2 * WIDTH, 3)
    }
    assert [frame[-1, -1, 0] for frame in frames] == [100, 130, 160, 190, 160, 130]
    assert sum(times) == 1000
    assert max(times) - min(times) <= 10
    assert about["loop"] == 0
    assert json.loads(about["comment"] if ending == "gif" else about["xmp"]) == film.recipe


def test_columns_are_shown_once_without_the_way_back(film, tmp_path):
    frames, times, _ = read(film.animate(tmp_path / "film.webp", fps=10, back=False))
    assert [frame[0, 0, 0] for frame in frames] == [0, 30, 60, 90]
    assert times == [100] * 4


@pytest.mark.parametrize("stacked", [False, True])
def test_an_mp4_holds_the_frames_their_time_and_the_recipe(film, tmp_path, stacked):
    av = pytest.importorskip("av")
    path = film.animate(tmp_path / "film.mp4", seconds=1.5, stacked=stacked)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(stream)]
        assert float(stream.duration * stream.time_base) == pytest.approx(1.5)
        assert json.loads(container.metadata["comment"]) == film.recipe
    height, width = (2 * HEIGHT, WIDTH) if stacked else (HEIGHT + 1, 2 * WIDTH)  # even sizes
    assert {frame.shape for frame in frames} == {(height, width, 3)}
    shown = [frame[1, 1, 0] for frame in frames]
    assert np.abs(np.subtract(shown, [0, 30, 60, 90, 60, 30])).max() <= 6  # there is some loss


def test_without_pyav_the_error_names_the_extra_and_no_file_is_made(film, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ImportError, match=r"pip install 'sefa_widget\[video\]'"):
        film.animate(tmp_path / "film.mp4")
    assert not list(tmp_path.iterdir())


def test_save_takes_the_endings_of_animations_except_webp_which_is_the_grid(film, tmp_path):
    assert len(read(film.save(tmp_path / "film.gif"))[0]) == 6
    with Image.open(film.save(tmp_path / "film.webp")) as image:
        assert image.size == (COLUMNS * WIDTH, ROWS * HEIGHT)
        assert not image.is_animated


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("x.png", {}, r"The ending of path is '.png'; it must be one of .gif, .webp, .mp4"),
        ("none/x.gif", {}, "there is no folder"),
        ("x.gif", {"fps": 0}, "fps is 0; it must be a finite number above 0"),
        ("x.gif", {"seconds": "2"}, "seconds is '2'; it must be a finite number above 0"),
        (
            "x.gif",
            {"fps": 60},
            r"6 frames in 0.1 seconds are too fast for .gif, .*seconds=0.12 or more, or fps up to 50",
        ),
        ("x.webp", {"fps": 2000}, r"too fast for .webp"),
        ("x.webp", {"stacked": 1}, "stacked is 1; it must be True or False"),
    ],
)
def test_what_no_animation_can_be_made_of_is_refused(film, tmp_path, name, options, message):
    with pytest.raises(ValueError, match=message):
        film.animate(tmp_path / name, **options)


def test_a_sheet_of_one_column_is_no_animation(film, tmp_path):
    with pytest.raises(ValueError, match="The sheet has one column"):
        Sheet(film.tiles[:, :1], film.recipe).animate(tmp_path / "x.gif")


def test_two_columns_are_enough_and_shown_in_turn(film, tmp_path):
    frames, times, _ = read(Sheet(film.tiles[:, :2], film.recipe).animate(tmp_path / "x.webp", seconds=1))
    assert [frame[0, 0, 0] for frame in frames] == [0, 30]
    assert times == [500, 500]


def test_unless_told_otherwise_a_second_has_twelve_and_a_half_frames_side_by_side(film, tmp_path):
    frames, times, _ = read(film.animate(tmp_path / "x.gif"))
    assert times == [80] * 6
    assert frames[0].shape == (HEIGHT, 2 * WIDTH, 3)


@pytest.mark.parametrize(("ending", "fps", "time"), [("gif", 50, 20), ("webp", 1000, 1)])
def test_the_fastest_frames_of_a_format_are_allowed(film, tmp_path, ending, fps, time):
    _, times, _ = read(film.animate(tmp_path / f"x.{ending}", fps=fps))
    assert times == [time] * 6
    with pytest.raises(ValueError, match="too fast"):
        film.animate(tmp_path / f"x.{ending}", fps=fps * 1.001)


def test_times_are_rounded_so_that_the_whole_is_right():
    assert _times(3, 100) == [33, 34, 33]
    assert _times(4, 10) == [2, 3, 3, 2]
    for count, total in ((7, 123), (13, 1000)):
        times = _times(count, total)
        assert (len(times), sum(times), max(times) - min(times)) == (count, total, 1)


@pytest.mark.parametrize("ending", ["GIF", "WebP"])
def test_an_ending_may_be_in_capitals(film, tmp_path, ending):
    frames, _, _ = read(film.animate(tmp_path / f"x.{ending}"))
    assert len(frames) == 6


def test_a_webp_has_every_pixel(tmp_path):
    tiles = np.random.RandomState(0).randint(0, 256, (1, 3, 8, 8, 3), np.uint8)
    sheet = Sheet(tiles, {"generator": {"name": "drawn"}})
    frames, _, _ = read(sheet.animate(tmp_path / "x.webp", back=False))
    assert np.array_equal(np.stack(frames), tiles[0])


def test_an_mp4_has_its_rate_and_the_last_pixels_again_where_a_side_is_odd(tmp_path):
    av = pytest.importorskip("av")
    tiles = np.zeros((1, 3, 15, 17, 3), np.uint8)
    for end in (0, -1):
        tiles[:, :, end], tiles[:, :, :, end] = 200, 200
    path = Sheet(tiles, {"generator": {"name": "drawn"}}).animate(tmp_path / "x.mp4", fps=10, back=False)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.average_rate, stream.pix_fmt) == ("h264", 10, "yuv420p")
        frames = [frame.to_ndarray(format="rgb24").astype(int) for frame in container.decode(stream)]
    assert [frame.shape for frame in frames] == [(16, 18, 3)] * 3
    assert frames[0][15].min() > 150
    assert frames[0][:, 17].min() > 150
    assert frames[0][0].min() > 150
    assert frames[0][:, 0].min() > 150
    assert frames[0][1:14, 1:16].max() < 60
