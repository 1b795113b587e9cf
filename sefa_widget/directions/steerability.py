"""Steerability: the directions that shift, zoom and turn the first feature map, in closed form.

Source: Spingarn, Banner & Michaeli, "GAN 'Steerability' without Optimization", ICLR 2021, linear
trajectories. The idea of the paper is worked out here; its printed equations were not compared. The first
layer makes a map ``W z + b``. A shift, zoom or turn of the map is a matrix P. As z has mean 0, the q that
minimises ``E |D (W (z + q) + b - P (W z + b))|^2`` is

    ``q = (W^T D^2 W)^-1 W^T D^2 (P - I) b``,

D the diagonal that leaves out places for which P has no source. So all that moves is the offset b: where it
is the same at all places of the map, as behind a batch norm, there is no such direction.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from sefa_widget.arguments import whole
from sefa_widget.directions.base import Directions
from sefa_widget.directions.layers import LayerChoice, choose_layers, edit_rows
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.directions.value import Value
from sefa_widget.generators.base import Generator, check_generator

SHARE = Value("share of the wanted change of the first map that is reached", "R²", "one")
ZOOM, TURN = 1.5, math.radians(20)
"""How much the map is enlarged and turned; its shift is one place."""
STILL = 1e-9
"""Share of the offset below which its change is rounding."""


def transformations(height: int, width: int) -> dict[str, Tensor]:
    """Give P for maps of a size by name, each ``[H W, H W]``: rows that have no source are zero.

    Sources between places are read bilinearly. Right and down are those of the picture, a turn is clockwise.

    >>> shift = transformations(2, 2)["shift right"]
    >>> (shift @ torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)).tolist()
    [0.0, 1.0, 0.0, 3.0]
    """
    cos, sin = math.cos(TURN), math.sin(TURN)
    sources = {  # from a place of the new map to its source in the old one, both -1..1
        "shift right": [[1, 0, -2 / width], [0, 1, 0]],
        "shift down": [[1, 0, 0], [0, 1, -2 / height]],
        "zoom in": [[1 / ZOOM, 0, 0], [0, 1 / ZOOM, 0]],
        "turn clockwise": [[cos, sin * height / width, 0], [-sin * width / height, cos, 0]],
    }
    places = height * width
    each = torch.eye(places, dtype=torch.float64).view(1, places, height, width)
    found = {}
    for name, source in sources.items():
        grid = functional.affine_grid(
            torch.tensor([source], dtype=torch.float64), [1, 1, height, width], align_corners=False
        )
        moved = functional.grid_sample(each, grid, align_corners=False)[0].flatten(1).T
        whole_rows = moved.sum(1, keepdim=True) > 1 - 1e-6
        found[name] = moved * whole_rows
    return found


def closed_form(weight: Tensor, offset: Tensor, moving: Tensor) -> tuple[Tensor, float]:
    """Solve for q, by least squares of least length.

    Parameters
    ----------
    weight, offset
        W ``[C, P, d]`` and b ``[C, P]`` of a map of C channels and P places, float64.
    moving
        ``[P, P]``; D leaves out the places whose row is zero.

    Returns
    -------
    tuple
        q ``[d]``, and the share of the wanted change ``D (P - I) b`` that ``D W q`` is: 0 to 1.
    """
    valid = moving.abs().sum(1) > 0
    wanted = (offset @ moving.T - offset)[:, valid].flatten()
    if not float(wanted.norm()) > STILL * float(offset.norm()):
        return weight.new_zeros(weight.shape[2]), 0.0
    rows = weight[:, valid].flatten(0, 1)
    q: Tensor = torch.linalg.pinv(rows.T @ rows, rtol=1e-12, hermitian=True) @ (rows.T @ wanted)
    missed = float((rows @ q - wanted).square().sum() / wanted.square().sum())
    return q, min(1.0, max(0.0, 1 - missed))


def applies_to(generator: Generator) -> bool:
    """Tell whether the first map has an offset that differs from place to place."""
    found = generator.first_map()
    return found is not None and bool((found[1] - found[1][..., :1, :1]).abs().max() > 0)


@keeps_options
def find(
    generator: Generator, layers: LayerChoice = None, k: int | None = None, *, label: int = 0
) -> Directions:
    """Find the directions that shift, zoom and turn; named so, best reached first.

    The layers only say which code rows an edit moves; all, as in the paper, unless some are chosen.

    Parameters
    ----------
    label
        The class whose offset is moved, where the first layer reads the class as well.

    Raises
    ------
    ValueError
        If the generator has no first map of the form ``W z + b``, or b is the same at all places.
    """
    check_generator(generator)
    label = whole(label, "label", 0, max(0, generator.num_classes - 1))
    found = generator.first_map(label)
    if found is None:
        raise ValueError(
            f"The first layer of {generator.name!r} ({generator.family}) does not make a feature map W z + b "
            "of the latent, so nothing is known of shifts and zooms; BigGAN's does."
        )
    weight, offset = (part.detach().to("cpu", torch.float64) for part in found)
    solved = {
        name: closed_form(weight.flatten(1, 2), offset.flatten(1), moving)
        for name, moving in transformations(*offset.shape[1:]).items()
    }
    moving = [(share, name, q) for name, (q, share) in solved.items() if float(q.norm()) > 0]
    if not moving:
        raise ValueError(
            f"The first map of {generator.name!r} has the same offset at all places, so no direction shifts "
            "or zooms it on average."
        )
    moving = sorted(moving, key=lambda one: -one[0])[:k]
    numbers = choose_layers(generator, layers)
    return Directions(
        vectors=torch.stack([q / q.norm() for _, _, q in moving]),
        eigenvalues=torch.tensor([share for share, _, _ in moving], dtype=torch.float64),
        trace=1.0,
        rows=offset.numel(),
        search=Search("steerability", numbers, None),
        fingerprint=generator.fingerprint,
        edit_rows=edit_rows(generator, numbers),
        value=SHARE,
        names=tuple(name for _, name, _ in moving),
    )


METHOD = Method(
    name="steerability",
    title="Steerability",
    find=find,
    applies_to=applies_to,
    asks="what shifts, zooms and turns the first feature map?",
    reads="weights of the first layer",
    takes="milliseconds: four least-squares problems of size d",
    source="Spingarn, Banner & Michaeli, \"GAN 'Steerability' without Optimization\", ICLR 2021",
    options=(
        Option(
            "label",
            "Class",
            "whole",
            0,
            "The class whose first map is moved, where there are classes.",
            least=0,
        ),
    ),
    value=SHARE,
    offered=False,
)
