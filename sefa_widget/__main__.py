"""The command line: ``python -m sefa_widget inspect FILE`` describes a file of weights."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators import FORMATS
from sefa_widget.generators.assuming import parsed
from sefa_widget.generators.inspection import report


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
    inspect.add_argument(
        "--assume",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="what the file does not tell, for example activation=leaky_relu; several times for several",
    )
    options = parser.parse_args(arguments)
    try:
        print(report(options.file, options.format, parsed(options.assume)))
    except (CheckpointError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
