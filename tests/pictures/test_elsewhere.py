"""Generators and sheets in worker processes of dask and joblib draw the pictures that they draw here."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator

import numpy as np
import psutil
import pytest
import torch

from sefa_widget import Sheet, Start, factorize, load_generator, sheet
from sefa_widget.generators import Generator
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.files import Tiles
from tests.generators.golden import load

pytestmark = pytest.mark.workers

CASES = ["heads", "nv_ada", "hf_biggan_deep"]


def make(case: str) -> Generator:
    return load_generator(case, device="cpu") if case == "heads" else load(case)


def draw(generator: Generator, seed: int) -> Tiles:
    """The pixels of a sheet; on one thread, as in every worker, so that sums are in one order."""
    torch.set_num_threads(1)
    edits = [UNEDITED, Edit(factorize(generator), {0: 1.0})]
    return sheet(generator, [seed, Start(seed, truncation_psi=0.5)], edits).tiles


def same(found: Tiles, expected: Tiles) -> bool:
    """Whether the bytes are the same, but for numbers that memory elsewhere rounds to the next level."""
    differences = np.abs(found.astype(int) - expected)
    return bool(differences.max() <= 1 and (differences > 0).mean() < 1e-3)


def draw_given(generator: Generator, starts: list[Start], edits: list[Edit]) -> Sheet:
    """A sheet of starts and edits that came along, to travel back."""
    torch.set_num_threads(1)
    return sheet(generator, starts, edits)


@pytest.fixture
def no_process_stays() -> Iterator[None]:
    """Fails when the test leaves a process behind that was not there before."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    left = [child for child in psutil.Process().children(recursive=True) if child.pid not in before]
    helpers = ("resource_tracker", "forkserver")  # of Python: they end with this process
    left = [child for child in left if not any(word in " ".join(child.cmdline()) for word in helpers)]
    _, alive = psutil.wait_procs(left, timeout=60)
    assert not alive


def test_joblib_draws_the_same_pictures(no_process_stays):
    joblib = pytest.importorskip("joblib")
    work = [(make(case), seed) for case in CASES for seed in (1, 2)]
    expected = [draw(*one) for one in work]
    try:
        found = joblib.Parallel(n_jobs=2)(joblib.delayed(draw)(*one) for one in work)
    finally:
        joblib.externals.loky.get_reusable_executor().shutdown(wait=True)
    assert all(map(same, found, expected))


@pytest.fixture(scope="module")
def cluster() -> Iterator[object]:
    """A dask cluster of one worker process on this machine, reachable from this machine only."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True
        ) as made,
        distributed.Client(made) as client,
    ):
        yield client
    assert not [child for child in multiprocessing.active_children() if "Dask" in child.name]


@pytest.mark.parametrize("case", CASES)
def test_dask_draws_the_same_pictures(case, cluster):
    generator = make(case)
    expected = [draw(generator, seed) for seed in (1, 2)]
    there = cluster.scatter(generator)
    assert all(map(same, cluster.gather(cluster.map(draw, [there] * 2, [1, 2])), expected))


def test_starts_edits_and_sheets_travel(cluster):
    generator = make("heads")
    starts = [Start(3), Start(latent=generator.sample([4], truncation_psi=0.5), truncation_psi=0.5)]
    edits = [Edit(factorize(generator, layers=(5, 10)), {0: 1.0}, also=Edit(factorize(generator), {1: 0.5}))]
    expected = draw_given(generator, starts, edits)
    found = cluster.submit(draw_given, generator, starts, edits).result()
    assert same(found.tiles, expected.tiles)
    assert found.recipe == expected.recipe


def test_the_cluster_listens_on_this_machine_only(cluster):
    assert cluster.scheduler.address.startswith("tcp://127.0.0.1:")
    own = psutil.Process()
    for process in (own, *own.children(recursive=True)):
        listening = [
            one.laddr.ip for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN
        ]
        assert set(listening) <= {"127.0.0.1", "::1"}
