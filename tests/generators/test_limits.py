import json
import subprocess
import sys

import pytest
import torch
from safetensors.torch import save

from sefa_widget import load_generator
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators.limits import checked_limits


def dcgan(widths, latent):
    """State dict of the PyTorch example, with channels as narrow as may be."""
    state, inputs = {}, latent
    for n, width in enumerate([*widths, 1]):
        state[f"main.{3 * n}.weight"] = torch.ones(inputs, width, 4, 4)
        if n < len(widths):
            for name in ("weight", "bias", "running_mean", "running_var"):
                state[f"main.{3 * n + 1}.{name}"] = torch.ones(width)
        inputs = width
    return state


def own(folder, family, config, tensors=None):
    path = folder / "own.safetensors"
    about = {"sefa_widget": json.dumps({"family": family, "config": config})}
    path.write_bytes(save(tensors or {"x": torch.zeros(1)}, about))
    return path


@pytest.mark.parametrize(
    ("state", "limit", "size"),
    [
        (dcgan([1] * 12, 2), "pixels", 16_384),
        (dcgan([1] * 40, 2), "pixels", 2**42),
        (dcgan([1], 30_000), "latent", 30_000),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_a_network_of_a_giant_is_refused_with_the_way_to_allow_it(tmp_path, state, limit, size):
    torch.save(state, tmp_path / "giant.pth")
    for source in (tmp_path / "giant.pth", state):
        with pytest.raises(CheckpointError, match=rf"give limits=\{{'{limit}': {size}\}}"):
            load_generator(source)
        with pytest.raises(CheckpointError, match=f"the limit is {size - 1:,}"):
            load_generator(source, limits={limit: size - 1})
        generator = load_generator(source, limits={limit: size})
        assert size in (generator.resolution, generator.latent_dim)


def test_more_parameters_than_allowed_are_refused_before_they_are_read(tmp_path):
    torch.save(dcgan([1], 100), tmp_path / "g.pth")
    with pytest.raises(CheckpointError, match=r"'g.pth' has 1,620 parameters; the limit is 1,000"):
        load_generator(tmp_path / "g.pth", limits={"parameters": 1000})
    assert load_generator(tmp_path / "g.pth", limits={"parameters": 1620}).latent_dim == 100


def test_pictures_of_no_pixels_and_latents_of_no_numbers_are_no_network(tmp_path):
    with pytest.raises(CheckpointError, match="a latent of 0 numbers"):
        load_generator(dcgan([1], 0))
    geometry = [{"stride": 1, "padding": 0}, {"padding": 9}]
    path = own(tmp_path, "dcgan", {"latent_dim": 2, "widths": [1], "geometry": geometry})
    with pytest.raises(CheckpointError, match="pictures of -8 px"):
        load_generator(path)


def test_a_limit_that_is_none_is_named():
    with pytest.raises(ValueError, match=r"Limit 'pixel' is unknown; .* Did you mean 'pixels'\?"):
        checked_limits({"pixel": 3})
    with pytest.raises(ValueError, match=r"limits\['latent'\] is 0"):
        checked_limits({"latent": 0})
    with pytest.raises(ValueError, match="it must be a dict such as"):
        checked_limits(3)


FASTGAN = {"latent_dim": 4, "widths": [1] * 14}
READ = """
import resource, sys, torch
from sefa_widget import load_generator
from sefa_widget.checkpoint import CheckpointError
resource.setrlimit(resource.RLIMIT_AS, (4 * 10**9, 4 * 10**9))
try:
    load_generator(sys.argv[1])
except CheckpointError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits memory by Linux' means")
def test_no_memory_is_taken_before_the_size_is_checked(tmp_path):
    path = own(tmp_path, "fastgan", FASTGAN)
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True)
    assert "makes pictures of 32,768 px" in done.stdout, done.stderr
