"""The style space draws the same pictures, and one of its numbers is one channel of one layer's style."""

import pickle

import pytest
import torch

from sefa_widget import edit, explore, factorize, load_generator, save_generator
from sefa_widget.directions import style_channels
from sefa_widget.directions.control import reinitialised
from sefa_widget.generators import style_space
from tests.generators.golden import load


@pytest.fixture
def heads():
    return load_generator("heads", device="cpu")


@pytest.fixture
def network():
    return load("nv_ada")


@pytest.mark.parametrize(
    "name", ["nv_ada", "nv_ada_cond_resnet", "nv_ada_orig_nonoise", "genforce_stylegan2"]
)
def test_pictures_are_those_of_w_in_all_formats(name):
    generator = load(name)
    space = style_space(generator)
    options = {"truncation_psi": 0.7, "labels": [1, 0] if generator.num_classes else None}
    one, other = (drawn.sample([1, 2], **options) for drawn in (generator, space))
    assert torch.equal(space.synthesize(other), generator.synthesize(one))
    assert (space.latent_space, space.num_codes, other.codes.shape) == ("s", 1, (2, 1, space.latent_dim))
    assert space.resolution == generator.resolution


def test_rows_of_w_that_differ_reach_their_own_layers(heads):
    space = style_space(heads)
    codes = heads.sample([1]).codes.clone()
    codes[:, 4:] = heads.sample([2]).codes[:, 4:]
    assert torch.equal(space.synthesize(space.channels_of(codes)), heads.synthesize(codes))


def test_to_move_a_number_is_to_move_that_channel_of_that_layers_style(network):
    space = style_space(network)
    moved = edit(space.sample([3]), style_channels(space, ["2_5"]), {0: 1.5})

    def add(_module, _given, style):
        shift = torch.zeros_like(style)
        shift[:, 5] = 1.5
        return style + shift

    handle = network.blocks[1].conv0.affine.register_forward_hook(add)  # 0: 4x4 conv, 1: its ToRGB, 2: this
    try:
        expected = network.synthesize(network.sample([3]))
    finally:
        handle.remove()
    assert torch.allclose(space.synthesize(moved), expected, atol=1e-6)
    assert not torch.allclose(expected, network.synthesize(network.sample([3])), atol=1e-3)


def test_layers_are_counted_with_those_that_make_colours(heads):
    names = [part.name for part in style_space(heads).styles]
    assert names[:5] == ["4x4 conv", "4x4 to RGB", "8x8 conv 1", "8x8 conv 2", "8x8 to RGB"]
    space = style_space(heads)
    assert [layer.name for layer in space.layers] == names
    assert sum(len(space.latent_weight(n)) for n in range(len(names))) == space.latent_dim


def test_weights_are_shared_and_copies_stand_alone(network):
    space = style_space(network)
    before = space.synthesize(space.sample([1]))
    copied = pickle.loads(pickle.dumps(space))
    with torch.no_grad():
        network.const.mul_(2)
    assert not torch.equal(space.synthesize(space.sample([1])), before)
    assert torch.equal(copied.synthesize(copied.sample([1])), before)


def test_the_generator_itself_is_left_as_it_was(network):
    before, fingerprint = network.synthesize(network.sample([1])), network.fingerprint
    space = style_space(network)
    assert torch.equal(network.synthesize(network.sample([1])), before)
    assert network.fingerprint == fingerprint != space.fingerprint


def test_sefa_finds_nothing_there(network):
    space = style_space(network)
    values = factorize(space).values
    assert torch.allclose(values, values[0].expand_as(values))


def test_it_is_neither_saved_nor_built_again_by_itself(network, tmp_path):
    space = style_space(network)
    with pytest.raises(ValueError, match="save the generator that it was made of"):
        save_generator(space, tmp_path / "space.safetensors")
    fresh = reinitialised(space)
    assert fresh.latent_dim == space.latent_dim
    assert fresh.fingerprint != space.fingerprint


def test_other_architectures_have_no_such_space(tiny):
    with pytest.raises(ValueError, match="it must be a StyleGAN2: others have no such style space"):
        style_space(tiny)


def test_a_panel_of_it_draws_what_edit_draws(heads):
    space = style_space(heads)
    channels = style_channels(space, ["0_3", "2_17"])
    with explore(space, directions={"channels": channels}) as panel:
        panel.method, panel.starts = "channels", [1]
        panel.strengths = {1: 2.0}
        shown = panel.sheet().tiles[0][-1]
    latent = edit(space.sample([1], truncation_psi=0.8), channels, {1: 2.0})
    wanted = ((space.synthesize(latent)[0].clamp(-1, 1) + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
    assert abs(shown.astype(int) - wanted).max() <= 1
