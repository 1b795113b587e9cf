import pytest
import torch
from torch import nn

from sefa_widget import explore, load_generator
from sefa_widget.panel.state import first_state


@pytest.fixture
def opened(recorded_comms):
    panel = explore(device="cpu")
    yield panel
    panel.close()


def test_explore_opens_the_heads_with_four_of_them_at_psi_0_8_and_the_layers_of_the_pose(opened):
    assert opened.generator.name == "heads"
    assert [pin.seed for pin in opened.starts] == [31, 88, 75, 51]
    assert (opened.truncation_psi, opened.layers, opened.seed) == (0.8, (0, 3), 31)


def test_a_state_is_laid_over_what_a_model_opens_with(recorded_comms):
    with explore("heads", device="cpu", state={"starts": [5], "layers": (3, 5)}) as panel:
        assert ([pin.seed for pin in panel.starts], panel.layers) == ([5], (3, 5))
        assert panel.truncation_psi == 0.8


def test_faces_open_whole_because_they_have_no_truncation():
    state = first_state(load_generator("faces", device="cpu"))
    assert ([pin.seed for pin in state.starts], state.truncation_psi, state.layers) == (
        [47, 57, 91, 114],
        1.0,
        (0, 1),
    )


def test_any_other_generator_opens_on_seed_0(tiny_style):
    state = first_state(tiny_style)
    assert ([pin.seed for pin in state.starts], state.truncation_psi) == ([0], 1.0)


def test_what_a_file_does_not_tell_is_said_in_the_panel_and_can_be_given(tmp_path, recorded_comms):
    path = tmp_path / "net.pt"
    net = nn.Sequential(
        *(nn.ConvTranspose2d(8, 6, 4, 1, 0, bias=False), nn.BatchNorm2d(6), nn.ReLU()),
        *(nn.ConvTranspose2d(6, 4, 4, 2, 1, bias=False), nn.BatchNorm2d(4), nn.ReLU()),
        *(nn.ConvTranspose2d(4, 3, 4, 2, 1, bias=False), nn.Tanh()),
    )
    torch.save(net.state_dict(), path)
    with explore(path, device="cpu") as guessed:
        assert "activation ReLU" in guessed.generator_info["assumed"]
        with explore(path, device="cpu", assume={"activation": "leaky_relu"}) as told:
            assert not any("activation" in text for text in told.generator_info["assumed"])
            assert told.generator is not guessed.generator
