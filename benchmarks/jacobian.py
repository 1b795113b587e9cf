"""Times one Jacobian of the bundled faces: all derivatives in one batch against one after another.

Run ``python benchmarks/jacobian.py``. The other side is a Python loop of ``torch.autograd.functional.jvp``
over the d unit vectors. Both must give the same ``J^T J``.
"""

from __future__ import annotations

import platform
import statistics
import time

import torch

from sefa_widget import load_generator
from sefa_widget.directions import jacobian_gram

LATENTS = 3


def main() -> None:
    """Measure in turns, check that both sides agree, and print medians and their ratio."""
    faces = load_generator("faces", device="cpu")
    times: dict[str, list[float]] = {"ours": [], "loop": []}
    worst = 0.0
    for seed in range(LATENTS):
        latent = faces.sample(seed)
        start = time.perf_counter()
        mine = jacobian_gram(faces, latent)
        times["ours"].append(time.perf_counter() - start)
        start = time.perf_counter()
        columns = [
            torch.autograd.functional.jvp(faces, latent.codes, unit.view(1, 1, -1))[1].flatten()
            for unit in torch.eye(faces.latent_dim)
        ]
        jacobian = torch.stack(columns, dim=1).double()
        theirs = jacobian.T @ jacobian
        times["loop"].append(time.perf_counter() - start)
        worst = max(worst, float((mine - theirs).abs().max() / theirs.abs().max()))
    ours, loop = (statistics.median(times[name]) for name in ("ours", "loop"))
    print(f"{platform.machine()}, torch {torch.__version__}, {torch.get_num_threads()} threads")
    print(f"J^T J of one latent of the bundled faces (d = {faces.latent_dim}), median of {LATENTS}:")
    print(f"  forward mode in one batch           {ours:7.2f} s")
    print(f"  loop of autograd.functional.jvp     {loop:7.2f} s   {loop / ours:.1f} x ours")
    print(f"  largest relative difference         {worst:.1e}")
    assert worst < 1e-5, "the two differ"


if __name__ == "__main__":
    main()
