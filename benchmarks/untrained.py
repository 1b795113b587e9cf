"""How far the spectra of the bundled generators stand above those of the same networks before training.

Run ``python benchmarks/untrained.py``; it takes one to three minutes and prints the table that
docs/methods.md quotes. Each control is the same method on 20 re-initialised networks.
"""

from __future__ import annotations

from typing import Any

import torch

from sefa_widget import factorize, load_generator
from sefa_widget.directions.control import control_spectra
from sefa_widget.directions.eigen import decompose

NETWORKS = 20
BAND = (0.05, 0.5, 0.95)
CASES: list[tuple[str, str, dict[str, Any]]] = [
    ("faces", "sefa", {}),
    ("faces", "sefa", {"normalize": False}),
    ("faces", "composed", {}),
    ("faces", "jacobian", {"n": 4}),
    ("heads", "sefa", {}),
    ("heads", "sefa", {"normalize": False}),
    ("heads", "composed", {}),
    ("heads", "jacobian", {"n": 4}),
    ("heads", "pca", {"n": 10_000}),
]


def gaussian(rows: int, d: int) -> float:
    """Give the first value of a Gaussian matrix ``[rows, d]``: the line that does not know the network."""
    weight = torch.randn(rows, d, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    values, _ = decompose(weight.T @ weight)
    return float(values[0] / values.sum())


def main() -> None:
    """Print a line for each method: its first value, the control's, and how many values stand above."""
    print(f"First value; 5, 50 and 95 % of {NETWORKS} re-initialised networks; a Gaussian matrix m x d")
    print("                            trained   5 %    50 %   95 %  Gaussian  trained/50 %  above 95 %")
    for name, method, options in CASES:
        generator = load_generator(name, device="cpu")
        found = factorize(generator, method=method, **options)
        control = control_spectra(generator, found, NETWORKS)
        low, middle, high = control.quantile(torch.tensor(BAND, dtype=torch.float64), dim=0)
        values = found.values
        assert values is not None
        below = (values <= high).nonzero().flatten().tolist()
        above = below[0] if below else len(values)
        said = ", ".join(f"{key}={value}" for key, value in options.items())
        line = f"{name} {method} {said}"
        print(
            f"{line:27} {values[0]:8.4f} {low[0]:7.4f} {middle[0]:6.4f} {high[0]:6.4f} "
            f"{gaussian(min(found.rows, 65_536), len(values)):8.4f} {values[0] / middle[0]:10.1f} "
            f"      first {above} of {len(values)}",
            flush=True,
        )


if __name__ == "__main__":
    main()
