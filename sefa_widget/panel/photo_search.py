"""The search for one picture that a view asked for: how far it is, and what it tells."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from sefa_widget.generators.base import Generator
from sefa_widget.inversion import Inversion, Step, compared, invert, read_picture
from sefa_widget.inversion.result import FAR, psnr
from sefa_widget.inversion.search import STEPS, brief_steps
from sefa_widget.panel.messages import FoundInfo, Phase
from sefa_widget.pictures import frames
from sefa_widget.pictures.frames import Frame, to_pixels

LARGEST = 256
"""Pixels of the longer side of the pictures that are told."""
TOLD_STEPS = 4
"""A picture is told after so many steps."""
CLEARER = 4
"""The difference is shown so many times as large."""

Tell = Callable[[FoundInfo, bytes], None]
"""Sends what a search tells."""


class PhotoSearch:
    """Looks for the latent of a picture, tells how near it is, and compares it with what is usual.

    Parameters
    ----------
    generator
        The generator that is searched.
    view
        The view that asked.
    data
        The bytes of the picture's file.
    tell
        Sends a message to the views.
    """

    def __init__(self, generator: Generator, view: str, data: bytes, tell: Tell) -> None:
        self.view, self.context = view, contextvars.copy_context()
        self.wanted = True
        """Whether there is something to do."""
        self.stopped = False
        """Whether it is to end with what it has."""
        self.dropped = False
        """Whether nobody waits for it any more: then it tells nothing."""
        self.found: Inversion | None = None
        """The nearest so far; None before the search has ended or was stopped."""
        self._generator, self._tell = generator, tell
        self._data: bytes | None = data
        self._target: Tensor | None = None
        self._first: Inversion | None = None

    def go_on(self) -> None:
        """Let it go on from what it found."""
        self.stopped, self.wanted = False, True

    def run(self, between: Callable[[], bool]) -> None:
        """Search and tell; `between` is asked after each step whether to end.

        Raises
        ------
        ValueError
            If the bytes are no picture, or no gradient passes through the generator.
        """
        self.wanted = False
        if self._data is not None:
            self._target, self._data = read_picture(self._generator, self._data), None
        if self._target is None:
            raise ValueError("The picture could not be read; choose another one.")
        target, steps = self._target[0], 0
        self._say("searching", 0.0, "Looking among samples.")

        def on_progress(step: Step) -> None:
            nonlocal steps
            steps = step.done
            if steps == 0:
                words = f"Looking among samples: {step.psnr:.1f} dB."
                self._say("searching", 0.0, words, self._shown(target, step.image))
            elif steps % TOLD_STEPS == 1:
                words = f"Step {step.done} of {step.total}: {step.psnr:.1f} dB."
                self._say("searching", step.done / step.total, words, self._shown(target, step.image))

        start = None if self.found is None else self.found.latent
        found = invert(self._generator, target, start=start, own=0, on_progress=on_progress, cancel=between)
        if self.found is not None:
            first = self._first or self.found
            found = replace(found, own_errors=first.own_errors, brief_error=first.brief_error)
        if self.found is None or found.error <= self.found.error:
            self.found = found
        if self._first is None and steps >= brief_steps(STEPS):
            self._first = found
        if self._first is not None and not self._first.own_errors and not self.stopped:
            words = f"Found with {psnr(self.found.error):.1f} dB. Now own pictures are searched, to compare."
            self._say("comparing", 1.0, words, self._shown(target, self.found.image))
            self._first = compared(self._generator, self._first, cancel=between)
            usual, brief = self._first.own_errors, self._first.brief_error
            self.found = replace(self.found, own_errors=usual, brief_error=brief)
        self.tell()

    def tell(self) -> None:
        """Tell what is found."""
        if (found := self.found) is None:
            return
        excess = found.excess
        foreign = excess is not None and excess > FAR
        self._say("done", 1.0, found.words, self._shown(found.target, found.image), foreign=foreign)

    def fail(self, words: str) -> None:
        """Tell what went wrong."""
        if not self.dropped:
            self._tell(FoundInfo(self.view, "failed", 0.0, words, False, "", 0, 0), b"")

    def _shown(self, target: Tensor, image: Tensor) -> Frame:
        difference = (CLEARER * (image - target).abs() - 1).clamp(-1, 1)
        pictures = torch.stack([target, image, difference]).detach().float()
        scale = LARGEST / max(pictures.shape[-2:])
        if scale < 1:
            size = [max(1, round(side * scale)) for side in pictures.shape[-2:]]
            pictures = interpolate(pictures, size=size, mode="area")
        return frames.preview(to_pixels(pictures))

    def _say(
        self, phase: Phase, fraction: float, words: str, frame: Frame | None = None, *, foreign: bool = False
    ) -> None:
        if self.dropped:
            return
        mime, width, height = ("", 0, 0) if frame is None else (frame.mime, frame.width, frame.height)
        info = FoundInfo(self.view, phase, fraction, words, foreign, mime, width, height)
        self._tell(info, b"" if frame is None else frame.data)
