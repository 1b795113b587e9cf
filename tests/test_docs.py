"""The site's pages, without building it: every public name, every link, and the code of every guide."""

import importlib
import json
import pkgutil
import re
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

import sefa_widget
from sefa_widget import SefaWidget, load_generator, sheet

ROOT = Path(__file__).parent.parent
GUIDES = [ROOT / "docs/index.md", *sorted((ROOT / "docs/how-to").glob("*.md"))]
CODE = re.compile(r"^```python\n(.*?)^```", flags=re.DOTALL | re.MULTILINE)
MODULES = ("check", "figures", "reference", "sources")


@pytest.fixture
def site(monkeypatch):
    """The scripts that write the site, by name."""
    monkeypatch.syspath_prepend(str(ROOT / "docs/site"))
    yield {name: importlib.import_module(name) for name in MODULES}
    for name in MODULES:
        del sys.modules[name]


def test_every_public_name_has_an_entry_in_the_reference(site):
    reference = site["reference"]
    parts = [found.name for found in pkgutil.iter_modules(sefa_widget.__path__) if found.name != "__main__"]
    modules = [sefa_widget, *(importlib.import_module(f"sefa_widget.{part}") for part in parts)]
    pages = "\n".join(reference.page(part) for part in reference.PARTS) + "\n"
    entries = {id(reference.found(name)): entry for name, entry in reference.entries().items()}
    for module in modules:
        for name in getattr(module, "__all__", ()):
            entry = entries.get(id(getattr(module, name)))
            assert entry is not None, f"{module.__name__}.{name} is on no page: reference.ALSO can name it"
            assert f":: {entry}\n" in pages


def test_every_entry_says_what_its_name_is(site):
    assert all(site["reference"].about(name) for name in site["reference"].entries())


def headings(text):
    """The places of a page that a link can lead to, as the code host and the site name them."""
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    titles = re.findall(r"^#{1,3} (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def texts(path):
    """What is written on a page: the text, or that of the cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".md":
        return [text]
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "markdown"]


def test_every_relative_link_of_every_page_leads_somewhere(site):
    sources = site["sources"]
    known = sources.staged()
    assert len(known) > 20
    for page in (path for path in known if path.suffix in (".md", ".ipynb")):
        for text in texts(ROOT / page):
            sources.with_links(text, page, known, "https://x.org")  # refuses a file that is not there
            for _, path, anchor in sources.LINK.findall(text):
                if anchor:
                    target = (ROOT / page).parent / path
                    assert anchor[1:] in headings(target.read_text("utf-8")), (
                        f"{page} links to {path}{anchor}"
                    )
            for anchor in re.findall(r"\]\(#([^)]+)\)", text):
                assert anchor in headings(text), f"{page} links to #{anchor}"


def test_links_lead_to_pages_of_the_site_or_else_to_the_repository(site):
    sources = site["sources"]
    known = sources.staged()
    text = (
        "[a](../methods.md#scores) [b](../../notebooks/02_methods.ipynb)"
        " [c](../../benchmarks) [d](../../README.md) [e](../../README.md#what-loads)"
    )
    found = sources.with_links(text, Path("docs/how-to/share.md"), known, "https://x.org/r")
    assert found == (
        "[a](../methods.md#scores) [b](../notebooks/02_methods.ipynb)"
        " [c](https://x.org/r/tree/main/benchmarks) [d](../index.md) [e](../reference/formats.md)"
    )


def test_a_link_to_a_file_that_is_not_there_is_refused_but_not_in_code(site):
    sources = site["sources"]
    assert sources.with_links("```\n[a](b.md)\n```", Path("docs/x.md"), {}, "") == "```\n[a](b.md)\n```"
    with pytest.raises(FileNotFoundError, match=r"docs/x.md links to b.md"):
        sources.with_links("[a](b.md)", Path("docs/x.md"), {}, "")


def test_outputs_of_notebooks_are_seen_without_a_kernel_and_without_a_network(site):
    sources, figures = site["sources"], site["figures"]
    for page in (ROOT / "notebooks").glob("*.ipynb"):
        text = page.read_text("utf-8")
        shown = sources.notebook(text, page.relative_to(ROOT), sources.staged(), "https://x.org")
        kinds = {
            kind
            for cell in json.loads(shown)["cells"]
            for o in cell.get("outputs", [])
            for kind in o.get("data", {})
        }
        assert kinds <= {"text/plain", "text/html", "image/png", "image/jpeg"}
        assert shown.count("figure-of-plotly") == text.count(figures.FIGURE)
        assert kinds, f"{page.name} has no outputs: python docs/run_notebooks.py {page.stem}"


def test_the_check_of_a_built_site_names_every_link_that_does_not_work(site, tmp_path):
    links = [
        'a href="other.html#here"',
        'a href="other.html#gone"',
        'a href="gone.html"',
        'a href="/other.html"',
        'a href="../../other.html"',
        'a href="https://x.org"',
        'img src="//x.org/x.png"',
        'img src="data:image/png;base64,AA"',
        'script src="https://x.org/x.js"',
    ]
    (tmp_path / "index.html").write_text("".join(f"<{link}>" for link in links))
    (tmp_path / "other.html").write_text('<p id="here">')
    assert site["check"].problems(tmp_path) == [
        "index.html: ../../other.html: leads out of the site",
        "index.html: //x.org/x.png: needs a network",
        "index.html: /other.html: works at the root of a server only",
        "index.html: gone.html: there is no such file",
        "index.html: https://x.org/x.js: needs a network",
        "index.html: other.html#gone: there is no such place on the page",
    ]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the files that the guides name, small."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"PICTURES": "3", "WORKERS": "1", "SLURM_ARRAY_TASK_ID": "2"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LABELS", raising=False)
    network = nn.Sequential(
        nn.ConvTranspose2d(16, 8, 4, 1, 0, bias=False),
        nn.BatchNorm2d(8),
        nn.LeakyReLU(0.2),
        nn.ConvTranspose2d(8, 3, 4, 2, 1, bias=False),
        nn.Tanh(),
    )
    torch.save({f"main.{name}": tensor for name, tensor in network.state_dict().items()}, "netG_epoch_24.pth")
    sheet(load_generator("heads", device="cpu"), [700]).image().save("photo.jpg")
    return tmp_path


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_the_code_of_a_guide_runs_from_top_to_end(guide, folder):
    blocks = CODE.findall(guide.read_text(encoding="utf-8"))
    assert blocks
    names = {}
    try:
        exec(compile("\n".join(blocks), guide.name, "exec"), names)
    finally:
        for value in names.values():
            if isinstance(value, SefaWidget):
                value.close()


def test_the_drawings_of_the_architecture_are_those_of_the_code(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    drawing = importlib.import_module("draw_architecture")
    for name, draw in drawing.DRAWINGS.items():
        kept = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert kept == draw(), "python docs/draw_architecture.py draws them again"


def test_a_drawing_leaves_out_arrows_that_another_way_leads_along(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    drawing = importlib.import_module("draw_architecture")
    known = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset()}
    assert drawing.arrows(known) == [("a", "b"), ("b", "c")]
    assert drawing.heights(known) == {"a": 2, "b": 1, "c": 0}
