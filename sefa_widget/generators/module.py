"""Any `torch.nn.Module` that makes pictures of a latent vector in, a generator that borrows it out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from sefa_widget.generators.base import Generator, Latent, Layer, Noise
from sefa_widget.generators.probe import Reader, capture, find_readers, hooked, weight_layers

Call = Callable[[nn.Module, Tensor, Tensor | None], Any]
"""From the module, latents ``[N, d]`` and class vectors ``[N, num_classes]`` or None: images."""

_FAILURES = (RuntimeError, TypeError, ValueError, IndexError, KeyError, AttributeError, AssertionError)
_LATENT_NAMES = "latent_dim z_dim nz latent_size dim_z z_size latent_space_size noise_dim".split()
_CLASS_NAMES = "num_classes n_classes n_class label_count num_labels label_dim label_size".split()


class ModuleGenerator(Generator):
    """A module of somebody else's, as it is, in eval mode.

    Made by `from_module`. Where several layers read the latent and none normalises it first, the codes have one
    row for each of them, and a row that differs from row 0 moves only its own layer's input. Else there is one
    row, and an edit is an edit of the latent. `noise="random"` leaves the random numbers the module may draw to
    torch; otherwise they are the same in every picture.
    """

    family: ClassVar[str] = "module"

    def __init__(
        self, module: nn.Module, z_dim: int, num_classes: int, call: Call, latent_from: str | None
    ) -> None:
        super().__init__()
        self.module = module
        self.z_dim = self.latent_dim = z_dim
        self.num_classes = num_classes
        self.call = call
        self.mapper = module.get_submodule(latent_from) if latent_from else None
        self.readers: list[Reader] = []
        self.eval()

    def attach(self, names: Sequence[str] | None) -> bool:
        """Run the module, see what it makes, and find the layers that read the latent, among `names` or all."""
        with torch.no_grad():
            z = torch.randn(2, self.z_dim, generator=torch.Generator().manual_seed(0))
            z = z.to(self.device, self.dtype)
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
            self.layers = (Layer("latent", 1, 0),)
            known = dict(self.module.named_modules()) if names else weight_layers(self.module)
            known = {name: known[name] for name in names} if names else known
            self.readers = find_readers(known, lambda codes: self(codes[:, None]), like)
        single = len(self.readers) == 1 or any(reader.normalized for reader in self.readers)
        self.layers = tuple(
            Layer(reader.name, reader.resolution, row=0 if single else n)
            for n, reader in enumerate(self.readers)
        )
        return bool(self.readers)

    @property
    def config(self) -> dict[str, Any]:
        """ValueError: only the module's own code can build it again."""
        raise ValueError(
            f"{self.name!r} is a module of your own; save it with torch.save(module.state_dict(), path)."
        )

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
        return (
            f"{self.name}: {self.resolution}x{self.resolution} pictures from {self.latent_space} of size "
            f"{self.latent_dim}{classes}; read by {', '.join(shapes)}{more}."
        )

    def __repr__(self) -> str:
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
        if self.mapper is None:
            return super().mapping(
                z, labels=labels, truncation_psi=truncation_psi, truncation_cutoff=truncation_cutoff
            )
        z = self.check_z(z)
        vectors = self.label_vectors(labels, len(z))
        with self.lock, torch.no_grad():
            codes = self._map(z, vectors)[:, None].repeat(1, self.num_codes, 1)
        codes[:, :truncation_cutoff] = self.mean.lerp(codes[:, :truncation_cutoff], truncation_psi)
        return Latent(codes, vectors, truncation_psi)

    def forward(self, codes: Tensor, labels: Tensor | None = None, noise: Noise = "const") -> Tensor:
        """Make images ``[N, C, H, W]``, as the module gives them, from codes ``[N, L, d]``."""
        latent = codes[:, 0]
        if labels is None:
            labels = self.label_vectors(None, len(codes))
        handles = []
        if self.mapper is not None:
            handles.append(self.mapper.register_forward_hook(lambda *_: latent))
            latent_in = latent.new_zeros(len(latent), self.z_dim)
        else:
            latent_in = latent
        for n, reader in enumerate(self.readers[: codes.shape[1]]):
            if n:
                change = torch.tensordot(codes[:, n] - latent, reader.slope, dims=1)
                handles.append(reader.layer.register_forward_pre_hook(_adder(change)))
        with hooked(handles):
            if noise == "random":
                return self._run(latent_in, labels)
            devices = [self.device] if self.device.type == "cuda" else []
            with torch.random.fork_rng(devices):
                torch.manual_seed(0)
                return self._run(latent_in, labels)

    def latent_weight(self, layer: int) -> Tensor:
        """Give the matrix ``[m, d]`` from the latent to all numbers the layer puts out."""
        if not 0 <= layer < len(self.readers):
            raise ValueError(f"Layer {layer} of {self.name!r} is outside 0..{len(self.readers) - 1}.")
        return self.readers[layer].weight()

    def _run(self, z: Tensor, labels: Tensor | None) -> Tensor:
        image = self.call(self.module, z, labels)
        while isinstance(image, (list, tuple)) and image:
            image = image[0]
        if not isinstance(image, Tensor) or image.ndim != 4 or len(image) != len(z):
            found = list(image.shape) if isinstance(image, Tensor) else type(image).__name__
            raise ValueError(f"The module gives {found}, not images [{len(z)}, C, H, W].")
        return image

    def _map(self, z: Tensor, labels: Tensor | None) -> Tensor:
        assert self.mapper is not None
        codes = capture(self.mapper, lambda z: self._run(z, labels), z)
        if not isinstance(codes, Tensor) or codes.ndim != 2:
            raise ValueError("The sub-module that should give the latent does not give vectors [N, d].")
        return codes


def from_module(
    module: nn.Module,
    *,
    latent_dim: int | None = None,
    num_classes: int | None = None,
    layers: Sequence[str] | None = None,
    latent_from: str | None = None,
    call: Call | None = None,
    name: str | None = None,
) -> ModuleGenerator:
    """Borrow a module as a generator: find out how it is called and which layers read its latent.

    Parameters
    ----------
    module
        Makes pictures of about -1..1; it is put in eval mode and not changed otherwise.
    latent_dim
        Size of the latent vector; None tries the module's attributes and the sizes of its layers.
    num_classes
        Number of classes; None tries the same where the module takes a class.
    layers
        Names of the layers to factorise; None takes all that read the latent.
    latent_from
        Name of the sub-module whose output is the latent, such as a mapping network; None is the input.
    call
        How to run it, for example ``lambda module, z, labels: module(z, labels.argmax(1))`` with z
        ``[N, latent_dim]`` and labels ``[N, num_classes]`` or None.
    name
        What the user sees; None is the name of the class.

    Raises
    ------
    ValueError
        If the module cannot be run, or no layer reads the latent; the text says what was tried.
    """
    unknown = [
        path for path in [*(layers or []), latent_from] if path and path not in dict(module.named_modules())
    ]
    if unknown:
        known = ", ".join(list(weight_layers(module))[:8])
        raise ValueError(f"The module has no layer {unknown[0]!r}; it has {known}, ...")
    tried: dict[str, str] = {}
    for size, classes, way, run in _attempts(module, latent_dim, num_classes, call):
        generator = ModuleGenerator(module, size, classes, run, latent_from)
        generator.name = name or type(module).__name__
        try:
            found = generator.attach(layers)
        except _FAILURES as error:
            reason = f"{type(error).__name__}: {error}".strip().splitlines()[0]
            tried.setdefault(f"{way}: {reason[:120]}", "")
            continue
        missing = set(layers or []) - {reader.name for reader in generator.readers}
        if found and not missing:
            return generator
        who = ", ".join(sorted(missing)) if missing else "no layer"
        verb = "do not get" if missing else "gets"
        tried.setdefault(f"{way}: it runs, but {who} {verb} an affine function of the latent", "")
    sizes = ", ".join(str(_inputs_of(layer)) for layer in list(weight_layers(module).values())[:5])
    attempts = "; ".join(list(tried)[:6]) or "nothing, because neither latent nor classes have a known size"
    raise ValueError(
        f"{type(module).__name__} could not be taken as a generator. Give latent_dim, num_classes, layers "
        f"or call=lambda module, z, labels: images. Its first layers take {sizes or 'no'} numbers. "
        f"Tried: {attempts}."
    )


def _attempts(
    module: nn.Module, latent_dim: int | None, num_classes: int | None, call: Call | None
) -> Iterator[tuple[int, int, str, Call]]:
    """Go through the ways to call a module: latent size, classes, words for it, function."""
    sizes = [_inputs_of(layer) for layer in weight_layers(module).values()]
    sizes = [size for size in sizes if size][:8]
    wanted, extra = _arguments(module) if call is None else (bool(num_classes), {})
    embeddings = [layer for layer in module.modules() if isinstance(layer, nn.Embedding)]
    stated = [latent_dim] if latent_dim else _numbers(module, _LATENT_NAMES)
    classes_stated = [num_classes] if num_classes else []
    if wanted and not num_classes:
        classes_stated = [layer.num_embeddings for layer in embeddings] + _numbers(module, _CLASS_NAMES)
    behind = [layer.embedding_dim for layer in embeddings] + classes_stated
    guessed = [] if latent_dim else [n - k for n in sizes for k in behind if n > k] + sizes
    for d in dict.fromkeys(stated + guessed):
        counts = classes_stated or ([] if wanted else [0])
        if wanted and not num_classes and d in stated:  # two guesses would fit anything
            counts = classes_stated + [n - d for n in sizes if n > d] + sizes
        for classes in dict.fromkeys(counts):
            with_classes = f" and {classes} classes" if classes else ""
            if call is not None:
                yield d, classes, f"call with z [N, {d}]{with_classes}", call
                continue
            forms = ["vectors", "indices"] if wanted else ["joined" if classes else "none"]
            if embeddings:
                forms.reverse()
            for form, tail in product(forms, ((), (1, 1))):
                shape = ", ".join(map(str, ("N", d, *tail)))
                way = f"z [{shape}]{with_classes} as {form}" if classes else f"z [{shape}]"
                yield d, classes, way, _caller(form, tail, extra)


def _caller(form: str, tail: tuple[int, ...], extra: dict[str, Any]) -> Call:
    def call(module: nn.Module, z: Tensor, labels: Tensor | None) -> Any:
        if form == "joined" and labels is not None:
            z, labels = torch.cat([z, labels], dim=1), None
        z = z.unflatten(1, (-1, *tail)) if tail else z
        if labels is None or form == "none":
            return module(z, **extra)
        if form == "indices":
            if bool((labels.amax(dim=1) < 1).any()):
                raise ValueError("This module takes class indices, so its classes cannot be mixed.")
            labels = labels.argmax(dim=1)
        return module(z, labels, **extra)

    return call


def _arguments(module: nn.Module) -> tuple[bool, dict[str, Any]]:
    """Tell from the signature whether a class comes second, and what to give for a truncation."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(module.forward).parameters.values()
    needed = [p.name for p in parameters if p.kind in kinds and p.default is inspect.Parameter.empty][1:]
    extra = {name: 1.0 for name in needed if name.startswith(("trunc", "psi"))}
    others = [name for name in needed if name not in extra]
    words = ("label", "class", "y", "c", "cls", "cond", "one_hot", "onehot", "categor")
    wanted = bool(others) and (others[0] in words or any(w in others[0] for w in words if len(w) > 2))
    if others[1:] or (others and not wanted):
        raise ValueError(
            f"{type(module).__name__}.forward also needs {', '.join(others[wanted:])}; "
            "give call=lambda module, z, labels: images."
        )
    return wanted, extra


def _numbers(module: nn.Module, names: Sequence[str]) -> list[int]:
    """Find whole numbers among the attributes of a module and of its configuration."""
    owners = [module, *(getattr(module, name, None) for name in ("config", "cfg", "args", "opt", "hparams"))]
    found = [getattr(owner, name, None) for owner in owners for name in names]
    return [number for number in found if isinstance(number, int) and number > 0]


def _inputs_of(layer: nn.Module) -> int:
    """Give how many numbers a layer takes at each place; 0 if it does not say."""
    size = getattr(layer, "in_features", None) or getattr(layer, "in_channels", None)
    if size is None:
        matrices = [weight for weight in layer.parameters(recurse=False) if weight.ndim == 2]
        size = matrices[0].shape[1] if matrices else 0
    return int(size)


def _adder(change: Tensor) -> Callable[..., tuple[Any, ...]]:
    def add(_layer: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return (args[0] + change, *args[1:])

    return add
