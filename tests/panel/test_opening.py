import math
import threading

import pytest
import torch
from torch import nn

from sefa_widget import Labels, explore, factorize, load_generator, save_generator
from sefa_widget.panel import opening, sharing
from sefa_widget.panel.state import first_state


@pytest.fixture
def opened(recorded_comms):
    panel = explore(device="cpu")
    yield panel
    panel.close()


def test_explore_opens_the_heads_with_four_of_them_at_psi_0_8_and_the_layers_of_the_pose(opened):
    assert opened.generator.name == "heads"
    assert [pin.seed for pin in opened.starts] == [31, 88, 75, 51]
    assert (opened.truncation_psi, opened.layers, opened.seed) == (0.8, (0, 3), 31)


def test_a_state_is_laid_over_what_a_model_opens_with(recorded_comms):
    with explore("heads", device="cpu", state={"starts": [5], "layers": (3, 5)}) as panel:
        assert ([pin.seed for pin in panel.starts], panel.layers) == ([5], (3, 5))
        assert panel.truncation_psi == 0.8


def test_faces_open_whole_because_they_have_no_truncation():
    state = first_state(load_generator("faces", device="cpu"))
    assert ([pin.seed for pin in state.starts], state.truncation_psi, state.layers) == (
        [47, 57, 91, 114],
        1.0,
        (0, 1),
    )


def test_any_other_generator_opens_on_seed_0(tiny_style):
    state = first_state(tiny_style)
    assert ([pin.seed for pin in state.starts], state.truncation_psi) == ([0], 1.0)


def test_what_a_file_does_not_tell_is_said_in_the_panel_and_can_be_given(tmp_path, recorded_comms):
    path = tmp_path / "net.pt"
    net = nn.Sequential(
        *(nn.ConvTranspose2d(8, 6, 4, 1, 0, bias=False), nn.BatchNorm2d(6), nn.ReLU()),
        *(nn.ConvTranspose2d(6, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
        *(nn.ConvTranspose2d(4, 3, 4, 2, 1, bias=False), nn.Tanh()),
    )
    torch.save(net.state_dict(), path)
    with explore(path, device="cpu") as guessed:
        assert "activation ReLU" in guessed.generator_info["assumed"]
        with explore(path, device="cpu", assume={"activation": "leaky_relu"}) as told:
            assert not any("activation" in text for text in told.generator_info["assumed"])
            assert told.generator is not guessed.generator


def test_a_state_is_read_from_a_file_that_a_text_names(tiny, recorded_comms, tmp_path):
    with explore(tiny, state={"starts": [5]}, labels=Labels()) as panel:
        path = panel.save(tmp_path / "state.json")
    with explore(tiny, state=str(path)) as again:
        assert again.seed == 5


def test_labels_are_given_as_they_are_or_by_the_path_of_their_store(tiny, recorded_comms, tmp_path):
    for labels in (tmp_path / "store", str(tmp_path / "store")):
        with explore(tiny, labels=labels, rater="Ada") as panel:
            assert panel.labels_info == {}
            assert panel.labels.place == str(tmp_path / "store")
    own = Labels()
    with explore(tiny, labels=own) as panel:
        assert panel.labels is own


def test_a_rater_is_a_text_and_nobody_where_the_user_has_no_name(tiny, recorded_comms, monkeypatch):
    with pytest.raises(ValueError, match=r"rater is an int \(3\); it must be a text"):
        explore(tiny, rater=3)
    with explore(tiny, rater="", labels=Labels()) as panel:
        assert panel._naming.rater == ""
    for error in (OSError, KeyError, ImportError):

        def nobody(error=error):
            raise error

        monkeypatch.setattr("getpass.getuser", nobody)
        with explore(tiny, labels=Labels()) as panel:
            assert panel._naming.rater == ""


def test_what_belongs_to_a_panel_is_given_to_it(tiny_style, recorded_comms):
    mine = factorize(tiny_style, method="random", k=2)
    names = ["cat", "dog", "bird", "fish"]
    with explore(tiny_style, directions={"mine": mine}, class_names=names, study="class") as panel:
        assert panel.generator_info["methods"][-1]["name"] == "mine"
        assert panel.generator_info["class_names"] == names
        assert panel.study_info["name"] == "class"


@pytest.fixture
def loaded(monkeypatch, tiny):
    """What was asked of `load_generator`: the source and the options of each call."""
    calls = []

    def load(source, *, progress=None, **options):
        calls.append((source, options))
        if progress is not None:
            progress(1, 2)
        return tiny

    monkeypatch.setattr(opening, "load_generator", load)
    return calls


OPTIONS = {
    "device": "cpu",
    "dtype": "float32",
    "assume": {"activation": "leaky_relu"},
    "network": "ema",
    "limits": {"pixels": 64},
}


def test_what_a_file_does_not_tell_and_how_it_is_loaded_reaches_the_loader(loaded, recorded_comms, tmp_path):
    path = tmp_path / "net.pt"
    path.write_bytes(b"")
    for source in (path, str(path), "heads"):
        explore(source, **OPTIONS).close()
    assert loaded == [(path, OPTIONS), (str(path), OPTIONS), ("heads", OPTIONS)]


@pytest.mark.parametrize(
    "own", [{"fresh": True}, *({name: OPTIONS[name]} for name in ("assume", "network", "limits"))]
)
def test_panels_share_a_generator_only_if_nothing_special_was_asked_for(
    loaded, recorded_comms, tmp_path, monkeypatch, own
):
    monkeypatch.setattr(sharing, "_known", {})
    path = tmp_path / "net.pt"
    path.write_bytes(b"")
    for options in ({}, {}, own, own):
        explore(path, device="cpu", **options).close()
    assert len(loaded) == 3


@pytest.mark.parametrize(("size", "text"), [(0, "0 MB"), (1_400_000, "1 MB"), (2_600_000, "3 MB")])
def test_a_file_is_told_with_its_size(tmp_path, size, text):
    path = tmp_path / "net.pt"
    with path.open("wb") as file:
        file.truncate(size)
    for source in (path, str(path)):
        assert opening._title(source) == f"net.pt ({text})"


def test_what_is_no_file_is_told_by_its_name(tmp_path):
    assert opening._title(tmp_path / "folder") == "folder"
    assert opening._title("user/model") == "model"
    assert opening._title(nn.Sequential()) == "Sequential"


def test_a_line_tells_what_was_loaded_from_a_module(tiny, recorded_comms, monkeypatch, capsys):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    now = iter([1.0, 3.25])
    monkeypatch.setattr(opening.time, "perf_counter", lambda: next(now))
    line = opening._told("user/model", lambda progress: tiny)
    assert line is tiny
    told = capsys.readouterr().err.split("\r")
    assert told[1] == "Loading model …"
    count = sum(parameter.numel() for parameter in tiny.parameters()) / 1e6
    assert told[2].rstrip() == (
        f"tiny: dcgan, 16 px, 3 layers, {count:.1f} M parameters on cpu, loaded in 2.2 s"
    )


@pytest.mark.parametrize(("beyond", "told"), [(0, []), (1, ["5 %", "50 %", "100 %"])])
def test_only_what_is_large_is_counted_in_steps_of_five(tiny, monkeypatch, capsys, beyond, told):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    total = opening.LARGE + beyond

    def load(progress):
        for share in (0.02, 0.05, 0.07, 0.5, 0.52, 1):
            progress(math.ceil(share * total), total)
        return tiny

    opening._told("model", load)
    lines = [line.rstrip() for line in capsys.readouterr().err.split("\r")]
    assert lines[2:-1] == [f"Loading model: {percent}" for percent in told]


def test_a_generator_that_was_given_is_explored_without_a_line(tiny, recorded_comms, capsys):
    with explore(tiny, device="cpu") as panel:
        assert panel.generator is tiny
    assert capsys.readouterr().err == ""


def test_the_bundled_models_are_opened_without_a_line_and_a_file_with_one(
    tiny, recorded_comms, tmp_path, monkeypatch
):
    told = []
    monkeypatch.setattr(opening.ProgressLine, "show", lambda line, text: told.append(text))
    for source in (None, "heads", "faces"):
        explore(source, device="cpu").close()
    assert told == []
    explore(save_generator(tiny, tmp_path / "net.safetensors"), device="cpu").close()
    assert len(told) == 2


@pytest.fixture
def told_threads(monkeypatch):
    """A machine of four cores, and what PyTorch is told of its threads; nothing is changed."""
    told = []
    monkeypatch.setattr(opening.os, "cpu_count", lambda: 4)
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    return told


def test_pytorchs_threads_are_left_alone_unless_somebody_says_how_many(told_threads, recorded_comms):
    explore(device="cpu").close()
    assert told_threads == []
    explore(device="cpu", threads=3).close()
    assert told_threads == [3]
    with pytest.raises(ValueError, match="threads is 5; it must be 1 to 4"):
        explore(device="cpu", threads=5)
    assert told_threads == [3]


def test_the_thread_that_draws_takes_as_many_threads_as_were_asked_for(recorded_comms):
    before = torch.get_num_threads()
    seen = []
    try:
        torch.set_num_threads(2)
        with explore(device="cpu", threads=1) as panel:
            worker = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
            worker.start()
            worker.join()
            assert panel.generator.name == "heads"
        assert seen == [1]
    finally:
        torch.set_num_threads(before)
