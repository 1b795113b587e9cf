"""Finds the networks in what a file holds, wherever they are kept, and what stands beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from torch import Tensor

from sefa_widget.checkpoint.base import CheckpointError
from sefa_widget.checkpoint.budget import Budget
from sefa_widget.checkpoint.contents import Contents, Leaf
from sefa_widget.checkpoint.inert import InertStub
from sefa_widget.checkpoint.networks import is_module, pickled_module, tensorflow_network
from sefa_widget.checkpoint.settings import Settings
from sefa_widget.checkpoint.storage import View
from sefa_widget.checkpoint.stubs import ArrayStub, NetworkStub, ObjectStub

_MOST_TENSORS = 20_000
_MOST_TEXT = 1 << 24
"""Characters of all names and settings together."""
_MOST_LEVELS = 5
_HOLDS = (dict, list, tuple, NetworkStub, InertStub, ObjectStub)
"""What may be a network or hold one."""
_MOST_NETWORKS = 64

_BUFFER = re.compile(r".*(running_mean|running_var|num_batches_tracked|weight_u|weight_v)")
_WRAPPED = re.compile(r"(?<=\.)(?:(?:module|_orig_mod)\.)+")
"""What wrappers of torch (DataParallel, compile) put into the middle of keys."""
_AVERAGED = re.compile(r"ema|smooth|avg|average|running|shadow", re.IGNORECASE)
_GENERATES = re.compile(
    r"^(net_?|model_?)?g(en|enerator)?([_.\d].*|)$|generator|^gs$|^netg|^modelg", re.IGNORECASE
)
_OTHER = re.compile(
    r"^(net_?|model_?)?d(is|isc|iscriminator)?([_.\d].*|)$|discriminator|critic|encoder|opt|sched|augment"
    r"|^netd|^modeld|loss|lpips|^vgg|^e$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something is in a file."""

    names: tuple[str, ...] = ()

    def __truediv__(self, name: str) -> _Place:
        return _Place((*self.names, name))

    @property
    def shown(self) -> str:
        return "/".join(self.names)


def rank(names: str) -> int:
    """Tell by names how likely a network is the wanted one: 0 is an averaged generator, 3 another network.

    >>> [rank(names) for names in ("g_ema", "netG", "state_dict", "netD")]
    [0, 1, 2, 3]
    """
    parts = [part for part in re.split(r"[/.]", names) if part]
    if any(_OTHER.search(part) and not _GENERATES.search(part) for part in parts):
        return 3
    if any(_AVERAGED.search(part) for part in parts):
        return 0
    return 1 if any(_GENERATES.search(part) for part in parts) else 2


def find_networks(value: object) -> list[Contents]:
    """List the networks in what a file holds, the one most likely wanted first.

    Raises
    ------
    CheckpointError
        If the only network there is cannot be read.
    """
    settings = Settings(Budget(copies=_MOST_TEXT))
    found: list[Contents] = []
    problem: CheckpointError | None = None
    places = sorted(_walk(value, _Place(), settings, {}), key=lambda entry: rank(entry[0].shown))
    for place, network, beside in places[:_MOST_NETWORKS]:
        try:
            contents = _contents(network, settings)
        except CheckpointError as error:
            problem = problem or error
            continue
        if contents is None or not contents.tensors:
            continue
        if len(contents.tensors) > _MOST_TENSORS:
            raise CheckpointError(
                f"has a network of {len(contents.tensors)} tensors, far more than any generator."
            )
        found.append(_with_surroundings(replace(contents, place=place.shown), beside, settings))
    if not found and problem is not None:
        raise problem
    return found


def _walk(
    value: object, place: _Place, settings: Settings, beside: Mapping[object, object]
) -> Iterator[tuple[_Place, object, Mapping[object, object]]]:
    """Go through everything that may be a network: its place, itself, and the dict it stands in."""
    if len(place.names) > _MOST_LEVELS:
        return
    if is_module(value) or _is_tensorflow(value):
        yield place, value, beside
    elif isinstance(value, (list, tuple)):
        settings.budget.spend(1 + len(value))
        networks = [item for item in value if _is_tensorflow(item)]
        if networks:  # NVIDIA's (G, D, Gs): the last is the averaged one
            yield place, networks[-1], beside
            return
        for number, item in enumerate(value[:8]):
            if isinstance(item, _HOLDS):
                yield from _walk(item, place / str(number), settings, beside)
    elif isinstance(value, InertStub):
        yield from _walk(value.items, place, settings, beside)
    elif isinstance(value, dict):
        settings.budget.spend(1 + len(value))
        tensors = sum(isinstance(item, (View, ArrayStub, Tensor)) for item in value.values())
        if tensors:
            yield place, value, beside
        for name, item in value.items():
            if isinstance(name, str) and isinstance(
                item, (dict, list, tuple, NetworkStub, InertStub, ObjectStub)
            ):
                around = value if tensors or not beside else {**beside, **value}
                yield from _walk(item, place / name, settings, around)


def _is_tensorflow(value: object) -> bool:
    return isinstance(value, ObjectStub) and value.kind == "Network"


def _contents(network: object, settings: Settings) -> Contents | None:
    if is_module(network):
        return pickled_module(network, settings)
    if isinstance(network, ObjectStub):
        return tensorflow_network(network, settings)
    return Contents(_state_dict(network, settings)) if isinstance(network, dict) else None


def _state_dict(value: Mapping[object, object], settings: Settings) -> dict[str, Leaf]:
    """Take the tensors of a mapping, without the names of wrappers in the middle of keys."""
    settings.budget.spend(len(value))
    named = {
        key: item
        for key, item in value.items()
        if isinstance(key, str) and isinstance(item, (View, ArrayStub, Tensor))
    }
    everywhere = all(key.startswith("module.") for key in named)
    tensors: dict[str, Leaf] = {}
    for key, tensor in named.items():
        name = _WRAPPED.sub("", key)
        name = re.sub(r"^(module\.)+", "", name) if everywhere else name
        if name in tensors:
            raise CheckpointError(
                "has the same key with and without 'module.', so it is unclear which is meant."
            )
        tensors[name] = tensor
    return tensors


def _with_surroundings(contents: Contents, beside: Mapping[object, object], settings: Settings) -> Contents:
    """Add what stands beside the generator."""
    if isinstance(args := beside.get("args"), ObjectStub):
        contents = replace(contents, args=settings.attributes(args.attributes))
    if isinstance(own := beside.get("config"), ObjectStub):
        contents = replace(contents, settings=settings.attributes(own.attributes))
    views = {key: view for key, view in beside.items() if isinstance(key, str) and isinstance(view, View)}
    contents = replace(contents, beside=views)
    if contents.place.split("/")[-1] == "g" and isinstance(smoothed := beside.get("g_ema"), list):
        contents = replace(contents, tensors=_replace_parameters(contents.tensors, smoothed))
    return contents


def _replace_parameters(tensors: Mapping[str, Leaf], smoothed: list[object]) -> dict[str, Leaf]:
    """Put smoothed parameters without names (FastGAN) in the place of the named ones, in the same order."""
    names = [key for key in tensors if not _BUFFER.fullmatch(key)]
    replaced = dict(tensors)
    for key, tensor in zip(names, smoothed, strict=False):
        if not isinstance(tensor, View) or tensor.shape != tuple(tensors[key].shape):
            raise CheckpointError(
                f"has smoothed parameters ('g_ema') that do not fit those of 'g' at {key!r}."
            )
        replaced[key] = tensor
    if len(names) != len(smoothed):
        raise CheckpointError(
            f"has {len(smoothed)} smoothed parameters ('g_ema') for {len(names)} parameters of 'g'."
        )
    return replaced
