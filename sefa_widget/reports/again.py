"""The command and the Python that make a report again, and a strip of it."""

from __future__ import annotations

import shlex

from sefa_widget.generators.base import Generator
from sefa_widget.generators.opening import source_name
from sefa_widget.reports.effects import READ_BY_BUNDLED
from sefa_widget.reports.groups import Group
from sefa_widget.reports.settings import Settings


def command(generator: Generator, settings: Settings, file: str, attributes: bool | None) -> str:
    """Write the command that makes the report again; "" where only Python can.

    `attributes` is None where a scorer was given, else whether the bundled one was used.
    """
    source = source_name(generator.source)
    if source is None or attributes is None or not settings.methods or settings.labels == "":
        return ""
    lines = [shlex.join(["sefa-widget", "report", source, f"--output={file}"])]
    if settings.title != generator.name:
        lines.append(shlex.quote(f"--title={settings.title}"))
    if settings.note:
        lines.append(shlex.quote(f"--note={settings.note}"))
    if settings.chosen:
        lines += [f"--layers={first}:{end}" for first, end in settings.layers]
    lines += [f"--method={method}" for method in settings.methods]
    lines += [f"--seeds={','.join(map(str, settings.seeds))}", f"--psi={settings.truncation_psi!r}"]
    if settings.labels is not None:
        lines.append(shlex.quote(f"--labels={settings.labels}"))
    if settings.label is not None:
        lines.append(f"--class={settings.label}")
    lines += [
        f"--directions={settings.k}",
        f"--wall={settings.wall}",
        f"--samples={settings.samples}",
        f"--controls={settings.controls}",
        f"--megabytes={settings.most_megabytes!r}",
    ]
    if not attributes and generator.source == READ_BY_BUNDLED:
        lines.append("--no-attributes")
    return " \\\n    ".join(lines)


def python(generator: Generator, settings: Settings, file: str, attributes: bool | None) -> str:
    """Write the Python that makes the report again."""
    source = source_name(generator.source)
    usual = {"title": generator.name, "note": "", "layers": None, "label": None}
    given = {
        "title": settings.title,
        "note": settings.note,
        "layers": list(settings.layers) if settings.chosen else None,
        "methods": list(settings.methods),
        "seeds": list(settings.seeds),
        "label": settings.label,
        "truncation_psi": settings.truncation_psi,
        "k": settings.k,
        "wall": settings.wall,
        "samples": settings.samples,
        "controls": settings.controls,
        "most_megabytes": settings.most_megabytes,
    }
    told = {name: value for name, value in given.items() if name not in usual or value != usual[name]}
    lines = [f"    {name}={value!r}," for name, value in told.items()]
    if settings.labels is not None:
        given_labels = repr(settings.labels) if settings.labels else "labels"
        lines.append(f"    labels={given_labels},")
    if attributes is None:
        lines.append("    scorer=scorer,  # the function that was given")
    elif not attributes and generator.source == READ_BY_BUNDLED:
        lines.append("    scorer=None,")
    about = [] if source is not None else [f"# generator: {generator.name!r}, {generator.fingerprint}"]
    opened = "generator" if source is None else repr(source)
    head = ["from sefa_widget import report", "", *about, "report(", f"    {opened},", f"    {file!r},"]
    return "\n".join([*head, *lines, ")"])


def python_of_strip(generator: Generator, settings: Settings, group: Group) -> str:
    """Write the Python that draws the first strip of a group again."""
    source = source_name(generator.source)
    search = group.directions.search
    start = f"Start({settings.seeds[0]}, label={settings.label}, truncation_psi={settings.truncation_psi!r})"
    end = group.end(0)
    return "\n".join(
        [
            "from sefa_widget import Start, factorize, load_generator, strip",
            "",
            f"generator = {'...' if source is None else f'load_generator({source!r})'}",
            f"found = factorize(generator, method={search.method!r}, layers={list(search.layers or ())})",
            f"strip(generator, found, 0, seeds={start}, strengths=[{-end}, {-end / 2}, 0, {end / 2}, {end}])",
        ]
    )
