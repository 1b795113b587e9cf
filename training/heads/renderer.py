"""Draws heads ``[N, 3, 64, 64]`` from attribute vectors ``[N, 20]``, by casting rays at ellipsoids.

The camera is orthographic and looks along -z; x goes to the right of the picture, y up, and the picture
spans `SPAN` to either side. Body and neck stand still; everything else turns with the head about a pivot
in the neck. Each ray keeps the part it meets first (a z-buffer), the face is painted on the head where
the ray met it, and one distant light shades everything. `SAMPLES` squared rays per pixel are averaged.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from training.heads.attributes import NAMES
from training.heads.rays import FAR, Ellipsoid, Rays, dot, rotation

SPAN = 1.32
SAMPLES = 3
PIVOT = (0.0, -0.55, -0.1)

Colour = tuple[float, float, float]
SKIN: tuple[Colour, ...] = ((0.27, 0.15, 0.09), (0.52, 0.31, 0.2), (0.78, 0.54, 0.39), (0.97, 0.82, 0.71))
HAIR: tuple[Colour, ...] = ((0.07, 0.05, 0.06), (0.3, 0.16, 0.09), (0.78, 0.36, 0.12), (0.95, 0.8, 0.46))
BACKGROUND: tuple[Colour, ...] = (
    (0.3, 0.8, 0.85),
    (0.28, 0.5, 0.9),
    (0.55, 0.4, 0.88),
    (0.92, 0.48, 0.75),
    (0.95, 0.62, 0.38),
)
SHIRT: tuple[Colour, ...] = ((0.85, 0.2, 0.2), (0.92, 0.75, 0.2), (0.25, 0.7, 0.35), (0.2, 0.35, 0.85))
LIPS, MOUTH, TEETH = (0.72, 0.2, 0.2), (0.28, 0.04, 0.06), (0.96, 0.95, 0.92)
EYE, IRIS, DARK = (0.97, 0.97, 0.97), (0.22, 0.45, 0.72), (0.05, 0.05, 0.07)
PARTS = (
    "background",
    "body",
    "neck",
    "back hair",
    "head",
    "jaw",
    "left ear",
    "right ear",
    "nose",
    "hair",
    "glasses",
)
SKIN_PARTS = tuple(PARTS.index(name) for name in ("neck", "head", "jaw", "left ear", "right ear", "nose"))


def ramp(colours: tuple[Colour, ...], where: Tensor) -> Tensor:
    """Give the colour ``[N, 3, 1]`` at a place 0..1 ``[N, 1]`` along a list of colours."""
    table = torch.tensor(colours)
    position = where.clamp(0, 1) * (len(colours) - 1)
    below = position.floor().clamp_max(len(colours) - 2)
    share = position - below
    index = below.long()[:, 0]
    return (table[index] * (1 - share) + table[index + 1] * share)[:, :, None]


def solid(colour: Colour) -> Tensor:
    """Give a colour as ``[1, 3, 1]``."""
    return torch.tensor(colour)[None, :, None]


def paint(canvas: Tensor, colour: Tensor, where: Tensor) -> Tensor:
    """Lay a colour ``[N, 3, 1]`` over a canvas ``[N, 3, P]`` where a mask ``[N, P]`` of 0..1 says."""
    return torch.lerp(canvas, colour.expand_as(canvas), where[:, None].to(canvas.dtype))


def render_heads(attributes: Tensor, resolution: int = 64) -> Tensor:
    """Draw heads.

    Parameters
    ----------
    attributes
        ``[N, 20]`` in the units of `training.heads.attributes.ATTRIBUTES`.
    resolution
        Width and height of the pictures in pixels.

    Returns
    -------
    Tensor
        ``[N, 3, resolution, resolution]``, 0..1. The same attributes give the same picture.
    """
    of = {name: attributes[:, column : column + 1].float() for column, name in enumerate(NAMES)}
    size = resolution * SAMPLES
    axis = (torch.arange(size) + 0.5) / size * 2 - 1
    y, x = torch.meshgrid(-axis, axis, indexing="ij")
    still = _still_rays(x.reshape(1, -1) * SPAN, y.reshape(1, -1) * SPAN, of["zoom"])
    turn = rotation(of["yaw"], of["pitch"], of["roll"])
    turned = _turned_rays(still, turn)
    shapes = _shapes(of)

    depth = torch.full(still.origin[0].shape, FAR)
    part = torch.zeros(depth.shape, dtype=torch.long)
    for number, name in enumerate(PARTS):
        if name not in shapes:
            continue
        rays = still if name in ("body", "neck") else turned
        found = rays.meet(shapes[name])
        if name == "hair":
            found = torch.where(_under_hair(rays.at(found), of), found, FAR)
        nearer = found > depth
        depth, part = torch.where(nearer, found, depth), torch.where(nearer, number, part)

    hit = turned.at(depth)
    canvas = _colours(part, hit, of)
    canvas = canvas * _shading(part, depth, still, turned, turn, shapes, of)[:, None]
    canvas = _background(canvas, part, y.reshape(1, -1), of)
    canvas = _glasses(canvas, depth, turned, of)
    return functional.avg_pool2d(canvas.reshape(len(attributes), 3, size, size), SAMPLES).clamp(0, 1)


def _still_rays(x: Tensor, y: Tensor, zoom: Tensor) -> Rays:
    x, y = x / zoom, y / zoom + 0.05
    zero, one = torch.zeros_like(zoom), torch.ones_like(zoom)
    return Rays((x, y, torch.zeros_like(x)), (zero, zero, one))


def _turned_rays(rays: Rays, turn: list[list[Tensor]]) -> Rays:
    moved = [start - centre for start, centre in zip(rays.origin, PIVOT, strict=True)]
    x, y, z = (dot([row[column] for row in turn], moved) + centre for column, centre in enumerate(PIVOT))
    return Rays((x, y, z), (turn[2][0], turn[2][1], turn[2][2]))


def _shapes(of: dict[str, Tensor]) -> dict[str, Ellipsoid]:
    """Give every part that is an ellipsoid, in coordinates of the head (body and neck: of the picture)."""
    width, volume, length = of["face_width"], of["hair_volume"], of["hair_length"]
    top, bottom = 0.75, -0.25 - 0.95 * length
    return {
        "body": Ellipsoid((0.0, -1.66, -0.15), (1.12, 0.7, 0.5)),
        "neck": Ellipsoid((0.0, -0.9, -0.1), (0.33, 0.75, 0.3)),
        "back hair": Ellipsoid(
            (0.0, (top + bottom) / 2, -0.28),
            ((0.68 + 0.14 * length) * width + 0.14 * volume, (top - bottom) / 2, 0.56 + 0.06 * volume),
        ),
        "head": Ellipsoid((0.0, 0.12, 0.0), (0.7 * width, 0.82, 0.78)),
        "jaw": Ellipsoid((0.0, -0.34, 0.12), (0.55 * width, 0.56, 0.6)),
        "left ear": Ellipsoid((-0.7 * width, -0.06, -0.02), (0.1, 0.19, 0.14)),
        "right ear": Ellipsoid((0.7 * width, -0.06, -0.02), (0.1, 0.19, 0.14)),
        "nose": Ellipsoid((0.0, -0.14, 0.76), (0.1, 0.18, 0.17)),
        "hair": Ellipsoid(
            (0.0, 0.2 + 0.03 * volume, -0.06),
            (0.74 * width + 0.12 * volume, 0.8 + 0.13 * volume, 0.84 + 0.07 * volume),
        ),
    }


def _under_hair(point: tuple[Tensor, Tensor, Tensor], of: dict[str, Tensor]) -> Tensor:
    """Say where a point of the hair cap lies above the hairline, which falls from the brow to the nape."""
    x, y, z = point
    return y > -0.12 + 0.72 * z - 0.55 * of["fringe"] * x * z.clamp_min(0)


def _colours(part: Tensor, hit: tuple[Tensor, Tensor, Tensor], of: dict[str, Tensor]) -> Tensor:
    """Give every ray the colour of what it met, the face painted on."""
    skin, hair = ramp(SKIN, of["skin"]), ramp(HAIR, of["hair_colour"])
    canvas = torch.zeros(len(part), 3, part.shape[1])
    canvas = paint(canvas, ramp(SHIRT, of["shirt"]), part == PARTS.index("body"))
    bare = torch.zeros_like(part, dtype=torch.bool)
    for number in SKIN_PARTS:
        bare |= part == number
    canvas = paint(canvas, skin, bare)
    canvas = _face(canvas, part, hit, skin, hair, of)
    canvas = paint(canvas, hair * 0.8, part == PARTS.index("back hair"))
    strands = 1 + 0.04 * torch.sin(26 * hit[0] + 9 * hit[2])
    covered = part == PARTS.index("hair")
    return torch.where(covered[:, None], hair * strands[:, None], canvas)


def _face(
    canvas: Tensor,
    part: Tensor,
    hit: tuple[Tensor, Tensor, Tensor],
    skin: Tensor,
    hair: Tensor,
    of: dict[str, Tensor],
) -> Tensor:
    """Paint beard, mouth, eyes and brows on head and jaw."""
    x, y, z = hit
    face = ((part == PARTS.index("head")) | (part == PARTS.index("jaw"))) & (z > 0)
    across = x / of["face_width"]

    middle, smile, gap = -0.47, of["smile"], of["mouth_open"]
    half = 0.27
    bend = 0.13 * smile * ((across / half).square() - 0.5)
    inner = (1 - (across / half).square()).clamp_min(0)
    upper, lower = middle + bend + 0.02 * inner, middle + bend - (0.02 + 0.17 * gap) * inner
    lip_top, lip_bottom = upper + 0.055 * inner.sqrt(), lower - 0.065 * inner.sqrt()

    jawline = -0.12 - 0.3 * (1 - (across / 0.52).square()).clamp_min(0).sqrt()
    moustache = ((y - middle - bend - 0.13).abs() < 0.055) & (across.abs() < 0.27)
    canvas = paint(canvas, hair * 0.85, (face & ((y < jawline) | moustache)) * of["beard"].square())

    in_mouth = face & (across.abs() < half)
    canvas = paint(canvas, solid(LIPS), in_mouth & (y < lip_top) & (y > lip_bottom))
    canvas = paint(canvas, solid(MOUTH), in_mouth & (y < upper) & (y > lower))
    teeth = in_mouth & (y < upper) & (y > lower) & (y > upper - 0.075)
    canvas = paint(canvas, solid(TEETH), teeth & (gap > 0.12))

    for side in (-1.0, 1.0):
        u, v = (across - side * 0.28) / 0.175, (y - 0.06) / (0.14 * of["eye_open"])
        opening = face & (u.square() + v.square() < 1)
        rim = face & (u.square() + ((y - 0.06) / (0.14 * of["eye_open"] + 0.03)).square() < 1.12)
        canvas = paint(canvas, solid(DARK), rim & ~opening & (y > 0.06))
        canvas = paint(canvas, solid(EYE), opening)
        from_centre = (across - side * 0.28).square() + (y - 0.06).square()
        canvas = paint(canvas, solid(IRIS), opening & (from_centre < 0.092**2))
        canvas = paint(canvas, solid(DARK), opening & (from_centre < 0.048**2))
        glint = (across - side * 0.28 - 0.025).square() + (y - 0.09).square() < 0.026**2
        canvas = paint(canvas, solid(EYE), opening & glint)
        along = across - side * 0.28
        arch = 0.32 + 0.09 * of["brow"] - 1.6 * (along + side * 0.02).square()
        line = face & (along.abs() < 0.19) & ((y - arch).abs() < 0.038)
        canvas = paint(canvas, hair * 0.6, line)
    return canvas


def _shading(
    part: Tensor,
    depth: Tensor,
    still: Rays,
    turned: Rays,
    turn: list[list[Tensor]],
    shapes: dict[str, Ellipsoid],
    of: dict[str, Tensor],
) -> Tensor:
    """Give the light ``[N, P]`` on every ray's hit: ambient plus one distant light, Lambert's law."""
    angle = torch.deg2rad(of["light"])
    toward = (0.93 * torch.sin(angle), torch.full_like(angle, 0.36), 0.93 * torch.cos(angle))
    toward_head = [dot([row[column] for row in turn], toward) for column in range(3)]
    lit = torch.zeros(depth.shape)
    face = [shapes["head"], shapes["jaw"]]
    for number, name in enumerate(PARTS):
        if name not in shapes:
            continue
        is_still = name in ("body", "neck")
        point = (still if is_still else turned).at(depth)
        light = toward if is_still else toward_head
        together = face if name in ("head", "jaw") else [shapes[name]]
        lit = torch.where(part == number, _lambert(point, together, light), lit)
    return 0.42 + 0.68 * lit


def _lambert(
    point: tuple[Tensor, Tensor, Tensor], shapes: list[Ellipsoid], light: Sequence[Tensor]
) -> Tensor:
    """Give the cosine between light and surface, normals of touching ellipsoids blended where they meet."""
    normal = [torch.zeros(())] * 3
    for shape in shapes:
        offsets = [(p - c) / r for p, c, r in zip(point, shape.centre, shape.radii, strict=True)]
        weight = torch.exp(-6 * (dot(offsets, offsets) - 1)) if len(shapes) > 1 else 1.0
        normal = [n + weight * o / r for n, o, r in zip(normal, offsets, shape.radii, strict=True)]
    cosine = dot(normal, light) / (dot(normal, normal) ** 0.5 + 1e-6)
    return cosine.clamp_min(0)


def _background(canvas: Tensor, part: Tensor, y: Tensor, of: dict[str, Tensor]) -> Tensor:
    wall = ramp(BACKGROUND, of["background_hue"]) * (0.45 + 0.6 * of["background_light"])[:, :, None]
    wall = wall * (1 + 0.08 * y[:, None])
    return torch.where((part == 0)[:, None], wall, canvas)


def _glasses(canvas: Tensor, depth: Tensor, rays: Rays, of: dict[str, Tensor]) -> Tensor:
    """Draw glasses: two rings and a bridge on a plane before the face, two bars beside the head."""
    width = of["face_width"]
    reach = (0.84 - rays.origin[2]) / rays.direction[2]
    x, y, _ = rays.at(reach)
    aside = (x.abs() - 0.28 * width) / 0.215
    up = (y - 0.05) / 0.195
    ring = ((aside.square() + up.square()).sqrt() - 1).abs() < 0.16
    bridge = (x.abs() < 0.1) & ((y - 0.09).abs() < 0.028)
    frame = (ring | bridge) & (reach > depth)
    bars = torch.zeros_like(frame)
    for side in (-1.0, 1.0):
        turned_by = rays.direction[0]
        safe = torch.where(turned_by.abs() < 1e-4, 1e-4, turned_by)
        along = (side * 0.73 * width - rays.origin[0]) / safe
        _, height, z = rays.at(along)
        bars |= ((height - 0.08).abs() < 0.03) & (z > 0.0) & (z < 0.84) & (along > depth - 0.02)
        corner = (x - side * 0.6 * width).abs() < 0.13 * width
        frame |= corner & ((y - 0.08).abs() < 0.03) & (reach > depth)
    return paint(canvas, solid(DARK), (frame | bars) * of["glasses"])
