"""What the package @vladmandic/face-api itself says of fixed pictures.

    python -m tests.evaluation.face_api_golden

draws six faces, runs the package in Node (`tests/golden/face_api.mjs`; two minutes), and writes
`tests/golden/face_api.npz`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.conftest import GOLDEN

PACKAGE = Path(__file__).parents[1] / "npm" / "node_modules" / "@vladmandic" / "face-api"
FILE = GOLDEN / "face_api.npz"
BOX = (0.125, 0.25, 0.75, 1.0)
"""Left, top, right and bottom of the face in the case "box", where the package is given whole pixels."""
Pictures = NDArray[np.uint8]


def cases(faces: Pictures) -> dict[str, Pictures]:
    """Pictures ``[N, 3, H, W]`` of each case, from faces of 64 px."""
    near = np.arange(112) * 64 // 112
    return {
        "64": faces,
        "112": faces[:, :, near][..., near],
        "192": faces.repeat(3, 2).repeat(3, 3),
        "narrow": faces[..., 8:55],
        "wide": faces[:, :, 10:],
        "box": faces,
    }


def main() -> None:
    """Write the golden file anew."""
    from sefa_widget import load_generator

    generator = load_generator("faces", device="cpu")
    drawn = generator.synthesize(generator.sample(range(6)))
    faces = ((drawn.clamp(-1, 1) + 1) * 127.5).round().byte().numpy()
    left, top, right, bottom = (round(64 * part) for part in BOX)
    boxes = {"box": [left, top, right - left, bottom - top]}
    asked = {
        name: {"pictures": pictures.transpose(0, 2, 3, 1).tolist(), "box": boxes.get(name)}
        for name, pictures in cases(faces).items()
    }
    command = ["node", str(GOLDEN / "face_api.mjs"), str(PACKAGE)]
    done = subprocess.run(command, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    names = list(told["answers"]["64"][0]["said"])
    arrays = {"faces": faces, "names": np.array(names), "version": np.array(told["version"])}
    for case, answers in told["answers"].items():
        for key in ("age", "gender", "expressions"):
            arrays[f"{case}/{key}"] = np.array([answer[key] for answer in answers], np.float64)
        said = [[answer["said"][name] for name in names] for answer in answers]
        arrays[f"{case}/said"] = np.array(said, np.float64)
    np.savez_compressed(FILE, **arrays)
    print(f"{FILE.name}: face-api {told['version']}, TensorFlow.js {told['tfjs']}")


if __name__ == "__main__":
    main()
