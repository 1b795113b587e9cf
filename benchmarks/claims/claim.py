"""A claim as a value, and a run of it: what is kept on the way, what is written at the end."""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "docs/claims/data"
KEPT = ROOT / "build/claims"
SAY_EVERY = 10.0
"""Seconds between two lines about the progress."""

Row = dict[str, Any]
Table = list[Row]
Tables = dict[str, Table]
Verdict = Literal["holds", "does not hold", "cannot be tested here"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement of a claim, with its verdict and the figures that decide it."""

    statement: str
    verdict: Verdict
    result: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What a paper claims, and how it is measured again.

    Attributes
    ----------
    name
        Of the module, the page and the files of figures.
    title, source, says
        A heading; the paper and its table; what is claimed there, in our words.
    run
        What was run, and what the controls are, in Markdown.
    seeds
        All seeds.
    measure
        Gives tables of figures by name.
    findings
        Judges the tables; the rules are written before the figures are known.
    bought
        What each method reaches, for the table of all claims: rows of `text.bought_row`, none if methods
        are not compared.
    power
        A sentence that says which difference would not be seen with so many samples.
    body
        The part of the page that shows the tables, in Markdown.
    figure
        A plotly figure of the tables.
    """

    name: str
    title: str
    source: str
    says: str
    run: str
    seeds: str
    measure: Callable[[Run], Tables]
    findings: Callable[[Tables], list[Finding]]
    bought: Callable[[Tables], Table]
    power: Callable[[Tables], str]
    body: Callable[[Tables], str]
    figure: Callable[[Tables], Any]


class Run:
    """One run: its size, its steps that are kept so that a stopped run goes on, and its progress."""

    def __init__(self, name: str, full: bool = False, again: bool = False) -> None:
        self.name, self.full, self.again = name, full, again
        self.seconds = 0.0

    def size(self, small: int, full: int) -> int:
        """Give the number of samples, or the one of ``--full``."""
        return full if self.full else small

    def table(self, step: str, settings: object, work: Callable[[], Table]) -> Table:
        """Do a step, or take what it gave with the same settings; seconds are those it took then."""
        path = self._path(step, settings).with_suffix(".json")
        if self.again or not path.exists():
            begin, found = time.monotonic(), work()
            _write(path, json.dumps({"seconds": time.monotonic() - begin, "table": found}))
        kept = json.loads(path.read_text(encoding="utf-8"))
        self._tell(step, kept["seconds"])
        table: Table = kept["table"]
        return table

    def tensors(
        self, step: str, settings: object, work: Callable[[], dict[str, Tensor]], shared: bool = False
    ) -> dict[str, Tensor]:
        """Do the same for tensors; those of a shared step serve all claims."""
        path = self._path(step, settings, "shared" if shared else self.name).with_suffix(".pt")
        if (self.again and not shared) or not path.exists():
            begin, found = time.monotonic(), work()
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.save({**found, "seconds": torch.tensor(time.monotonic() - begin)}, path.with_suffix(".new"))
            path.with_suffix(".new").replace(path)
        kept: dict[str, Tensor] = torch.load(path, weights_only=True)
        self._tell(step, float(kept.pop("seconds")))
        return kept

    def progress(self, what: str) -> Callable[[int, int], None]:
        """Give what prints a line now and then: how much is done, and of how much."""
        last = time.monotonic()

        def say(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last > SAY_EVERY:
                last = time.monotonic()
                print(f"  {self.name}: {what}, {done:,} of {total:,}", flush=True)

        return say

    def _tell(self, step: str, seconds: float) -> None:
        self.seconds += seconds
        print(f"{self.name}: {step}, {seconds:.0f} s", flush=True)

    def _path(self, step: str, settings: object, folder: str | None = None) -> Path:
        known = hashlib.sha256(repr((step, settings)).encode()).hexdigest()[:12]
        return KEPT / (folder or self.name) / f"{step.replace(' ', '-')}-{known}"


def write_table(path: Path, table: Table) -> None:
    """Write a table as CSV, numbers with six digits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(table[0]), lineterminator="\n")
        writer.writeheader()
        for row in table:
            writer.writerow({k: f"{v:.6g}" if isinstance(v, float) else v for k, v in row.items()})


def read_table(path: Path) -> Table:
    """Read a table back; what looks like a number is one."""
    with path.open(newline="", encoding="utf-8") as file:
        return [{name: _value(text) for name, text in row.items()} for row in csv.DictReader(file)]


def read_tables(name: str) -> Tables:
    """Read all tables of a claim."""
    found = sorted(DATA.glob(f"{name}-*.csv"))
    return {path.stem.removeprefix(f"{name}-"): read_table(path) for path in found}


def main(claim: Claim) -> None:
    """Run one claim from the command line, and write its figures and the pages."""
    from benchmarks.claims import pages

    options = argparse.ArgumentParser(description=claim.title)
    options.add_argument("--full", action="store_true", help="as many samples as in the paper: longer")
    options.add_argument("--again", action="store_true", help="do steps again that are kept from before")
    given = options.parse_args()
    with goes_on():
        measure(claim, full=given.full, again=given.again)
    pages.write()


@contextmanager
def goes_on() -> Iterator[None]:
    """Say, in the place of a traceback, that an interrupted run goes on where it was stopped."""
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(
            "Stopped. What is done is kept in build/claims: the same command goes on from there."
        ) from None


def measure(claim: Claim, *, full: bool = False, again: bool = False) -> None:
    """Run one claim and write its tables; the last one says how long it took."""
    torch.set_num_threads(min(2, torch.get_num_threads()))
    run = Run(claim.name, full, again)
    tables = claim.measure(run)
    for old in DATA.glob(f"{claim.name}-*.csv"):
        old.unlink()
    for name, table in tables.items():
        write_table(DATA / f"{claim.name}-{name}.csv", table)
    about = {"claim": claim.name, "full": int(full), "seconds": round(run.seconds)}
    write_table(DATA / f"{claim.name}-run.csv", [about])


def _value(text: str) -> str | int | float:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _write(path: Path, text: str) -> None:
    """Write a file whole or not at all, so that a stopped run leaves no half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".new").write_text(text, encoding="utf-8")
    path.with_suffix(".new").replace(path)
