"""Objects of unknown classes stand beside weights without being imported; what could run code is refused."""

from __future__ import annotations

import io
import pathlib
import pickle
import sys
import types

import pytest
import torch
from torch import nn

from sefa_widget import CheckpointError, load_generator
from sefa_widget.checkpoint.inert import inert_global
from sefa_widget.generators import read_checkpoint
from tests.checkpoint.attacks import pickled
from tests.checkpoint.opcodes import NONE, entries, get, named_global, number, put, text
from tests.checkpoint.small_files import state_dict, torch_saved
from tests.checkpoint.test_checkpoint import read, save  # noqa: F401  # a fixture


@pytest.fixture
def project():
    """Classes of a module that exists only as long as a test runs."""
    module = types.ModuleType("project_x")
    sys.modules["project_x"] = module
    for name, bases in (("Settings", (dict,)), ("Callback", ()), ("Net", (nn.Module,))):
        setattr(module, name, type(name, bases, {"__module__": "project_x"}))
    yield module
    del sys.modules["project_x"]


def test_objects_of_any_class_may_stand_beside_weights(save, project):  # noqa: F811
    callback = project.Callback()
    callback.best = 3
    around = {
        "hyper_parameters": project.Settings(size=3),
        "callbacks": {project.Callback: {"path": "x"}, "one": callback},
        "folder": pathlib.PurePosixPath("/x"),
        "list": [project.Settings(), {1: callback}],
    }
    found = read(save(torch_saved({**around, "g_ema": state_dict("rosinality")})))
    assert found.keys() == state_dict("rosinality").keys()


def test_a_whole_module_is_taken_apart_by_name(save, project):  # noqa: F811
    net = project.Net()
    net.main = nn.Sequential(nn.ConvTranspose2d(4, 3, 4), nn.BatchNorm2d(3), nn.ReLU())
    net.main.append(nn.ConvTranspose2d(3, 1, 4, 2, 1))
    path = save(torch_saved({"generator": net, "epoch": 3}))
    del sys.modules["project_x"]
    generator = load_generator(path, device="cpu")
    sys.modules["project_x"] = project
    assert torch.equal(generator.state_dict()["convolutions.0.weight"], net.main[0].weight)


@pytest.mark.parametrize("module", ["pathlib", "pathlib._local"])
@pytest.mark.parametrize("name", ["Path", "PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath"])
def test_paths_are_inert_from_every_python(module, name):
    assert inert_global(module, name) is not None


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("os", "system"),
        ("posix", "system"),
        ("subprocess", "Popen"),
        ("builtins", "eval"),
        ("builtins", "Exception"),
        ("importlib.util", "Loader"),
        ("torch.hub", "load"),
        ("numpy", "load"),
    ],
)
def test_what_could_run_code_has_no_stub(module, name):
    assert inert_global(module, name) is None


def test_a_class_of_the_standard_library_is_refused(save):  # noqa: F811
    data = pickle.dumps({"a": io.BytesIO})
    with pytest.raises(CheckpointError, match=r"asks for _io\.BytesIO"):
        read(save(data))


DEEP = NONE + b"\x85" * 450_000
LARGE = entries([(text(f"k{n}"), NONE) for n in range(50_000)]) + put(0)
COLLIDING = b"".join(number((2**61 - 1) * n) + NONE for n in range(1, 20_000))


@pytest.mark.parametrize(("module", "name"), [("my.models", "Thing"), ("collections", "defaultdict")])
@pytest.mark.parametrize(
    ("does", "message"),
    [
        (lambda made: made + b"(" + DEEP + NONE + b"u", "uses a tuple as a key"),
        (lambda made: made + b"}(" + DEEP + NONE + b"ub", "uses a tuple as a key"),
        (lambda made: made + b"(" + COLLIDING + b"u", "far more work"),
        (lambda made: LARGE + b"](" + (made + get(0) + b"b") * 20_000 + b"e", "far more work"),
        (lambda made: made + DEEP + b"b", "holds no state dict of a generator, but an object of the class"),
    ],
)
def test_an_object_of_any_class_costs_what_a_known_one_costs(tmp_path, module, name, does, message):
    path = tmp_path / "attack.pkl"
    path.write_bytes(pickled(does(named_global(f"{module}.{name}") + b")\x81")))
    with pytest.raises(CheckpointError, match=message):
        read_checkpoint(path)
