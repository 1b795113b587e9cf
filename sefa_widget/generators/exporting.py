"""Writes a generator as an ONNX file, which other programs can run without PyTorch."""

from __future__ import annotations

import copy
import json
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from sefa_widget.arguments import new_file
from sefa_widget.generators.base import Generator, Latent, check_generator
from sefa_widget.generators.precision import full_precision
from sefa_widget.generators.stages import draw
from sefa_widget.saving import replacing

NEAR = 1e-4
"""How far pictures of the file may be from the generator's, in standard deviations of their pixels."""
MOST_BYTES = 2**31 - 2**24
"""Bytes of weights that one file of ONNX can hold."""
NEEDS = ("onnx", "onnxscript", "onnxruntime")


class _Drawing(nn.Module):
    """The way from codes to pictures alone."""

    def __init__(self, generator: Generator) -> None:
        super().__init__()
        self.generator = generator
        self.stages = generator.stages()

    def forward(self, codes: Tensor, labels: Tensor | None = None) -> Tensor:
        return draw(self.stages, (), Latent(codes, labels), "const")


def save_onnx(generator: Generator, path: str | Path) -> Path:
    """Write the synthesis of a generator as an ONNX file, and check it with onnxruntime.

    >>> from sefa_widget import load_generator
    >>> save_onnx(load_generator("faces"), "faces.onnx").name  # doctest: +SKIP
    'faces.onnx'

    The file has the inputs ``codes`` ``[N, L, d]`` float32 and, where there are classes, ``labels``
    ``[N, num_classes]``, and the output ``images`` ``[N, C, H, W]`` of about -1..1, for any N. Codes are what
    `Generator.sample` and `edit` give: the mapping network and truncation are not in the file, stored noise
    is. Its metadata name the generator.

    Parameters
    ----------
    generator
        A generator of a file; a borrowed module as far as ``torch.export`` can read it.
    path
        Where to write; an existing file is replaced.

    Returns
    -------
    Path
        The path written.

    Raises
    ------
    ImportError
        If onnx, onnxscript or onnxruntime is missing.
    ValueError
        If the generator cannot be written, is too large for one file, or the file draws other pictures; the
        text says why.
    SaveError
        If the disk is full or cannot be written to.
    """
    check_generator(generator)
    path = new_file(path)
    check_libraries("save_onnx")
    own = own_copy(generator)
    inputs = _inputs(own, [0, 1])
    with replacing(path) as part, full_precision():
        model = exported(_Drawing(own), inputs, "images", own)
        about = {"name": own.name, "family": own.family, "fingerprint": own.fingerprint}
        model.metadata_props.add(key="sefa_widget", value=json.dumps(about))
        part.write_bytes(model.SerializeToString())
        with torch.no_grad():
            _check(own, part)
    return path


def check_libraries(who: str, *others: str) -> None:
    """Say which libraries are missing, if any of those that write ONNX, or of others, are.

    Raises
    ------
    ImportError
        If one is missing.
    """
    if missing := [name for name in (*NEEDS, *others) if find_spec(name) is None]:
        raise ImportError(f"{who} needs {', '.join(missing)}: pip install 'sefa_widget[page]'.")


def own_copy(generator: Generator) -> Generator:
    """Copy a generator to the CPU in float32, or say that it is too large for one file of ONNX."""
    size = sum(value.numel() * value.element_size() for value in generator.state_dict().values())
    if size > MOST_BYTES:
        raise ValueError(
            f"{generator.name!r} has {size:,} bytes of weights; a file of ONNX holds {MOST_BYTES:,}."
        )
    return copy.deepcopy(generator).to("cpu").float()


def exported(module: nn.Module, inputs: Mapping[str, Tensor], output: str, generator: Generator) -> Any:
    """Give a module of one output as a model of ONNX, for any number of pictures.

    Parameters
    ----------
    module
        Takes tensors whose first size is the number of pictures.
    inputs
        An example of each, by name, of two pictures.
    output
        Name of what it gives.
    generator
        What a message names.

    Returns
    -------
    onnx.ModelProto
        The model, its weights in it.

    Raises
    ------
    ValueError
        If torch.export cannot read it; the text says why.
    """
    batch = torch.export.Dim("batch")
    with _quiet(), torch.enable_grad():  # networks then compute nothing in place, which exporters read best
        try:
            program = torch.onnx.export(
                module.eval(),
                tuple(inputs.values()),
                input_names=list(inputs),
                output_names=[output],
                dynamic_shapes={name: {0: batch} for name in inputs},
                dynamo=True,
                verbose=False,
            )
        except Exception as error:
            cause: BaseException = error
            while cause.__cause__ is not None:  # what wraps it says only that something failed
                cause = cause.__cause__
            reason = " ".join(str(cause).split())[:200]
            raise ValueError(
                f"{generator.name!r} cannot be written as ONNX by torch.export: {reason}"
            ) from error
    assert program is not None
    model = program.model_proto
    fixed = [given.name for given in model.graph.input if not given.type.tensor_type.shape.dim[0].dim_param]
    if fixed:
        raise ValueError(
            f"{generator.name!r} cannot be written as ONNX for any number of pictures: what it computes "
            f"depends on the number of {fixed[0]}. In its code, x.shape[0] in the place of len(x) often "
            "mends it."
        )
    return model


def _inputs(generator: Generator, seeds: list[int]) -> dict[str, Tensor]:
    latent = generator.sample(seeds)
    labels = latent.labels
    if generator.num_classes and labels is None:
        labels = generator.label_vectors(None, len(seeds))
    return {"codes": latent.codes} | ({} if labels is None else {"labels": labels})


def _check(generator: Generator, path: Path) -> None:
    """Compare pictures of other seeds, and of another number of them."""
    import onnxruntime

    inputs = _inputs(generator, [2, 3, 4])
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    wanted = generator.synthesize(Latent(inputs["codes"], inputs.get("labels")))
    error = float((torch.from_numpy(found) - wanted).abs().max() / wanted.std())
    if not error < NEAR:
        raise ValueError(
            f"{generator.name!r} as ONNX draws other pictures: they differ by {error:.2g} of their spread."
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Leave out what the exporter says of libraries that no generator needs.

    `warnings.catch_warnings` would put all filters back, also those that other threads changed meanwhile.
    """
    logger = logging.getLogger("torch.onnx")
    level, filters = logger.level, cast("list[object]", warnings.filters)
    nothing = ("ignore", None, Warning, None, 0)
    logger.setLevel(logging.ERROR)
    filters.insert(0, nothing)
    try:
        yield
    finally:
        logger.setLevel(level)
        for changed in (filters, cast("list[object]", warnings.filters)):
            changed[:] = [one for one in changed if one is not nothing]
