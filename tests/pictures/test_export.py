"""Pictures are written to a folder one by one, as wholes, and an export goes on where it was stopped."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from sefa_widget import factorize, save_pictures, sheet
from sefa_widget.pictures import files
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.starts import Start


def names(folder):
    return sorted(file.name for file in folder.iterdir())


@pytest.fixture
def edits(tiny):
    return [UNEDITED, Edit(factorize(tiny), {0: 2.0})]


@pytest.mark.parametrize("kind", ["png", "webp", "npz"])
def test_each_file_is_a_sheet_of_one_picture_with_its_recipe(tiny, edits, tmp_path, kind):
    starts = [Start(1, label=None), Start(latent=tiny.sample([2]))]
    folder = save_pictures(tiny, starts, tmp_path / "out", edits, format=kind)
    assert names(folder) == [*(f"{r:06d}-{c:02d}.{kind}" for r in (0, 1) for c in (0, 1)), "recipe.json"]
    expected = sheet(tiny, starts, edits)
    for row in (0, 1):
        for column in (0, 1):
            file = folder / f"{row:06d}-{column:02d}.{kind}"
            if kind == "npz":
                with np.load(file) as arrays:
                    pixels, recipe = arrays["tiles"][0, 0], json.loads(str(arrays["recipe"]))
            else:
                with Image.open(file) as image:
                    pixels = np.asarray(image.convert("RGB"))
                    recipe = json.loads(image.text["sefa_widget"] if kind == "png" else image.info["xmp"])
            assert np.abs(pixels.astype(int) - expected.tiles[row, column]).max() <= 1
            assert recipe == {
                "generator": expected.recipe["generator"],
                "starts": [expected.recipe["starts"][row]],
                "edits": [expected.recipe["edits"][column]],
            }


def stopped_after(count):
    def progress(done, total):
        if done == count:
            raise KeyboardInterrupt

    return progress


def test_a_second_call_goes_on_where_the_first_stopped(tiny, edits, tmp_path, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.batch.BATCH_PIXELS", 4 * tiny.resolution**2)
    folder = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        save_pictures(tiny, range(10), folder, edits, progress=stopped_after(5))
    assert len(names(folder)) == 5 + 1
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    seen = []
    save_pictures(tiny, range(10), folder, edits, progress=lambda *numbers: seen.append(numbers))
    assert seen == [(done, 20) for done in range(6, 21)]
    assert len(names(folder)) == 20 + 1
    assert {name: (folder / name).stat().st_mtime_ns for name in before} == before
    save_pictures(tiny, range(10), tmp_path / "whole", edits)
    for name in names(folder):
        if name.endswith(".png"):
            one, other = (
                np.asarray(Image.open(where / name)).astype(int) for where in (folder, tmp_path / "whole")
            )
            assert np.abs(one - other).max() <= 1
    seen.clear()
    save_pictures(tiny, range(10), folder, edits, progress=lambda *numbers: seen.append(numbers))
    assert seen == [(20, 20)]


def test_a_file_is_whole_or_not_there(tiny, tmp_path, monkeypatch):
    folder, write = tmp_path / "out", files.grid_image

    def fails(tiles):
        if len(list(folder.glob("*.png"))) == 2:
            raise OSError("no space left")
        return write(tiles)

    monkeypatch.setattr(files, "grid_image", fails)
    with pytest.raises(OSError, match="no space"):
        save_pictures(tiny, range(4), folder)
    assert names(folder) == ["000000.png", "000001.png", "recipe.json"]


def test_what_a_killed_export_left_half_is_taken_away(tiny, tmp_path):
    folder = save_pictures(tiny, range(2), tmp_path / "out")
    (folder / "000001.png").rename(folder / "000001.png.999999999-1.part")
    (folder / "000000.png.999999999-0.part").write_bytes(b"half")
    save_pictures(tiny, range(2), folder)
    assert names(folder) == ["000000.png", "000001.png", "recipe.json"]
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "recipe.json.999999999-0.part").write_text("{")
    assert names(save_pictures(tiny, 1, tmp_path / "new")) == ["000000.png", "recipe.json"]


def test_a_folder_of_another_recipe_is_refused(tiny, edits, tmp_path):
    folder = save_pictures(tiny, [1, 2], tmp_path / "out")
    (folder / "x.part").touch()
    for starts, options, other in (
        ([1, 3], {}, "starts"),
        ([1, 2], {"edits": edits}, "edits"),
        ([1, 2], {"format": "webp"}, "format"),
        ([Start(1, noise="none"), 2], {"format": "webp"}, "starts, format"),
    ):
        with pytest.raises(ValueError, match=f"made by another recipe: other {other}. Give another folder"):
            save_pictures(tiny, starts, folder, **options)
    with torch.no_grad():
        next(tiny.parameters()).mul_(2)
    with pytest.raises(ValueError, match="other generator, its weights or its dtype"):
        save_pictures(tiny, [1, 2], folder)
    assert names(folder) == ["000000.png", "000001.png", "recipe.json", "x.part"]  # nothing is touched


def test_a_folder_with_other_files_is_refused_and_left_alone(tiny, tmp_path):
    (tmp_path / "mine.part").touch()
    with pytest.raises(ValueError, match="holds other files and no recipe"):
        save_pictures(tiny, 1, tmp_path)
    assert names(tmp_path) == ["mine.part"]
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="a file; give the name of a folder"):
        save_pictures(tiny, 1, tmp_path / "file")
    with pytest.raises(ValueError, match=r"there is no folder .*none.*; make it first"):
        save_pictures(tiny, 1, tmp_path / "none" / "out")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "recipe.json").write_text("no JSON")
    with pytest.raises(ValueError, match="is not a recipe of save_pictures"):
        save_pictures(tiny, 1, tmp_path / "odd")


def test_unless_told_otherwise_unedited_pictures_are_written_as_png(tiny, tmp_path):
    folder = save_pictures(tiny, [7], str(tmp_path / "out"))
    assert folder == tmp_path / "out"
    assert names(folder) == ["000000.png", "recipe.json"]
    with Image.open(folder / "000000.png") as image:
        assert np.array_equal(np.asarray(image), sheet(tiny, 7).tiles[0, 0])


def test_the_recipe_of_a_folder_is_plain_and_tells_starts_apart_by_their_order(tiny, edits, tmp_path):
    folder = save_pictures(tiny, [1, 2], tmp_path / "out", edits[1])
    recipe = json.loads((folder / "recipe.json").read_text("utf-8"))
    expected = sheet(tiny, [1, 2], edits[1]).recipe
    assert (recipe["generator"], recipe["edits"]) == (expected["generator"], expected["edits"])
    assert (recipe["starts"]["count"], recipe["format"]) == (2, "png")
    for starts in ([2, 1], [1], [1, 2, 3]):
        with pytest.raises(ValueError, match="made by another recipe: other starts"):
            save_pictures(tiny, starts, folder, edits[1])


def test_of_a_start_only_the_pictures_that_are_missing_are_written_again(tiny, edits, tmp_path):
    folder = save_pictures(tiny, [1, 2], tmp_path / "out", edits)
    kept = folder / "000001-00.png"
    kept.write_bytes(b"mine")
    (folder / "000001-01.png").unlink()
    told = []
    save_pictures(tiny, [1, 2], folder, edits, progress=lambda *done: told.append(done))
    assert told == [(4, 4)]
    assert kept.read_bytes() == b"mine"
    with Image.open(folder / "000001-01.png") as image:
        written = np.asarray(image).astype(int)
    assert np.abs(written - sheet(tiny, [1, 2], edits).tiles[1, 1]).max() <= 1


def test_an_empty_folder_is_taken_and_wrong_arguments_are_refused_before_it_is_made(tiny, tmp_path):
    (tmp_path / "empty").mkdir()
    assert len(names(save_pictures(tiny, [1], tmp_path / "empty"))) == 2
    for wrong, text in (
        ({"format": "jpg"}, "format is 'jpg'; it must be one of png, webp, npz"),
        ({"progress": 3}, "progress is an int"),
        ({"edits": []}, "No edit is given"),
    ):
        with pytest.raises(ValueError, match=text):
            save_pictures(tiny, [1], tmp_path / "new", **wrong)
    with pytest.raises(ValueError, match="generator is"):
        save_pictures("tiny", [1], tmp_path / "new")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("text", ["[]", "3", "null"])
def test_a_recipe_that_is_none_of_ours_is_another_one(tiny, tmp_path, text):
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(ValueError, match=r"other generator.*, starts, edits, format\. Give another folder"):
        save_pictures(tiny, 1, tmp_path)
