"""Files of programs beside the original ones make the pictures that those programs make.

Each case is a file as the program writes it, tiny and with random weights, and what the program itself made
of it (of TensorFlow: what the converter of genforce made of it).
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import torch
from torch import Tensor

from sefa_widget.directions.derivatives import grams
from sefa_widget.generators import Generator, load_generator
from tests.conftest import GOLDEN
from tests.generators.golden import agrees, comes_back, same_directions, tangent_is_right

FILES = {
    path.name.split(".")[0]: path for path in sorted((GOLDEN / "programs").iterdir()) if path.suffix != ".npz"
}
SIZES = {
    "eps696_sg2": (32, 48),
    "sghuman_ros": (64, 32),
    "sghuman_sg2_cond_resnet": (32, 16),
    "sghuman_sg3_t": (64, 32),
}
"""Of pictures that are not square: height and width."""
ASSUME = {"gfpgan_bilinear": {"upsampling": "bilinear"}}
"""What no tensor of the file tells."""


def opened(case: str) -> tuple[Generator, dict[str, Tensor]]:
    with np.load(GOLDEN / "programs" / f"{case}.npz") as file:
        references = {key: torch.as_tensor(file[key]) for key in file.files}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_generator(FILES[case], device="cpu", assume=ASSUME.get(case)), references


def classes(generator: Generator, references: dict[str, Tensor]) -> Tensor | None:
    return references.get("c", references.get("y")) if generator.num_classes else None


@pytest.mark.parametrize("case", FILES)
def test_the_pictures_are_the_programs_own(case):
    generator, references = opened(case)
    latent = generator.mapping(references["z"], labels=classes(generator, references))
    drawn = "image_zeronoise" in references or "projgan" in case or "lightweight" in case
    noise = "none" if drawn else "const"  # some programs store no noise
    images = generator.synthesize(latent, noise=noise)
    assert images.shape[1:] == (generator.channels, generator.resolution, generator.width)
    name = next(
        name for name in ("image_zeronoise", "image", "image_sub4", "image_all_sub2") if name in references
    )
    step = {"image_sub4": 4, "image_all_sub2": 2}.get(name, 1)
    if "lucid" in case:
        images = (images + 1) / 2  # its pictures are of 0..1
    assert agrees(images[..., ::step, ::step], references[name])


@pytest.mark.parametrize("case", FILES)
def test_a_saved_network_comes_back(case, tmp_path):
    assert comes_back(opened(case)[0], tmp_path)


@pytest.mark.parametrize("case", [case for case in FILES if case != "sghuman_sg3_t"])  # it has a kink there
def test_the_tangent_is_right(case):
    generator = opened(case)[0]
    assert tangent_is_right(generator, labels=[0] if generator.num_classes else None)


@pytest.mark.parametrize("case", SIZES)
def test_pictures_need_not_be_square(case):
    generator = opened(case)[0]
    assert (generator.resolution, generator.width) == SIZES[case]
    assert generator.untrained().synthesize(generator.sample(1)).shape[2:] == SIZES[case]


@pytest.mark.parametrize(
    "case",
    ["tf_pggan", "lucid_lightweight64_attn", "studio_deepconv", "studio_deepconv_cbn", "studio_resnet"],
)
def test_the_first_layer_has_the_directions_of_the_reference(case):
    generator, references = opened(case)
    assert same_directions(generator.latent_weight(0), references["sefa_directions"])


@pytest.mark.parametrize("case", ["sgxl_stem", "sgxl_superres"])
def test_truncation_pulls_each_class_to_its_own_mean(case):
    generator, references = opened(case)
    z, c = references["z"], references["c"]
    latent = generator.mapping(z, labels=c, truncation_psi=0.7)
    assert agrees(latent.codes, references["ws_psi0.7"], 1e-4)
    assert agrees(generator.synthesize(latent), references["image_psi0.7"])


def test_the_jacobian_sees_the_whole_of_a_wide_picture():
    generator = opened("eps696_sg2")[0]
    assert grams(generator, generator.sample([1]), [0], None, None)[2] == 3 * 32 * 48
    right = (0.0, 0.5, 1.0, 1.0)
    assert grams(generator, generator.sample([1]), [0], right, None)[2] == 3 * 32 * 24
