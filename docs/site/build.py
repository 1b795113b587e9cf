"""Builds the site, without a network, and checks it: ``python docs/site/build.py``.

Warnings are errors. Afterwards every link of every page is followed, as far as it stays in the site.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import check
import reference
import sources
from sphinx.cmd.build import build_main

HERE = Path(__file__).resolve().parent
BUILD = sources.ROOT / "build"


def main() -> int:
    """Write build/site, and give the exit code."""
    gathered, site = sources.GATHERED, BUILD / "site"
    shutil.rmtree(site, ignore_errors=True)
    sources.gather(gathered)
    reference.write(gathered / "reference")
    options = ["-b", "html", "-q", "-E", "-a", "-W", "--keep-going"]
    places = [str(gathered), str(site), "-c", str(HERE), "-d", str(BUILD / "site-doctrees")]
    if failed := build_main([*options, *places]):
        return failed
    wrong = check.problems(site)
    print("\n".join(wrong) if wrong else f"{site}/index.html: {len(list(site.rglob('*.html')))} pages")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
