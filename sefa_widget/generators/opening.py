"""What a panel of a generator begins with: for those that come with the package, chosen by looking."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Opening:
    """What a panel of a generator begins with.

    >>> Opening().seeds
    (0,)

    Attributes
    ----------
    seeds
        Seeds of the pictures; the first is shown large.
    truncation_psi
        How far from the mean of the latent space they are.
    layers
        Half-open range of the layers that are factorised; None is all that read the latent.
    labels
        Class of each picture; empty is class 0 for all, where there are classes.
    class_names
        Names of the generator's classes, in their order; empty where it has none.
    """

    seeds: tuple[int, ...] = (0,)
    truncation_psi: float = 1.0
    layers: tuple[int, int] | None = None
    labels: tuple[int, ...] = ()
    class_names: tuple[str, ...] = ()

    def classes(self, num_classes: int) -> tuple[int | None, ...]:
        """Give the class of each picture; None for a generator without classes.

        >>> Opening(seeds=(3, 4)).classes(10), Opening(labels=(7,)).classes(10), Opening().classes(0)
        ((0, 0), (7,), (None,))
        """
        usual = 0 if num_classes else None
        return self.labels or (usual,) * len(self.seeds)


BUNDLED: Mapping[str, Opening] = {
    "heads": Opening(seeds=(31, 88, 75, 51), truncation_psi=0.8, layers=(0, 3)),
    "faces": Opening(seeds=(47, 57, 91, 114)),
    "garments": Opening(
        seeds=(4, 5, 9, 0),
        truncation_psi=0.8,
        labels=(0, 3, 5, 8),
        class_names=(
            *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
            *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
        ),
    ),
}
"""The generators that come with the package, by name; the first is the default.

The seeds are the clearest of 0 to 119 that differ in skin, hair and glasses or beard. At psi 0.8 heads have
whole outlines, and their layers 0 to 2 hold the pose. Faces have no truncation in the panel. Garments
show four classes, to all of which one direction does much the same: clear ones of the seeds 0 to 23.
"""


def source_name(source: str | None) -> str | None:
    """Give what opens a generator elsewhere: a bundled name, or its file without folders.

    >>> source_name("heads"), source_name("/home/me/net.pkl"), source_name(None)
    ('heads', 'net.pkl', None)
    """
    return source if source is None or source in BUNDLED else Path(source).name
