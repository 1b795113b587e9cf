"""What each figure of SeFa shows here, for each model: `MODELS` has an entry for each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.claims import meant, models
from benchmarks.claims.claim import Run
from benchmarks.claims.films import Film, Strip
from benchmarks.claims.garments import garments
from benchmarks.claims.rated import GROUPS
from sefa_widget import factorize
from sefa_widget.generators import Generator, Latent
from sefa_widget.inversion import invert
from sefa_widget.inversion.result import psnr
from sefa_widget.measures.changes import draw
from training.heads.attributes import draw_attributes
from training.heads.renderer import render_heads

SEEDS = (5, 12, 21)
"""Of the pictures that are moved: the first is in every figure."""
CLASSES = 10
"""Shown of a model at most."""
TARGET_SEED, TARGETS, STEPS = 9000, 3, 200
"""Of the drawn heads that figure 6 finds again, and how many steps a search takes."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model as the figures show it.

    Attributes
    ----------
    load
        Gives the generator.
    pca
        The set of PCA in `models.directions`: of z where that is the paper's.
    compared
        Attributes of figure 3.
    diverse
        Attributes of figure 5 (a).
    several
        The attribute of figure 5 (b), that several directions move; empty where there is none.
    groups
        Layers of figure 7, by name.
    targets
        Pictures that the generator did not draw, for figure 6; None where none are at hand.
    """

    load: Callable[[], Generator]
    pca: str
    compared: tuple[str, ...]
    diverse: tuple[str, ...]
    several: str
    groups: dict[str, tuple[int, int]]
    targets: Callable[[], Tensor] | None


def _drawn_heads() -> Tensor:
    return 2 * render_heads(draw_attributes(TARGETS, TARGET_SEED)) - 1


MODELS = {
    "heads": Model(
        models.heads,
        "PCA of w",
        ("yaw", "smile", "glasses"),
        ("hair_colour", "skin", "hair_length"),
        "hair_volume",
        GROUPS,
        _drawn_heads,
    ),
    "faces": Model(
        models.faces, "PCA of z", ("light from the left", "warmth", "light from above"), (), "", {}, None
    ),
}
KINDS = ("InterFaceGAN", "SeFa", "PCA", "composed", "Jacobian", "random")


def sets(run: Run, name: str, generator: Generator, normals: Tensor) -> dict[str, Tensor]:
    """Give each kind's direction of each attribute, ``[A, d]``: the nearest to its normal."""
    found = {"InterFaceGAN": normals}
    for kind in ("SeFa", "PCA", "composed", "Jacobian"):
        set_of = MODELS[name].pca if kind == "PCA" else kind
        found[kind] = meant.nearest(normals, models.directions(run, generator, set_of).vectors)
    found["random"] = meant.nearest(normals, factorize(generator, method="random").vectors)
    return found


def films(run: Run) -> Iterator[Film]:
    """Give all figures of all models, one after the other."""
    for name, model in MODELS.items():
        generator = model.load()
        normals = meant.normals(run, generator)
        _, attributes = models.scorer(generator)
        kinds = sets(run, name, generator, normals)
        latents = generator.sample(SEEDS)
        if model.groups:
            yield _seventh(name, model, generator, latents)
        yield _third(name, model, generator, latents, attributes, kinds)
        yield _fifth(name, model, generator, latents, attributes, normals, kinds)
        if model.targets is not None:
            yield _sixth(run, name, model, generator, attributes, kinds, model.targets())
    yield _eighth("garments", garments())


def _third(
    name: str,
    model: Model,
    generator: Generator,
    latents: Latent,
    attributes: tuple[str, ...],
    kinds: dict[str, Tensor],
) -> Film:
    strips = [
        Strip(kind, attribute, latents[0], vectors[attributes.index(attribute)])
        for kind, vectors in kinds.items()
        for attribute in model.compared
    ]
    words = (
        f"**Figure 3, {name}.** The direction of each method that lies nearest to the normal of an attribute."
    )
    return Film(f"fig3-{name}", generator, words, tuple(strips), {})


def _fifth(
    name: str,
    model: Model,
    generator: Generator,
    latents: Latent,
    attributes: tuple[str, ...],
    normals: Tensor,
    kinds: dict[str, Tensor],
) -> Film:
    vectors = factorize(generator).vectors
    if model.several:
        normal = normals[attributes.index(model.several)]
        three = (vectors @ normal).abs().topk(3).indices.tolist()
        blocks = {a: kinds["SeFa"][attributes.index(a)] for a in model.diverse}
        blocks |= {f"{model.several}: #{i}": vectors[i] for i in three}
        words = (
            f"SeFa's directions nearest to {', '.join(model.diverse)}, and the three nearest to "
            f"{model.several} (`#` is their number)."
        )
    else:
        blocks = {f"#{i}": vectors[i] for i in range(4)}
        words = "SeFa's first directions."
    strips = [
        Strip(f"seed {seed}", block, latents[place], vector)
        for place, seed in enumerate(SEEDS)
        for block, vector in blocks.items()
    ]
    return Film(f"fig5-{name}", generator, f"**Figure 5, {name}.** {words}", tuple(strips), {})


def _sixth(
    run: Run,
    name: str,
    model: Model,
    generator: Generator,
    attributes: tuple[str, ...],
    kinds: dict[str, Tensor],
    targets: Tensor,
) -> Film:
    def work() -> dict[str, Tensor]:
        say, codes = run.progress(f"pictures found by {name}"), []
        for place, target in enumerate(targets):
            codes.append(invert(generator, target, steps=STEPS, own=0).latent.codes)
            say(place + 1, len(targets))
        return {"codes": torch.cat(codes)}

    settings = (generator.fingerprint, TARGET_SEED, len(targets), STEPS)
    codes = run.tensors(f"pictures found by {name}", settings, work)["codes"]
    latents = [Latent(code[None], None, 1.0) for code in codes]
    strips = [
        Strip(f"target {place}", attribute, latent, kinds["SeFa"][attributes.index(attribute)])
        for place, latent in enumerate(latents)
        for attribute in model.compared
    ]
    beside = {
        f"target {place}": (targets[place], draw(generator, latent)[0])
        for place, latent in enumerate(latents)
    }
    near = [psnr(float((one - two).square().mean())) for one, two in beside.values()]
    words = (
        f"**Figure 6, {name}.** Pictures that the generator did not draw, but the renderer it learned from: "
        f"the target, what `invert` found in {STEPS} steps ({', '.join(f'{value:.1f}' for value in near)} "
        "dB), and edits of that along SeFa's directions. What is not found is not edited: see the glasses."
    )
    return Film(f"fig6-{name}", generator, words, tuple(strips), beside)


def _seventh(name: str, model: Model, generator: Generator, latents: Latent) -> Film:
    strips = []
    for group, layers in model.groups.items():
        own = factorize(generator, layers=layers).vectors
        other = models.random_set(generator, 2, seed=layers[0]).vectors
        for words, vectors in (("SeFa", own), ("random", other)):
            for number in range(2):
                strips.append(Strip(f"{words}, #{number}", group, latents[0], vectors[number], layers))
    words = (
        f"**Figure 7, {name}.** The first two directions of each group of layers, and two random ones, moved "
        "in the rows of that group only."
    )
    return Film(f"fig7-{name}", generator, words, tuple(strips), {})


def _eighth(name: str, generator: Generator) -> Film:
    """Move one latent of each class along the same two directions."""
    vectors, count = factorize(generator, k=2).vectors, min(generator.num_classes, CLASSES)
    latents = generator.sample([SEEDS[0]] * count, labels=list(range(count)))
    names = generator.opening.class_names or [f"class {label}" for label in range(count)]
    strips = [
        Strip(names[label], f"#{number}", latents[label], vectors[number])
        for label in range(count)
        for number in range(2)
    ]
    words = f"**Figure 8, {name}.** The first two directions, on the same latent of every class."
    return Film(f"fig8-{name}", generator, words, tuple(strips), {})
