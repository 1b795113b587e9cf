import pytest
import torch

from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators import Latent
from tests.generators.golden import (
    ROUNDING,
    agrees,
    comes_back,
    draw,
    load,
    references,
    same_directions,
    tangent_is_right,
)

AJBROCK = ["ajbrock_biggan_hier", "ajbrock_biggan_flat_mybn", "ajbrock_biggan_unshared", "ajbrock_biggandeep"]
ALL = ["hf_biggan_deep", *AJBROCK]


@pytest.mark.parametrize("psi", [1.0, 0.7, 0.58, 0.435, 0.4, 0.14])
def test_hugging_face_pictures_follow_the_statistics_of_the_truncation(psi):
    generator, reference = load("hf_biggan_deep"), references("hf_biggan_deep")
    image = draw(generator, reference["z"], reference["class_vector"], psi)
    assert agrees(image, reference[f"image_trunc{psi}"])


def test_mapping_scales_the_latent_and_carries_the_truncation():
    generator = load("hf_biggan_deep")
    whole, half = (generator.sample([1], truncation_psi=psi) for psi in (1.0, 0.5))
    assert torch.equal(half.codes, whole.codes * 0.5)
    plain = generator.synthesize(half)
    assert not torch.equal(plain, generator.synthesize(Latent(half.codes, half.labels, 1.0)))
    assert agrees(generator.synthesize(half.with_codes(half.codes)), plain, ROUNDING)


def test_hugging_face_classes_can_be_mixed():
    generator, reference = load("hf_biggan_deep"), references("hf_biggan_deep")
    image = draw(generator, reference["z"][:1], reference["class_vector_mix"])
    assert agrees(image, reference["image_mix_trunc1.0"])


@pytest.mark.parametrize(
    ("name", "strength", "rows"),
    [
        ("editz_all_a+2", 2, slice(None)),
        ("editlayers_0_1_a+3", 3, slice(0, 1)),
        ("editlayers_1_4_a+3", 3, slice(1, 4)),
    ],
)
def test_hugging_face_edits_of_all_or_some_layers(name, strength, rows):
    generator, reference = load("hf_biggan_deep"), references("hf_biggan_deep")
    codes = reference["z"][:, None].repeat(1, generator.num_codes, 1)
    codes[:, rows] += strength * reference["dir"]
    image = draw(generator, codes, reference["class_vector"])
    assert agrees(image, reference[f"image_{name}_trunc1.0"])


def test_hugging_face_directions_of_the_projection_are_those_of_the_reference():
    expected = references("hf_biggan_deep")["derived_genz_eigh_dirs_f64"]
    assert same_directions(load("hf_biggan_deep").latent_weight(0), expected, normalize=False)


def test_without_a_configuration_every_second_block_doubles_the_picture():
    generator = load("hf_biggan_deep", layers=[])
    assert [block[0] for block in generator.config["blocks"]] == [n % 2 == 1 for n in range(7)]


def test_a_configuration_of_another_network_is_refused():
    with pytest.raises(CheckpointError, match="hf_biggan_deep"):
        load("hf_biggan_deep", layers=[[False, 16, 16]])


@pytest.mark.parametrize("case", AJBROCK)
def test_ajbrock_networks_draw_as_published(case):
    generator, reference = load(case), references(case)
    latent = generator.mapping(reference["z"], labels=reference["y"])
    assert agrees(generator.synthesize(latent), reference["image"])
    if "image_mix" in reference:
        mixed = 0.3 * latent.labels[:1] + 0.7 * latent.labels[1:]
        assert agrees(draw(generator, reference["z"][:1], mixed), reference["image_mix"])


@pytest.mark.parametrize("case", AJBROCK[1:])
def test_ajbrock_edits_of_the_latent(case):
    generator, reference = load(case), references(case)
    labels = generator.label_vectors(reference["y"], 2)
    edited = draw(generator, reference["z"] + 3 * reference["dir"], labels)
    assert agrees(edited, reference["image_editz_a+3"])


@pytest.mark.parametrize(("first", "last"), [(0, 1), (1, 3), (0, 4)])
def test_a_range_of_rows_edits_a_range_of_chunks(first, last):
    generator, reference = load("ajbrock_biggan_hier"), references("ajbrock_biggan_hier")
    latent = generator.mapping(reference["z"], labels=reference["y"])
    codes = latent.codes.clone()
    codes[:, first:last] += 3 * reference["dir"]
    image = draw(generator, codes, latent.labels)
    assert agrees(image, reference[f"image_editchunks_{first}_{last}_a+3"])


def test_hierarchical_layers_read_only_their_chunk():
    generator = load("ajbrock_biggan_hier")
    size = generator.latent_dim // generator.num_codes
    for layer in range(len(generator.layers)):
        weight = generator.latent_weight(layer)
        chunk = slice(layer * size, (layer + 1) * size)
        assert weight[:, chunk].abs().sum(dim=0).min() > 0
        assert torch.count_nonzero(weight) == torch.count_nonzero(weight[:, chunk])


@pytest.mark.parametrize("case", ALL)
def test_each_row_moves_the_picture_through_its_own_layer(case):
    generator = load(case)
    assert generator.num_codes == len(generator.layers)
    latent = generator.sample(range(4), labels=[0, 1, 2, 3])
    plain = generator.synthesize(latent)
    for layer in generator.layers:
        codes = latent.codes.clone()
        codes[:, layer.row] += 3
        assert not torch.equal(generator.synthesize(latent.with_codes(codes)), plain)


def test_layers_have_names_that_differ():
    names = [layer.name for layer in load("hf_biggan_deep").layers]
    assert names[:4] == ["latent projection", "4x4 block", "8x8 block 1", "8x8 block 2"]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", ALL)
def test_a_saved_network_comes_back(case, tmp_path):
    assert comes_back(load(case), tmp_path)


@pytest.mark.parametrize("case", ["hf_biggan_deep", "ajbrock_biggan_hier"])
def test_the_tangent_is_right(case):
    assert tangent_is_right(load(case), labels=[1])
