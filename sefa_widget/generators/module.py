"""A generator that borrows any `torch.nn.Module` which makes pictures of a latent vector."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from sefa_widget.generators.base import Generator, Layer
from sefa_widget.generators.calling import Call
from sefa_widget.generators.forward_mode import forward_mode_error
from sefa_widget.generators.inputs import truncation
from sefa_widget.generators.latent import Latent, Noise
from sefa_widget.generators.outputs import Layout, layout_of, picture_in
from sefa_widget.generators.precision import HALVES, computing_in, full_precision, to_full
from sefa_widget.generators.readers import (
    HALF_TOLERANCE,
    TOLERANCE,
    Reader,
    adding,
    capture,
    find_readers,
    hooked,
    weight_layers,
)
from sefa_widget.generators.untrained import gather_statistics, redrawn
from sefa_widget.generators.version import weights_version

SAMPLES = 8
"""Pictures by which the range of values is told."""


class ModuleGenerator(Generator):
    """A module of somebody else's, as it is, in eval mode; `borrowing.from_module` makes it.

    Where several layers read the latent and none normalises it first, the codes
    have one row for each of them, and a row that differs from row 0 moves only its own layer's input.
    Else there is one row, and an edit is an edit of the latent. Random numbers that the module draws
    itself are the same at every call, unless ``noise="random"``.

    What each layer gets of the latent, and the mean of w, are measured. Where the module's weights have
    changed (it may be in training), `mapping`, `synthesize` and `latent_weight` measure them again first.
    """

    family: ClassVar[str] = "module"

    def __init__(
        self,
        module: nn.Module,
        z_dim: int,
        num_classes: int,
        call: Call,
        latent_from: str | None,
        output: str | None = None,
    ) -> None:
        super().__init__()
        self.module = module
        self.z_dim = self.latent_dim = z_dim
        self.num_classes = num_classes
        self.call = call
        self.latent_from = latent_from
        self.output = output
        self._layout: Layout | None = None
        self._readers: list[Reader] = []
        self._rows: int | None = None
        """How often `mapper` repeats w; None where it gives it once."""
        self._measured: Hashable = None
        self._measuring = False
        self._forward_mode_error: str | None = None
        """"" where it was tried and works."""
        self.eval()

    @property
    def mapper(self) -> nn.Module | None:
        """The sub-module whose output is the latent, if it is not the input."""
        return self.module.get_submodule(self.latent_from) if self.latent_from else None

    def _tensors_version(self) -> Hashable:
        return weights_version(self.module)  # without what is measured of it

    @property
    def readers(self) -> list[Reader]:
        """The layers that read the latent, as they read it with the module's present weights."""
        self._measure_again()
        return self._readers

    def _measure_again(self) -> None:
        """Look at the module again if its weights have changed."""
        with self.lock:
            if self._measuring or self._measured == self._tensors_version():
                return
            before = self._readers, self.layers
            names = [reader.name for reader in self._readers]
            self.attach(names)
            lost = set(names) - {reader.name for reader in self._readers}
            if lost:
                (self._readers, self.layers), self._measured = before, None
                raise ValueError(
                    f"The weights of {self.name!r} have changed: {', '.join(sorted(lost))} gets an affine "
                    "function of the latent no longer. Put the module in eval mode with module.eval(), or "
                    "load it again with load_generator(module)."
                )

    def attach(self, names: Sequence[str] | None) -> bool:
        """Run the module and find the layers that read the latent, among `names` or all; whether any."""
        self._measuring = True
        try:
            with full_precision():
                return self._attach(names)
        finally:
            self._measuring = False

    def _attach(self, names: Sequence[str] | None) -> bool:
        version = self._tensors_version()
        with torch.no_grad():
            z = torch.randn(2, self.z_dim, generator=torch.Generator().manual_seed(0))
            z = z.to(self.device, self.dtype)
            if self._layout is None:
                self._layout = self._measured_layout()
            image = self._run(z, self.label_vectors(None, 2))
            self.channels, self.resolution = image.shape[1], image.shape[2]
            like = z[0]
            if self.mapper is not None:
                like = self._map(z, self.label_vectors(None, 2))[0]
                self.latent_space, self.latent_dim = "w", len(like)
                z = torch.randn(1024, self.z_dim, generator=torch.Generator().manual_seed(0))
                classes = torch.arange(1024) % self.num_classes if self.num_classes else None
                labels = self.label_vectors(classes, 1024)
                mean = self._map(z.to(self.device, self.dtype), labels).mean(dim=0)
                self.register_buffer("mean", mean, persistent=False)
            known = dict(self.module.named_modules()) if names else weight_layers(self.module)
            known = {name: known[name] for name in names} if names else known
            self._readers = find_readers(known, lambda codes: self(codes[:, None]), like, self._tolerance())
        single = len(self._readers) == 1 or any(reader.normalized for reader in self._readers)
        self.layers = tuple(
            Layer(reader.name, reader.resolution, row=0 if single else n)
            for n, reader in enumerate(self._readers)
        )
        self._measured = version
        return bool(self._readers)

    def _measured_layout(self) -> Layout:
        """Draw some pictures and tell by them where they are and what range they have."""
        z = torch.randn(SAMPLES, self.z_dim, generator=torch.Generator().manual_seed(0))
        labels = self.label_vectors(None, SAMPLES)
        given = self.call(self.module, z.to(self.device, self.dtype), labels)
        return layout_of(picture_in(given, SAMPLES), self.module, self.output)

    @property
    def width(self) -> int:
        """Width of the images, in pixels."""
        return self.resolution if self._layout is None else self._layout.width

    def _tolerance(self) -> float:
        """Give how far from affine a layer may be: rounding of half precision is coarse."""
        return HALF_TOLERANCE if any(p.dtype in HALVES for p in self.module.parameters()) else TOLERANCE

    def reads_classes(self) -> bool:
        """Tell whether pictures of two classes differ."""
        with torch.no_grad():
            z = torch.randn(1, self.z_dim, generator=torch.Generator().manual_seed(1))
            z = z.to(self.device, self.dtype).repeat(2, 1)
            images = self._run(z, self.label_vectors([0, self.num_classes - 1], 2))
        return bool((images[0] - images[1]).abs().max() > 1e-6)

    @property
    def config(self) -> dict[str, Any]:
        """ValueError: only the module's own code can build it again."""
        raise ValueError(
            f"{self.name!r} is a module of your own; save it with torch.save(module.state_dict(), path)."
        )

    @property
    def forward_mode_error(self) -> str | None:
        """Why its pictures cannot be differentiated in forward mode; None where they can. Tried once."""
        if self._forward_mode_error is None:
            self._forward_mode_error = forward_mode_error(self)
        return self._forward_mode_error or None

    def untrained(self) -> ModuleGenerator:
        """Give the same for a copy of the module with new weights; see `redrawn`."""
        module = redrawn(self.module).to(self.device)
        fresh = ModuleGenerator(
            module, self.z_dim, self.num_classes, self.call, self.latent_from, self.output
        )

        def draw(count: int) -> Tensor:
            labels = torch.randint(self.num_classes, (count,)) if self.num_classes else None
            z = torch.randn(count, self.z_dim).to(self.device, self.dtype)
            return fresh._run(z, fresh.label_vectors(labels, count))

        gather_statistics(fresh, draw, self.resolution)
        if not fresh.attach([reader.name for reader in self.readers]) or fresh.layers != self.layers:
            raise ValueError(
                f"A copy of {self.name!r} with new weights does not read its latent in the same layers. "
                "A layer that starts at zero reads nothing; a function call= must run the module it is given."
            )
        return fresh

    @property
    def summary(self) -> str:
        """One line that says what was found."""
        shapes = []
        for n, reader in enumerate(self.readers[:3]):
            size = " x ".join(map(str, self.latent_weight(n).shape))
            note = ", after a normalisation" if reader.normalized else ""
            shapes.append(f"{reader.name} ({type(reader.layer).__name__}, {size}{note})")
        more = f" and {len(self.readers) - 3} more" if len(self.readers) > 3 else ""
        classes = f" and one of {self.num_classes} classes" if self.num_classes else ""
        found = [] if self._layout is None else self._layout.words
        notes = "".join(f"; {words}" for words in [*found, *self.assumed])
        return (
            f"{self.name}: {self.resolution}x{self.width} pictures from {self.latent_space} of size "
            f"{self.latent_dim}{classes}; read by {', '.join(shapes)}{more}{notes}."
        )

    def __repr__(self) -> str:
        """Say what was found."""
        return self.summary

    def mapping(
        self,
        z: Tensor,
        *,
        labels: Tensor | Sequence[int] | None = None,
        truncation_psi: float = 1.0,
        truncation_cutoff: int | None = None,
    ) -> Latent:
        """Turn normal vectors into codes; w where the latent is what a sub-module puts out."""
        self._measure_again()
        if self.mapper is None:
            return super().mapping(
                z, labels=labels, truncation_psi=truncation_psi, truncation_cutoff=truncation_cutoff
            )
        z = self.check_z(z)
        truncation_psi, truncation_cutoff = truncation(truncation_psi, truncation_cutoff)
        vectors = self.label_vectors(labels, z.shape[0])
        with self.lock, torch.no_grad():
            codes = self._map(z, vectors)[:, None].repeat(1, self.num_codes, 1)
        codes[:, :truncation_cutoff] = self.get_buffer("mean").lerp(
            codes[:, :truncation_cutoff], truncation_psi
        )
        return Latent(codes, vectors, truncation_psi)

    def forward(self, codes: Tensor, labels: Tensor | None = None, noise: Noise = "const") -> Tensor:
        """Make images ``[N, C, H, W]``, as the module gives them, from codes ``[N, L, d]``."""
        latent = codes[:, 0]
        if labels is None:
            labels = self.label_vectors(None, len(codes))
        handles = []
        if self.mapper is not None:
            mapped = latent if self._rows is None else latent[:, None].repeat(1, self._rows, 1)
            handles.append(self.mapper.register_forward_hook(lambda *_: mapped))
            latent_in = latent.new_zeros(len(latent), self.z_dim)
        else:
            latent_in = latent
        for n, reader in enumerate(self._readers[: codes.shape[1]]):
            if n:
                change = torch.tensordot(codes[:, n] - latent, reader.slope, dims=1)
                handles.append(reader.layer.register_forward_pre_hook(adding(change)))
        half = computing_in(self.dtype_at(self.resolution), self.device)
        with hooked(handles), half:
            if noise == "random":
                return to_full(self._run(latent_in, labels))
            devices = [self.device] if self.device.type == "cuda" else []
            with torch.random.fork_rng(devices):
                torch.manual_seed(0)
                return to_full(self._run(latent_in, labels))

    def forward_options(self, latent: Latent) -> dict[str, Any]:
        """Give nothing, but see to it that what `forward` uses is of the present weights."""
        self._measure_again()
        return {}

    def latent_weight(self, layer: int) -> Tensor:
        """Give the matrix ``[m, d]`` from the latent to all numbers the layer puts out."""
        if not 0 <= layer < len(self.readers):
            raise ValueError(f"Layer {layer} of {self.name!r} is outside 0..{len(self.readers) - 1}.")
        return self.readers[layer].weight()

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> ModuleGenerator:
        """Move the readers' tensors with the module's."""
        measured = self._measured == self._tensors_version()
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]  # torch gives it no types
        self._readers = [replace(r, base=fn(r.base), slope=fn(r.slope)) for r in self._readers]
        if measured:
            self._measured = self._tensors_version()
        return self

    def _run(self, z: Tensor, labels: Tensor | None) -> Tensor:
        given = picture_in(self.call(self.module, z, labels), len(z))
        return given if self._layout is None else self._layout.picture(given)

    def _map(self, z: Tensor, labels: Tensor | None) -> Tensor:
        assert self.mapper is not None
        codes = capture(self.mapper, lambda z: self._run(z, labels), z)
        if isinstance(codes, Tensor) and codes.ndim == 3 and len(codes) == len(z):
            self._rows = codes.shape[1]  # the same w once for each layer
            if not torch.equal(codes, codes[:, :1].expand_as(codes)):
                raise ValueError(
                    "The sub-module that should give the latent gives other vectors for each layer."
                )
            return codes[:, 0]
        if not isinstance(codes, Tensor) or codes.ndim != 2:
            raise ValueError("The sub-module that should give the latent does not give vectors [N, d].")
        return codes
