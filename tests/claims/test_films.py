"""A filmstrip shows every picture at the change that its column says, and fits into a page."""

import pytest
import torch
from PIL import Image

from benchmarks.claims import claim, films, shown
from benchmarks.claims.claim import Run
from benchmarks.claims.edits import LIMIT
from benchmarks.claims.films import COLUMNS, LARGEST, Film, Strip
from sefa_widget import factorize, load_generator
from sefa_widget.measures.changes import draw, rms
from tests.generators.golden import GOLDEN


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setattr(claim, "KEPT", tmp_path)
    monkeypatch.setattr(films, "PICTURES", tmp_path)
    return Run("trial")


@pytest.fixture
def film(tiny):
    vectors, latents = factorize(tiny, k=2).vectors, tiny.sample([1, 2])
    strips = [
        Strip(f"seed {place}", f"#{number}", latents[place], vectors[number])
        for place in range(2)
        for number in range(2)
    ]
    return Film("trial", tiny, "Words.", tuple(strips), {"seed 0": (torch.zeros(3, 16, 16),)})


def test_every_picture_changes_as_its_column_says(run, film):
    table = films.shot(run, film)
    assert [row["column"] for row in table] == list(COLUMNS) * len(film.strips)
    for row in table:
        assert row["change"] == pytest.approx(abs(row["column"]), rel=0.02)
        assert (row["strength"] > 0) == (row["column"] > 0)
    strip = film.strips[3]
    own = torch.tensor([row["strength"] for row in table[-len(COLUMNS) :]])
    changes = rms(films._edited(film.generator, strip, own) - draw(film.generator, strip.latent))
    assert changes.tolist() == pytest.approx([abs(column) for column in COLUMNS], rel=0.02)


def test_a_change_that_is_out_of_reach_is_told_as_it_is(run, film, monkeypatch):
    monkeypatch.setattr(films, "COLUMNS", (-50.0, 0.0, 50.0))
    for row in films.shot(run, film):
        assert abs(row["strength"]) == (LIMIT if row["column"] else 0)
        assert row["change"] < 50


def test_a_film_is_one_picture_of_rows_and_blocks_and_goes_on_where_it_was_stopped(run, film, monkeypatch):
    table = films.shot(run, film)
    with Image.open(film.path) as image:
        width = films.LEFT + films.SIDE + films.GAP + 2 * (len(COLUMNS) * films.SIDE + films.GAP) - films.GAP
        assert image.size == (width, films.TOP + 2 * films.SIDE)
    monkeypatch.setattr(films, "_measured", None)
    assert films.shot(Run("trial"), film) == table


def test_a_film_that_is_too_large_for_a_page_is_refused(run, film, monkeypatch):
    monkeypatch.setattr(films, "LARGEST", 100)
    with pytest.raises(ValueError, match=r"trial.webp has [\d,]+ bytes; at most 100 are wanted"):
        films.shot(run, film)


def test_a_strip_moves_only_its_rows(tiny_style, monkeypatch):
    asked = []
    monkeypatch.setattr(films, "draw", lambda generator, latent: asked.append(latent))
    strip = Strip("row", "block", tiny_style.sample(1), factorize(tiny_style, k=1).vectors[0], (1, 2))
    films._edited(tiny_style, strip, torch.tensor([1.0]))
    moved = (asked[0].codes - strip.latent.codes).abs().amax((0, 2)) > 0
    assert moved.tolist() == [row == 1 for row in range(tiny_style.num_codes)]


def test_a_direction_is_shown_on_every_class():
    biggan = load_generator(GOLDEN / "ajbrock_biggan_hier.safetensors", device="cpu")
    film = shown._eighth("biggan", biggan)
    assert {strip.row for strip in film.strips} == {f"class {label}" for label in range(6)}
    labels = [strip.latent.labels.argmax().item() for strip in film.strips[::2]]
    assert labels == list(range(6))


def test_committed_films_are_small():
    found = list(films.PICTURES.glob("*.webp"))
    assert found
    assert all(path.stat().st_size <= LARGEST for path in found)
