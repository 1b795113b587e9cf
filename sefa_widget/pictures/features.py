"""Features kept from one drawing to the next, so that a picture is drawn on from where it changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence

from torch import Tensor

from sefa_widget.arguments import whole
from sefa_widget.generators.stages import Features

LIMIT_BYTES = 256 * 2**20
"""Bytes of features kept, unless told otherwise."""
SEEN = 2**14
"""Keys remembered of what was drawn, kept or not: those of 600 pictures of the largest networks."""


class KeptFeatures:
    """Features of one generator by what they depend on, least recently used dropped first.

    `tiles` looks here for the deepest features of each picture and runs only the stages behind them. A key
    stands for all that features depend on: the codes that the stages before read (start and edit together),
    the classes, the truncation and the noise. It may be used from several threads.

    >>> from sefa_widget import Edit, Start, factorize, load_generator
    >>> from sefa_widget.pictures.drawing import tiles
    >>> heads, kept = load_generator("heads", device="cpu"), KeptFeatures()
    >>> colours = factorize(heads, layers=(6, 10))
    >>> for strength in (0.0, 0.5, 1.0):  # the second and third picture begin at code row 6
    ...     (tile,) = tiles(heads, [Start(31)], [Edit(colours, {0: strength})], kept=kept)
    >>> kept.nbytes <= kept.limit_bytes
    True

    Parameters
    ----------
    limit_bytes
        Bytes of tensors kept at most, 256 MiB by default; 0 keeps nothing. Features of one picture of 1024
        pixels take up to 150 MB, those of one of 64 pixels about 1 MB.

    Raises
    ------
    ValueError
        If the limit is no whole number from 0 on.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self.limit_bytes = whole(limit_bytes, "limit_bytes", 0)
        self._lock = threading.Lock()
        self._weights: Hashable = None
        self._changes = 0
        self._kept: OrderedDict[Hashable, Features] = OrderedDict()
        self._seen: OrderedDict[Hashable, None] = OrderedDict()
        self._bytes = 0

    @property
    def nbytes(self) -> int:
        """Bytes of all tensors kept."""
        return self._bytes

    def __len__(self) -> int:
        """How many pictures' features, at one stage each, are kept."""
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        """Tell whether features are kept under a key, without counting it as a use."""
        return key in self._kept

    def clear(self) -> None:
        """Let go of all tensors."""
        with self._lock:
            self._clear()

    def use(self, weights: Hashable) -> int:
        """Say which weights what follows belongs to; what is kept of other weights is let go of.

        Returns
        -------
        int
            A number of these weights, another one after every change; to be a part of all keys.
        """
        with self._lock:
            if weights != self._weights:
                self._clear()
                self._weights = weights
                self._changes += 1
            return self._changes

    def get(self, key: Hashable) -> Features | None:
        """Give the features kept under a key, or None; this counts as a use."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, features: Features) -> None:
        """Keep the features ``[1, ...]`` of one picture, in memory of their own.

        Features that are larger than the limit are not kept.
        """
        size = _size(features)
        if size > self.limit_bytes:
            return
        own = tuple(
            tensor.clone() if tensor.untyped_storage().nbytes() > _size([tensor]) else tensor
            for tensor in features
        )
        with self._lock:
            self._drop(key)
            self._kept[key] = own
            self._bytes += size
            while self._bytes > self.limit_bytes:
                self._drop(next(iter(self._kept)))

    def seen(self, keys: Sequence[Hashable]) -> list[bool]:
        """Tell which features were needed before, kept or not, and remember that they were needed now.

        What is needed a second time is worth keeping.
        """
        with self._lock:
            known = [key in self._seen for key in keys]
            for key in keys:
                self._seen[key] = None
                self._seen.move_to_end(key)
            while len(self._seen) > SEEN:
                self._seen.popitem(last=False)
            return known

    def _drop(self, key: Hashable) -> None:
        self._bytes -= _size(self._kept.pop(key, ()))

    def _clear(self) -> None:
        self._kept.clear()
        self._seen.clear()
        self._bytes = 0


def _size(tensors: Iterable[Tensor]) -> int:
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
