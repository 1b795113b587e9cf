import pytest

from sefa_widget import load_generator
from sefa_widget.checkpoint import CheckpointError
from sefa_widget.generators import FAMILIES
from sefa_widget.generators.config import check_config
from tests.generators.test_limits import own
from tests.generators.test_loading import GOLDEN

MAPPING = {"z_dim": 4, "widths": [4], "w_dim": 4}
LAYER = {
    "inputs": 1,
    "outputs": 1,
    "kernel": 0,
    "in_size": 4,
    "out_size": 4,
    "up": 1,
    "down": 1,
    "up_taps": 2,
    "down_taps": 2,
    "radial": True,
    "to_rgb": True,
}
# ruff: noqa: E501
WRONG = {
    "a list for a number": ("dcgan", {"latent_dim": [1], "widths": [1]}, r"'latent_dim' is \[1\], not int"),
    "a truth value for a number": ("dcgan", {"latent_dim": True, "widths": [1]}, "'latent_dim' is True, not int"),
    "a text in a list of numbers": ("pggan", {"latent_dim": 1, "widths": ["a"]}, "'widths'"),
    "None for widths": ("stylegan2", {"widths": None, "mapping": MAPPING}, "'widths' is None"),
    "another word": ("stylegan2", {"widths": {"4": 4}, "mapping": MAPPING, "architecture": "x"}, "'architecture'"),
    "an unknown name": ("stylegan2", {"channels": None, "mapping": MAPPING}, "'channels', which stylegan2 has not"),
    "an unknown name in a part": ("stylegan", {"widths": {"4": 4}, "mapping": {"z": 1}}, "'z', which MappingNetwork"),
    "a number for a part": ("stylegan", {"widths": {"4": 4}, "mapping": 3}, "'mapping' is 3"),
    "a part of the wrong type": ("stylegan3", {"mapping": MAPPING, "layers": [{"kernel": "3"}], "sampling_rate": 4.0}, "'kernel'"),
    "sizes that divide by zero": ("stylegan3", {"mapping": MAPPING, "layers": [LAYER], "sampling_rate": 4}, "ZeroDivision"),
    "no layers": ("stylegan3", {"mapping": MAPPING, "layers": [], "sampling_rate": 4}, "IndexError"),
    "thousands of layers": ("dcgan", {"latent_dim": 1, "widths": [1] * 20_000}, "far more settings"),
    "many small lists": ("dcgan", {"latent_dim": 1, "widths": [], "geometry": [{"kernel": 4}] * 4000}, "far more settings"),
    "a giant number": ("biggan", {"latent_dim": 2**62, "num_classes": 0, "embedding_dim": 0, "blocks": []}, "beyond"),
    "an infinite number": ("dcgan", {"latent_dim": 1, "widths": [1], "batch_norm_eps": float("inf")}, "is inf"),
    "a book": ("dcgan", {"latent_dim": 1, "widths": [1], "activation": "a" * 10_000}, "a text of 10000 characters"),
    "a well": ("biggan", {"latent_dim": [[[[[[[[1]]]]]]]]}, "nested too deeply"),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRONG)
def test_settings_that_make_no_network_are_refused_with_the_setting(tmp_path, kind):
    family, config, text = WRONG[kind]
    with pytest.raises(CheckpointError, match=f"'own' looks like a sefa_widget file.*{text}"):
        load_generator(own(tmp_path, family, config))


def test_the_settings_of_every_family_are_those_it_takes():
    seen = set()
    for path in sorted(GOLDEN.glob("*.safetensors")):
        generator = load_generator(path)
        check_config(type(generator), generator.config)
        seen.add(generator.family)
    assert seen >= set(FAMILIES) - {"lucidrains", "lightweight_gan"}
