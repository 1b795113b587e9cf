"""Borrows any `torch.nn.Module` as a generator: finds out how it is called, and what reads its latent."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from sefa_widget.arguments import function, instance, several, whole
from sefa_widget.generators.calling import Call, inputs_of, ways_to_call
from sefa_widget.generators.forward_mode import FAILURES
from sefa_widget.generators.module import ModuleGenerator
from sefa_widget.generators.readers import weight_layers
from sefa_widget.generators.suitability import materialise, places, refuse, versions


def from_module(
    module: nn.Module,
    *,
    latent_dim: int | None = None,
    num_classes: int | None = None,
    layers: Sequence[str] | None = None,
    latent_from: str | None = None,
    call: Call | None = None,
    name: str | None = None,
    output: str | None = None,
) -> ModuleGenerator:
    """Borrow a module as a generator: find out how it is called and which layers read its latent.

    Parameters
    ----------
    module
        Makes pictures; it is put in eval mode and not changed otherwise. Pictures may be the largest of
        several, in a dict or an object, with channels first or last, or flat; values of 0..1 and 0..255 are
        told by some samples and mapped to -1..1. One of half precision is copied to float32.
    latent_dim
        Size of the latent vector; None tries the module's attributes and the sizes of its layers.
    num_classes
        Number of classes; None tries the same where the module takes a class.
    layers
        Names of the layers to factorise; None takes all that read the latent.
    latent_from
        Name of the sub-module whose output is the latent, such as a mapping network; None is the input.
    call
        How to run it, for example ``lambda module, z, labels: module(z, labels.argmax(1))`` with z
        ``[N, latent_dim]`` and labels ``[N, num_classes]`` or None. A generator with a lambda here can be
        copied, but not pickled: give a function defined in a module where it shall go to another process.
    name
        What the user sees; None is the name of the class.
    output
        ``"tanh"``: values are of -1..1, ``"sigmoid"``: of 0..1, ``"none"``: taken as they come; None tells it
        by some samples.

    Raises
    ------
    ValueError
        If the module cannot be run, or no layer reads the latent; the text says what was tried.
    """
    latent_dim = None if latent_dim is None else whole(latent_dim, "latent_dim", 1)
    num_classes = None if num_classes is None else whole(num_classes, "num_classes", 0)
    layers = None if layers is None else several(layers, "layers", "a list of names of layers")
    for what, value in (("latent_from", latent_from), ("name", name)):
        if value is not None:
            instance(value, what, str, "a text")
    if call is not None:
        function(call, "call", "the module, z and labels, for example lambda module, z, labels: module(z)")
    unknown = [
        path for path in [*(layers or []), latent_from] if path and path not in dict(module.named_modules())
    ]
    if unknown:
        known = ", ".join(list(weight_layers(module))[:8])
        raise ValueError(f"The module has no layer {unknown[0]!r}; it has {known}, ...")
    refuse(module, call)
    materialise(module, latent_dim, call)
    tried: dict[str, None] = {}
    for candidate, note in versions(module):
        for where in places(candidate, latent_from):
            for size, classes, way, run in ways_to_call(candidate, latent_dim, num_classes, call):
                generator = ModuleGenerator(candidate, size, classes, run, where, output)
                generator.name = name or type(module).__name__
                generator.assumed = note
                reason = _attached(generator, layers, bool(num_classes) or call is not None)
                if not reason:
                    return generator
                tried.setdefault(f"{way}: {reason}")
    sizes = ", ".join(str(inputs_of(layer)) for layer in list(weight_layers(module).values())[:5])
    attempts = "; ".join(list(tried)[:6]) or "nothing, because neither latent nor classes have a known size"
    if unfit := [attempt.split(": ", 1)[1] for attempt in tried if "The module gives" in attempt]:
        raise ValueError(f"{type(module).__name__} could not be taken as a generator. {unfit[0]}")
    raise ValueError(
        f"{type(module).__name__} could not be taken as a generator. Give latent_dim, num_classes, layers "
        f"or call=lambda module, z, labels: images. Its first layers take {sizes or 'no'} numbers. "
        f"Tried: {attempts}."
    )


def _attached(generator: ModuleGenerator, layers: Sequence[str] | None, classes_given: bool) -> str:
    """Find the layers that read the latent; give the reason where that fails, else nothing."""
    try:
        found = generator.attach(layers)
        unused = generator.num_classes and not classes_given and not generator.reads_classes()
    except FAILURES as error:
        reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        return reason if "The module gives" in reason else reason[:120]
    if unused:
        return "it runs, but pictures do not depend on the class"
    missing = set(layers or []) - {reader.name for reader in generator.readers}
    if found and not missing:
        return ""
    who = ", ".join(sorted(missing)) if missing else "no layer"
    return f"it runs, but {who} {'do not get' if missing else 'gets'} an affine function of the latent"
