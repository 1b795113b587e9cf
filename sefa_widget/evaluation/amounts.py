"""How much a direction changes all attributes together, and how few of them: effect and purity.

Both are of the true mean changes mu of the attributes, which are known only from n samples. The means that
are measured are longer than the true ones by their noise, the more the fewer samples there are. So noise is
taken out: ``mean^2 - error^2`` estimates ``mu^2`` without bias for any n, which is why both are made of
squares (``|mu|`` has no unbiased estimate).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

LEAST = 4
"""Samples, at least."""


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """What one direction does to A attributes, from n samples; all values in spreads of the attributes.

    Attributes
    ----------
    change, error
        ``[A]``: mean change of each attribute over samples, and its standard error.
    effect, effect_error
        0-dimensional: the length of the true change ``sqrt(sum mu^2)``, and its standard error.
    purity, purity_error
        0-dimensional: ``sum mu^4 / (sum mu^2)^2``, and its standard error.
    """

    change: Tensor
    error: Tensor
    effect: Tensor
    effect_error: Tensor
    purity: Tensor
    purity_error: Tensor


def amount(changes: Tensor) -> Amount:
    """Estimate effect and purity from the changes of each sample.

    - Effect: the root of ``V = sum (mean^2 - error^2)``, negative where V is: where nothing changes, V is
      as often below 0 as above. V has no bias; its root has next to none where the effect is above its own
      error, and is too small where it is not. The variance of V is that of
      a U-statistic of degree 2, ``4 mu' S mu / n + 2 tr(S^2) / (n (n - 1))``, S the covariance of the samples
      over attributes; the error of the effect is half the way from the root of V less its standard error to
      that of V plus it.
    - Purity: ``U / (V^2 - var V)`` with ``U = sum (mean^4 - 6 mean^2 error^2 + 3 error^4)``, an unbiased
      estimate of ``sum mu^4`` for normal means. NaN where V is not above twice its standard error: of no
      effect there is no purity. Its error is first order (delta method).

    Parameters
    ----------
    changes
        ``[n, A]`` float64, n at least 4.

    Returns
    -------
    Amount
        Means, effect and purity with their standard errors.
    """
    n = len(changes)
    mean = changes.mean(0)
    centred = changes - mean
    covariance = centred.T @ centred / (n - 1)
    variance = covariance.diagonal()
    squared_error = variance / n
    squares = (mean.square() - squared_error).sum()
    squares_error = _error_of_squares(mean, covariance, n)
    fourth = squared_error.square() * (n - 1) / (n + 1)
    fourth = (mean**4 - 6 * mean.square() * squared_error + 3 * fourth).sum()
    purity, purity_error = torch.full_like(squares, math.nan), torch.full_like(squares, math.nan)
    if bool(squares > 2 * squares_error):
        purity = fourth / (squares.square() - squares_error.square())
        slope = 4 * (mean**3 / squares.square() - purity * mean / squares)
        purity_error = (slope @ covariance @ slope / n).clamp_min(0).sqrt()
    return Amount(
        change=mean,
        error=squared_error.sqrt(),
        effect=_root(squares),
        effect_error=(_root(squares + squares_error) - _root(squares - squares_error)) / 2,
        purity=purity,
        purity_error=purity_error,
    )


def _error_of_squares(mean: Tensor, covariance: Tensor, n: int) -> Tensor:
    """Give the standard error of the sum over attributes of the estimated squares."""
    trace, of_square = covariance.trace(), covariance.square().sum()
    # unbiased for tr(S^2), for normal samples
    trace_of_square = (n - 1) ** 2 / ((n - 2) * (n + 1)) * (of_square - trace.square() / (n - 1))
    linear = mean @ covariance @ mean - trace_of_square / n
    variance = 4 * linear.clamp_min(0) / n + 2 * trace_of_square.clamp_min(0) / (n * (n - 1))
    return variance.sqrt()


def _root(value: Tensor) -> Tensor:
    """Give the root of the magnitude, with the sign."""
    return value.sign() * value.abs().sqrt()
