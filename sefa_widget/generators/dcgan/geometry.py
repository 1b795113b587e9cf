"""The geometry of a DCGAN: what each convolution does to the size, worked out from the shapes of kernels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

_MOST_COMBINATIONS = 4096


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution of a DCGAN, with what stands behind it.

    Attributes
    ----------
    kernel, stride, padding, output_padding
        As `torch.nn.ConvTranspose2d` and `torch.nn.Conv2d` have them.
    transposed
        Whether it is a transposed convolution.
    upsample
        By how much its input is enlarged first (nearest neighbour).
    bias
        Whether it adds a bias.
    norm
        Whether a batch norm follows.
    activation
        What follows: ``"assumed"`` (the network's activation), ``"prelu"`` or ``"none"``.
    activation_first
        Whether the activation comes before the batch norm.
    """

    kernel: int = 4
    stride: int = 2
    padding: int = 1
    output_padding: int = 0
    transposed: bool = True
    upsample: int = 1
    bias: bool = False
    norm: bool = True
    activation: str = "assumed"
    activation_first: bool = False

    def size(self, before: int) -> int:
        """Give the height and width of what it makes of pictures of `before` pixels."""
        before *= self.upsample
        if self.transposed:
            return (before - 1) * self.stride - 2 * self.padding + self.kernel + self.output_padding
        return (before + 2 * self.padding - self.kernel) // self.stride + 1


FIRST = Convolution(stride=1, padding=0)
LAST = Convolution(norm=False, activation="none")


def sizes(convolutions: Sequence[Convolution]) -> list[int]:
    """Give the size in pixels after each convolution, from one pixel on."""
    found, size = [], 1
    for convolution in convolutions:
        size = convolution.size(size)
        found.append(size)
    return found


def choose(convolutions: Sequence[Convolution], same_width: Sequence[bool], wanted: int) -> list[Convolution]:
    """Choose stride and padding of each convolution, as kernels and the picture's size ask for them.

    Parameters
    ----------
    convolutions
        Of which all but stride and padding is known.
    same_width
        For each, whether it keeps the number of channels.
    wanted
        The picture's size in pixels; 0 where it is not known.

    Raises
    ------
    ValueError
        If no choice gives pictures of the size that is wanted; the text lists the sizes there are.
    """
    options = [
        list(_options(c, n, same)) for n, (c, same) in enumerate(zip(convolutions, same_width, strict=True))
    ]
    choices = []
    for combination in product(*options):
        choices.append(list(combination))
        if len(choices) == _MOST_COMBINATIONS:
            break
    if not wanted:
        return choices[0]
    for chosen in choices:
        if sizes(chosen)[-1] == wanted:
            return chosen
    for chosen in choices:
        if cropped := _cropped(chosen, wanted):
            return cropped
    possible = sorted({sizes(chosen)[-1] for chosen in choices if min(sizes(chosen)) > 0})
    raise ValueError(f"its kernels make pictures of {', '.join(map(str, possible[:12]))} px, not {wanted}.")


def _cropped(chosen: list[Convolution], wanted: int) -> list[Convolution] | None:
    """Cut the picture's border with the last padding, as networks for 28 px pictures of digits do."""
    last, too_large = chosen[-1], sizes(chosen)[-1] - wanted
    if last.transposed and too_large > 0 and too_large % 2 == 0 and too_large <= 2 * last.kernel + 4:
        return [*chosen[:-1], replace(last, padding=last.padding + too_large // 2)]
    return None


def _options(convolution: Convolution, number: int, same_width: bool) -> Iterator[Convolution]:
    """List what stride and padding a kernel of this size is used with, the usual first."""
    kernel = convolution.kernel
    half = (kernel - 1) // 2
    if not number:
        yield replace(convolution, stride=1, padding=0)
    elif not convolution.transposed:
        yield replace(convolution, stride=1, padding=half)
    elif kernel % 2 == 0:
        yield replace(convolution, stride=2, padding=half)
    elif kernel == 1:
        yield replace(convolution, stride=1, padding=0)
    else:
        keeps = replace(convolution, stride=1, padding=half)
        doubles = replace(convolution, stride=2, padding=half, output_padding=1)
        odd = replace(convolution, stride=2, padding=half)
        yield from (keeps, doubles, odd) if same_width else (doubles, odd, keeps)
