import pytest
import torch

from tests.generators.golden import (
    agrees,
    comes_back,
    draw,
    load,
    references,
    same_directions,
    tangent_is_right,
)

GENFORCE = ["genforce_pggan", "genforce_pggan_label_fused"]
ZOO = ["ganzoo_pgan", "ganzoo_pgan_tanh"]


@pytest.mark.parametrize("case", GENFORCE)
def test_genforce_networks_map_and_draw_as_published(case):
    generator, reference = load(case), references(case)
    latent = generator.mapping(reference["z"], labels=reference.get("label"))
    assert torch.allclose(latent.codes[:, 0], reference["codes"], atol=1e-6)
    assert agrees(generator.synthesize(latent), reference["image"])


@pytest.mark.parametrize("case", GENFORCE)
@pytest.mark.parametrize("lod", [0.3, 1.0])
def test_a_level_of_detail_blends_and_coarsens_as_published(case, lod):
    generator, reference = load(case, lod=lod), references(case)
    latent = generator.mapping(reference["z"], labels=reference.get("label"))
    assert agrees(generator.synthesize(latent), reference[f"image_lod{lod}"])


@pytest.mark.parametrize("case", GENFORCE)
def test_directions_are_those_of_the_reference(case):
    generator = load(case, label_size=0)  # the reference keeps the label's rows
    assert same_directions(generator.latent_weight(0), references(case)["sefa_all_eigh_dirs_f64"])


@pytest.mark.parametrize("strength", [-3, 3])
def test_an_edit_is_added_to_the_normalised_latent(strength):
    generator, reference = load("genforce_pggan"), references("genforce_pggan")
    direction = reference["sefa_all_boundaries"][int(reference["edit_all_dir_index"])]
    edited = draw(generator, reference["codes"] + strength * direction)
    assert agrees(edited, reference[f"image_edit_all_d{strength:+d}"])


def test_the_latent_weight_leaves_the_label_out():
    generator = load("genforce_pggan_label_fused")
    assert (generator.latent_dim, generator.num_classes) == (20, 4)
    assert generator.latent_weight(0).shape == (16 * 16, 20)


@pytest.mark.parametrize("case", ZOO)
def test_zoo_networks_draw_as_published(case):
    generator, reference = load(case), references(case)
    latent = generator.mapping(reference["z"])
    assert torch.allclose(latent.codes[:, 0], reference["z_normed"], atol=1e-6)
    assert agrees(generator.synthesize(latent), reference["image"])
    step = 3 * reference["dir"]
    assert agrees(draw(generator, reference["z"] + step), reference["image_editz_a+3"])
    assert agrees(draw(generator, reference["z_normed"] + step), reference["image_editznormed_a+3"])
    blended = load(case, alpha=0.3)
    assert agrees(draw(blended, reference["z"]), reference["image_alpha0.3"])


@pytest.mark.parametrize("case", ZOO)
@pytest.mark.parametrize(("kind", "normalize"), [("sefa_norm", True), ("raw", False)])
def test_zoo_directions_are_those_of_the_reference(case, kind, normalize):
    expected = references(case)[f"derived_{kind}_eigh_dirs_f64"]
    assert same_directions(load(case).latent_weight(0), expected, normalize)


def test_zoo_classes_are_normalised_with_the_latent():
    generator = load("ganzoo_pgan", noiseVectorDim=20, latentVectorDim=24, categoryVectorDim=4)
    whole, z = load("ganzoo_pgan"), references("ganzoo_pgan")["z"]
    latent = generator.mapping(z[:, :20], labels=[1, 3])
    joined = torch.cat([z[:, :20], torch.eye(4)[[1, 3]]], dim=1)
    assert agrees(generator.synthesize(latent), draw(whole, joined), 1e-5)


@pytest.mark.parametrize("case", [*GENFORCE, *ZOO])
def test_a_saved_network_comes_back(case, tmp_path):
    assert comes_back(load(case), tmp_path)


def test_truncation_leaves_a_normalised_latent_as_it_is():
    generator = load("genforce_pggan")
    whole, half = (generator.sample([1], truncation_psi=psi).codes for psi in (1.0, 0.5))
    assert torch.allclose(whole, half, atol=1e-5)


def test_the_tangent_is_right():
    assert tangent_is_right(load("genforce_pggan_label_fused"), labels=[2])
