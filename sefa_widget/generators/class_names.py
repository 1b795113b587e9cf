"""Names of a generator's classes: those that a person gives, those it comes with, or those of ImageNet."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from sefa_widget.arguments import instance, several
from sefa_widget.generators.base import Generator

IMAGENET_CLASSES = 1000
"""How many classes ImageNet's challenge has; their order is that of its sorted WordNet numbers."""


def class_names(generator: Generator, given: Sequence[str] | None = None) -> tuple[str, ...]:
    """Give a name for each class of a generator, in their order; none where they are not known.

    Parameters
    ----------
    generator
        The generator.
    given
        The names. None gives those that a bundled generator comes with, those of ImageNet to a BigGAN of
        1000 classes, and none to others.

    Raises
    ------
    ValueError
        If there are not as many names as classes, or one is no text.

    Examples
    --------
    >>> from sefa_widget import load_generator
    >>> class_names(load_generator("garments", device="cpu"))[:2]
    ('T-shirt/top', 'trouser')
    """
    if given is None:
        imagenet = generator.family.startswith("biggan") and generator.num_classes == IMAGENET_CLASSES
        return _imagenet() if imagenet else generator.opening.class_names
    names = tuple(
        instance(name, "A class name", str, "a text")
        for name in several(given, "class_names", "a list of texts, one for each class")
    )
    if len(names) != generator.num_classes:
        raise ValueError(
            f"class_names are {len(names)}; {generator.name!r} has {generator.num_classes} classes, and each "
            "needs a name."
        )
    return names


def _imagenet() -> tuple[str, ...]:
    text = (files("sefa_widget.generators") / "bundled" / "imagenet-classes.txt").read_text("utf-8")
    return tuple(text.splitlines())
