"""Makes the README fit for the package index: its links and pictures get addresses that work anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)(\[[^\]]*\])\((?![a-z]+:|#)([^)]+)\)")


def with_addresses(readme: str, source: str, version: str) -> str:
    """Replace links to files of the checkout by links to the same files at a version's tag.

    >>> with_addresses("[how](docs/heads.md), ![four](docs/panel.webp)", "https://x.org/a/b", "1.0")
    '[how](https://x.org/a/b/blob/v1.0/docs/heads.md), ![four](https://x.org/a/b/raw/v1.0/docs/panel.webp)'
    """

    def absolute(link: re.Match[str]) -> str:
        picture, text, path = link.groups()
        return f"{picture}{text}({source}/{'raw' if picture else 'blob'}/v{version}/{path})"

    return LINK.sub(absolute, readme)


class Readme(MetadataHookInterface):
    """Gives the long description, from README.md and the address in ``[project.urls]``."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Add the long description."""
        root = Path(self.root)
        package = (root / "sefa_widget/__init__.py").read_text(encoding="utf-8")
        (version,) = re.findall(r'^__version__ = "(.+)"$', package, re.MULTILINE)
        readme = (root / "README.md").read_text(encoding="utf-8")
        text = with_addresses(readme, metadata["urls"]["Source"], version)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
