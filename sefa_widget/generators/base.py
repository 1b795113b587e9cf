"""The base class of all generators: it draws latents, and makes images of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

import torch
from torch import Tensor

from sefa_widget.arguments import MAX_SEED, instance, wholes
from sefa_widget.generators import inputs
from sefa_widget.generators.factorisable import Factorisable, LatentSpace, Layer, Modulation
from sefa_widget.generators.forward_mode import FORWARD_MODE
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.opening import Opening
from sefa_widget.generators.precision import computing_in, to_full, working_dtype
from sefa_widget.generators.pretrained import Pretrained
from sefa_widget.generators.stages import Features, Stage, draw
from sefa_widget.generators.untrained import untrained_like

__all__ = [
    "FORWARD_MODE",
    "Generator",
    "Latent",
    "LatentSpace",
    "Layer",
    "Modulation",
    "Noise",
    "check_generator",
    "check_latents",
]


class Generator(Pretrained, Factorisable):
    """A pre-trained generator: ``forward(codes) -> images``, and the weights that take the latent in.

    Subclasses hold one architecture each. They set the attributes below in ``__init__``, implement
    `stages` and `latent_weight`, and override `mapping` where z is not the latent space. One that cannot be
    cut into stages implements `forward` instead of `stages`.
    A generator is always in eval mode and needs no gradients; device and `synthesis_dtype` are chosen once,
    in `load_generator`. It can be copied and pickled, also to another process.
    """

    name: str = "generator"
    """What the user sees; by default the stem of the file it came from."""
    z_dim: int
    """Size of the normal vector that `sample` draws."""
    resolution: int
    """Height of the images, in pixels; their width too, unless `width` says otherwise."""
    channels: int = 3
    """Channels of the images: 3 is RGB, 1 is grey."""
    num_classes: int = 0
    """Number of classes; 0 for an unconditional generator."""
    opening: Opening = Opening()
    """What a panel begins with."""
    assumed: tuple[str, ...] = ()
    """What its file did not tell and was assumed, in words; ``assume=`` of `load_generator` changes it."""
    source: str | None = None
    """What `load_generator` reads to give it again: a bundled name or a path; None where it was no file."""

    @property
    def width(self) -> int:
        """Width of the images, in pixels."""
        return self.resolution

    @property
    @abstractmethod
    def config(self) -> dict[str, Any]:
        """The keyword arguments that build this network again, as JSON values."""

    @classmethod
    def upgraded(cls, config: dict[str, Any]) -> dict[str, Any]:
        """Bring keyword arguments that an earlier version saved to today's."""
        return config

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
        return untrained_like(self)

    def initialize(self, trained: Generator) -> None:
        """Set the weights to what they are before training, where the constructor does not do so already.

        `trained` is a network of the same architecture whose weights say which numbers are zero by design.
        """

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
        return Latent(codes, self.label_vectors(labels, z.shape[0]), truncation_psi)

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
        >>> load_generator("faces").sample([1, 2]).codes.shape
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
            own = type(self).forward is not Generator.forward  # it may know nothing of half precision
            half = self.dtype_at(self.resolution) if own else torch.float32
            with computing_in(half, self.device):
                images: Tensor = self(codes.to(self.device, self.dtype), latent.labels, noise, **options)
            return to_full(images) if own else images

    @property
    def noisy(self) -> bool:
        """Whether it has noise inputs, so that `noise` changes its pictures."""
        return False

    def dtype_at(self, size: int) -> torch.dtype:
        """Give the type in which features of `size` pixels are computed; see `working_dtype`."""
        return working_dtype(self.synthesis_dtype, self.dtype, size, self.resolution)

    def forward_options(self, latent: Latent) -> dict[str, Any]:
        """Give what `forward` of this architecture reads of a latent besides codes and labels."""
        return {}

    def check_z(self, z: Tensor) -> Tensor:
        """Return z ``[N, z_dim]`` on the generator's device and dtype, or say what is wrong with it."""
        return inputs.normal_vectors(self, z)

    def with_labels(self, x: Tensor, labels: Tensor | None) -> Tensor:
        """Put the class vectors behind ``[N, d]`` vectors; class 0 if None, nothing without classes."""
        if labels is None:
            labels = self.label_vectors(None, x.shape[0])
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
