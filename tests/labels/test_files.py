"""Labels go to files and come back as they were; a file of something else is refused with what it lacks."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from sefa_widget import Label, Labels, load_directions, load_labels
from sefa_widget.labels import save_arrays
from sefa_widget.labels.files import schema

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def full(labels, tiny, found):
    """Labels with every field in use, and one with hardly any."""
    labels.add(
        found, 1, "=HYPERLINK(1)", generator=tiny, range=(-0.1, 3), sign=-1, obvious=True, meaningful=False,
        note="two\r\nlines, \"quotes\"\u2028'", seeds=[0, 2**64 - 1], rater="'Ada",
        confirmed=False, study="s",
    )  # fmt: skip
    labels.add(found, 2)
    labels.extend([Label(name="given", vector=[0.1, 0.2, 0.3])])
    return labels


@pytest.mark.parametrize("name", ["labels.json", "labels.csv", "labels.CSV"])
def test_labels_come_back_from_a_file_as_they_were(full, tmp_path, name):
    path = full.save(tmp_path / name)
    assert list(load_labels(path)) == list(full)


@pytest.mark.parametrize("name", ["labels.json", "labels.csv"])
def test_no_labels_are_a_file_too(tmp_path, name):
    assert len(load_labels(Labels().save(tmp_path / name))) == 0


def test_a_file_meets_the_published_schema(full, tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    published = json.loads((ROOT / "docs" / "labels.schema.json").read_text())
    assert published == json.loads(json.dumps(schema()))
    jsonschema.Draft202012Validator.check_schema(published)
    jsonschema.validate(json.loads(full.save(tmp_path / "a.json").read_text()), published)


def changed(about, place, value):
    """Give a copy of a file's content with one thing changed; None as value takes it out."""
    about = json.loads(json.dumps(about))
    *way, last = place
    inner = about
    for step in way:
        inner = inner[step]
    if value is KeyError:
        del inner[last]
    else:
        inner[last] = value
    return about


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        (["format"], "x", "its format is 'x'"),
        (["version"], 2, "its version is 2; this sefa_widget reads version 1"),
        (["labels"], {}, "a list 'labels'"),
        (["more"], 1, "and nothing else"),
        (["labels", 1], [], "label 1: A label is a list"),
        (["labels", 1, "name"], KeyError, "label 1: The field 'name' is missing"),
        (["labels", 1, "nam"], "a", "label 1: The field 'nam' is unknown"),
        (["labels", 0, "sign"], 0, "label 0: sign is 0"),
        (["labels", 0, "seeds"], "12", "label 0: seeds is a str"),
        (["labels", 0, "seeds"], 1, "label 0: seeds is 1"),
        (["labels", 0, "vector"], "12", "label 0: vector"),
        (["labels", 0, "vector"], [], "label 0: vector has shape"),
        (["labels", 0, "range"], [1], "label 0: range has 1 numbers"),
        (["labels", 0, "search"], {"method": "sefa"}, "label 0: The search is"),
        (["labels", 0, "search"], "sefa", "label 0: .*search"),
        (["labels", 0, "search", "layers"], "01", "label 0: The layers of the search"),
        (["labels", 0, "search", "normalize"], 1, "label 0: normalize of the search is 1"),
        (["labels", 0, "obvious"], "true", "label 0: obvious is 'true'"),
        (["labels", 0, "confirmed"], None, "label 0: confirmed is None"),
        (["labels", 0, "name"], None, "label 0: name is None"),
        (["labels", 0, "id"], "", "label 0: id is empty"),
    ],
)
def test_what_the_schema_refuses_is_refused_with_its_place(full, tmp_path, place, value, message):
    jsonschema = pytest.importorskip("jsonschema")
    about = changed(json.loads(full.save(tmp_path / "a.json").read_text()), place, value)
    assert not jsonschema.Draft202012Validator(schema()).is_valid(about)
    (tmp_path / "b.json").write_text(json.dumps(about))
    with pytest.raises(ValueError, match=f"'b.json' holds no labels: .*{message}"):
        load_labels(tmp_path / "b.json")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "its columns are not"),
        (b"{", "holds no labels"),
        (b"[" * 100_000, "holds no labels"),
        (b'{"format":' + b"[" * 100_000, "holds no labels"),
        (b"\xff\xfe\x00", "holds no labels"),
        (b"SQLite format 3\0", "holds no labels"),
        (b'{"format": NaN}', "NaN is no number"),
        (b"name,vector\na,1\n", "its columns are not"),
    ],
)
def test_a_file_of_something_else_is_refused(tmp_path, content, message):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_labels(tmp_path / "x")
    with pytest.raises(ValueError, match="There is no file"):
        load_labels(tmp_path / "y")


def test_a_table_with_a_cell_too_few_is_refused_with_its_row(full, tmp_path):
    path = full.save(tmp_path / "a.csv")
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    rows[2].pop()
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    with pytest.raises(ValueError, match="a row has more or fewer cells"):
        load_labels(path)


def test_texts_that_a_spreadsheet_would_run_are_quoted_in_tables(full, tmp_path):
    with full.save(tmp_path / "a.csv").open(newline="", encoding="utf-8") as file:
        assert next(csv.DictReader(file))["name"] == "'=HYPERLINK(1)"


def test_two_labels_of_one_id_in_a_file_are_refused(full, tmp_path):
    about = json.loads(full.save(tmp_path / "a.json").read_text())
    about["labels"][1]["id"] = about["labels"][0]["id"]
    (tmp_path / "b.json").write_text(json.dumps(about))
    with pytest.raises(ValueError, match="two of its labels have the same id"):
        load_labels(tmp_path / "b.json")


def test_each_name_is_written_as_an_array_that_load_directions_reads(labels, tmp_path, found):
    labels.add(found, 0, "smile")
    labels.add(found, 1, "smile", sign=-1)
    labels.add(found, 2, "hair / long")
    labels.add(found, 3)
    files = save_arrays(labels, tmp_path)
    assert [file.name for file in files] == ["smile.npy", "hair_long.npy"]
    assert np.load(files[0]).shape == (1, 8)
    assert torch.allclose(load_directions(files[0]).vectors[0], -found.vectors[1])
    labels.add(found, 2, "hair_long")
    with pytest.raises(ValueError, match="give the same file"):
        save_arrays(labels, tmp_path)
