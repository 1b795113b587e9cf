"""What Sphinx does not do by itself: the live panel, scripts of figures, and names in docstrings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import figures
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.domains.python import PyObject
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

LIVE = "live/heads.html"
"""The panel as a page, where it was written: ``sefa-widget page heads -o docs/live/heads.html``."""
LITERAL = re.compile(r"(``.*?``)")


class LivePanel(SphinxDirective):
    """The live panel where there is one, and otherwise a picture of it: on light ground, and on dark."""

    required_arguments = 2

    def run(self) -> list[nodes.Node]:
        """Give the frame, or the pictures, of which a page shows one."""
        place = nodes.container(classes=["live-panel"])
        if LIVE in self.config.html_extra_names:
            frame = f'<iframe src="{LIVE}" title="The panel, live" loading="lazy"></iframe>'
            pages = [name for name in self.config.html_extra_names if name.startswith("live/")]
            links = [f'<a href="{name}">{Path(name).stem}</a>' for name in sorted(pages, reverse=True)]
            frame += f"<p>On a page of their own: {', '.join(links)}. The generator runs in the page.</p>"
            place += nodes.raw("", frame, format="html")
            return [place]
        for picture, ground in zip(self.arguments, ("only-light", "only-dark"), strict=True):
            text = "The panel: four heads, and a slider for each direction"
            place += nodes.image(uri=picture, alt=text, classes=[ground])
        return [place]


def add_scripts(
    app: Sphinx, page: str, _template: str, _context: dict[str, Any], tree: nodes.Node | None
) -> None:
    """Let a page with figures load what draws them."""
    if tree is not None and any("figure-of-plotly" in raw.astext() for raw in tree.findall(nodes.raw)):
        for script in figures.SCRIPTS:
            app.add_js_file(script)


def escape_bars(_app: Sphinx, _what: str, _name: str, _value: Any, _options: Any, lines: list[str]) -> None:
    """Keep ``|cos|`` in docstrings a text: to reStructuredText it would be a substitution."""
    for number, line in enumerate(lines):
        parts = LITERAL.split(line)
        if not line.lstrip().startswith((">>>", "...")):
            lines[number] = "".join(
                part if part.startswith("``") else part.replace("|", "\\|") for part in parts
            )


def nearest(app: Sphinx, env: BuildEnvironment, node: pending_xref, text: nodes.Element) -> nodes.Node | None:
    """Find the entry of a name that a docstring or a type calls by a shorter or an inner name."""
    if node.get("refdomain") != "py":
        return None
    objects = env.domains.python_domain.objects
    target = node["reftarget"].lstrip("~.")
    if target.startswith("sefa_widget.") or "." not in target:
        tails, kinds = [target.rpartition(".")[2]], ("class", "function", "exception", "data")
    else:
        tails, kinds = (
            [target, target.partition(".")[0]],
            ("class", "function", "exception", "method", "property"),
        )
    for tail in tails:
        known = [
            name for name, found in objects.items() if name.endswith(f".{tail}") and found.objtype in kinds
        ]
        if known:
            found = objects[min(known, key=lambda name: name.count("."))]
            where = app.builder.get_relative_uri(node["refdoc"], found.docname)
            return nodes.reference("", "", text, internal=True, refuri=f"{where}#{found.node_id}")
    return None


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx."""
    for kind in PyObject.doc_field_types:
        if kind.name == "variable":
            kind.label = "Attributes"  # as the docstrings call them
    app.add_config_value("html_extra_names", [], "html")
    app.add_directive("live-panel", LivePanel)
    app.connect("html-page-context", add_scripts)
    app.connect("autodoc-process-docstring", escape_bars)
    app.connect("missing-reference", nearest)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
