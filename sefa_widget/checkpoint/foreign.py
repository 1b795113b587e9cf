"""Tells files that are no weights of torch by their content, and says what to do with each."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

AS_MODULE = "build its class in PyTorch, copy the weights into it, and pass it: load_generator(module)"
_AGAIN = "Download the file itself again"

_STARTS = (
    (b"version https://git-lfs", "is a Git LFS pointer, not the weights it points to. Run 'git lfs pull'."),
    (b"\x1f\x8b", "is a gzip archive. Unpack it and load the file inside."),
    (b"\x89HDF", f"is an HDF5 file, as Keras writes, which is not read here: {AS_MODULE}."),
    (b"7z\xbc\xaf", "is a 7z archive. Unpack it and load the file inside."),
    (b"Rar!", "is a RAR archive. Unpack it and load the file inside."),
    (b"\x93NUMPY", "is a numpy array, not a generator. Directions are read by load_directions(path)."),
    (b"GGUF", "is a GGUF file of a language model, not a generator of pictures."),
    (b"\x89PNG", "is a picture (PNG), not weights. Load the file of weights."),
    (b"\xff\xd8\xff", "is a picture (JPEG), not weights. Load the file of weights."),
    (b"GIF8", "is a picture (GIF), not weights. Load the file of weights."),
    (b"%PDF", "is a PDF, not weights. Load the file of weights."),
    (b"{", "is a JSON text, not weights. Load the file of weights."),
    (b"<", f"is a web page, not weights. {_AGAIN}, not the page about it."),
    (b"model_checkpoint_path", f"names a TensorFlow checkpoint, which is not read here: {AS_MODULE}."),
)
_CODE = re.compile(rb"(import|from|class|def|#|\"\"\")\W")
_WEIGHTS = (".pt", ".pth", ".pkl", ".ckpt", ".bin", ".safetensors")


def foreign(head: bytes, path: Path | None = None) -> str | None:
    """Say what a file is that starts like this, if it is known to be no file of weights.

    >>> foreign(b"<!DOCTYPE html>")
    'is a web page, not weights. Download the file itself again, not the page about it.'
    """
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    name = "" if path is None else path.name.lower()
    if name.endswith(".index") or ".data-0" in name:
        return (
            "is part of a TensorFlow checkpoint, which is not read here. tf.train.load_checkpoint reads its "
            f"weights: {AS_MODULE}."
        )
    for start, reason in _STARTS:
        if text.startswith(start):
            return reason
    if head[257:262] == b"ustar":
        return "is a tar archive. Unpack it and load the file inside."
    return _by_more(head, name)


def _by_more(head: bytes, name: str) -> str | None:
    if head[4:8] == b"TFL3":
        return f"is a TensorFlow Lite model, which is not read here: {AS_MODULE}."
    if head[:1] == b"\x08" and (b"pytorch" in head[:64] or b"onnx" in head[:256].lower()):
        return "is an ONNX file. Make a module of it: load_generator(onnx2torch.convert(path))."
    if name.endswith(".onnx"):
        return "is an ONNX file by its name. Make a module of it: load_generator(onnx2torch.convert(path))."
    if name.endswith(".pb") or b"\x0bPlaceholder" in head:
        return f"is a TensorFlow graph, which is not read here: {AS_MODULE}."
    if name.endswith(".msgpack") or (head[:1] in (b"\x81", b"\x82", b"\x83") and b"params" in head[:16]):
        return f"is a msgpack file, as Flax writes, which is not read here: {AS_MODULE}."
    if name.endswith(".py") or _CODE.match(head):
        return "is Python code, not weights. Import its class, load its weights, and pass the module."
    if head[:1] not in (b"\x80", b"") and _is_text(head):
        shown = head[:40].decode("ascii", "replace").split("\n")[0]
        return f"is a text ({shown!r}), perhaps the message of a server, not weights. {_AGAIN}."
    return None


def _is_text(head: bytes) -> bool:
    return len(head) < 512 and b" " in head.split(b"\n")[0] and all(9 <= byte < 127 for byte in head)


def foreign_zip(names: Collection[str]) -> str:
    """Say what a zip file is that torch.save did not write for weights."""
    if any(name.endswith("constants.pkl") for name in names):
        return (
            "is TorchScript, a program for torch.jit, whose layers cannot be watched. Build the class it was "
            "made from, load torch.jit.load(path).state_dict() into it, and pass the module."
        )
    if any(name.endswith(("model.weights.h5", "keras_metadata.pb")) for name in names):
        return f"is a Keras model, which is not read here: {AS_MODULE}."
    if names and all(name.endswith(".npy") for name in names):
        return "is a numpy archive, not a generator. Directions are read by load_directions(path)."
    inside = [name for name in names if name.endswith(_WEIGHTS) and not name.endswith("data.pkl")]
    if inside:
        return f"is an archive with {inside[0][-60:]!r}. Unpack it and load that file."
    return (
        "is a zip file, but not one that torch.save writes for weights. Unpack it and load the file of "
        "weights inside."
    )


def address(text: str) -> str | None:
    """Say what to do with the address of a file on the network; None if it is none."""
    if re.match(r"https?://", text):
        return (
            "is an address, and nothing is downloaded here. Download it first, for example with "
            "torch.hub.download_url_to_file(url, 'generator.pkl'), and load that file."
        )
    return None


def missing(path: Path, given: str) -> str:
    """Say that there is no such file, and what was perhaps meant."""
    words = f"does not exist: there is no file or folder {str(path)[-300:]!r}."
    if re.fullmatch(r"[\w.-]{1,96}/[\w.-]{1,96}", given) and not Path(given).suffix[1:].isalpha():
        return (
            f"{words} Is it a repository of Hugging Face? load_generator('hf://{given}') downloads and loads "
            "it, where huggingface_hub is installed."
        )
    return words
