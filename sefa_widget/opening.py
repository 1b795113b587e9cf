"""A file, a module or a generator in, an open panel out: the first line of every notebook."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sefa_widget.checkpoint import Checkpoint
from sefa_widget.directions import Directions
from sefa_widget.generators import BUNDLED, Generator, load_generator
from sefa_widget.progress import ProgressLine
from sefa_widget.widget import SefaWidget


def explore(
    source: str | Path | Checkpoint | nn.Module | None = None,
    *,
    state: Mapping[str, Any] | None = None,
    directions: Mapping[str, Directions] | None = None,
    device: str | torch.device | None = None,
) -> SefaWidget:
    """Open a panel that edits a generator's pictures live.

    >>> panel = explore()
    >>> panel.strengths = {0: 2.5}

    Parameters
    ----------
    source
        A generator, or what `load_generator` takes, for example ``"heads"``; None is the bundled faces. A
        line tells how loading goes.
    state
        What `SefaWidget.state` gave, to go on from there.
    directions
        Directions found or loaded elsewhere, for example ``{"smile": load_directions("smile.npy")}``: the
        panel offers them by name beside its methods. Those of another generator are taken with a warning.
    device
        Where it computes; None takes the first there is of CUDA, MPS and CPU.

    Returns
    -------
    SefaWidget
        Show it by making it the last expression of a cell.

    Raises
    ------
    CheckpointError
        If the file cannot be read.
    ValueError
        If the device does not exist here, or the state or directions are none of this generator's.
    """
    if source is None or isinstance(source, Generator) or (isinstance(source, str) and source in BUNDLED):
        return SefaWidget(load_generator(source, device=device), state=state, directions=directions)
    with ProgressLine() as line:
        line.show(f"Loading {_title(source)} …")
        start = time.perf_counter()
        generator = load_generator(source, device=device)
        seconds = time.perf_counter() - start
        count = sum(parameter.numel() for parameter in generator.parameters()) / 1e6
        line.show(
            f"{generator.name}: {generator.family}, {generator.resolution} px, {len(generator.layers)} "
            f"layers, {count:.1f} M parameters on {generator.device}, loaded in {seconds:.1f} s"
        )
    return SefaWidget(generator, state=state, directions=directions)


def _title(source: str | Path | Checkpoint | nn.Module) -> str:
    if isinstance(source, str | Path):
        path = Path(source)
        return f"{path.name} ({path.stat().st_size / 1e6:.0f} MB)" if path.is_file() else path.name
    return source.name if isinstance(source, Checkpoint) else type(source).__name__
