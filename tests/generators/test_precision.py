import copy
import pickle
import threading

import pytest
import torch
from torch import nn

from sefa_widget import factorize, load_generator, save_generator
from sefa_widget.directions import jacobian_gram
from sefa_widget.directions.activations import layer_output
from sefa_widget.generators import precision
from sefa_widget.generators.dcgan import DCGAN
from sefa_widget.generators.modulated import modulated_convolution
from sefa_widget.generators.precision import full_precision
from sefa_widget.generators.stages import features_before
from tests.conftest import seeded
from tests.generators.golden import load

FAMILIES = [
    "genforce_pggan",
    "genforce_stylegan_r128",
    "nv_ada",
    "nv_ada_cond_resnet",
    "nv_sg3_t",
    "nv_sg3_r",
    "ajbrock_biggan_hier",
    "hf_biggan_deep",
    "fastgan_256",
]
MOST = {torch.float16: 0.3, torch.bfloat16: 1.3}
"""Largest mean deviation in steps of 1/255 that a type may make."""


def in_dtype(generator, dtype, device="cpu"):
    drawn = copy.deepcopy(generator).to(device)
    drawn.synthesis_dtype = dtype
    return drawn


def steps(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one.cpu().clamp(-1, 1) - other.cpu().clamp(-1, 1)).abs().mean() * 127.5)


@pytest.mark.parametrize("dtype", list(MOST), ids=str)
@pytest.mark.parametrize("case", [*FAMILIES, "faces", "heads"])
@pytest.mark.parametrize("count", [1, 3])
def test_every_family_draws_nearly_the_same_picture_in_half_precision(case, dtype, count, device):
    whole = load_generator(case, device="cpu") if case in ("faces", "heads") else load(case)
    latent = whole.sample(range(count))
    drawn = in_dtype(whole, dtype, device).synthesize(latent)
    assert drawn.dtype == torch.float32
    assert 0 < steps(drawn, whole.synthesize(latent)) < MOST[dtype]


def test_features_of_the_four_highest_resolutions_are_half_and_images_so_far_are_not():
    heads = in_dtype(load_generator("heads", device="cpu"), torch.bfloat16)
    types = {}
    for number, stage in enumerate(heads.stages()):
        after = features_before(heads, heads.sample([0]), number + 1)
        types[stage.resolution] = after[0].dtype
        assert all(image.dtype == torch.float32 for image in after[1:])
    expected = {4: torch.float32} | dict.fromkeys((8, 16, 32, 64), torch.bfloat16)
    assert types == expected
    large = {
        size: precision.working_dtype(torch.float16, torch.float32, size, 1024) for size in (64, 128, 1024)
    }
    assert large == {64: torch.float32, 128: torch.float16, 1024: torch.float16}


def test_styles_and_weights_of_any_size_stay_in_the_range_of_float16():
    random = torch.Generator().manual_seed(0)
    x, weight = torch.randn(2, 8, 6, 6, generator=random), torch.randn(4, 8, 3, 3, generator=random) * 1e4
    style = torch.randn(2, 8, generator=random) * 1e3
    scale = torch.rsqrt(style.square() @ weight.square().sum((2, 3)).T)

    def convolved(x: torch.Tensor) -> torch.Tensor:
        return modulated_convolution(x, weight, style, scale, torch.zeros(4), nn.functional.conv2d)

    assert torch.allclose(convolved(x.half()).float(), convolved(x), atol=0.02)


def test_weights_codes_directions_and_files_are_the_same_in_any_precision(tmp_path):
    whole = load_generator("heads", device="cpu")
    half = load_generator("heads", device="cpu", dtype="bfloat16")
    assert half.synthesis_dtype == torch.bfloat16
    assert half.dtype == torch.float32
    assert half.fingerprint == whole.fingerprint
    assert torch.allclose(half.sample([3]).codes, whole.sample([3]).codes)
    assert torch.allclose(factorize(half, k=4).vectors, factorize(whole, k=4).vectors)
    files = [save_generator(one, tmp_path / f"{n}.safetensors") for n, one in enumerate((whole, half))]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert load_generator(files[1], device="cpu").synthesis_dtype == torch.float32


def test_derivatives_and_samples_of_layers_are_taken_in_full_precision():
    whole = load("nv_ada")
    half = in_dtype(whole, torch.bfloat16)
    latent = whole.sample([0])
    assert torch.allclose(jacobian_gram(half, latent), jacobian_gram(whole, latent))
    name = "blocks.3.conv1"
    assert torch.allclose(layer_output(half, name, latent), layer_output(whole, name, latent))


def test_full_precision_holds_in_its_own_thread_alone():
    half = in_dtype(load("genforce_pggan"), torch.bfloat16)
    found = []
    with full_precision():
        thread = threading.Thread(target=lambda: found.append(half.dtype_at(half.resolution)))
        thread.start()
        thread.join()
        found.append(half.dtype_at(half.resolution))
    assert found == [torch.bfloat16, torch.float32]


def test_another_precision_is_another_version_of_the_weights_and_is_copied_along():
    generator = load("nv_ada")
    before = generator.weights_version
    assert generator.weights_version == before
    generator.synthesis_dtype = torch.bfloat16
    assert generator.weights_version != before
    assert pickle.loads(pickle.dumps(generator)).synthesis_dtype == torch.bfloat16
    assert generator.untrained().synthesis_dtype == torch.bfloat16


def test_a_module_of_somebody_elses_is_drawn_in_half_precision_too(capsys):
    class Small(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.project, self.draw = nn.Linear(6, 8 * 16), nn.ConvTranspose2d(8, 3, 4, 2, 1)

        def forward(self, z: torch.Tensor) -> torch.Tensor:
            return self.draw(torch.relu(self.project(z)).view(-1, 8, 4, 4)).tanh()

    torch.manual_seed(0)
    module = Small()
    whole = load_generator(module, device="cpu")
    drawn = whole.synthesize(whole.sample([0, 1]))
    half = load_generator(module, device="cpu", dtype=torch.bfloat16)
    again = half.synthesize(half.sample([0, 1]))
    assert again.dtype == torch.float32
    assert 0 < steps(again, drawn) < MOST[torch.bfloat16]
    assert next(module.parameters()).dtype == torch.float32


def test_weights_in_double_precision_draw_in_double_precision():
    generator = seeded(DCGAN(5, [4, 3])).double()
    assert generator.synthesize(generator.sample([0])).dtype == torch.float64


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", torch.bfloat16, torch.float32])
def test_a_type_is_given_by_itself_or_by_name(dtype):
    name = dtype if isinstance(dtype, str) else str(dtype).removeprefix("torch.")
    assert load_generator("faces", device="cpu", dtype=dtype).synthesis_dtype == precision.DTYPES[name]


def test_a_generator_that_is_given_keeps_its_type_unless_another_is_wanted(tiny):
    assert load_generator(tiny, dtype="bfloat16") is tiny
    assert load_generator(tiny).synthesis_dtype == torch.bfloat16
    assert load_generator(tiny, dtype="float32").synthesis_dtype == torch.float32


def test_float16_on_the_cpu_works_and_warns_that_it_is_slow():
    with pytest.warns(UserWarning, match="float16 on the CPU is many times slower"):
        generator = load_generator("faces", device="cpu", dtype="float16")
    assert generator.synthesize(generator.sample([0])).isfinite().all()


def test_a_type_that_a_device_lacks_is_refused_before_anything_is_loaded(monkeypatch):
    def missing(*_args: object, **_options: object) -> None:
        raise RuntimeError("\"slow_conv2d_cpu\" not implemented for 'Half'")

    monkeypatch.setattr(precision.functional, "conv2d", missing)
    with pytest.raises(
        ValueError, match=r"bfloat16 cannot be computed on .cpu. here .*use another dtype of float32"
    ):
        load_generator("no such file", device="cpu", dtype="bfloat16")
