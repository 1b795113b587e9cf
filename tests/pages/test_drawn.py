import base64
import gzip
import json
import re
import warnings

import numpy as np
import pytest
import torch
from torch import nn

from sefa_widget import Edit, Start, explore, factorize, load_generator, page, sheet
from sefa_widget.pages import Drawn
from sefa_widget.pages import live as lives
from sefa_widget.pages.sprites import unpacked


@pytest.fixture(scope="module")
def faces():
    return load_generator("faces", device="cpu")


FEW = Drawn(directions=2, seeds=2, strengths=5, grid=3, pairs=1)


def block(text, name):
    (found,) = re.findall(rf'<script type="text/plain" id="{name}">([^<]*)</script>', text)
    return gzip.decompress(base64.b64decode(found))


def contents(path):
    return json.loads(block(path.read_text(), "contents"))


def sprites(path):
    """The bytes of each sprite."""
    sizes, data = contents(path)["drawn"]["sizes"], block(path.read_text(), "pictures")
    ends = np.cumsum(sizes)
    assert ends[-1] == len(data)
    return [data[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def same(one, other):
    """Whether pictures are equal, but for colours that another batch rounds by 1."""
    apart = np.abs(one.astype(int) - other.astype(int))
    return apart.max() <= 1 and apart.mean() < 0.05


def test_a_page_holds_pythons_pictures_of_each_direction_strength_seed_and_pair(tiny_style, tmp_path):
    panel = explore(tiny_style)
    panel.change(layers=(0, 2), starts=[5], truncation_psi=0.7)
    path = page(panel, tmp_path / "x.html", drawn=FEW)
    values, found = contents(path), factorize(tiny_style, layers=(0, 2))
    (search,) = values["drawn"]["searches"]
    assert [pin["seed"] for pin in values["drawn"]["starts"]] == [5, 0]
    assert values["searches"][0]["info"]["only"] == [0, 1]
    first, second = search["strengths"]
    packed = sprites(path)
    assert len(packed) == 2 * (1 + 2 + 1)
    start = Start(0, label=0, truncation_psi=0.7)

    def drawn(*edits):
        return sheet(tiny_style, start, [Edit(found, edit) for edit in edits]).tiles[0]

    assert same(unpacked(packed[4], 1, 1, 8, 8)[0], drawn({}))
    line = unpacked(packed[6], 2, 2, 8, 8).reshape(4, 8, 8, 3)
    assert same(line, drawn(*({1: s} for s in (-second[1], -second[0], *second))))
    pair = unpacked(packed[7], 2, 2, 8, 8)
    ends = (-second[1], second[1])
    for row, strength in enumerate((-first[1], first[1])):
        assert same(pair[row], drawn(*({0: strength, 1: other} for other in ends)))
    vectors = np.frombuffer(block(path.read_text(), "vectors"), "<f4").reshape(2, -1)
    assert np.allclose(vectors, found.vectors[:2], atol=1e-6)
    panel.close()


def test_directions_between_others_keep_their_numbers(tiny_style, tmp_path):
    path = page(tiny_style, tmp_path / "x.html", drawn=Drawn(directions=[1, 4], seeds=1, pairs=0))
    info = contents(path)["searches"][0]["info"]
    assert info["only"] == [1, 4]
    assert len(info["ends"]) == len(info["values"]) == 5
    assert "estimate" not in (info["stops"][1], info["stops"][4])
    assert {"1", "4"} <= set(info["acts"])
    found = factorize(tiny_style).vectors[[1, 4]]
    vectors = np.frombuffer(block(path.read_text(), "vectors"), "<f4").reshape(2, -1)
    assert np.allclose(vectors, found, atol=1e-6)


def test_other_layers_are_drawn_where_they_are_asked_for(tiny_style, tmp_path):
    assert len(contents(page(tiny_style, tmp_path / "x.html", drawn=FEW))["searches"]) == 1
    values = contents(page(tiny_style, tmp_path / "y.html", drawn=FEW, layers=[(0, 1), (0, 3)], k=1))
    assert [search["info"]["layers"] for search in values["searches"]] == [[0, 3], [0, 1]]
    assert [search["info"]["only"] for search in values["searches"]] == [[0], [0]]
    assert len(values["drawn"]["sizes"]) == 2 * (1 + 1 + 1)


def test_what_the_page_is_and_what_it_leaves_out_is_said(tiny_style, tmp_path):
    panel = explore(tiny_style)
    panel.change(noise="random", second="random", starts=[1, 2, 3])
    panel.change(strengths={0: 1, 1: 1, 2: 1})
    path = page(panel, tmp_path / "x.html", drawn=FEW, note="Licence: MIT")
    about = contents(path)["about"]
    assert about[0].endswith("All pictures are made by a GAN.")
    assert about[1] == "SeFa of layers 0-2 at first."
    assert (
        "The pictures of this page were drawn beforehand: 5 strengths of 2 directions, 2 seeds, 1 pair of "
        "directions in 3 x 3 strengths." in about
    )
    assert "26 pictures of 8 px, packed as WebP without loss." in about
    for line in (
        "The second search of the panel is not in this page.",
        "The panel drew fresh noise; this page draws with the stored noise.",
        "The panel moved more directions than were drawn together.",
        "Not all pictures of the panel were drawn.",
        "Licence: MIT",
    ):
        assert line in about
    text = path.read_text()
    assert 'id="runtime"' not in text
    assert "The pictures of this page were drawn beforehand; nothing is sent anywhere." in text
    panel.close()


def test_pictures_are_smaller_where_that_is_wanted_and_the_page_says_so(faces, tmp_path):
    few = Drawn(directions=1, seeds=[47], strengths=3, grid=3, pairs=0, pixels=32)
    path = page(faces, tmp_path / "x.html", drawn=few)
    assert "3 pictures of 32 of 64 px, packed as WebP without loss." in contents(path)["about"]
    (picture,) = unpacked(sprites(path)[0], 1, 1, 32, 32)[0]
    large = sheet(faces, 47).tiles[0, 0].astype(float)
    small = large.reshape(32, 2, 32, 2, 3).mean((1, 3))
    assert np.abs(picture - small).mean() < 3


class Odd(nn.Module):
    """A network that torch.export cannot read."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(6, 3 * 64)

    def forward(self, z):
        scale = float(z.abs().sum()) * 0 + 1  # a number that depends on the input
        if scale > 0.5:
            return torch.tanh(self.layer(z) * scale).view(-1, 3, 8, 8)
        return self.layer(z).view(-1, 3, 8, 8)


def test_a_generator_that_cannot_be_exported_is_drawn_beforehand_and_why_is_said(tmp_path):
    torch.manual_seed(0)
    with pytest.warns(UserWarning, match=r"written as ONNX .* So its pictures are drawn beforehand"):
        path = page(Odd(), tmp_path / "x.html")
    (line,) = [line for line in contents(path)["about"] if "drawn beforehand" in line]
    assert "cannot be written as ONNX" in line
    with pytest.raises(ValueError, match="cannot be written as ONNX"):
        page(Odd(), tmp_path / "y.html", drawn=False)


def test_a_generator_that_is_too_large_is_drawn_beforehand_and_why_is_said(tiny_style, tmp_path, monkeypatch):
    monkeypatch.setattr(lives, "HALF_BYTES", 10**6)
    with pytest.warns(UserWarning, match=r"MB as the network of a page, and 30 MB are allowed .* So its"):
        path = explore(tiny_style).save(tmp_path / "x.html")
    assert contents(path)["drawn"]["stride"] == 2
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        page(tiny_style, tmp_path / "y.html", drawn=True)


def test_a_page_without_room_is_refused_and_nothing_is_written(tiny_style, tmp_path, monkeypatch):
    monkeypatch.setattr("sefa_widget.pages.drawn.OTHERS", 499_000)
    with pytest.raises(ValueError, match="draw fewer directions, seeds, strengths or pairs"):
        page(tiny_style, tmp_path / "x.html", drawn=Drawn(megabytes=0.5))
    assert list(tmp_path.iterdir()) == []


def test_progress_goes_up_and_an_error_in_it_writes_nothing(tiny_style, tmp_path):
    told = []
    page(tiny_style, tmp_path / "x.html", drawn=FEW, progress=lambda done, total: told.append(done / total))
    assert told == sorted(told)
    assert told[-1] == 1
    assert len(set(told)) > 10

    def stop(done, total):
        if done / total > 0.9:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        page(tiny_style, tmp_path / "y.html", drawn=FEW, progress=stop)
    assert not (tmp_path / "y.html").exists()


def test_pages_that_are_drawn_beforehand_need_no_library_of_onnx(tiny_style, tmp_path, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.exporting.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="onnx"):
        page(tiny_style, tmp_path / "x.html")
    assert page(tiny_style, tmp_path / "x.html", drawn=FEW).exists()
