"""Takes out of a direction what it shares with others."""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.arguments import instance


def project(direction: Tensor, conditions: Tensor) -> Tensor:
    """Take out of a direction what it shares with others, so that it leaves their attributes alone.

    Shen et al. 2020, section 3.2, for any number of conditions: minus the projection on their span,
    renormalised. Conditions may depend on each other.

    Parameters
    ----------
    direction
        ``[d]``.
    conditions
        ``[c, d]``, or one ``[d]``.

    Returns
    -------
    Tensor
        Unit vector ``[d]`` float64, at right angles to all conditions.

    Raises
    ------
    ValueError
        If the direction lies in the span of the conditions.
    """
    for what, given in (("direction", direction), ("conditions", conditions)):
        instance(given, what, Tensor, "a tensor, [d] or [c, d]")
    if conditions.shape[-1:] != (direction.numel(),):
        raise ValueError(
            f"The direction has {direction.numel()} numbers, the conditions {list(conditions.shape)}."
        )
    n = direction.double().reshape(-1)
    others = conditions.double().reshape(-1, direction.numel())
    others = others / others.norm(dim=1, keepdim=True).clamp_min(1e-150)
    _, singular, basis = torch.linalg.svd(others, full_matrices=False)
    basis = basis[singular > 1e-10 * singular.max()]
    rest: Tensor = n / n.norm()
    for _ in range(2):  # twice is enough, to the last digit
        rest = rest - basis.T @ (basis @ rest)
    if not rest.norm() > 1e-8:
        raise ValueError("The direction lies in the span of its conditions: nothing is left of it.")
    unit: Tensor = rest / rest.norm()
    return unit
