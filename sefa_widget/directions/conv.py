"""SeFa of convolutions: the Gram matrix of a convolution over its input channels, exact at any input size.

Source: Wang et al., "Generalizing Factorization of GANs by Characterizing Convolutional Layers" (ICASSP
2022), section 2.2, as it is meant: with A the kernel's Fourier transform, stacked over all frequencies of an
``H x W`` input, ``A^H A = H W sum_t K_t^T K_t`` over the taps t (Parseval). So neither a transform nor the
input size is needed. The listing the paper prints computes something else: `as_printed`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from sefa_widget.arguments import instance, whole
from sefa_widget.directions.base import Directions
from sefa_widget.directions.layers import LayerChoice, choose_layers, edit_rows, latent_layers
from sefa_widget.directions.method import Method, Option
from sefa_widget.directions.search import Search, keeps_options
from sefa_widget.directions.sefa import of_weights
from sefa_widget.directions.value import SHARE_OF_ROWS, Value
from sefa_widget.generators.base import Generator

AS_IT_IS = Value("real part of the listing's eigenvalue", "Re λ", "one")
"""Of the printed listing."""
WRONG = (
    "'conv_as_printed' reproduces a listing that is wrong: it reshapes without moving the channel axis "
    "(rows mix channels and frequencies), transposes without conjugating, and does not sort. Use 'conv'."
)


def conv_gram(kernel: Tensor) -> Tensor:
    """Give the Gram of a convolution over its input channels.

    Its eigenvectors are the mixtures of input channels the convolution answers to most strongly, summed
    over all frequencies, and ``H W`` times its eigenvalues are the sums over frequencies of the squared
    responses to them. Costs one product of matrices, O(C_out k^2 C_in^2).

    Parameters
    ----------
    kernel
        ``[C_out, C_in, k, k]``; also that of a transposed or dilated convolution with the axes in this order.

    Returns
    -------
    Tensor
        ``[C_in, C_in]``, of the kernel's type: ``sum_t K_t^T K_t``.
    """
    if instance(kernel, "kernel", Tensor, "a tensor [C_out, C_in, k, k]").ndim != 4:
        raise ValueError(f"The kernel has shape {list(kernel.shape)}; a kernel is [C_out, C_in, k, k].")
    rows = kernel_rows(kernel)
    return rows.T @ rows


def kernel_rows(kernel: Tensor) -> Tensor:
    """Reshape a kernel ``[C_out, C_in, k, k]`` to a row per output channel and tap, ``[C_out k k, C_in]``."""
    return kernel.movedim(1, 3).flatten(0, 2)


def find(
    generator: Generator, layers: LayerChoice = None, k: int | None = None, normalize: bool = True
) -> Directions:
    """Decompose the convolutions that take the latent in.

    There the convolution-aware factorisation *is* SeFa: a kernel on a 1x1 input, reshaped to one row per
    output channel and tap, has the same Gram. For the convolutions behind them see `composed`.
    """
    return of_weights(
        generator, "conv", layers, k, normalize, lambda n: kernel_rows(generator.latent_kernel(n))
    )


def printed_listing(kernel: Tensor, input_shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Run the paper's ``EigenValuesOfCNN`` line by line: only to reproduce it.

    Parameters
    ----------
    kernel
        ``[C_out, C_in, k, k]``.
    input_shape
        Height and width of what is convolved.

    Returns
    -------
    tuple
        Eigenvalues ``[C_in]`` and, as columns, eigenvectors ``[C_in, C_in]``: complex, in no order.
    """
    a = torch.fft.fft2(kernel.double(), s=input_shape)
    c_out, c_in, h_in, w_in = a.shape
    a = a.reshape(c_out * h_in * w_in, c_in)
    values, vectors = torch.linalg.eig(a.T @ a)
    return values, vectors


@keeps_options
def as_printed(
    generator: Generator,
    layers: LayerChoice = None,
    k: int | None = None,
    *,
    input_size: int | None = None,
) -> Directions:
    """Give what the paper's listing gives for a layer that takes the latent in: only to reproduce it.

    Vectors are the real parts of its eigenvectors, scaled to unit length, in its own order; they are not
    orthogonal, and eigenvalues neither descend nor are positive. Rows are not normalised.
    `input_size` is the side of the transform; None is the kernel's.
    """
    numbers = latent_layers(generator, layers, "conv_as_printed")
    if len(numbers) > 1:
        raise ValueError(f"The printed listing takes one layer; these are {len(numbers)}. Choose one.")
    kernel = generator.latent_kernel(numbers[0]).detach().cpu()
    least = kernel.shape[2]
    size = least if input_size is None else whole(input_size, "input_size (the kernel's or more)", least)
    values, vectors = printed_listing(kernel, (size, size))
    real = vectors.real.T
    return Directions(
        vectors=(real / real.norm(dim=1, keepdim=True).clamp_min(1e-300))[:k],
        eigenvalues=values.real[:k],
        trace=float(values.real.sum()),
        rows=kernel.shape[0] * size * size,
        search=Search("conv_as_printed", numbers, None),
        fingerprint=generator.fingerprint,
        edit_rows=edit_rows(generator, numbers),
        value=AS_IT_IS,
        notes=(WRONG,),
    )


METHOD = Method(
    name="conv",
    title="SeFa of convolutions",
    find=find,
    applies_to=lambda generator: True,
    asks="what does the first convolution answer to most?",
    reads="weights",
    takes="milliseconds: one eigendecomposition of d x d",
    source='Wang et al., "Generalizing Factorization of GANs by Characterizing Convolutional Layers", '
    "ICASSP 2022, section 2.2, as it is meant",
    value=SHARE_OF_ROWS,
    layers="latent",
)

AS_PRINTED = Method(
    name="conv_as_printed",
    title="SeFa of convolutions, as printed",
    find=as_printed,
    applies_to=lambda generator: len(choose_layers(generator, None)) == 1,
    asks="nothing: a published listing, only to reproduce it",
    reads="weights of one layer",
    takes="seconds: a transform of every kernel and an unsymmetric eigendecomposition",
    source="Wang et al., ICASSP 2022, the printed listing",
    options=(
        Option(
            "input_size",
            "Input size",
            "whole",
            None,
            "Side of the transform, the kernel's or more; None is the kernel's.",
        ),
    ),
    value=AS_IT_IS,
    layers="latent",
    offered=False,
)
