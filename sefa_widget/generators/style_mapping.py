"""What all StyleGANs have: the network from normal vectors to style codes, and truncation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from sefa_widget.generators.base import Generator, LatentSpace
from sefa_widget.generators.inputs import truncation
from sefa_widget.generators.latent import Latent
from sefa_widget.generators.style_layers import Dense, NoiseInput, normalize

W_AVG_SAMPLES = 1024
"""Samples whose mean is the mean of W of a network that was not trained."""


class MappingNetwork(nn.Module):
    """Normalised z, and a normalised embedding of the class, through fully connected layers to w.

    Parameters
    ----------
    z_dim
        Size of z.
    widths
        Outputs of the layers. The last is `w_dim`, or a multiple of it where every layer of the
        generator has a w of its own.
    w_dim
        Size of w; None is the last of `widths`.
    num_classes, label_width
        Number of classes and size of their embedding; 0 for none.
    joint_normalization
        Normalise z and the embedding as one vector (StyleGAN, first StyleGAN2) instead of each on its
        own (StyleGAN2-ADA, StyleGAN3).
    lr_multiplier
        Of the layers, not of the embedding.
    activation
        A name in `ACTIVATIONS`.
    class_means
        Whether each class has a mean of W of its own.
    """

    def __init__(
        self,
        z_dim: int,
        widths: Sequence[int],
        w_dim: int | None = None,
        num_classes: int = 0,
        label_width: int = 0,
        joint_normalization: bool = False,
        lr_multiplier: float = 0.01,
        activation: str = "lrelu",
        class_means: bool = False,
    ) -> None:
        super().__init__()
        self.config: dict[str, Any] = {
            "z_dim": z_dim,
            "widths": list(widths),
            "w_dim": widths[-1] if w_dim is None else w_dim,
            "num_classes": num_classes,
            "label_width": label_width,
            "joint_normalization": joint_normalization,
            "lr_multiplier": lr_multiplier,
            "activation": activation,
            "class_means": class_means,
        }
        self.z_dim, self.w_dim, self.num_classes = z_dim, int(self.config["w_dim"]), num_classes
        self.rows = widths[-1] // self.w_dim
        self.joint_normalization = joint_normalization
        self.embed = Dense(num_classes, label_width) if num_classes else None
        inputs = [z_dim + (label_width if num_classes else 0), *widths]
        self.layers = nn.ModuleList(
            Dense(i, o, activation, lr_multiplier) for i, o in zip(inputs, widths, strict=False)
        )

    def forward(self, z: Tensor, labels: Tensor | None) -> Tensor:
        """Map z ``[N, z_dim]`` and class vectors ``[N, num_classes]`` to w ``[N, 1 or L, w_dim]``."""
        x = z if self.joint_normalization else normalize(z)
        if self.embed is not None:
            embedding = self.embed(labels)
            x = torch.cat([x, embedding if self.joint_normalization else normalize(embedding)], 1)
        if self.joint_normalization:
            x = normalize(x)
        for layer in self.layers:
            x = layer(x)
        return x.view(x.shape[0], self.rows, self.w_dim)


class StyleGenerator(Generator):
    """A generator with a mapping network in front: its latent space is W+, one w per layer.

    Parameters
    ----------
    mapping
        Keyword arguments of `MappingNetwork`.
    extrapolates
        Whether truncation_psi above 1 moves codes away from the mean, as in NVIDIA's code, or does
        nothing, as in genforce's and rosinality's.
    """

    parts: ClassVar[Mapping[str, Any]] = {"mapping": MappingNetwork}
    latent_space: LatentSpace = "w"
    w_avg: Tensor
    class_w_avg: Tensor | None

    def __init__(self, mapping: Mapping[str, Any], extrapolates: bool) -> None:
        super().__init__()
        self.mapper = MappingNetwork(**mapping)
        self.z_dim, self.latent_dim = self.mapper.z_dim, self.mapper.w_dim
        self.num_classes, self.extrapolates = self.mapper.num_classes, extrapolates
        self.register_buffer("w_avg", torch.zeros(self.mapper.rows, self.latent_dim))
        own = self.mapper.config["class_means"]
        self.register_buffer("class_w_avg", torch.zeros(self.num_classes, self.latent_dim) if own else None)

    @classmethod
    def upgraded(cls, config: dict[str, Any]) -> dict[str, Any]:
        """Take the widths of files that called them channels."""
        if not isinstance(config.get("channels"), Mapping):
            return config
        return {"widths" if name == "channels" else name: value for name, value in config.items()}

    @property
    def noisy(self) -> bool:
        """Whether a layer adds noise to its features."""
        return any(isinstance(part, NoiseInput) for part in self.modules())

    def initialize(self, trained: Generator) -> None:
        """Take the mean of W from samples; the constructor draws all weights as they are before training."""
        z = torch.randn(W_AVG_SAMPLES, self.z_dim)
        labels = torch.arange(len(z)) % self.num_classes if self.num_classes else None
        w = self.mapper(z, self.label_vectors(labels, z.shape[0]))
        self.w_avg.copy_(w.mean(0))
        if self.class_w_avg is not None and labels is not None:
            for label in range(self.num_classes):
                self.class_w_avg[label] = w[labels == label].mean((0, 1))

    def mapping(
        self,
        z: Tensor,
        *,
        labels: Tensor | Sequence[int] | None = None,
        truncation_psi: float = 1.0,
        truncation_cutoff: int | None = None,
    ) -> Latent:
        """Turn normal vectors into codes of W+; see `Generator.mapping`.

        Codes are truncated towards the mean of W: ``w_avg + truncation_psi * (w - w_avg)``.
        """
        z = self.check_z(z)
        truncation_psi, truncation_cutoff = truncation(truncation_psi, truncation_cutoff)
        vectors = self.label_vectors(labels, z.shape[0])
        codes = self.mapper(z, vectors)
        codes = codes.repeat(1, self.num_codes // codes.shape[1], 1)
        if truncation_psi < 1 or (truncation_psi > 1 and self.extrapolates):
            cutoff = self.num_codes if truncation_cutoff is None else truncation_cutoff
            mean = self.w_avg
            if self.class_w_avg is not None and vectors is not None:
                mean = (vectors @ self.class_w_avg)[:, None]
            truncated = mean + truncation_psi * (codes - mean)
            codes = torch.cat([truncated[:, :cutoff], codes[:, cutoff:]], 1)
        return Latent(codes, vectors, truncation_psi)
