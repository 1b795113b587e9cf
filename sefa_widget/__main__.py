"""The command line: ``inspect`` a file of weights, write the panel as a ``page``, write a ``report``."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators import BUNDLED, FORMATS
from sefa_widget.generators.assuming import parsed
from sefa_widget.generators.inspection import report
from sefa_widget.progress import Progress

MODEL = f"{', '.join(BUNDLED)}, or a file of weights"
"""What a model is, in the help."""
BAR = 30
"""Signs of a progress bar."""


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
    _add_inspect(commands)
    _add_page(commands)
    _add_report(commands)
    options = parser.parse_args(arguments)
    try:
        if options.command == "page":
            _page(options)
        elif options.command == "report":
            _report(options)
        else:
            print(report(options.file, options.format, parsed(options.assume)))
    except KeyboardInterrupt:
        print("\nStopped; nothing was written.", file=sys.stderr)
        return 130
    except (CheckpointError, ImportError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _add_inspect(commands: Any) -> None:
    """Say how ``inspect`` is called."""
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


def _add_page(commands: Any) -> None:
    """Say how ``page`` is called."""
    paged = commands.add_parser("page", help="write the panel as one HTML file, in which the generator runs")
    paged.add_argument("model", metavar="MODEL", help=MODEL)
    paged.add_argument("-o", "--output", required=True, metavar="FILE.html", help="where to write")
    paged.add_argument("--title", help="what stands above the panel")
    paged.add_argument("--note", default="", help="a line below it, for example the licence of the model")
    paged.add_argument("--method", action="append", default=[], help="another method, for example pca")
    drawn = paged.add_argument_group(
        "drawn beforehand",
        "A generator that cannot run in a page is drawn beforehand; with one of these any is.",
    )
    drawn.add_argument("--drawn", action="store_true", help="draw beforehand")
    drawn.add_argument("--directions", type=_count, metavar="N", help="directions, or which: 0,2,5 (8)")
    drawn.add_argument("--seeds", type=_count, metavar="N", help="seeds, or which: 31,88, or 31, for one (3)")
    drawn.add_argument("--strengths", type=int, metavar="N", help="strengths of a direction (9)")
    drawn.add_argument("--pairs", type=_pairs, metavar="N", help="pairs of directions, or which: 0-1,0-2 (6)")
    drawn.add_argument("--grid", type=int, metavar="N", help="strengths of each direction of a pair (5)")
    drawn.add_argument("--pixels", type=int, metavar="N", help="height of a picture, at most (256)")
    drawn.add_argument("--megabytes", type=float, metavar="N", help="how large the page may be (6)")


DRAWN = ("directions", "seeds", "strengths", "pairs", "grid", "pixels", "megabytes")
"""Options of what is drawn beforehand."""


def _count(text: str) -> int | list[int]:
    """Read how many, or which: "8", "0,2,5", or "8," for the one of that number."""
    numbers = [int(part) for part in text.split(",") if part]
    return numbers[0] if "," not in text else numbers


def _pairs(text: str) -> int | list[tuple[int, ...]]:
    """Read how many pairs, or which: "6" or "0-1,0-2"."""
    if "-" not in text:
        return int(text)
    return [tuple(int(part) for part in pair.split("-")) for pair in text.split(",")]


def _page(options: argparse.Namespace) -> None:
    """Write a page, and tell how far it is, and why it is drawn beforehand if it is."""
    from sefa_widget.pages import Drawn, page

    given = {name: getattr(options, name) for name in DRAWN if getattr(options, name) is not None}

    def tell(message: Warning | str, *_where: Any, **_more: Any) -> None:
        print(f"\r{message}", file=sys.stderr)

    with warnings.catch_warnings():
        warnings.simplefilter("default", UserWarning)
        warnings.showwarning = tell
        path = page(
            options.model,
            options.output,
            title=options.title,
            note=options.note,
            methods=options.method,
            drawn=Drawn(**given) if options.drawn or given else None,
            progress=_bar(),
        )
    _written(path)


def _add_report(commands: Any) -> None:
    """Say how ``report`` is called."""
    add = commands.add_parser(
        "report", help="write what directions do, measured, as one HTML file"
    ).add_argument
    add("model", metavar="MODEL", help=MODEL)
    add("-o", "--output", required=True, metavar="FILE.html", help="where to write")
    add("--title", help="what stands above the report")
    add("--note", default="", help="a line below it, for example the licence of the model")
    add("--layers", action="append", type=_range, metavar="FIRST:END", help="a group of layers, as in Python")
    add("--method", action="append", help="a method to hold against others, for example jacobian")
    add("--seeds", type=_numbers, metavar="N,N,...", help="where the pictures begin")
    add("--class", dest="label", type=int, metavar="N", help="class of the pictures")
    add("--psi", type=float, help="truncation of the pictures")
    add("--labels", metavar="FILE", help="names of directions, a file that the panel saved")
    add("--directions", type=int, default=6, metavar="N", help="directions with filmstrips (6)")
    add("--wall", type=int, default=12, metavar="N", help="directions that are shown and measured (12)")
    add("--samples", type=int, default=16, metavar="N", help="seeds that effects are measured on (16)")
    add("--controls", type=int, default=20, metavar="N", help="random directions and untrained networks (20)")
    add("--no-attributes", action="store_true", help="leave out what the bundled regressor reads off heads")
    add("--megabytes", type=float, default=10.0, metavar="N", help="how large the file may be (10)")


def _report(options: argparse.Namespace) -> None:
    """Write a report, and tell how far it is."""
    from sefa_widget import reports

    path = reports.report(
        options.model,
        options.output,
        title=options.title,
        note=options.note,
        layers=options.layers,
        **({} if options.method is None else {"methods": options.method}),
        seeds=options.seeds,
        label=options.label,
        truncation_psi=options.psi,
        k=options.directions,
        wall=options.wall,
        samples=options.samples,
        controls=options.controls,
        scorer=None if options.no_attributes else "bundled",
        labels=options.labels,
        most_megabytes=options.megabytes,
        progress=_bar(),
    )
    _written(path)


def _range(text: str) -> tuple[int, int]:
    """Read a half-open range of layers, ``3:5``."""
    first, _, end = text.partition(":")
    return int(first), int(end)


def _numbers(text: str) -> list[int]:
    """Read whole numbers with commas between them."""
    return [int(number) for number in text.split(",")]


def _bar() -> Progress:
    """Give a progress that draws a bar whenever it has grown by a percent."""
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        if (share := 100 * done // total) != shown:
            shown = share
            full = BAR * share // 100
            print(f"\r[{'#' * full}{'.' * (BAR - full)}] {share:3} %", end="", file=sys.stderr, flush=True)

    return progress


def _written(path: Path) -> None:
    """Say what was written, in the place of the bar."""
    print(f"\r{path}: {path.stat().st_size / 1e6:.1f} MB".ljust(BAR + 10), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
