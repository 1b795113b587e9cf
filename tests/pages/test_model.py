import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from sefa_widget import load_generator
from sefa_widget.pages import model as models
from sefa_widget.pages.model import normal, page_model
from sefa_widget.pictures.frames import to_pixels
from tests.conftest import GOLDEN

STYLE, SPHERE = "genforce_stylegan_label.safetensors", "genforce_pggan_label_fused.safetensors"


def run(model, inputs):
    session = onnxruntime.InferenceSession(model.data, providers=["CPUExecutionProvider"])
    (pixels,) = session.run(None, {name: value.numpy() for name, value in inputs.items()})
    assert pixels.dtype == np.uint8
    assert (pixels[..., 3] == 255).all()
    return pixels[..., :3].astype(int)


def inputs_of(generator, seeds, psi=1.0, step=0.0, labels=None):
    rows, d = generator.num_codes, generator.latent_dim
    inputs = {
        "z": normal(generator, seeds),
        "keep": torch.full((len(seeds), rows), psi),
        "step": torch.full((len(seeds), rows, d), step),
    }
    if generator.num_classes:
        inputs["labels"] = generator.label_vectors(labels, len(seeds))
    return inputs


@pytest.mark.filterwarnings("ignore")
def test_a_style_generator_draws_pythons_pixels_at_any_truncation_and_class():
    generator = load_generator(GOLDEN / STYLE, device="cpu")
    model = page_model(generator, 0.7)
    assert model.truncates
    assert model.half
    assert model.error <= 2
    for psi in (0.4, 1.0):
        labels = [1, 0, 1]
        found = run(model, inputs_of(generator, [7, 8, 9], psi, 0.05, labels))
        latent = generator.sample([7, 8, 9], labels=labels, truncation_psi=psi)
        wanted = to_pixels(generator.synthesize(latent.with_codes(latent.codes + 0.05)))
        assert np.abs(found - wanted).max() <= 2


@pytest.mark.filterwarnings("ignore")
def test_truncation_that_is_no_mix_with_the_mean_stays_as_it_is():
    generator = load_generator(GOLDEN / SPHERE, device="cpu")
    model = page_model(generator, 0.6)
    assert not model.truncates
    assert model.most_psi is None
    found = run(model, inputs_of(generator, [3, 4], psi=0.1))
    latent = generator.sample([3, 4], truncation_psi=0.6)
    assert np.abs(found - to_pixels(generator.synthesize(latent))).max() <= 2


def test_weights_are_halved_where_no_pixel_moves_and_whole_where_one_does(tiny, monkeypatch):
    half = models._made(tiny, 1.0, "const")
    assert half.half
    monkeypatch.setattr(models, "NEAR", 0)
    moved = iter([1, 0])
    monkeypatch.setattr(models, "_error", lambda *given: next(moved))
    whole = models._made(tiny, 1.0, "const")
    assert not whole.half
    kinds = [
        {weight.data_type for weight in onnx.load_from_string(model.data).graph.initializer}
        for model in (half, whole)
    ]
    assert onnx.TensorProto.FLOAT16 in kinds[0]
    assert onnx.TensorProto.FLOAT16 not in kinds[1]


def test_a_network_that_draws_something_else_is_refused(tiny, monkeypatch):
    monkeypatch.setattr(models, "_error", lambda *given: 3)
    with pytest.raises(ValueError, match=r"draws other pictures in a page: pixels differ by 3 of 255, and 2"):
        models._made(tiny, 1.0, "const")


def test_the_comparison_sees_a_wrong_weight(tiny):
    model = onnx.load_from_string(page_model(tiny, 1.0).data)
    largest = max(model.graph.initializer, key=lambda weight: np.prod(weight.dims))
    values = onnx.numpy_helper.to_array(largest)
    largest.CopyFrom(onnx.numpy_helper.from_array(-values, largest.name))
    module = models._Painting(models.own_copy(tiny), "const", None)
    assert models._error(models.own_copy(tiny), module, model.SerializeToString()) > 2


def test_progress_is_told_and_ends_the_work(tiny):
    def stop(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        page_model(tiny, 1.0, progress=stop)
