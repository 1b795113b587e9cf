import pytest
import torch

from sefa_widget import load_generator
from sefa_widget.directions import style_channels
from sefa_widget.directions.style_channels import channel_name
from sefa_widget.generators import style_space


@pytest.fixture
def space():
    return style_space(load_generator("heads", device="cpu"))


def test_a_name_is_the_layer_and_the_channel_of_that_layer(space):
    found = style_channels(space, ["0_0", "1_3", "13_15"])
    places = found.vectors.nonzero()[:, 1].tolist()
    assert places == [0, space.styles[1].start + 3, space.latent_dim - 1]
    assert found.names == ("0_0", "1_3", "13_15")
    assert torch.equal(found.vectors.sum(1), torch.ones(3, dtype=torch.float64))
    assert found.fingerprint == space.fingerprint


def test_numbers_are_named(space):
    first = space.styles[2].start
    assert style_channels(space, [first, first - 1]).names == ("2_0", "1_95")
    assert [channel_name(space, part.start) for part in space.styles] == [f"{n}_0" for n in range(14)]


@pytest.mark.parametrize(
    ("channels", "text"),
    [
        (["14_0"], "There is no channel '14_0': give layer and channel, .* layers are 0 to 13"),
        (["13_16"], r"layer 13 \(64x64 to RGB\) has the channels 0 to 15"),
        (["smile"], "There is no channel 'smile'"),
        ([896], "A channel is 896; it must be 0 to 895"),
        ([3, "0_3"], "at least one, each once"),
        ([], "at least one"),
        ("2_17", 'it must be names such as "9_409"'),
    ],
)
def test_what_is_no_channel_is_said(space, channels, text):
    with pytest.raises(ValueError, match=text):
        style_channels(space, channels)


def test_only_a_style_space_has_channels(tiny):
    with pytest.raises(ValueError, match="it must be a style space, as style_space"):
        style_channels(tiny, ["0_0"])
