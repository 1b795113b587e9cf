"""ReSeFa: the directions that change a region of the picture most against what is around it.

Source: Zhu et al., "Region-Based Semantic Factorization in GANs", ICML 2022, and its published program: with
``A = J_in^T J_in / P_in`` and ``B = J_out^T J_out / P_out`` at one latent, P how many values of the picture
each has, directions are eigenvectors of ``(B + tau trace(B) I)^-1 A``. The program's default is ``tau = 0``;
its option ``--full_rank`` adds the term, with 0.001. Here A and B are means over n latents. ``jacobian`` with
a region divides by no numbers of values, and has another floor.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from sefa_widget.arguments import number
from sefa_widget.directions.base import Directions
from sefa_widget.directions.derivatives import REGION, can_differentiate, latent_options, parts
from sefa_widget.directions.eigen import decompose_against
from sefa_widget.directions.layers import LayerChoice, choose_layers, edit_rows
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.region import Region
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator, check_generator
from sefa_widget.progress import Progress

RATIO = Value("mean image change inside the region, as a multiple of that outside", "λ", "one")
TAU = 1e-3


@keeps_options
def find(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    *,
    region: Region,
    n: int = 1,
    seed: int = 0,
    labels: Tensor | Sequence[int] | None = None,
    truncation_psi: float = 1.0,
    tau: float = TAU,
    progress: Progress | None = None,
) -> Directions:
    """Solve ``A v = lambda (B + tau trace(B) I) v``; rows are of unit length, but not orthogonal.

    Parameters
    ----------
    generator
        Any generator that is differentiable.
    layers
        Where a direction is applied: to the code rows that these layers read, to all rows if none reads any.
    k
        See `factorize`.
    region
        ``(top, left, bottom, right)``, ends not included: whole numbers are pixels, else fractions of the
        side.
    n, seed
        Latents are those of the seeds ``seed ... seed + n - 1``.
    labels
        Class indices ``[n]`` or class vectors ``[n, num_classes]``; None is class 0.
    truncation_psi
        Of the latents.
    tau
        How weak a direction may be around the region, as a share of the whole change there. 0 is what the
        published program does unless told otherwise.
    progress
        Called with how many latents are done, and n.

    Raises
    ------
    ValueError
        If there is nothing around the region, or with ``tau=0`` some directions change nothing there.
    """
    check_generator(generator)
    tau = number(tau, "tau", 0)
    numbers = choose_layers(generator, layers)
    rows = edit_rows(generator, numbers)
    inside, outside, pixels = parts(
        generator, rows, "resefa", n, seed, labels, truncation_psi, region, progress
    )
    floor = outside + tau * outside.trace() * torch.eye(len(outside), dtype=torch.float64)
    if not float(outside.trace()) > 0:
        raise ValueError(
            f"Nothing around region {region!r} changes with the latent, so all ratios are endless. Take "
            "another region, or 'jacobian' without one."
        )
    root, failed = torch.linalg.cholesky_ex(floor)
    if failed or not float(root.diagonal().min()) > 1e-7 * float(root.diagonal().max()):
        raise ValueError(
            f"With tau={tau:g} some directions change nothing around the region, so their ratio is endless. "
            f"Give a larger tau; {TAU} is the default."
        )
    values, vectors = decompose_against(inside, root)
    return Directions(
        vectors=vectors[:k],
        eigenvalues=values[:k],
        trace=float(values.sum()),
        rows=pixels,
        search=Search("resefa", numbers, None),
        fingerprint=generator.fingerprint,
        edit_rows=rows,
        value=RATIO,
    )


METHOD = Method(
    name="resefa",
    title="ReSeFa",
    find=find,
    applies_to=can_differentiate,
    asks="what moves a region most, against what is around it?",
    reads="derivatives",
    takes="about a second per latent: d forward derivatives",
    source='Zhu et al., "Region-Based Semantic Factorization in GANs", ICML 2022',
    options=(
        REGION,
        *latent_options(1),
        Option(
            "tau",
            "Floor",
            "real",
            TAU,
            "How weak a direction may be around the region, as a share of all change there.",
            least=0,
            offered=False,
        ),
    ),
    value=RATIO,
    offered=False,
)
