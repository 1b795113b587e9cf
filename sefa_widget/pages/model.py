"""The network of a page: from normal vectors to pixels, as ONNX with weights in half precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from sefa_widget.arguments import MAX_SEED
from sefa_widget.generators.base import Generator, Noise
from sefa_widget.generators.exporting import exported, own_copy
from sefa_widget.generators.precision import full_precision
from sefa_widget.generators.stages import draw
from sefa_widget.pages.aside import aside
from sefa_widget.pictures.frames import byte_pixels, to_pixels
from sefa_widget.progress import Progress

NEAR = 2
"""How far pixels of a page may be from Python's, of 255."""
SEEDS = 8
"""Pictures that are compared."""
LINEAR = 1e-4
"""How exactly truncation must be a mix of a code and the mean, relative to the codes' spread."""
FLOAT, HALF = 1, 10
"""Types of numbers, as ONNX counts them."""
SMALL = 256
"""Weights of fewer numbers stay as they are."""


@dataclass(frozen=True, slots=True, eq=False)
class PageModel:
    """A network that a page can run.

    Attributes
    ----------
    data
        The bytes of an ONNX model. Inputs: ``z [N, z_dim]``; ``labels [N, num_classes]`` where there are
        classes; ``keep [N, L]``, how much of its distance from the mean each code row keeps; ``step
        [N, L, d]``, what edits add to the codes. Output: ``pixels [N, H, W, 4]``, uint8 RGBA.
    half
        Whether its weights are float16.
    error
        How far its pixels were from Python's at most, of 255.
    truncates
        Whether `keep` is truncation; if not, the network has one truncation, and `keep` is ignored.
    most_psi
        Truncation above this does nothing more; None for no limit.
    """

    data: bytes
    half: bool
    error: int
    truncates: bool
    most_psi: float | None


class _Painting(nn.Module):
    """The whole way from normal vectors to pixels."""

    def __init__(self, generator: Generator, noise: Noise, psi: float | None) -> None:
        super().__init__()
        self.generator, self.noise, self.psi = generator, noise, psi
        self.stages = generator.stages()

    def forward(self, z: Tensor, keep: Tensor, step: Tensor, labels: Tensor | None = None) -> Tensor:
        psi = 1.0 if self.psi is None else self.psi
        latent = self.generator.mapping(z, labels=labels, truncation_psi=psi)
        codes = latent.codes
        if self.psi is None:
            mean = self.generator.mapping(z, labels=labels, truncation_psi=0.0).codes
            codes = mean + keep[:, :, None] * (codes - mean)
        else:
            codes = codes + 0 * keep[:, :, None]  # an input that nothing reads would be left out
        images = draw(self.stages, (), latent.with_codes(codes + step), self.noise)
        pixels = byte_pixels(images)
        opaque = torch.full_like(pixels[..., :1], 255)
        return torch.cat([pixels, opaque], -1)


def page_model(
    generator: Generator, psi: float, noise: Noise = "const", progress: Progress | None = None
) -> PageModel:
    """Make the network of a page, and compare its pixels with Python's.

    Parameters
    ----------
    generator
        Whose network.
    psi
        The truncation of generators whose truncation is no mix of a code and the mean.
    noise
        ``"const"`` or ``"none"``; fresh noise cannot be the same in a page.
    progress
        Called with 0 of 1 a few times each second, and once with 1 of 1; what it raises ends the work.

    Raises
    ------
    ValueError
        If torch.export cannot read the generator, or the pixels differ by more than 2 of 255.
    """
    tell = progress or (lambda done, total: None)
    made = aside(partial(_made, own_copy(generator), psi, noise), lambda: tell(0, 1))
    tell(1, 1)
    return made


def _made(own: Generator, psi: float, noise: Noise) -> PageModel:
    """Make the network of a generator that nobody else holds."""
    truncates = _is_linear(own)
    module = _Painting(own, noise, None if truncates else psi)
    with full_precision():
        model = exported(module, _inputs(own, [0, 1]), "pixels", own)
    for data, half in ((_halved(model), True), (model.SerializeToString(), False)):
        error = _error(own, module, data)
        if error <= NEAR:
            return PageModel(data, half, error, truncates, _most_psi(own) if truncates else None)
    raise ValueError(
        f"{own.name!r} draws other pictures in a page: pixels differ by {error} of 255, "
        f"and {NEAR} are allowed."
    )


def normal(generator: Generator, seeds: Sequence[int]) -> Tensor:
    """Give the normal vectors ``[N, z_dim]`` of seeds, as `Generator.sample` draws them."""
    draws = (torch.Generator("cpu").manual_seed(seed) for seed in seeds)
    return torch.stack([torch.randn(generator.z_dim, generator=draw) for draw in draws])


def _inputs(generator: Generator, seeds: Sequence[int]) -> dict[str, Tensor]:
    rows, size = generator.num_codes, generator.latent_dim
    random = torch.Generator("cpu").manual_seed(MAX_SEED)
    inputs = {
        "z": normal(generator, seeds),
        "keep": torch.rand(len(seeds), rows, generator=random),
        "step": 0.1 * torch.randn(len(seeds), rows, size, generator=random),
    }
    if generator.num_classes:
        labels = torch.tensor([seed % generator.num_classes for seed in seeds])
        vectors = generator.label_vectors(labels, len(seeds))
        assert vectors is not None
        inputs["labels"] = vectors
    return inputs


def _is_linear(generator: Generator) -> bool:
    """Say whether truncation mixes a code with the mean, and changes nothing else that pictures depend on."""
    z = normal(generator, range(4))
    with torch.no_grad():
        whole, half, mean = (generator.mapping(z, truncation_psi=psi) for psi in (1.0, 0.5, 0.0))
        mixed = mean.codes + 0.5 * (whole.codes - mean.codes)
        error = float((half.codes - mixed).abs().max() / whole.codes.std())
        at_half = generator.synthesize(half)
        at_whole = generator.synthesize(whole.with_codes(half.codes))
    return error < LINEAR and torch.equal(at_half, at_whole)


def _most_psi(generator: Generator) -> float | None:
    """Give the truncation above which nothing more happens; None where codes move on."""
    z = normal(generator, range(4))
    with torch.no_grad():
        whole, beyond = (generator.mapping(z, truncation_psi=psi).codes for psi in (1.0, 1.5))
    return 1.0 if torch.equal(whole, beyond) else None


def _halved(model: Any) -> bytes:
    """Give a model whose weights are float16, and become float32 when it is opened."""
    import onnx

    halved = onnx.ModelProto()
    halved.CopyFrom(model)
    graph = halved.graph
    casts = []
    for weight in graph.initializer:
        if weight.data_type != FLOAT or np.prod(weight.dims) < SMALL:
            continue
        values = onnx.numpy_helper.to_array(weight)
        if np.abs(values).max(initial=0.0) > np.finfo(np.float16).max:
            continue
        name = weight.name
        weight.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [f"{name}.half"], [name], to=FLOAT))
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    del graph.value_info[:]
    return bytes(halved.SerializeToString())


def _error(generator: Generator, module: _Painting, data: bytes) -> int:
    """Compare pixels with Python's, of seeds that nothing was made from; give the largest difference."""
    import onnxruntime

    inputs = _inputs(generator, range(100, 100 + SEEDS))
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    wanted = _wanted(generator, module, inputs)
    return int(np.abs(found[..., :3].astype(int) - wanted.astype(int)).max())


def _wanted(generator: Generator, module: _Painting, inputs: Mapping[str, Tensor]) -> Any:
    """Draw what a page should show, the way the panel does."""
    z, labels, psi = inputs["z"], inputs.get("labels"), module.psi
    with torch.no_grad():
        latent = generator.mapping(z, labels=labels, truncation_psi=1.0 if psi is None else psi)
        codes = latent.codes
        if psi is None:
            mean = generator.mapping(z, labels=labels, truncation_psi=0.0).codes
            codes = mean + inputs["keep"][:, :, None] * (codes - mean)
        images = generator.synthesize(latent.with_codes(codes + inputs["step"]), noise=module.noise)
    return to_pixels(images)
