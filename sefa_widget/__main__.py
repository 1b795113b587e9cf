"""A command line in, a report about a file of weights out: ``python -m sefa_widget inspect FILE``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from sefa_widget.checkpoint import FORMATS, CheckpointError
from sefa_widget.checkpoint.inspection import report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments
        What stands behind ``python -m sefa_widget``; None takes it from the command line.

    Returns
    -------
    int
        The exit code: 0, or 1 if the file is refused.
    """
    parser = argparse.ArgumentParser(prog="python -m sefa_widget")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    inspect = commands.add_parser(
        "inspect", help="say what a file of weights holds, without running any of it"
    )
    inspect.add_argument("file", metavar="FILE", help="the file, or a folder with pytorch_model.bin")
    inspect.add_argument("--format", choices=FORMATS, help="read it as this format, whatever it looks like")
    options = parser.parse_args(arguments)
    try:
        print(report(options.file, options.format))
    except CheckpointError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
