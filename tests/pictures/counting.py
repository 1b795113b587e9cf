"""Counts how often each stage of a generator runs, and on how many pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sefa_widget.generators import Generator


class Counted:
    """What ran since the last look: for each stage the numbers of pictures of its runs."""

    def __init__(self, generator: Generator, patch: pytest.MonkeyPatch) -> None:
        stages = generator.stages()
        self.runs: list[list[int]] = [[] for _ in stages]
        counted = tuple(replace(stage, run=self._counting(n, stage.run)) for n, stage in enumerate(stages))
        patch.setattr(generator, "stages", lambda: counted)

    def _counting(self, number, run):
        def counting(features, latent, noise):
            self.runs[number].append(len(latent))
            return run(features, latent, noise)

        return counting

    def look(self) -> list[list[int]]:
        """Give what ran, and start again from nothing."""
        ran = [list(run) for run in self.runs]
        for run in self.runs:
            run.clear()
        return ran
