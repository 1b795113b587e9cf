"""Open a panel on a file, a module or a generator: the first line of every notebook."""

from __future__ import annotations

import getpass
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn

from sefa_widget.arguments import choice, flag, function, instance, whole
from sefa_widget.checkpoint import Checkpoint
from sefa_widget.directions import Directions
from sefa_widget.directions.scores import Scorer
from sefa_widget.generators import BUNDLED, Generator, choose_device, load_generator
from sefa_widget.generators.precision import as_dtype
from sefa_widget.labels import Labels, Study
from sefa_widget.panel.files import read_state
from sefa_widget.panel.lending import PLACES
from sefa_widget.panel.progress import ProgressLine
from sefa_widget.panel.sharing import Key, model_key, shared
from sefa_widget.panel.widget import SefaWidget
from sefa_widget.progress import Progress

LARGE = 100_000_000
"""Bytes of a file from which on the line of progress counts."""


def explore(
    source: str | Path | Checkpoint | nn.Module | None = None,
    *,
    state: Mapping[str, Any] | str | Path | None = None,
    directions: Mapping[str, Directions] | None = None,
    class_names: Sequence[str] | None = None,
    labels: Labels | str | Path | None = None,
    rater: str | None = None,
    scorer: Scorer | None = None,
    study: Study | str | None = None,
    device: str | torch.device | None = None,
    dtype: str | torch.dtype | None = None,
    assume: Mapping[str, Any] | None = None,
    network: str | None = None,
    limits: Mapping[str, int] | None = None,
    fresh: bool = False,
    threads: int | None = None,
    draw: str = "kernel",
) -> SefaWidget:
    """Open a panel that edits a generator's pictures live.

    >>> panel = explore()
    >>> panel.strengths = {0: 2.5}

    A cell of a notebook that is run again replaces its panel: the one it made before is closed, unless a
    variable still has it or another output shows it. ``with explore() as panel:`` and `SefaWidget.close`
    close one at once.

    Parameters
    ----------
    source
        A generator, or what `load_generator` takes, for example ``"faces"``; None is the bundled heads. A
        line tells how loading goes.
    state
        What `SefaWidget.state` gave, to go on from there, or a file that has it: a picture or the JSON that a
        panel saved.
    directions
        Directions found or loaded elsewhere, for example ``{"smile": load_directions("smile.npy")}``: the
        panel offers them by name beside its methods. They move the code rows of their own layers until
        edited layers are chosen. Those of another generator are taken with a warning.
    class_names
        A name for each class, by which the panel finds it, for example ``["cat", "dog"]``. The bundled
        garments have theirs, and a BigGAN of 1000 classes has those of ImageNet.
    labels
        Where the names of directions are kept: `Labels`, a path, or the URL of a database, for example
        ``"postgresql://user:password@host/class"``. None is the file ``sefa-labels.sqlite`` in the working
        directory, which is made at the first label.
    rater
        Who gives names; None is the name of the user on this machine.
    scorer
        What reads attributes off pictures, for example `load_regressor` for the heads: images
        ``[M, C, H, W]`` of about -1..1, float32 on the CPU, to scores ``[M]`` or ``[M, A]``; its `names` are
        the names of the attributes. While nothing else is wanted, the panel measures which attribute each
        direction changes, beside random directions, and proposes its name; a person takes it or not.
    study
        A study to show in place of the sliders, or the name of one: see `SefaWidget.study`.
    device
        Where it computes; None takes the first there is of CUDA, MPS and CPU.
    dtype
        What pictures are drawn in, for example ``"bfloat16"``: see `load_generator`.
    assume
        What a file does not tell, for example ``{"activation": "leaky_relu"}``: see `load_generator`.
    network
        Which of several generators of a file: see `load_generator`.
    limits
        How large a generator of a file may be, for example ``{"pixels": 16384}``: see `load_generator`.
    fresh
        Whether the panel gets a generator of its own. Otherwise panels of the same model (a bundled name,
        or an unchanged file) on the same device and in the same dtype share one, which is loaded once.
    threads
        How many threads of the CPU PyTorch takes from now on, in the whole program
        (`torch.set_num_threads`): 1 where many kernels share a machine. None leaves that alone.
    draw
        Where pictures are drawn while a slider is held. ``"kernel"``: here; they are streamed. ``"page"``:
        in the browser, once the network is exported and sent there (half a minute): pictures follow sooner,
        also while a cell runs or the link is slow. It needs ``pip install 'sefa_widget[page]'`` and a
        generator of at most 30 MB. The kernel still draws the last picture of each drag, and what the page
        cannot: latents of photos, a second search, carried edits, fresh noise.

    Returns
    -------
    SefaWidget
        Show it by making it the last expression of a cell.

    Raises
    ------
    CheckpointError
        If the file cannot be read.
    ImportError
        If ``draw="page"`` is asked for, and a library for it is missing.
    ValueError
        If the device does not exist here or cannot draw in the dtype, or the state or directions are none of
        this generator's, or the study is not, or class names are not as many as its classes.
    """
    kept = labels if labels is None or isinstance(labels, Labels) else Labels(labels)
    who = _user() if rater is None else instance(rater, "rater", str, "a text")
    source = next(iter(BUNDLED)) if source is None else source
    flag(fresh, "fresh")
    if threads is not None:
        torch.set_num_threads(whole(threads, "threads", 1, max(1, os.cpu_count() or 1)))
    if scorer is not None:
        function(scorer, "scorer", "images [M, C, H, W]")
    given = read_state(state) if isinstance(state, str | Path) else state

    def load(progress: Progress | None = None) -> Generator:
        return load_generator(
            source,
            device=device,
            dtype=dtype,
            assume=assume,
            network=network,
            limits=limits,
            progress=progress,
        )

    def key() -> Key | None:
        if fresh or assume or network or limits or not isinstance(source, str | Path):
            return None
        chosen = choose_device(device)
        return model_key(source, chosen, torch.float32 if dtype is None else as_dtype(dtype, chosen))

    if not isinstance(source, str | Path):
        generator = load() if isinstance(source, Generator) else _told(source, load)
    elif isinstance(source, str) and source in BUNDLED:
        generator = shared(key(), load)
    else:
        found = key()
        generator = _told(source, lambda progress: shared(found, lambda: load(progress)))
    panel = SefaWidget(
        generator,
        state=given,
        directions=directions,
        class_names=class_names,
        labels=kept,
        rater=who,
        scorer=scorer,
        draw=choice(draw, "draw", PLACES),
    )
    try:
        if study is not None:
            panel.study(study)
    except BaseException:
        panel.close()
        raise
    return panel


def _user() -> str:
    """Give the name of the user on this machine; empty where there is none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _told(source: str | Path | Checkpoint | nn.Module, load: Callable[[Progress], Generator]) -> Generator:
    """Load a generator and tell how it goes in a line."""
    with ProgressLine() as line:
        title = _title(source)
        line.show(f"Loading {title} …")
        shown = 0

        def progress(done: int, total: int) -> None:
            nonlocal shown
            if total > LARGE and done * 20 // total > shown:
                shown = done * 20 // total
                line.show(f"Loading {title}: {5 * shown} %")

        start = time.perf_counter()
        generator = load(progress)
        seconds = time.perf_counter() - start
        count = sum(parameter.numel() for parameter in generator.parameters()) / 1e6
        line.show(
            f"{generator.name}: {generator.family}, {generator.resolution} px, {len(generator.layers)} "
            f"layers, {count:.1f} M parameters on {generator.device}, loaded in {seconds:.1f} s"
        )
    return generator


def _title(source: str | Path | Checkpoint | nn.Module) -> str:
    if isinstance(source, str | Path):
        path = Path(source)
        return f"{path.name} ({path.stat().st_size / 1e6:.0f} MB)" if path.is_file() else path.name
    return source.name if isinstance(source, Checkpoint) else type(source).__name__
