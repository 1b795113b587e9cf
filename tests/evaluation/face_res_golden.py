"""What the network faceres of the package @vladmandic/human says of fixed pictures.

    python -m tests.evaluation.face_res_golden

runs its graph in the package's TensorFlow.js, in Node (`tests/golden/face_res.mjs`; a minute), on the faces
of `face_api_golden`, and writes `tests/golden/face_res.npz`.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np

from tests.conftest import GOLDEN
from tests.evaluation.face_api_golden import FILE as FACES
from tests.evaluation.face_api_golden import Pictures

PACKAGE = Path(__file__).parents[1] / "npm" / "node_modules" / "@vladmandic" / "human"
FILE = GOLDEN / "face_res.npz"


def pictures() -> Pictures:
    """Faces ``[6, 3, 224, 224]`` of large pixels, which need no resizing."""
    near = np.arange(224) * 64 // 224
    with np.load(FACES) as file:
        faces: Pictures = file["faces"]
    return faces[:, :, near][..., near]


def main() -> None:
    """Write the golden file anew."""
    asked = json.dumps(pictures().transpose(0, 2, 3, 1).tolist())
    command = ["node", str(GOLDEN / "face_res.mjs"), str(PACKAGE)]
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    found = {name: np.array([answer[name] for answer in told["answers"]]) for name in told["answers"][0]}
    np.savez_compressed(FILE, version=np.array(told["version"]), **found)
    print(f"{FILE.name}: human {told['version']}, TensorFlow.js {told['tfjs']}")


if __name__ == "__main__":
    main()
