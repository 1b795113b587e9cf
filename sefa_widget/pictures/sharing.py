"""Draw a batch of pictures, and run each stage once for all pictures that are equal up to it.

Pictures are equal up to a stage when the code rows that the stages so far read are equal, and the classes,
truncation and noise too. Each picture therefore has a chain of keys, one before each stage.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Container, Hashable, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.stages import Features, Stage, picture_of
from sefa_widget.pictures.features import KeptFeatures

Chain = tuple[bytes, ...]
"""Keys of one picture: number n is that of its features before stage n, the last is that of the picture."""


def chains(
    stages: Sequence[Stage], latent: Latent, noise: Noise, own: Sequence[Hashable], *, whole: bool = True
) -> list[Chain]:
    """Give the keys of each picture of a latent.

    Parameters
    ----------
    stages
        The stages that are run, from the first on.
    latent, noise
        Of N pictures.
    own
        For each picture what else its features depend on: pictures that differ in it share nothing.
    whole
        Whether these are all stages. If not, the picture on the way is told from the features behind the
        same stages.
    """
    codes = _bytes(latent.codes)
    labels = [b""] * len(latent) if latent.labels is None else _bytes(latent.labels[:, None])
    found = []
    for picture in range(len(latent)):
        about = (noise, latent.truncation_psi, latent.codes.dtype, own[picture], labels[picture])
        keys = [hashlib.blake2b(repr(about).encode(), digest_size=16).digest()]
        for stage in stages:
            digest = hashlib.blake2b(keys[-1], digest_size=16)
            for row in stage.rows:
                digest.update(codes[picture][row])
            keys.append(digest.digest())
        if not whole:
            keys[-1] += b"picture"
        found.append(tuple(keys))
    return found


def branches(keys: Sequence[Chain]) -> set[bytes]:
    """Give the key at which each picture departs from the last of the others."""
    counts = Counter(key for chain in keys for key in set(chain))
    return {
        max((n, key) for n, key in enumerate(chain) if counts[key] > 1)[1]
        for chain in keys
        if counts[chain[0]] > 1
    }


def together(keys: Sequence[Chain]) -> list[int]:
    """Give the pictures in an order in which those that share more follow each other, else as they are."""
    ranks: dict[bytes, int] = {}
    order = [[ranks.setdefault(key, len(ranks)) for key in chain] for chain in keys]
    return sorted(range(len(keys)), key=order.__getitem__)


def pick(latent: Latent, pictures: list[int]) -> Latent:
    """Give some pictures of a latent, in any order."""
    if pictures == list(range(len(latent))):
        return latent
    labels = None if latent.labels is None else latent.labels[pictures]
    return replace(latent, codes=latent.codes[pictures], labels=labels)


def draw_shared(
    stages: Sequence[Stage],
    latent: Latent,
    noise: Noise,
    keys: Sequence[Chain],
    kept: KeptFeatures | None = None,
    keep: Container[bytes] = (),
) -> list[Tensor]:
    """Draw pictures ``[C, H, W]`` of a latent; nothing is checked and nothing locked.

    Parameters
    ----------
    stages
        All stages of the generator.
    latent, noise
        Of N pictures.
    keys
        Their `chains`.
    kept
        Where features and pictures of earlier drawings are, and those of this one go; None keeps nothing.
    keep
        Keys of the features to keep, besides the pictures.
    """
    last = len(stages)
    ready = [_deepest(chain, kept) for chain in keys]
    pictures: dict[bytes, Tensor] = {
        chain[last]: features[0][0]
        for chain, (depth, features) in zip(keys, ready, strict=True)
        if depth == last
    }
    places: dict[bytes, int] = {}
    features: Features = ()
    for number in range(min(depth for depth, _ in ready), last):
        wanted: dict[bytes, int] = {}  # one picture for each key
        for picture, (depth, _) in enumerate(ready):
            if depth <= number:
                wanted.setdefault(keys[picture][number + 1], picture)
        joining = {
            keys[picture][number]: begun for picture, (depth, begun) in enumerate(ready) if depth == number
        }
        before = [keys[picture][number] for picture in wanted.values()]
        features = _gather(features, places, joining, before)
        features = stages[number].run(features, pick(latent, list(wanted.values())), noise)
        places = {key: place for place, key in enumerate(wanted)}
        if kept is not None and number + 1 < last:
            for key, place in places.items():
                if key in keep:
                    kept.put(key, _one(features, place))
    if places:
        images = picture_of(stages[-1], features)
        pictures |= {key: images[place] for key, place in places.items()}
        if kept is not None:
            for key, place in places.items():
                kept.put(key, _one((images,), place))
    return [pictures[chain[last]] for chain in keys]


def _deepest(chain: Chain, kept: KeptFeatures | None) -> tuple[int, Features]:
    """Give the features that are kept of a picture before the latest stage, and the number of that stage."""
    if kept is not None:
        for number in range(len(chain) - 1, 0, -1):
            found = kept.get(chain[number])
            if found is not None:
                return number, found
    return 0, ()


def _gather(
    features: Features, places: dict[bytes, int], joining: dict[bytes, Features], wanted: list[bytes]
) -> Features:
    """Put features in the order of some keys: from the batch so far, or from those that join it now."""
    if wanted == list(places):
        return features
    parts = [_one(features, places[key]) if key in places else joining[key] for key in wanted]
    if len(parts) == 1:
        return parts[0]
    return tuple(torch.cat(tensors) for tensors in zip(*parts, strict=True))


def _one(features: Features, place: int) -> Features:
    return tuple(tensor[place : place + 1] for tensor in features)


def _bytes(rows: Tensor) -> list[list[bytes]]:
    """Give the bytes of each row of ``[N, L, d]``."""
    plain = rows.detach().contiguous().view(torch.uint8).cpu().numpy()
    return [[row.tobytes() for row in picture] for picture in plain]
