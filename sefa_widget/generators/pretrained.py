"""A pre-trained network: where its weights are, whether they have changed, and how it is copied."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Any

import torch
from torch import nn

from sefa_widget.generators.lock import Lock
from sefa_widget.generators.version import weights_version


class Pretrained(nn.Module):
    """A network of any kind whose weights came from somewhere; `Generator` is one.

    Its lock keeps threads from using it at the same time.
    """

    synthesis_dtype: torch.dtype = torch.float32
    """What pictures are drawn in: float32 stands for the type of the weights, float16 and bfloat16 for half
    precision in the highest resolutions; see `dtype_at`."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = Lock()
        self._fingerprint: tuple[Hashable, str] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Give what is copied and pickled: all but what was computed from the weights."""
        return self.__dict__ | {"_fingerprint": None}

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
        with it, so it is another one in another `synthesis_dtype` too. A change through ``.data`` or memory
        shared with NumPy that leaves all sampled values alone is not noticed; to be sure, load the generator
        again.
        """
        return self._tensors_version(), self.synthesis_dtype

    def _tensors_version(self) -> Hashable:
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
