"""Writes the table of `docs/hosts.md` from what tests in real hosts see; run ``python docs/hosts_table.py``.

It runs `tests/hosts`, some minutes, or reads the report of a run: ``pytest tests/hosts --junit-xml=FILE``.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "hosts.md"
sys.path.insert(0, str(ROOT))

from tests.hosts.servers import HOSTS  # noqa: E402 (is below ROOT)

COLUMNS = ("shows", "drags", "updates", "theme", "keyboard", "reload")
"""The first words of the tests."""
NOT_RUN = ("VS Code", "Google Colab")
BETWEEN = re.compile(r"(?<=<!-- python docs/hosts_table.py -->\n).*?(?=<!-- end of the table -->)", re.S)


def seen(report: Path) -> dict[tuple[str, str], str]:
    """Read what each test of each host saw from pytest's report."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        match = re.fullmatch(r"test_([a-z]+)_.*\[(.*)\]", case.get("name", ""))
        if match:
            bad = [case.find(kind) is not None for kind in ("failure", "error")]
            skipped = case.find("skipped") is not None
            found[match[2], match[1]] = "**no**" if any(bad) else "not run" if skipped else "yes"
    return found


def table(found: dict[tuple[str, str], str]) -> str:
    """Write the table: a row for each host."""
    lines = [f"| host | {' | '.join(COLUMNS)} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for host in HOSTS:
        version = importlib.metadata.version(host.module) if host.installed else ""
        cells = [found.get((host.name, column), "not run") for column in COLUMNS]
        lines.append(f"| {host.name} ({host.module} {version}) | {' | '.join(cells)} |")
    lines += [f"| {name} | {' | '.join(['not run there'] * len(COLUMNS))} |" for name in NOT_RUN]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the table into the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("report", nargs="?", type=Path, help="the report of a run; else the tests are run")
    report = parser.parse_args().report
    with tempfile.TemporaryDirectory() as folder:
        if report is None:
            report = Path(folder) / "report.xml"
            command = [sys.executable, "-m", "pytest", "tests/hosts", f"--junit-xml={report}"]
            subprocess.run(command, cwd=ROOT)
        made = table(seen(report))
    PAGE.write_text(BETWEEN.sub(lambda _: made, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
