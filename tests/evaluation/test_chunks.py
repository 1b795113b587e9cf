"""Chunks of work give the same numbers wherever they are done, and what is lost is done again."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import warnings
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
import torch

from sefa_widget import Edit, factorize
from sefa_widget.evaluation import captured_change, draw_features, rescore
from sefa_widget.evaluation.chunks import AHEAD, BREAKS, in_chunks
from sefa_widget.evaluation.extractors import Extractor

forks = pytest.mark.skipif("fork" not in multiprocessing.get_all_start_methods(), reason="no fork")
FORK = "ignore:.*multi-threaded, use of fork:DeprecationWarning"


def brightness(images):
    return images.mean((1, 2, 3))


def corners(images):
    return images[:, :, ::5, ::5].flatten(1)


def measured(generator, executor):
    """All numbers of the three scores that take an executor, in chunks of which there are several."""
    found = factorize(generator, k=2)
    score = rescore(generator, found, brightness, n=10, batch=4, controls=2, executor=executor)
    captured = captured_change(generator, found, executor=executor, latents=generator.sample(range(5)))
    features = draw_features(
        generator, range(9), Extractor("corners", corners), edit=Edit(found, {0: 1.0}), executor=executor
    )
    return torch.cat(
        [
            score.change.flatten(),
            score.control.change.flatten(),
            captured.curve,
            features.mean,
            features.covariance.flatten(),
            features.kept.double().flatten(),
        ]
    )


def test_threads_give_the_numbers_of_this_process(tiny_style):
    with ThreadPoolExecutor(3) as pool:
        found = measured(tiny_style, pool)
    assert torch.allclose(found, measured(tiny_style, None), rtol=0, atol=1e-6)


@pytest.mark.workers
def test_spawned_processes_give_the_numbers_of_this_process_and_end_with_their_pool(tiny_style):
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        found = measured(tiny_style, pool)
        assert torch.allclose(found, measured(tiny_style, None), rtol=0, atol=1e-6)
        workers = list(pool._processes.values())
    assert workers
    assert not any(worker.is_alive() for worker in workers)


def doubled(shared, piece):
    return shared * piece


def counted(shared, piece):
    with shared[0]:
        shared[1].append(piece)
    return piece


def test_results_come_in_order_and_few_chunks_are_ahead_of_them():
    taken = []

    def pieces():
        for piece in range(200):
            taken.append(piece)
            yield piece

    with ThreadPoolExecutor(3) as pool, in_chunks(doubled, 2, pieces(), pool) as results:
        for place, result in enumerate(results):
            assert result == 2 * place
            assert len(taken) <= place + 1 + AHEAD
    assert len(taken) == 200


def test_what_ends_early_takes_back_what_has_not_begun():
    done = threading.Lock(), []

    def interrupted(pool):
        with in_chunks(counted, done, range(1000), pool) as results:
            next(results)
            raise InterruptedError

    with ThreadPoolExecutor(1) as pool, pytest.raises(InterruptedError):
        interrupted(pool)
    assert 1 <= len(done[1]) <= AHEAD + 1


def killed_once(shared: Path, piece: int) -> int:
    """Ends its process with the fourth piece, the first time."""
    if piece == 3 and not shared.exists():
        shared.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return piece * piece


def killed(shared: None, piece: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@forks
@pytest.mark.filterwarnings(FORK)
def test_what_a_killed_process_had_is_done_again_and_that_is_said_once(tmp_path):
    pool = ProcessPoolExecutor(2, multiprocessing.get_context("fork"))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with in_chunks(killed_once, tmp_path / "killed", range(40), pool) as results:
            assert list(results) == [piece * piece for piece in range(40)]
    assert (tmp_path / "killed").exists()
    said = [str(one.message) for one in told if one.category is UserWarning]
    assert len(said) == 1
    assert "done again in a new pool" in said[0]
    with pytest.raises(BrokenProcessPool):
        pool.submit(os.getpid)
    pool.shutdown()
    assert not multiprocessing.active_children()


@forks
@pytest.mark.filterwarnings(FORK)
def test_work_that_kills_every_process_ends_with_an_error_that_says_what_to_do():
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("fork"))
    with (
        pytest.warns(UserWarning, match="done again"),
        pytest.raises(RuntimeError, match=f"ended {BREAKS} times in a row.*use fewer processes"),
        in_chunks(killed, None, range(3), pool) as results,
    ):
        list(results)


class OddError(Exception):
    """An error that cannot be unpickled."""

    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def failing(shared, piece):
    if piece == 2:
        raise OddError("one", "two")
    return shared(piece)


@forks
@pytest.mark.filterwarnings(FORK)
def test_an_error_arrives_as_it_is_or_in_words():
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork")) as pool:
        with (
            pytest.raises(RuntimeError, match="OddError: one and two"),
            in_chunks(failing, abs, range(5), pool) as results,
        ):
            list(results)
        with (
            pytest.raises(ZeroDivisionError),
            in_chunks(failing, lambda piece: 1 / piece, range(2), pool) as results,
        ):
            list(results)


def test_what_cannot_be_sent_is_said_before_any_work():
    shared = threading.Lock()
    with (
        ProcessPoolExecutor(1) as pool,
        pytest.raises(ValueError, match=r"cannot be sent to other processes.*ThreadPoolExecutor"),
        in_chunks(doubled, shared, range(5), pool),
    ):
        pass


@pytest.mark.workers
def test_a_cluster_of_dask_gives_the_numbers_of_this_process_and_does_again_what_was_lost(
    tiny_style, tmp_path
):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True
        ) as made,
        distributed.Client(made) as client,
    ):
        here = measured(tiny_style, None)
        assert torch.allclose(measured(tiny_style, client), here, rtol=0, atol=1e-6)
        assert torch.allclose(measured(tiny_style, client.get_executor()), here, rtol=0, atol=1e-6)
        with in_chunks(killed_once, tmp_path / "killed", range(10), client) as results:
            assert list(results) == [piece * piece for piece in range(10)]
        assert (tmp_path / "killed").exists()
