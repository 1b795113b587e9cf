"""A grid of pictures in a file, and the recipe that travels with it."""

import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from sefa_widget.pictures.files import STILL, grid_image, read_recipe, write

RECIPE = {"generator": {"name": "Zoë"}, "starts": [1, 2]}


@pytest.fixture
def tiles():
    """Two rows of three pictures, 4 high and 5 wide, no two of them alike."""
    return np.random.RandomState(0).randint(0, 256, (2, 3, 4, 5, 3), np.uint8)


def test_a_grid_has_its_rows_below_each_other_and_its_columns_side_by_side(tiles):
    image = grid_image(tiles)
    assert (image.size, image.mode) == ((15, 8), "RGB")
    for row in range(2):
        for column in range(3):
            cut = image.crop((5 * column, 4 * row, 5 * column + 5, 4 * row + 4))
            assert np.array_equal(np.asarray(cut), tiles[row, column])


@pytest.mark.parametrize("ending", [".png", ".webp", ".PNG", ".WebP"])
def test_a_picture_has_every_pixel_of_the_grid_and_its_recipe(tmp_path, tiles, ending):
    path = tmp_path / f"grid{ending}"
    write(path, tiles, RECIPE)
    with Image.open(path) as image:
        assert image.format == ending[1:].upper()
        assert np.array_equal(np.asarray(image), np.asarray(grid_image(tiles)))
    assert read_recipe(path) == RECIPE


@pytest.mark.parametrize("ending", [".npz", ".NPZ"])
def test_an_array_file_has_the_tiles_as_they_are_and_the_recipe(tmp_path, tiles, ending):
    path = tmp_path / f"grid{ending}"
    write(path, tiles, RECIPE)
    with np.load(path, allow_pickle=False) as arrays:
        assert sorted(arrays) == ["recipe", "tiles"]
        assert np.array_equal(arrays["tiles"], tiles)
    assert read_recipe(path) == RECIPE


def test_a_recipe_is_read_from_the_comment_of_a_gif(tmp_path, tiles):
    path = tmp_path / "grid.gif"
    grid_image(tiles).save(path, comment=b'{"starts": [3]}')
    assert read_recipe(path) == {"starts": [3]}


def test_in_a_png_the_recipe_has_an_entry_of_its_own_beside_what_others_write(tmp_path, tiles):
    about = PngImagePlugin.PngInfo()
    about.add_itxt("comment", "holiday")
    about.add_itxt("sefa_widget", '{"starts": [3]}')
    path = tmp_path / "grid.png"
    grid_image(tiles).save(path, pnginfo=about)
    assert read_recipe(path) == {"starts": [3]}


@pytest.mark.parametrize("ending", [".png", ".webp", ".gif", ".npz"])
def test_a_file_without_a_recipe_says_so(tmp_path, tiles, ending):
    path = tmp_path / f"grid{ending}"
    if ending == ".npz":
        np.savez(path, tiles=tiles)
    else:
        grid_image(tiles).save(path)
    with pytest.raises(ValueError, match=r"it carries no recipe\."):
        read_recipe(path)


@pytest.mark.parametrize("text", ["[1, 2]", '"starts"', "3", "null"])
def test_what_is_no_recipe_is_not_taken_for_one(tmp_path, tiles, text):
    path = tmp_path / "grid.npz"
    np.savez(path, tiles=tiles, recipe=np.array(text))
    with pytest.raises(ValueError, match=r"it carries no recipe\."):
        read_recipe(path)


def test_no_code_is_run_from_the_recipe_of_an_array_file(tmp_path):
    path = tmp_path / "grid.npz"
    np.savez(path, recipe=np.array({"starts": [1]}, dtype=object))
    with pytest.raises(ValueError, match="allow_pickle=False"):
        read_recipe(path)


@pytest.fixture
def dead():
    """The number of a process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert process.pid != os.getpid()
    return process.pid


@pytest.mark.parametrize("ending", STILL)
def test_what_a_killed_writer_left_is_removed_by_who_writes_one_file_alone(tmp_path, tiles, ending, dead):
    left = tmp_path / f"grid{ending}.{dead}-0.part"
    left.touch()
    write(tmp_path / f"grid{ending}", tiles, RECIPE, alone=False)
    assert left.exists()
    write(tmp_path / f"grid{ending}", tiles, RECIPE)
    assert [found.name for found in tmp_path.iterdir()] == [f"grid{ending}"]
