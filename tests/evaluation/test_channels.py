import pytest
import torch

from sefa_widget import edit
from sefa_widget.directions import style_channels
from sefa_widget.evaluation import channel_effects, channels, fresh_latents
from sefa_widget.generators import style_space
from tests.generators.golden import load


@pytest.fixture
def space():
    return style_space(load("nv_ada"))


def test_the_effect_is_the_change_of_pictures_when_one_channel_moves_by_its_spread(space):
    found = channel_effects(space, n=2)
    number = int(found.argmax())
    spread = fresh_latents(space, channels.SAMPLES).codes[:, 0, number].std()
    latents, direction = fresh_latents(space, 2), style_channels(space, [number])
    moved = edit(latents, direction, {0: torch.tensor([1.0, -1.0]) * spread})
    change = (space.synthesize(moved) - space.synthesize(latents)).square().mean((1, 2, 3)).sqrt().mean()
    assert float(found[number]) == pytest.approx(float(change), rel=1e-4)
    assert found.shape == (space.latent_dim,)


def test_only_the_chosen_layers_are_measured_and_progress_is_told(space):
    told = []
    found = channel_effects(space, layers=[1], n=1, progress=lambda *done: told.append(done))
    part = space.styles[1]
    assert set(found.nonzero().flatten().tolist()) <= set(range(part.start, part.stop))
    assert found.max() > 0
    assert told[-1] == (told[-1][1],) * 2


def test_what_progress_raises_ends_it(space):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        channel_effects(space, n=1, progress=stop)
