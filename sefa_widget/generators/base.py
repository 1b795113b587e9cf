"""What every generator is to the rest of the project: it draws latents, and makes images of them."""

from __future__ import annotations

import hashlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor, nn

from sefa_widget.arguments import MAX_SEED, instance, wholes
from sefa_widget.generators import inputs
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.stages import Features, Stage, draw
from sefa_widget.generators.untrained import batch_size, gather_statistics
from sefa_widget.generators.version import weights_version

__all__ = [
    "Generator",
    "Latent",
    "LatentSpace",
    "Layer",
    "Modulation",
    "Noise",
    "check_generator",
    "check_latents",
]

LatentSpace = Literal["z", "w"]
"""The space in which the codes of a generator live."""

FORWARD_MODE = threading.RLock()
"""Held while a generator is differentiated in forward mode: torch has one level of it for the whole process.
It is taken after the generator's own lock."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One factorisable layer of a generator, in the order in which the picture is made.

    Attributes
    ----------
    name
        What the layer-range selector shows, for example ``"8x8 conv"``.
    resolution
        Height and width of what the layer puts out, in pixels.
    row
        The row of the codes the layer reads; None where the latent only arrives through earlier layers.
    """

    name: str
    resolution: int
    row: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Modulation:
    """How the latent scales and shifts feature channels, and the convolution that reads them next.

    Attributes
    ----------
    kernel
        ``[C_out, C, k, k]``: the convolution, all its gains included.
    scale
        ``[C, d]``: from the latent to the gain of each channel.
    shift
        ``[C, d]``: from the latent to what is added to each channel, if anything is.
    """

    kernel: Tensor
    scale: Tensor
    shift: Tensor | None = None


class Generator(nn.Module, ABC):
    """A pre-trained generator: ``forward(codes) -> images``, and the weights that take the latent in.

    Subclasses hold one architecture each. They set the attributes below in ``__init__``, implement
    `stages` and `latent_weight`, and override `mapping` where z is not the latent space. One that cannot be
    cut into stages implements `forward` instead of `stages`.
    A generator is always in eval mode and needs no gradients; device and dtype are chosen once, in
    `load_generator`. It can be copied and pickled, also to another process.
    """

    family: ClassVar[str]
    """Name of the architecture, for example ``"stylegan2"``."""

    name: str = "generator"
    """What the user sees; by default the stem of the file it came from."""
    latent_space: LatentSpace = "z"
    """The space in which codes live and directions are found."""
    z_dim: int
    """Size of the normal vector that `sample` draws."""
    latent_dim: int
    """d: size of one code."""
    resolution: int
    """Height and width of the images, in pixels."""
    channels: int = 3
    """Channels of the images: 3 is RGB, 1 is grey."""
    num_classes: int = 0
    """Number of classes; 0 for an unconditional generator."""
    layers: tuple[Layer, ...]
    """The factorisable layers, in the order in which the picture is made."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.RLock()
        self._fingerprint: tuple[Hashable, str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Give what is copied and pickled: all but the lock and what was computed from the weights."""
        return {key: value for key, value in self.__dict__.items() if key != "lock"} | {"_fingerprint": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take that, with a lock of its own."""
        super().__setstate__(state)  # type: ignore[no-untyped-call]  # torch gives it no types
        self.lock = threading.RLock()

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again, as JSON values."""

    def stages(self) -> tuple[Stage, ...]:
        """Give the steps from codes to the picture, in order; see `sefa_widget.generators.stages`.

        Here: one stage that reads all rows, for a generator with a `forward` of its own.
        """
        if type(self).forward is Generator.forward:
            raise NotImplementedError(f"{type(self).__name__} must implement stages(), or else forward().")

        def whole(_features: Features, latent: Latent, noise: Noise) -> Features:
            return (self(latent.codes, latent.labels, noise, **self.forward_options(latent)),)

        rows = tuple(range(self.num_codes))
        return (Stage("picture", self.resolution, rows, whole, picture=itemgetter(0)),)

    def forward(self, codes: Tensor, labels: Tensor | None = None, noise: Noise = "const") -> Tensor:
        """Make images ``[N, C, H, W]`` of about -1..1 from codes ``[N, L, d]``; differentiable."""
        return draw(self.stages(), (), Latent(codes, labels), noise)

    @abstractmethod
    def latent_weight(self, layer: int) -> Tensor:
        """Give the matrix ``[m, d]`` that takes the latent into layer number `layer`.

        Its row order is free (Gram matrices do not depend on it). A layer with ``row=None`` has none:
        ValueError.
        """

    def latent_kernel(self, layer: int) -> Tensor:
        """Give the same weight as a convolution kernel ``[C_out, d, k, k]``; k is 1 for a linear layer."""
        return self.latent_weight(layer)[:, :, None, None]

    def responses(self, latents: Tensor) -> Iterator[Tensor]:
        """Push latents ``[n, d]`` through the linear part of the network, layer by layer.

        For generators that read the latent once. Yields ``[n, C, H, W]`` for each entry of `layers`: a
        linear function of `latents`, before that layer's own normalisation. Biases, activations and pixel
        norm are left out, batch norm stands at its running statistics.
        NotImplementedError where the architecture has no such reading.
        """
        raise NotImplementedError(f"{self.family} generators have no composed response.")

    def modulations(self, layer: int) -> tuple[Modulation, ...]:
        """Give each scaling and shifting of channels in a layer, with the convolution that follows it.

        For generators that read the latent in every layer; empty where a layer does neither.
        """
        return ()

    @property
    def forward_mode_error(self) -> str | None:
        """Why its pictures cannot be differentiated in forward mode; None where they can."""
        return None

    def untrained(self) -> Generator:
        """Give a network of the same architecture with the weights it has before training.

        They are drawn from torch's random numbers; `directions.control.reinitialised` gives them a seed.
        Stored numbers that are not learned (filters, noise, the level of detail) are this network's, and
        statistics of features are gathered from pictures of the new one.

        Raises
        ------
        ValueError
            If `config` does not build the network again.
        """
        try:
            network = type(self)(**self.config)
        except TypeError as error:
            raise ValueError(f"{self.name!r} cannot be built again from its config: {error}") from error
        own = dict(self.named_buffers())
        for name, buffer in network.named_buffers():
            buffer.copy_(own[name])
        with torch.no_grad():
            network.initialize(self)
        network.to(self.device, self.dtype)
        count = batch_size(self.resolution)

        def draw() -> Tensor:
            labels = torch.randint(self.num_classes, (count,)) if self.num_classes else None
            return network.synthesize(network.mapping(torch.randn(count, self.z_dim), labels=labels))

        gather_statistics(network, draw)
        return network

    def initialize(self, trained: Generator) -> None:
        """Set the weights to what they are before training, where the constructor does not do so already.

        `trained` is a network of the same architecture whose weights say which numbers are zero by design.
        """

    @property
    def num_codes(self) -> int:
        """L: how many rows the codes have."""
        return 1 + max(layer.row for layer in self.layers if layer.row is not None)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the weights and of the codes."""
        return next(self.parameters()).dtype

    @property
    def weights_version(self) -> Hashable:
        """A value that is another one when weights have changed, also in place; see `weights_version`.

        What is computed from weights and kept (Gram matrices, directions, pictures, the fingerprint) is kept
        with it. A change through ``.data`` or memory shared with NumPy that leaves all sampled values alone
        is not noticed; to be sure, load the generator again.
        """
        return weights_version(self)

    @property
    def fingerprint(self) -> str:
        """First 16 hex digits of a SHA-256 over names, shapes and values of all tensors."""
        version = self.weights_version
        if self._fingerprint is None or self._fingerprint[0] != version:
            digest = hashlib.sha256()
            for key, value in sorted(self.state_dict().items()):
                digest.update(f"{key}{tuple(value.shape)}".encode())
                digest.update(value.detach().cpu().float().contiguous().numpy().data)
            self._fingerprint = (version, digest.hexdigest()[:16])
        return self._fingerprint[1]

    def mapping(
        self,
        z: Tensor,
        *,
        labels: Tensor | Sequence[int] | None = None,
        truncation_psi: float = 1.0,
        truncation_cutoff: int | None = None,
    ) -> Latent:
        """Turn normal vectors into codes.

        Parameters
        ----------
        z
            Normal vectors ``[N, z_dim]``.
        labels
            Class indices ``[N]`` or class vectors ``[N, num_classes]``; None means class 0 where the
            generator has classes.
        truncation_psi
            Pulls codes to the mean of the latent space: 0 is the mean, 1 leaves them alone. The mean
            of z space is 0.
        truncation_cutoff
            Truncate only code rows before this one; None truncates all.

        Returns
        -------
        Latent
            Codes ``[N, L, d]`` on the generator's device, and class vectors.

        Raises
        ------
        ValueError
            If z, the labels or the truncation do not fit this generator.
        """
        z = self.check_z(z)
        truncation_psi, truncation_cutoff = inputs.truncation(truncation_psi, truncation_cutoff)
        codes = z[:, None, :].repeat(1, self.num_codes, 1)
        codes[:, :truncation_cutoff] *= truncation_psi
        return Latent(codes, self.label_vectors(labels, len(z)), truncation_psi)

    def sample(
        self,
        seeds: int | Sequence[int],
        *,
        labels: Tensor | Sequence[int] | None = None,
        truncation_psi: float = 1.0,
        truncation_cutoff: int | None = None,
    ) -> Latent:
        """Draw one latent per seed; the same seed gives the same latent on every machine.

        Each seed draws its own vector on the CPU, so neither the device nor the other seeds matter.

        >>> from sefa_widget import load_generator
        >>> load_generator().sample([1, 2]).codes.shape
        torch.Size([2, 1, 100])

        Parameters
        ----------
        seeds
            One whole number from 0 on, or a list, range or array of them.
        labels, truncation_psi, truncation_cutoff
            See `mapping`.

        Returns
        -------
        Latent
            Codes ``[N, L, d]``, one for each seed.

        Raises
        ------
        ValueError
            If there is no seed, or seeds, labels or truncation are none of this generator's.
        """
        numbers = wholes(seeds, "seeds", "A seed", 0, MAX_SEED)
        draws = (torch.Generator("cpu").manual_seed(seed) for seed in numbers)
        z = torch.stack([torch.randn(self.z_dim, generator=draw) for draw in draws])
        return self.mapping(
            z, labels=labels, truncation_psi=truncation_psi, truncation_cutoff=truncation_cutoff
        )

    def synthesize(self, latent: Latent | Tensor, *, noise: Noise = "const") -> Tensor:
        """Make images from a latent, without gradients and safe to call from any thread.

        Parameters
        ----------
        latent
            A `Latent`, or bare codes ``[N, L, d]`` (then class 0 where there are classes).
        noise
            Of generators that have noise inputs: the stored noise, fresh noise, or none.

        Returns
        -------
        Tensor
            Images ``[N, C, H, W]``, values of about -1..1, not clipped.

        Raises
        ------
        ValueError
            If the codes are not finite numbers ``[N, L, d]`` of this generator, or the noise is unknown.
        """
        if not isinstance(latent, Latent):
            bare = instance(latent, "latent", Tensor, "a Latent, as sample() gives it, or codes [N, L, d]")
            latent = Latent(bare, self.label_vectors(None, len(bare)) if bare.ndim else None)
        codes, noise = inputs.codes(self, latent.codes), inputs.noise(noise)
        with self.lock, torch.inference_mode():
            options = self.forward_options(latent)
            images: Tensor = self(codes.to(self.device, self.dtype), latent.labels, noise, **options)
            return images

    def forward_options(self, latent: Latent) -> dict[str, Any]:
        """Give what `forward` of this architecture reads of a latent besides codes and labels."""
        return {}

    def check_z(self, z: Tensor) -> Tensor:
        """Return z ``[N, z_dim]`` on the generator's device and dtype, or say what is wrong with it."""
        return inputs.normal_vectors(self, z)

    def with_labels(self, x: Tensor, labels: Tensor | None) -> Tensor:
        """Put the class vectors behind ``[N, d]`` vectors; class 0 if None, nothing without classes."""
        if labels is None:
            labels = self.label_vectors(None, len(x))
        return x if labels is None else torch.cat([x, labels.to(x)], dim=1)

    def label_vectors(self, labels: Tensor | Sequence[int] | None, count: int) -> Tensor | None:
        """Turn class indices or class vectors into ``[count, num_classes]``, or say what is wrong."""
        return inputs.label_vectors(self, labels, count)


def check_generator(value: object) -> Generator:
    """Return a generator, or say what was given instead of one."""
    return instance(value, "generator", Generator, "a generator, as load_generator(...) gives it")  # type: ignore[type-abstract]


def check_latents(value: object, what: str = "latents") -> Latent:
    """Return a latent of at least one code, or say what was given instead."""
    latent = instance(value, what, Latent, "a Latent, as generator.sample(seeds) gives it")
    if not latent.codes.numel():
        raise ValueError(f"{what} holds no codes; one latent or more is needed.")
    return latent
