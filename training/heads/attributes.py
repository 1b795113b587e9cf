"""The table of a head's attributes, random attribute vectors, and mirrored ones."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Attribute:
    """One number that describes a head.

    Attributes
    ----------
    name
        What the number says.
    low, high
        Its range; heads are drawn uniformly from it.
    meaning
        What the two ends look like.
    mirrored
        Whether the number changes sign when the picture is mirrored left to right.
    share
        For an attribute that is either there or not: how many heads have it. None for all others.
    """

    name: str
    low: float
    high: float
    meaning: str
    mirrored: bool = False
    share: float | None = None


ATTRIBUTES = (
    Attribute("yaw", -40, 40, "degrees, turned to the left / right of the picture", mirrored=True),
    Attribute("pitch", -14, 14, "degrees, looking down / up"),
    Attribute("roll", -10, 10, "degrees, head leaning to the right / left of the picture", mirrored=True),
    Attribute("zoom", 0.88, 1.12, "size in the picture"),
    Attribute("smile", -1, 1, "corners of the mouth down / up"),
    Attribute("mouth_open", 0, 1, "mouth closed / open"),
    Attribute("eye_open", 0.25, 1, "eyes narrow / wide open"),
    Attribute("brow", -1, 1, "brows low / raised"),
    Attribute("glasses", 0, 1, "without / with", share=0.35),
    Attribute("beard", 0, 1, "shaved / full beard"),
    Attribute("skin", 0, 1, "dark / light"),
    Attribute("hair_colour", 0, 1, "black, brown, ginger, blond"),
    Attribute("hair_length", 0, 1, "above the ears / to the shoulders"),
    Attribute("hair_volume", 0, 1, "flat / full"),
    Attribute("fringe", -1, 1, "hairline lower on the left / right of the face", mirrored=True),
    Attribute("face_width", 0.88, 1.12, "narrow / wide"),
    Attribute("light", -65, 65, "degrees, light from the left / right of the picture", mirrored=True),
    Attribute("background_hue", 0, 1, "cyan, blue, violet, pink, orange"),
    Attribute("background_light", 0, 1, "dark / light"),
    Attribute("shirt", 0, 1, "hue: red, yellow, green, blue"),
)
NAMES = tuple(attribute.name for attribute in ATTRIBUTES)
LOW = torch.tensor([attribute.low for attribute in ATTRIBUTES])
HIGH = torch.tensor([attribute.high for attribute in ATTRIBUTES])
MIRROR = torch.tensor([-1.0 if attribute.mirrored else 1.0 for attribute in ATTRIBUTES])


def draw_attributes(count: int, seed: int) -> Tensor:
    """Give random heads as rows ``[count, 20]``, every attribute independent of the others."""
    chance = torch.Generator().manual_seed(seed)
    values = LOW + (HIGH - LOW) * torch.rand(count, len(ATTRIBUTES), generator=chance)
    for column, attribute in enumerate(ATTRIBUTES):
        if attribute.share is not None:
            there = torch.rand(count, generator=chance) < attribute.share
            values[:, column] = torch.where(there, attribute.high, attribute.low)
    return values


def plain_head(count: int = 1) -> Tensor:
    """Give heads ``[count, 20]`` with every attribute in the middle of its range and no glasses."""
    values = ((LOW + HIGH) / 2).repeat(count, 1)
    for column, attribute in enumerate(ATTRIBUTES):
        if attribute.share is not None:
            values[:, column] = attribute.low
    return values
