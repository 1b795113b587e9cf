"""How the report was made, and how to make it again."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from datetime import datetime, timezone

import torch

from sefa_widget import __version__
from sefa_widget.generators.opening import source_name
from sefa_widget.reports.again import command, python, python_of_strip
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.films import count_pictures
from sefa_widget.reports.html import Html, digits, join, tag

SIZE = Html("<!--size-->")
"""Stands where the size of the whole file goes; no text that is escaped can be the same."""


def made(contents: Contents) -> Html:
    """Write the model, the settings, and what makes the report again."""
    settings, generator, attributes = contents.settings, contents.generator, contents.attributes
    line = command(generator, settings, contents.file, attributes)
    return join(
        _listed(_facts(contents)),
        tag("h3", "Make it again"),
        *([tag("pre", line)] if line else []),
        tag("pre", python(generator, settings, contents.file, attributes)),
        tag("h3", "Draw a strip of it again"),
        tag("pre", python_of_strip(generator, settings, contents.groups[0])),
    )


def _facts(contents: Contents) -> dict[str, str]:
    generator, settings, packed = contents.generator, contents.settings, contents.packed
    size = f"{generator.width} x {generator.resolution} px"
    reading = sum(layer.row is not None for layer in generator.layers)
    classes = f", {generator.num_classes} classes" if generator.num_classes else ""
    seeds = ", ".join(map(str, settings.seeds))
    dtype = str(generator.synthesis_dtype).removeprefix("torch.")
    label = "" if settings.label is None else f", class {settings.label}"
    pictures = count_pictures(len(contents.groups), settings)
    way = "without loss" if packed.way.quality is None else f"as WebP of quality {packed.way.quality}"
    shrunk = (
        "" if packed.height == generator.resolution else f", made smaller from {generator.resolution} px high"
    )
    return {
        "Model": f"{generator.name}: {generator.family}, {size}{classes}",
        "Fingerprint": generator.fingerprint,
        "File": source_name(generator.source) or "none: it was in memory",
        **({"Assumed": "; ".join(generator.assumed)} if generator.assumed else {}),
        "Latent": f"{generator.latent_dim} numbers of {generator.latent_space}, read by {reading} of "
        f"{len(generator.layers)} layers",
        "Seeds": f"{seeds}; truncation {digits(settings.truncation_psi)}{label}",
        "Measured on": f"{settings.samples} seeds that no method has seen, of the same truncation{label}",
        **({} if settings.labels is None else {"Names": settings.labels or "given in memory"}),
        "Controls": f"{settings.controls} networks before training, random directions and random bases, of "
        "seeds that are always the same",
        "Made with": f"sefa_widget {__version__}, PyTorch {torch.__version__}, Python "
        f"{platform.python_version()}, on {generator.device.type}, pictures in {dtype}",
        "Date": datetime.now(timezone.utc).date().isoformat(),
        "Pictures": f"{pictures} drawn; shown at {packed.width} x {packed.height} px{shrunk}, {way}, "
        f"{packed.size / 1e6:.1f} MB",
        "This file": join(
            SIZE, f" of {settings.most_megabytes:g} MB allowed; it holds no program, and fetches nothing"
        ),
    }


def _listed(facts: Mapping[str, str]) -> Html:
    rows = (tag("div", tag("dt", name), tag("dd", text)) for name, text in facts.items())
    return tag("dl", *rows)
