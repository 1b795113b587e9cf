"""Edits that change the picture equally much, and what they do to pictures and scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from benchmarks.claims.claim import Run
from sefa_widget import edit
from sefa_widget.directions import Directions
from sefa_widget.generators import Generator, Latent
from sefa_widget.measures.changes import draw, rms
from sefa_widget.pictures.editing import Rows

MATCHING_SEED = 2_000_000
"""First seed of the latents on which strengths are matched; nothing else is measured on them."""
LIMIT = 30.0
"""The largest strength."""
ROUNDS, TOLERANCE = 20, 0.01
BATCH = 128


@dataclass(frozen=True, slots=True)
class Moved:
    """What N edits gave: what was read off the edited pictures, and by how much each picture changed."""

    read: Tensor
    change: Tensor


def rounded(values: Tensor) -> list[int]:
    """Give values as a setting of a step that is kept: fits differ in their last digits with the threads."""
    whole: list[int] = (values.double() * 1e6).round().long().flatten().tolist()
    return whole


def strengths(
    run: Run,
    generator: Generator,
    directions: Directions,
    change: float,
    name: str,
    latents: int = 4,
    rows: Rows = "all",
) -> Tensor:
    """Find the strength of each direction that gives the mean image change, ``[k]``; kept."""

    def work() -> dict[str, Tensor]:
        some = generator.sample(range(MATCHING_SEED, MATCHING_SEED + latents))
        say = run.progress(f"strengths of {name}")
        return {"strengths": _matched(generator, directions, change, some, say, rows)}

    settings: tuple[object, ...] = (
        generator.fingerprint,
        change,
        latents,
        rounded(directions.vectors),
        LIMIT,
    )
    if rows != "all":
        settings = (*settings, rows)
    return run.tensors(f"strengths of {name}", settings, work)["strengths"]


def _matched(
    generator: Generator,
    directions: Directions,
    change: float,
    latents: Latent,
    say: Callable[[int, int], None],
    rows: Rows,
) -> Tensor:
    """Do what `matched_strengths` does, for all directions in the same batches: many are needed here."""
    k, n = len(directions), len(latents.codes)
    base = draw(generator, latents)
    many = Latent(latents.codes.repeat(2 * k, 1, 1), None, latents.truncation_psi)
    one = torch.eye(k, dtype=torch.float64)

    def changes(found: Tensor) -> Tensor:
        amounts = (torch.cat([one, -one]) * found.repeat(2)[:, None]).repeat_interleave(n, 0)
        images = draw(generator, edit(many, directions, amounts.float(), rows=rows))
        return rms(images - base.repeat(2 * k, 1, 1, 1)).view(2, k, n).mean((0, 2))

    return solved(changes, torch.full((k,), change, dtype=torch.float64), say)


def solved(changes: Callable[[Tensor], Tensor], wanted: Tensor, say: Callable[[int, int], None]) -> Tensor:
    """Find the strengths where what they change is as wanted, all at once; at most `LIMIT`.

    The change starts at 0 and is nearly straight: each step goes where the straight line through the last
    measurement says, kept inside the bracket that is known so far.
    """
    found, low = torch.ones_like(wanted), torch.zeros_like(wanted)
    high = torch.full_like(low, torch.inf)
    for number in range(ROUNDS):
        got = changes(found)
        done = ((got - wanted).abs() <= TOLERANCE * wanted) | ((got < wanted) & (found >= LIMIT))
        say(number, ROUNDS)
        if bool(done.all()):
            break
        low, high = torch.where(got < wanted, found, low), torch.where(got < wanted, high, found)
        guess = found * wanted / got.clamp_min(1e-12)
        middle = torch.where(high.isinf(), 2 * found, (low + high) / 2)
        guess = torch.where((guess > low) & (guess < high), guess, middle).clamp_max(LIMIT)
        found = torch.where(done, found, guess)
    return found


def moved(
    generator: Generator,
    latents: Latent,
    base: Tensor,
    directions: Directions,
    amounts: Tensor,
    read: Callable[[Tensor], Tensor],
    say: Callable[[int, int], None],
) -> Moved:
    """Move each latent by its row of amounts ``[N, k]``, and read the pictures off.

    `base` are the pictures of the latents; the change is the root mean square of edited less unedited.
    """
    found, changes, count = [], [], len(latents.codes)
    for start in range(0, count, BATCH):
        part = slice(start, start + BATCH)
        some = Latent(latents.codes[part], None, latents.truncation_psi)
        images = draw(generator, edit(some, directions, amounts[part], rows="all"))
        changes.append(rms(images - base[part]))
        found.append(read(images))
        say(start, count)
    return Moved(torch.cat(found), torch.cat(changes))


def unedited(generator: Generator, seed: int, n: int) -> tuple[Latent, Callable[[], Tensor]]:
    """Give n latents from a seed on, and what draws their pictures once, when they are first asked for."""
    latents = generator.sample(range(seed, seed + n))
    return latents, lru_cache(maxsize=1)(lambda: draw(generator, latents))


def one_each(picks: Tensor, amounts: Tensor, k: int) -> Tensor:
    """Give amounts ``[N, k]`` that move picture i along direction ``picks[i]`` only."""
    return torch.zeros(len(picks), k, dtype=amounts.dtype).scatter(1, picks[:, None], amounts[:, None])
