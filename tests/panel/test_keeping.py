import base64
import io
import subprocess
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from sefa_widget.panel import keeping
from sefa_widget.panel.files import ENDINGS, MAKERS
from sefa_widget.panel.keeping import TYPES
from sefa_widget.panel.still import GAP
from sefa_widget.panel.worker import Ending
from tests.locks import held
from tests.patience import WAIT_SECONDS

KINDS = [("sheet", ".png"), ("state", ".json"), ("names", ".csv"), ("directions", ".safetensors")]


def told(stepped):
    sent = [message for message in stepped.comm.sent if message["data"].get("method") == "custom"]
    return [(message["data"]["content"], message["buffers"]) for message in sent]


def share(stepped, what, ending):
    content = {"type": "share", "view": "v", "what": what, "ending": ending}
    stepped.panel._handle_custom_msg(content, [])


@pytest.mark.parametrize(("what", "ending"), KINDS)
def test_a_view_gets_the_file_that_python_would_write(stepped, tmp_path, what, ending):
    stepped.ask(1)
    stepped.step()
    share(stepped, what, ending)
    stepped.step()
    ((info, buffers),) = [one for one in told(stepped) if one[0]["type"] == "file"]
    assert info["view"] == "v"
    assert info["name"] == f"{stepped.panel.generator.name}-{what}{ending}"
    expected = stepped.panel.save(tmp_path / f"x{ending}", what).read_bytes()
    assert bytes(buffers[0]) == expected


def test_a_file_waits_for_pictures_that_are_wanted(stepped):
    stepped.ask(1)
    share(stepped, "state", ".json")
    types = []
    for _ in range(2):
        stepped.step()
        types.append({content["type"] for content, _ in told(stepped)} & {"frame", "file"})
    assert types == [{"frame"}, {"file"}]


def test_a_file_that_cannot_be_made_is_told_to_the_view(stepped):
    stepped.ask(1, {"focused": None})
    stepped.step()
    share(stepped, "film", ".webp")
    stepped.step()
    ((info, _),) = [one for one in told(stepped) if one[0]["type"] == "error"]
    assert "A film is of one direction" in info["message"]
    share(stepped, "film", ".exe")
    assert "is '.exe'; it must be one of .webp" in told(stepped)[-1][0]["message"]


def test_a_file_is_cancelled_between_two_pictures(stepped, monkeypatch):
    stepped.ask(1)
    stepped.step()
    share(stepped, "wall", ".png")
    tell = stepped.panel._tell

    def tell_and_cancel(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "progress" and info.fraction > 0.2:
            stepped.panel._handle_custom_msg({"type": "cancel", "view": "v"}, [])

    monkeypatch.setattr(stepped.panel, "_tell", tell_and_cancel)
    stepped.step()
    types = [content["type"] for content, _ in told(stepped)]
    assert "file" not in types
    assert "error" not in types
    monkeypatch.setattr(stepped.panel, "_tell", tell)
    share(stepped, "state", ".json")
    stepped.step()
    assert [content["type"] for content, _ in told(stepped) if content["type"] == "file"] == ["file"]


def test_cancelling_a_search_ends_it_though_a_file_waits_behind_it(stepped):
    stepped.ask(1)
    stepped.step()
    stepped.panel.method = "random"  # is not drawn yet
    share(stepped, "wall", ".png")
    stepped.panel._handle_custom_msg({"type": "cancel", "view": "v"}, [])
    assert stepped.panel.method is None
    stepped.step()
    assert "file" not in [content["type"] for content, _ in told(stepped)]


def files_of(stepped):
    return [info for info, _ in told(stepped) if info["type"] == "file"]


def texts(stepped):
    return [info["text"] for info, _ in told(stepped) if info["type"] == "progress"]


@pytest.mark.parametrize(
    ("what", "ending", "mime"),
    [
        ("sheet", ".png", "image/png"),
        ("strip", ".webp", "image/webp"),
        ("film", ".gif", "image/gif"),
        ("state", ".json", "application/json"),
        ("names", ".csv", "text/csv"),
        ("wall", ".npz", "application/octet-stream"),
        ("directions", ".safetensors", "application/octet-stream"),
    ],
)
def test_a_file_is_told_with_the_type_of_its_content(stepped, what, ending, mime):
    stepped.ask(1)
    stepped.step()
    share(stepped, what, ending)
    stepped.step()
    (info,) = files_of(stepped)
    assert info == {"type": "file", "view": "v", "name": f"tiny-{what}{ending}", "mime": mime}


def test_there_is_a_type_for_every_ending():
    assert TYPES.keys() == {ending for endings in ENDINGS.values() for ending in endings}
    assert (TYPES[".mp4"], TYPES[".html"]) == ("video/mp4", "text/html")


def test_pictures_of_a_file_are_counted_for_the_view_that_wants_it(stepped):
    stepped.ask(1, {"starts": [3, 4]})
    stepped.step()
    share(stepped, "sheet", ".png")
    stepped.step()
    progress = [info for info, _ in told(stepped) if info["type"] == "progress"]
    assert texts(stepped) == ["sheet: 1 of 2 pictures", "sheet: 2 of 2 pictures"]
    assert [(info["view"], info["seq"], info["fraction"]) for info in progress] == [
        ("v", 0, 0.5),
        ("v", 0, 1.0),
    ]


def test_a_page_is_counted_in_percent_because_it_is_more_than_its_pictures(stepped, monkeypatch):
    def page(session, labels, path, progress):
        assert (session, labels) == (stepped.panel._session, stepped.panel.labels)
        for done, total in ((0, 3), (1, 3), (3, 3)):
            progress(done, total)
        path.write_text("<html>")

    monkeypatch.setitem(MAKERS, "page", page)
    stepped.ask(1)
    stepped.step()
    share(stepped, "page", ".html")
    stepped.step()
    assert texts(stepped) == ["page: 0 %", "page: 33 %", "page: 100 %"]
    assert files_of(stepped)[0]["mime"] == "text/html"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("my net/v1.0", "my-net-v1.0-state.json"),
        ("ψ_2", "ψ_2-state.json"),
        ("x" * 200, "x" * 89 + "-state.json"),
    ],
)
def test_a_file_is_named_after_the_generator_as_a_disk_takes_it(stepped, name, file):
    stepped.panel.generator.name = name
    share(stepped, "state", ".json")
    stepped.step()
    assert files_of(stepped)[0]["name"] == file


def test_files_come_in_the_order_in_which_they_were_wanted(stepped):
    share(stepped, "state", ".json")
    share(stepped, "names", ".csv")
    stepped.step()
    assert [info["name"] for info in files_of(stepped)] == ["tiny-state.json", "tiny-names.csv"]


def test_what_there_is_no_file_of_is_refused_at_once(stepped):
    share(stepped, "pictures", ".png")
    assert stepped.errors()[0].startswith("What is shared is 'pictures'; it must be one of sheet, strip")
    stepped.comm.sent.clear()
    share(stepped, "sheet", ".gif")
    assert stepped.errors()[0].startswith("The ending of a file of 'sheet' is '.gif'; it must be one of .png")
    stepped.step()
    assert files_of(stepped) == []


def test_a_cancelled_file_is_told_as_done_and_none_follows_it(stepped, monkeypatch):
    stepped.ask(1, {"starts": [3, 4]})
    stepped.step()
    share(stepped, "sheet", ".png")
    share(stepped, "state", ".json")
    tell = stepped.panel._tell

    def tell_and_cancel(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "progress" and info.fraction == 0.5:
            stepped.send("cancel")

    monkeypatch.setattr(stepped.panel, "_tell", tell_and_cancel)
    stepped.step()
    last = [info for info, _ in told(stepped)][-1]
    assert last == {"type": "progress", "view": "v", "seq": 0, "text": "", "fraction": 1.0}
    assert files_of(stepped) == []
    assert not stepped.panel._saving


def test_a_page_is_cancelled_while_its_network_is_exported_which_nothing_interrupts(stepped, monkeypatch):
    begun = []

    class Endless(subprocess.Popen):
        def __init__(self, command, **options):
            super().__init__([command[0], "-c", "import time; time.sleep(10_000)"], **options)
            begun.append(self)

    monkeypatch.setattr("sefa_widget.pages.aside.subprocess.Popen", Endless)
    stepped.ask(1)
    stepped.step()
    share(stepped, "page", ".html")
    tell = stepped.panel._tell

    def tell_and_cancel(info, *data, **options):
        tell(info, *data, **options)
        if begun:
            stepped.send("cancel")

    monkeypatch.setattr(stepped.panel, "_tell", tell_and_cancel)
    stepped.step()
    assert begun[0].poll() is not None
    last = [info for info, _ in told(stepped)][-1]
    assert last == {"type": "progress", "view": "v", "seq": 0, "text": "", "fraction": 1.0}
    assert files_of(stepped) == []


def test_a_file_that_fails_is_over(stepped):
    stepped.ask(1, {"focused": None})
    stepped.step()
    share(stepped, "film", ".webp")
    stepped.step()
    assert stepped.errors()[0].startswith("A film is of one direction")
    assert not stepped.panel._saving
    stepped.panel.method = "random"
    stepped.send("cancel")
    assert stepped.panel.method is None


def test_a_panel_that_is_closed_makes_no_more_files(stepped):
    stepped.ask(1, {"starts": [3, 4]})
    stepped.step()
    share(stepped, "sheet", ".png")
    share(stepped, "state", ".json")
    tell = stepped.panel._tell

    def tell_and_stop(info, *data, **options):
        tell(info, *data, **options)
        stepped.panel._worker.stopped = True

    stepped.panel._tell = tell_and_stop
    with pytest.raises(Ending):
        stepped.step()
    assert (texts(stepped), files_of(stepped)) == (["sheet: 1 of 2 pictures"], [])
    stepped.panel._stream.settle()
    stepped.step()
    assert files_of(stepped) == []


# What a cell's output shows where no kernel runs.


def output(panel):
    bundle = panel._repr_mimebundle_()
    return bundle[0] if isinstance(bundle, tuple) else bundle


def test_in_a_cell_the_still_is_an_output_of_its_own_below_the_panel(stepped, monkeypatch):
    later, displayed = [], []
    cells = SimpleNamespace(after=lambda call: not later.append(call), shown=lambda panel: None)
    monkeypatch.setattr(stepped.panel, "_cells", cells)
    monkeypatch.setattr(keeping, "display", lambda bundle, raw: displayed.append(bundle))
    first = output(stepped.panel)
    assert set(first) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert first["text/plain"] == ""
    assert displayed == []
    (show,) = later
    show()
    (below,) = displayed
    assert set(below) == {"text/plain", "text/html", "image/png"}
    assert below["text/html"].startswith('<div class="sefa-beneath"><figure')


def test_of_large_pictures_an_output_shows_the_chosen_one_alone(stepped, monkeypatch):
    panel = stepped.panel
    panel.change(starts=[3, 4], chosen=1, original=True)

    def pixels():
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(output(panel)["image/png"]))))

    assert pixels().shape[:2] == (16 + GAP, 2 * (16 + GAP))
    monkeypatch.setattr(keeping, "LARGE", 16)
    assert pixels().shape[:2] == (16 + GAP, 2 * (16 + GAP))
    monkeypatch.setattr(keeping, "LARGE", 15)
    assert np.array_equal(pixels()[:16, :16], np.asarray(panel.image()))
    panel.strengths = {1: 2.0}
    assert pixels().shape[:2] == (16 + GAP, 16 + GAP)
    assert np.array_equal(pixels()[:16, :16], np.asarray(panel.image()))


def test_an_output_of_unmoved_sliders_searches_no_directions(stepped, monkeypatch):
    panel = stepped.panel
    monkeypatch.setattr(panel._session, "contents", lambda **_: pytest.fail("It searched."))
    assert "tiny, seed 0." in output(panel)["text/html"]


def test_an_output_shows_what_is_carried_over(stepped):
    panel = stepped.panel
    panel.strengths = {0: 2.0}
    panel.method = "random"
    shown = output(panel)
    assert "and an edit of an earlier search" in shown["text/html"]
    assert "sheet(generator, starts, edits)" in shown["text/html"]
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(shown["image/png"]))))
    assert np.array_equal(pixels[:16, :16], np.asarray(panel.image()))


def test_an_output_does_not_wait_for_a_generator_that_draws_something_else(stepped, monkeypatch):
    panel, lock = stepped.panel, stepped.panel.generator.lock
    monkeypatch.setattr(keeping, "FREE_SECONDS", 0.01)
    taken, go_on = threading.Event(), threading.Event()

    def draw():
        with lock:
            taken.set()
            go_on.wait(WAIT_SECONDS)

    other = threading.Thread(target=draw)
    other.start()
    assert taken.wait(WAIT_SECONDS)
    assert "image/png" not in output(panel)
    go_on.set()
    other.join()
    assert "image/png" in output(panel)


def test_the_generator_is_free_again_after_an_output_also_if_it_fails(stepped, monkeypatch):
    for picture in (True, False):
        assert ("image/png" in output(stepped.panel)) == picture
        assert not held(stepped.panel.generator.lock)
        monkeypatch.setattr(keeping, "sheet", lambda *_: 1 / 0)


@pytest.mark.parametrize(("passed", "ends"), [(0.5, False), (1.0, False), (1.5, True)])
def test_work_that_takes_longer_than_it_may_is_ended(monkeypatch, passed, ends):
    now = [100.0]
    monkeypatch.setattr(keeping.time, "monotonic", lambda: now[0])
    progress = keeping._within(1.0)
    now[0] += passed
    if ends:
        with pytest.raises(keeping._Cancelled):
            progress(1, 2)
    else:
        progress(1, 2)


def test_an_interrupt_between_cells_ends_a_file_that_is_made(stepped, monkeypatch):
    stepped.ask(1, {"starts": [3, 4]})
    stepped.step()
    share(stepped, "sheet", ".png")
    panel, tell = stepped.panel, stepped.panel._tell

    def tell_and_interrupt(info, *data, **options):
        tell(info, *data, **options)
        if info.type == "progress" and info.fraction == 0.5:
            assert panel._busy
            panel._interrupted()

    monkeypatch.setattr(panel, "_tell", tell_and_interrupt)
    stepped.step()
    assert (files_of(stepped), stepped.errors()) == ([], [])
    assert not panel._busy
