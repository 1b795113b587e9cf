"""Sheets: every start with every edit, drawn as if one by one, written with their recipe."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image

from sefa_widget import edit, factorize
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.files import read_recipe
from sefa_widget.pictures.frames import to_pixels
from sefa_widget.pictures.sheet import Sheet, as_edits, sheet
from sefa_widget.pictures.starts import Start, as_starts
from tests.generators.golden import load

FAMILIES = ["nv_ada", "genforce_stylegan", "nv_sg3_t", "ajbrock_biggan_hier", "genforce_pggan", "fastgan_256"]


def one_by_one(generator, start, edits):
    """The pixels of one picture, drawn without anything shared."""
    latent = start.latent or generator.sample(
        [start.seed],
        labels=None if start.label is None else [start.label],
        truncation_psi=start.truncation_psi,
        truncation_cutoff=start.truncation_cutoff,
    )
    for one in edits:
        latent = edit(latent, one.directions, one.strengths, rows=one.rows)
    return to_pixels(generator.synthesize(latent, noise=start.noise)[0]).astype(int)


@pytest.mark.parametrize("case", FAMILIES)
def test_each_tile_is_the_picture_drawn_alone(case):
    generator = load(case)
    every, last = factorize(generator), factorize(generator, layers=[layer_of_last_row(generator)])
    carried = Edit(last, {0: 0.7})
    edits = [
        UNEDITED,
        Edit(every, {0: 1.5, 1: -1.0}),
        Edit(last, {1: 2.0}),
        Edit(every, {0: 1.0}, also=carried),
    ]
    starts = [
        Start(1),
        Start(2, truncation_psi=0.5),
        Start(latent=generator.sample([3])),
        Start(4, noise="none"),
    ]
    drawn = sheet(generator, starts, edits).tiles
    parts = [[], [edits[1]], [edits[2]], [carried, Edit(every, {0: 1.0})]]
    for row, start in enumerate(starts):
        for column, some in enumerate(parts):
            difference = np.abs(drawn[row, column].astype(int) - one_by_one(generator, start, some))
            assert difference.max() <= 1, (row, column)  # batches round otherwise
    assert (drawn[:, 0] != drawn[:, 1]).any(axis=(1, 2, 3)).all()


def layer_of_last_row(generator) -> int:
    return max(n for n, layer in enumerate(generator.layers) if layer.row is not None)


def test_classes_differ_by_start():
    generator = load("ajbrock_biggan_hier")
    starts = [Start(1, label=0), Start(1, label=2), Start(1)]
    drawn = sheet(generator, starts).tiles[:, 0]
    assert (drawn[0] != drawn[1]).any()
    assert np.abs(drawn[0].astype(int) - drawn[2]).max() <= 1  # no class is class 0


def test_drawing_stops_between_batches(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", tiny.resolution**2)
    done = []

    def stop(number, total):
        done.append((number, total))
        if number == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sheet(tiny, range(10), progress=stop)
    assert done == [(1, 10), (2, 10), (3, 10)]


@pytest.fixture
def drawn(tiny):
    directions = factorize(tiny, k=2).named(["a", "b"])
    return sheet(tiny, [1, Start(latent=tiny.sample([2]))], [UNEDITED, Edit(directions, {"b": 2.0})])


def test_the_grid_has_starts_as_rows_and_edits_as_columns(drawn, tiny):
    size = tiny.resolution
    grid = np.asarray(drawn.image())
    assert grid.shape == (2 * size, 2 * size, 3)
    assert np.array_equal(grid[:size, size:], drawn.tiles[0, 1])
    assert np.array_equal(grid[size:, :size], drawn.tiles[1, 0])
    assert repr(drawn) == f"Sheet(2 x 2 pictures of {size}x{size}, 'tiny')"
    assert drawn._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("ending", ["png", "webp", "npz"])
def test_a_file_holds_the_pixels_and_the_recipe(drawn, tiny, tmp_path, ending):
    path = drawn.save(tmp_path / f"sheet.{ending}")
    if ending == "npz":
        with np.load(path) as arrays:
            assert np.array_equal(arrays["tiles"], drawn.tiles)
            recipe = json.loads(str(arrays["recipe"]))
    else:
        with Image.open(path) as image:
            assert np.array_equal(np.asarray(image.convert("RGB")), np.asarray(drawn.image()))
            recipe = json.loads(image.text["sefa_widget"] if ending == "png" else image.info["xmp"])
    assert recipe == drawn.recipe
    assert recipe["generator"] == {"name": "tiny", "fingerprint": tiny.fingerprint, "dtype": "float32"}
    assert recipe["starts"][0]["seed"] == 1
    (part,) = recipe["edits"][1]["parts"]
    assert part["strengths"] == {"b": 2.0}
    codes = torch.tensor(recipe["starts"][1]["codes"])
    codes[part["rows"]] += torch.tensor(part["vector"])
    again = to_pixels(tiny.synthesize(codes[None])[0]).astype(int)
    assert np.abs(again - drawn.tiles[1, 1]).max() <= 1


def test_another_ending_or_a_missing_folder_is_refused(drawn, tmp_path):
    with pytest.raises(ValueError, match=r"The ending of path is '\.jpg'; it must be one of \.png"):
        drawn.save(tmp_path / "x.jpg")
    with pytest.raises(ValueError, match="there is no folder"):
        drawn.save(tmp_path / "none" / "x.png")


@pytest.mark.parametrize(
    ("starts", "edits", "message"),
    [
        ([], None, "No start is given"),
        ("12", None, "The seed is '12'"),
        ([-1], None, "The seed is -1"),
        ([1], [], "No edit is given"),
        ([1], [3], "An edit is an int"),
    ],
)
def test_what_is_no_start_or_edit_is_refused(tiny, starts, edits, message):
    with pytest.raises(ValueError, match=message):
        sheet(tiny, starts, edits)


def test_a_start_is_a_seed_or_one_latent(tiny):
    for wrong in ({}, {"seed": 1, "latent": tiny.sample([1])}):
        with pytest.raises(ValueError, match="a seed or a latent"):
            Start(**wrong)
    with pytest.raises(ValueError, match="of 1 picture; this one is of 2"):
        Start(latent=tiny.sample([1, 2]))
    assert [start.seed for start in as_starts(np.array([1, 2]))] == [1, 2]
    assert len(as_starts([tiny.sample([1, 2]), 3])) == 3


def test_a_sheet_of_pictures_that_are_not_square_says_width_by_height():
    tiles = np.zeros((2, 3, 4, 5, 3), np.uint8)
    assert repr(Sheet(tiles, {"generator": {"name": "g"}})) == "Sheet(2 x 3 pictures of 5x4, 'g')"


def test_progress_is_told_after_every_picture_and_must_be_a_function(tiny, drawn):
    told = []
    edits = [UNEDITED, Edit(factorize(tiny), {0: 1.0})]
    sheet(tiny, [1, 2], edits, progress=lambda *done: told.append(done))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    with pytest.raises(ValueError, match="progress is"):
        sheet(tiny, 1, progress=3)
    with pytest.raises(ValueError, match="generator is"):
        sheet("tiny", 1)


def test_one_edit_many_or_none_are_the_columns(tiny):
    one = Edit(factorize(tiny), {0: 1.0})
    assert as_edits(None) == (UNEDITED,)
    assert as_edits(one) == (one,)
    assert as_edits(iter([one, UNEDITED])) == (one, UNEDITED)


@pytest.mark.parametrize("name", ["x.PNG", "x.WebP", "x.NPZ", "x.GIF"])
def test_an_ending_may_be_in_capitals_and_the_path_is_given_back(drawn, tmp_path, name):
    path = drawn.save(str(tmp_path / name))
    assert path == tmp_path / name
    assert read_recipe(path) == drawn.recipe


def test_the_picture_in_a_notebook_is_the_grid(drawn):
    with Image.open(io.BytesIO(drawn._repr_png_())) as image:
        assert np.array_equal(np.asarray(image), np.asarray(drawn.image()))
