"""Every StyleGAN against what the official implementation made of the same weights."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from sefa_widget.checkpoint import OWN_FORMAT, Checkpoint
from sefa_widget.generators import load_generator, save_generator
from tests.generators.golden import ROUNDING, agrees, load

GOLDEN = Path(__file__).parents[1] / "golden"
STYLE_FORMATS = ("genforce_stylegan", "genforce_stylegan2", "nvidia", "tf_stylegan2", "rosinality")


class Case:
    """One golden case: a generator and what it must give."""

    def __init__(self, path):
        about = json.loads(path.read_text())
        self.codes, self.edits, self.sefa = about["codes"], about["edits"], about["sefa"]
        with np.load(path.with_suffix(".npz")) as arrays:
            self.arrays = {key: torch.from_numpy(arrays[key]) for key in arrays.files}
        tensors = load_file(path.with_suffix(".safetensors"))
        if "latent_avg" in self.arrays:
            tensors["latent_avg"] = self.arrays["latent_avg"]
        self.checkpoint = Checkpoint(about["format"], tensors, about["config"], path.stem)
        self.generator = load_generator(self.checkpoint, device="cpu")

    def latent(self, variant):
        return self.generator.mapping(
            self.arrays["z"], labels=self.arrays.get("labels"), **self.codes[variant]
        )

    def same(self, key, found):
        expected = self.arrays[key]
        error = (found[: len(expected)] - expected).abs().max() / expected.std()
        assert error <= 2e-4, f"{key} differs by {error:.1e} of its standard deviation"


def style_cases():
    paths = sorted(GOLDEN.glob("*.json"))
    return [p for p in paths if json.loads(p.read_text()).get("format", "").startswith(STYLE_FORMATS)]


@pytest.fixture(scope="module", params=style_cases(), ids=lambda path: path.stem)
def case(request):
    return Case(request.param)


def directions(generator, layers):
    """Factorise the row-normalised style weights of the layers."""
    weight = torch.cat([generator.latent_weight(layer) for layer in layers]).double()
    weight = weight / weight.norm(dim=1, keepdim=True)
    values, vectors = torch.linalg.eigh(weight.T @ weight)
    return values.flip(0), vectors.T.flip(0)


def test_mapping_gives_the_official_codes_for_every_truncation(case):
    for variant in case.codes:
        case.same(f"codes_{variant}", case.latent(variant).codes)


def test_synthesis_gives_the_official_pictures(case):
    for variant in case.codes:
        if f"image_{variant}" in case.arrays:
            case.same(f"image_{variant}", case.generator.synthesize(case.latent(variant)))


def test_noise_can_be_left_out(case):
    if "image_psi1_nonoise" in case.arrays:
        images = case.generator.synthesize(case.latent("psi1"), noise="none")
        case.same("image_psi1_nonoise", images)


def test_editing_some_layers_gives_the_official_pictures(case):
    for key, edit in case.edits.items():
        codes = case.latent(edit["base"]).codes.clone()
        codes[:, edit["layers"]] += edit["alpha"] * case.arrays[edit["direction"]]
        case.same(key, case.generator.synthesize(codes))


def test_factorising_the_latent_weights_gives_the_official_directions(case):
    for selection, layers in case.sefa.items():
        values, vectors = directions(case.generator, layers)
        expected = case.arrays[f"sefa_{selection}_values"]
        torch.testing.assert_close(values, expected, atol=1e-4 * float(expected[0]), rtol=0)
        official = case.arrays[f"sefa_{selection}_directions"].double()
        cosines = (official @ vectors.T).square()
        for k in range(len(official)):
            near = (expected - expected[k]).abs() < 1e-3 * expected[0]
            assert cosines[k, near].sum().sqrt() >= 0.999


def test_stored_level_of_detail_is_honoured(case):
    for key in case.arrays:
        if key.startswith("image_lod"):
            lod = torch.tensor(float(key.removeprefix("image_lod")))
            tensors = {**case.checkpoint.tensors, "synthesis.lod": lod}
            grown = load_generator(Checkpoint(case.checkpoint.format, tensors), device="cpu")
            case.same(key, grown.synthesize(case.latent("psi1")))


def test_input_transform_moves_the_picture_as_in_the_official_code(case):
    if "transform" in case.arrays:
        tensors = {**case.checkpoint.tensors, "synthesis.input.transform": case.arrays["transform"]}
        moved = load_generator(
            Checkpoint(case.checkpoint.format, tensors, case.checkpoint.config), device="cpu"
        )
        case.same("image_transform", moved.synthesize(case.latent("psi1")))


def test_saving_and_loading_gives_the_same_pictures(case, tmp_path):
    path = save_generator(case.generator, tmp_path / "saved.safetensors")
    again = load_generator(path, device="cpu")
    latent = case.latent("psi07_L8" if "psi07_L8" in case.codes else "psi07")
    assert agrees(again.synthesize(latent), case.generator.synthesize(latent), ROUNDING)
    assert again.fingerprint == case.generator.fingerprint
    assert again.layers == case.generator.layers


def test_a_batch_is_the_same_pictures_one_by_one(case):
    latent = case.latent("psi1")
    together = case.generator.synthesize(latent)
    alone = torch.cat([case.generator.synthesize(code[None]) for code in latent.codes])
    torch.testing.assert_close(alone, together, atol=1e-4 * float(together.std()), rtol=1e-4)


def test_forward_mode_derivative_is_the_finite_difference(case):
    generator = case.generator.double()
    try:
        codes = case.latent("psi1").codes[:1]
        step = torch.randn(codes.shape, generator=torch.Generator().manual_seed(0), dtype=codes.dtype)
        _, slope = torch.func.jvp(generator, (codes,), (step,))
        difference = (generator(codes + 1e-8 * step) - generator(codes - 1e-8 * step)) / 2e-8
        assert (slope - difference).norm() <= 1e-3 * slope.norm()
    finally:
        generator.float()


def test_backward_mode_agrees_with_forward_mode(case):
    codes = case.latent("psi1").codes[:1]
    step = torch.randn(codes.shape, generator=torch.Generator().manual_seed(0))
    image, pull = torch.func.vjp(case.generator, codes)
    cotangent = torch.randn(image.shape, generator=torch.Generator().manual_seed(1))
    _, slope = torch.func.jvp(case.generator, (codes,), (step,))
    (gradient,) = pull(cotangent)
    torch.testing.assert_close((gradient * step).sum(), (cotangent * slope).sum(), rtol=1e-3, atol=1e-2)


def test_jacobian_is_the_same_batched_and_one_by_one(case):
    def slope(direction):
        step = direction.expand_as(codes)
        return torch.func.jvp(case.generator, (codes,), (step,))[1]

    codes = case.latent("psi1").codes[:1]
    directions = torch.eye(case.generator.latent_dim)[:2]
    batched = torch.func.vmap(slope)(directions)
    one_by_one = torch.stack([slope(direction) for direction in directions])
    torch.testing.assert_close(batched, one_by_one, rtol=1e-3, atol=1e-3 * float(batched.std()))


@pytest.mark.parametrize("case", ["genforce_stylegan", "genforce_stylegan2"])
@pytest.mark.parametrize("first", [True, False])
def test_files_saved_before_widths_were_called_so_load(case, first, tmp_path):
    generator = load(case)
    config = {"channels" if name == "widths" else name: value for name, value in generator.config.items()}
    about = {"family": generator.family, "config": config}
    metadata = {OWN_FORMAT: json.dumps(about)}
    if first:  # the first versions had an entry for each
        metadata = {"format": OWN_FORMAT, "family": generator.family, "config": json.dumps(config)}
    save_file(generator.state_dict(), tmp_path / "own.safetensors", metadata)
    latent = generator.sample([1, 2])
    again = load_generator(tmp_path / "own.safetensors", device="cpu")
    assert agrees(again.synthesize(latent), generator.synthesize(latent), 1e-5)
