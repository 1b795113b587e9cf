"""Downloads a generator from the Hugging Face Hub where the user asks for it: ``hf://user/repository``."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

from sefa_widget.checkpoint import CheckpointError

START = "hf://"


def downloaded(address: str) -> Path:
    """Fetch a repository, saying so, and give its folder; one that was fetched before is not fetched again.

    Raises
    ------
    CheckpointError
        If the address is none, huggingface_hub is not installed, or the download fails.
    """
    name = address.removeprefix(START).strip("/")
    if not re.fullmatch(r"[\w.-]{1,96}/[\w.-]{1,96}", name):
        raise CheckpointError(f"{address[:200]!r} is no repository; it must be 'hf://user/repository'.")
    try:
        hub = importlib.import_module("huggingface_hub")
    except ImportError:
        raise CheckpointError(
            f"{address!r} needs huggingface_hub: pip install 'sefa_widget[hub]'. Or download the repository "
            "and load its folder."
        ) from None
    print(f"Downloading {name} from the Hugging Face Hub, unless it was before ...")
    try:
        return Path(hub.snapshot_download(name))
    except Exception as error:  # whatever a network and its libraries raise
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"{address!r} could not be downloaded ({type(error).__name__}: {reason}). Download it and load "
            "its folder."
        ) from error
