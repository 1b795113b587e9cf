"""Python processes of their own, with the project on their path."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}


def run(*arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run Python with arguments, and give what it printed and its status."""
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=timeout, env=ENVIRONMENT
    )
