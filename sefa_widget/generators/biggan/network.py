"""BigGAN and BigGAN-deep make a picture of a class; every block reads the latent and the class again.

Source: Brock et al. 2019, "Large Scale GAN Training for High Fidelity Natural Image Synthesis". Each
block reads one row of the codes through the scales and offsets of its batch norms, so a direction can be
applied to any range of blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn

from sefa_widget.generators.base import Generator, Layer, Modulation
from sefa_widget.generators.biggan.blocks import Attention, Block, DeepBlock, Norm
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.precision import computing_in, to_full
from sefa_widget.generators.stages import Features, Stage, draw


class BigGAN(Generator):
    """Residual blocks of two convolutions with class- and latent-conditional batch norm.

    Row 0 of the codes feeds the projection to 4x4, row i + 1 block i. Where the latent is hierarchical (each
    layer has a chunk of z to itself) every row still holds the whole z: the columns a layer does
    not read are zero in its weights.

    Parameters
    ----------
    latent_dim
        Size of z.
    num_classes
        Number of classes.
    embedding_dim
        Size of the class embedding, which is put behind z.
    blocks
        For each block: whether it doubles the picture, channels in, channels out.
    attention
        Numbers of the blocks that have self-attention before them; len(blocks) is after the last.
    flat
        Only the projection reads z, so that codes have one row.
    num_stats
        How many truncation levels from 0 to 1 the batch norms have statistics for (Hugging Face: 51).
    eps, output_eps
        Added to the variances, in the blocks and before the image.
    channels
        Channels of the image.
    mixes_skip
        Of BigGAN-deep: whether a 1x1 convolution changes the channels of the way around a block, as in
        StudioGAN, instead of leaving the last ones out.
    """

    family: ClassVar[str] = "biggan"
    deep: ClassVar[bool] = False

    def __init__(
        self,
        latent_dim: int,
        num_classes: int,
        embedding_dim: int,
        blocks: Sequence[tuple[bool, int, int]],
        attention: Sequence[int] = (),
        flat: bool = False,
        num_stats: int = 1,
        eps: float = 1e-5,
        output_eps: float = 1e-5,
        channels: int = 3,
        mixes_skip: bool = False,
    ) -> None:
        super().__init__()
        self.z_dim = self.latent_dim = latent_dim
        self.num_classes, self.channels = num_classes, channels
        self._config = {
            "latent_dim": latent_dim,
            "num_classes": num_classes,
            "embedding_dim": embedding_dim,
            "blocks": [list(block) for block in blocks],
            "attention": list(attention),
            "flat": flat,
            "num_stats": num_stats,
            "eps": eps,
            "output_eps": output_eps,
            "channels": channels,
            "mixes_skip": mixes_skip,
        }
        self.flat = flat
        condition = embedding_dim + (0 if flat else latent_dim)
        make = partial(DeepBlock, mixes_skip=mixes_skip) if self.deep else Block
        self.embedding = nn.Linear(num_classes, embedding_dim, bias=False) if num_classes else None
        self.projection = nn.Linear(latent_dim + embedding_dim, blocks[0][1] * 16)
        self.blocks = nn.ModuleList(make(*block, condition, num_stats, eps) for block in blocks)
        widths = [blocks[0][1], *(block[2] for block in blocks)]
        self.attentions = nn.ModuleDict({str(n): Attention(widths[n]) for n in attention})
        self.output_norm = Norm(widths[-1], 0, num_stats, output_eps)
        self.to_image = nn.Conv2d(widths[-1], channels, 3, padding=1)
        sizes = [4 * 2 ** sum(block[0] for block in blocks[: n + 1]) for n in range(len(blocks))]
        self.sizes, self.resolution = sizes, sizes[-1]
        self.layers = (Layer("latent projection", 4, 0),)
        if not flat:
            self.layers += tuple(
                Layer(_block_name(sizes, n), size, row=n + 1) for n, size in enumerate(sizes)
            )

    @property
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again."""
        return dict(self._config)

    def initialize(self, trained: Generator) -> None:
        """Make the weights orthogonal; what a layer does not read, such as a chunk of z, stays zero."""
        for name, weight in self.named_parameters():
            if weight.ndim > 1:
                read = (trained.get_parameter(name) != 0).movedim(1, 0).flatten(1).any(1).to(weight.device)
                weight.zero_()
                weight[:, read] = nn.init.orthogonal_(torch.empty_like(weight[:, read]))

    def stages(self) -> tuple[Stage, ...]:
        """Give the projection, one stage per block, and the way to RGB.

        Features are x and the class embedding. Self-attention belongs to the stage before it, so that an
        edit of the block behind it does not repeat it.
        """
        blocks = [
            Stage(_block_name(self.sizes, n), size, () if self.flat else (n + 1,), partial(self._block, n))
            for n, size in enumerate(self.sizes)
        ]
        return (
            Stage("latent projection", 4, (0,), self._project),
            *blocks,
            Stage("to RGB", self.resolution, (), self._output, picture=self._picture),
        )

    def _project(self, features: Features, latent: Latent, noise: Noise) -> Features:
        codes, labels = latent.codes, latent.labels
        labels = self.label_vectors(None, codes.shape[0]) if labels is None else labels
        labels = None if labels is None else labels.to(codes)
        embedded = codes[:, 0, :0] if self.embedding is None else self.embedding(labels)
        x = self.projection(torch.cat([codes[:, 0], embedded], dim=1)).unflatten(1, (-1, 4, 4))
        return self._attend(0, x), embedded

    def _block(self, n: int, features: Features, latent: Latent, noise: Noise) -> Features:
        x, embedded = features
        condition = embedded if self.flat else torch.cat([latent.codes[:, n + 1], embedded], dim=1)
        dtype = self.dtype_at(self.sizes[n])
        with computing_in(dtype, self.device):
            x = self.blocks[n](x.to(dtype), condition, latent.truncation_psi)
            return self._attend(n + 1, x), embedded

    def _output(self, features: Features, latent: Latent, noise: Noise) -> Features:
        with computing_in(self.dtype_at(self.resolution), self.device):
            return (self.to_image(torch.relu_(self.output_norm(features[0], None, latent.truncation_psi))),)

    def _picture(self, features: Features) -> Tensor:
        return torch.tanh(to_full(features[0]))

    def forward(
        self,
        codes: Tensor,
        labels: Tensor | None = None,
        noise: Noise = "const",
        truncation_psi: float = 1.0,
    ) -> Tensor:
        """Make images ``[N, C, H, W]`` of -1..1 from codes ``[N, L, d]``.

        `truncation_psi` chooses the statistics of the batch norms where there are several; it does not
        scale the codes (`mapping` did).
        """
        return draw(self.stages(), (), Latent(codes, labels, truncation_psi), noise)

    def forward_options(self, latent: Latent) -> dict[str, Any]:
        """Give the truncation, which `forward` reads for the batch-norm statistics."""
        return {"truncation_psi": latent.truncation_psi}

    def latent_weight(self, layer: int) -> Tensor:
        """Give all weights of a block that read the latent, row-stacked: ``[m, d]``.

        Layer 0 is the projection; the others are every conditional scale and offset of a block. The
        columns of the class embedding are left out.
        """
        if not 0 <= layer < len(self.layers):
            raise ValueError(f"Layer {layer} of {self.name!r} is outside 0..{len(self.layers) - 1}.")
        if layer == 0:
            weights: list[Tensor] = [self.projection.weight]
        else:
            norms = [norm for norm in self.blocks[layer - 1].modules() if isinstance(norm, Norm)]
            weights = [linear.weight for norm in norms for linear in (norm.gain, norm.offset)]
        return torch.cat([weight[:, : self.latent_dim] for weight in weights])

    def first_map(self, label: int = 0) -> tuple[Tensor, Tensor]:
        """Give the projection of z, the part of the class embedding in b; see `Factorisable.first_map`."""
        weight: Tensor = self.projection.weight
        offset: Tensor = self.projection.bias
        if self.embedding is not None:
            offset = offset + weight[:, self.latent_dim :] @ self.embedding.weight[:, label]
        return weight[:, : self.latent_dim].reshape(-1, 4, 4, self.latent_dim), offset.reshape(-1, 4, 4)

    def modulations(self, layer: int) -> tuple[Modulation, ...]:
        """Give each batch norm of a block with the convolution behind it; none for the projection.

        The norm leaves unit variance, so its scale and offset weigh what they are. The ReLU between norm
        and convolution is left out.
        """
        if layer == 0:
            return ()
        block = cast(Block, self.blocks[layer - 1])
        return tuple(
            Modulation(
                kernel=convolution.get_parameter("weight"),
                scale=norm.gain.weight[:, : self.latent_dim],
                shift=norm.offset.weight[:, : self.latent_dim],
            )
            for norm, convolution in zip(
                cast("list[Norm]", list(block.norms)), block.convolutions, strict=True
            )
        )

    def _attend(self, n: int, x: Tensor) -> Tensor:
        return self.attentions[str(n)](x) if str(n) in self.attentions else x


class BigGANDeep(BigGAN):
    """BigGAN with bottleneck blocks of four convolutions; the skip drops channels instead of mixing them."""

    family: ClassVar[str] = "biggan_deep"
    deep: ClassVar[bool] = True


def _block_name(sizes: Sequence[int], n: int) -> str:
    """Name a block after its picture, numbered where several have the same size."""
    name = f"{sizes[n]}x{sizes[n]} block"
    return name if sizes.count(sizes[n]) == 1 else f"{name} {sizes[: n + 1].count(sizes[n])}"
