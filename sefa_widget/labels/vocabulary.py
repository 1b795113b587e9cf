"""Names that are proposed for directions before anybody has given one: a few words for each kind of model."""

from __future__ import annotations

import re

from sefa_widget.generators.base import Generator

ANY = (
    *("zoom", "position", "size", "shape", "texture", "background"),
    *("light", "brightness", "contrast", "colour"),
)
"""Words for pictures of anything."""
TURNED = ("turn", "tilt")
"""Words for what has a front."""
HINTS = {
    "faces": "face faces head heads celeba celebahq ffhq metfaces portrait portraits",
    "animals": "cat cats dog dogs wild afhq afhqcat afhqdog afhqwild animal animals horse horses "
    "bird birds cub",
    "anime": "anime danbooru manga comic cartoon",
    "vehicles": "car cars truck bus vehicle vehicles motorbike boat",
    "places": "church churches tower bridge bedroom bedrooms kitchen room rooms livingroom building "
    "landscape landscapes scene lsun",
    "clothes": "garment garments fashion clothes shirt shoe shoes dress",
    "digits": "mnist digit digits svhn letters",
}
"""Of each kind of model, words that its name may hold."""
WORDS = {
    "faces": "turn, tilt, smile, glasses, beard, age, gender, gaze, mouth, hair colour, hair length, skin, "
    "face shape",
    "animals": "turn, tilt, pose, breed, age, fur colour, fur length, ears, eyes, mouth",
    "anime": "turn, tilt, smile, gaze, mouth, eyes, hair colour, hair length, style",
    "vehicles": "turn, tilt, type, paint, wheels, view height, season, road",
    "places": "view, view height, time of day, weather, season, sky, trees, layout, furniture, wood",
    "clothes": "width, length, sleeves, collar, pattern, fold",
    "digits": "slant, stroke, width, loop, style",
}
"""Of each kind of model, names for its directions."""
OF_FACES = "faces"
"""The kind of a model that says nothing about its pictures and has no classes: most that are shared are."""


def kind_of(generator: Generator) -> str | None:
    """Tell what a generator's pictures are of, by its name; None where the name does not say.

    >>> from sefa_widget import load_generator
    >>> kind_of(load_generator("heads", device="cpu"))
    'faces'
    """
    parts = re.split(r"[^a-z]+", generator.name.lower())
    return next((kind for kind, hints in HINTS.items() if {*hints.split()} & {*parts}), None)


def vocabulary(generator: Generator) -> tuple[str, ...]:
    """Give names to propose for a generator's directions; those of its kind first.

    A generator whose name does not say what its pictures are of gets the words for anything alone if it has
    classes, and those for faces too if it has none.
    """
    kind = kind_of(generator) or (None if generator.num_classes else OF_FACES)
    own = TURNED if kind is None else WORDS[kind].split(", ")
    return tuple(dict.fromkeys([*own, *ANY]))
