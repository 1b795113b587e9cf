"""Small seeded generators, and a comm that records, for all tests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Read by torch when it is imported, here and in the processes that tests start. The tensors of tests are too
# small for two threads, and threads that wait by spinning take the cores from the ones they wait for.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import comm
import hypothesis
import pytest
import torch
from comm.base_comm import BaseComm
from torch import nn

from sefa_widget.generators import Generator, Layer, Noise
from sefa_widget.generators.base import Latent
from sefa_widget.generators.dcgan import DCGAN
from tests.chromium import CHROMIUM_FLAGS, CHROMIUM_NAMES, find_chromium
from tests.patience import WAIT_MS

# Every run tries the same examples, however long one takes and whatever an earlier run found.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("same")

GOLDEN = Path(__file__).parent / "golden"
collect_ignore = ["checkpoint/fuzz.py"]  # a program that needs atheris; test_fuzz.py runs it
LONG = ("notebooks", "browser")
"""Marks of the tests that run longest: begun first, so that no process has all of them left at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what runs longest."""
    items.sort(key=lambda item: not any(item.get_closest_marker(mark) for mark in LONG))


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keep bytes of files out of names of tests: some hold the time, and processes must agree on names."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Any:
    """Replace halves of surrogate pairs in what was logged: no process can send them to another."""
    report = yield
    report.sections = [(title, text.encode(errors="replace").decode()) for title, text in report.sections]
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The Chromium found on this machine, driven by Playwright."""
    sync_api = pytest.importorskip("playwright.sync_api")
    found = find_chromium()
    if found is None:
        pytest.fail(f"None of {', '.join(CHROMIUM_NAMES)} is on PATH: 'make browser' installs it.")
    with sync_api.sync_playwright() as playwright:
        sync_api.expect.set_options(timeout=WAIT_MS)
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS, timeout=WAIT_MS)
        yield browser
        browser.close()


def devices() -> list[str]:
    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return found


@pytest.fixture(params=devices())
def device(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def seeded(generator: Generator, seed: int = 0) -> Generator:
    """Fill all tensors from one seed, variances positive, so that every part of the network matters."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, tensor in generator.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(torch.randn(tensor.shape, generator=random) * 0.5)
                if name.endswith("running_var"):
                    tensor.abs_().add_(0.5)
    return generator.eval().requires_grad_(False)


class TinyStyle(Generator):
    """A style-based generator with classes, small enough to check by hand: three layers read w."""

    family = "tinystyle"

    def __init__(self) -> None:
        super().__init__()
        self.name = "tinystyle"
        self.z_dim, self.latent_dim, self.resolution = 5, 6, 8
        self.latent_space, self.num_classes = "w", 4
        self.map = nn.Linear(5 + 4, 6)
        self.styles = nn.ModuleList(nn.Linear(6, m) for m in (8, 12, 3))
        self.to_image = nn.Linear(8 + 12 + 3, 3 * 8 * 8)
        self.layers = tuple(Layer(f"style {n}", 2 ** (n + 1), n) for n in range(3))

    @property
    def config(self) -> dict[str, Any]:
        return {}

    def mapping(self, z, *, labels=None, truncation_psi=1.0, truncation_cutoff=None) -> Latent:
        z = self.check_z(z)
        vectors = self.label_vectors(labels, z.shape[0])
        w = torch.tanh(self.map(torch.cat([z, vectors], 1)))
        codes = w[:, None].repeat(1, 3, 1)
        codes[:, :truncation_cutoff] *= truncation_psi
        return Latent(codes, vectors, truncation_psi)

    def forward(self, codes, labels=None, noise: Noise = "const"):
        styles = [style(codes[:, row]) for row, style in enumerate(self.styles)]
        return torch.tanh(self.to_image(torch.cat(styles, 1))).view(-1, 3, 8, 8)

    def latent_weight(self, layer: int):
        return self.styles[layer].weight


@pytest.fixture
def tiny() -> Generator:
    """A DCGAN of 16 px: layer 0 reads z, layers 1 and 2 only through it."""
    generator = seeded(DCGAN(latent_dim=8, widths=[6, 4]))
    generator.name = "tiny"
    return generator


@pytest.fixture
def tiny_style() -> Generator:
    return seeded(TinyStyle())


class RecordedComm(BaseComm):
    """A comm without a front end: what would be sent is kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: list[dict[str, Any]] = []
        super().__init__(*args, **kwargs)

    def publish_msg(self, msg_type, data=None, metadata=None, buffers=None, **keys):
        self.sent.append({"msg_type": msg_type, "data": data or {}, "buffers": buffers or []})


@pytest.fixture
def recorded_comms(monkeypatch: pytest.MonkeyPatch) -> list[RecordedComm]:
    made: list[RecordedComm] = []

    def create(*args: Any, **kwargs: Any) -> RecordedComm:
        made.append(RecordedComm(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(comm, "create_comm", create)
    return made
