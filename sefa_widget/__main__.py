"""The command line: ``inspect`` describes a file of weights, ``page`` writes the panel as a file."""

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
        The exit code: 0; 1 if the file is refused or nothing can be written; 130 if it was interrupted.
    """
    parser = argparse.ArgumentParser(prog="python -m sefa_widget")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", dest="command")
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
    paged = commands.add_parser("page", help="write the panel as one HTML file, in which the generator runs")
    paged.add_argument("model", metavar="MODEL", help="heads, faces, or a file of weights")
    paged.add_argument("-o", "--output", required=True, metavar="FILE.html", help="where to write")
    paged.add_argument("--title", help="what stands above the panel")
    paged.add_argument("--note", default="", help="a line below it, for example the licence of the model")
    paged.add_argument("--method", action="append", default=[], help="another method, for example pca")
    options = parser.parse_args(arguments)
    try:
        if options.command == "page":
            _page(options)
        else:
            print(report(options.file, options.format, parsed(options.assume)))
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130
    except (CheckpointError, ImportError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _page(options: argparse.Namespace) -> None:
    """Write a page, and tell how far it is."""
    from sefa_widget.pages import page

    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        if (share := 100 * done // total) != shown:
            shown = share
            print(f"\r{share:3} %", end="", file=sys.stderr, flush=True)

    path = page(
        options.model,
        options.output,
        title=options.title,
        note=options.note,
        methods=options.method,
        progress=progress,
    )
    print(f"\r{path}: {path.stat().st_size / 1e6:.1f} MB", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
