import json
import sys
from dataclasses import replace

import onnx
import onnxruntime
import pytest
import torch

from sefa_widget import load_generator, save_onnx
from sefa_widget.generators import exporting
from tests.conftest import GOLDEN

FILES = ["dcgan.safetensors", "genforce_pggan_label_fused.safetensors", "genforce_stylegan_label.safetensors"]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.filterwarnings("ignore")
def test_onnxruntime_draws_the_same_pictures_of_any_number_of_codes(tmp_path, file):
    generator = load_generator(GOLDEN / file, device="cpu")
    path = save_onnx(generator, tmp_path / "x.onnx")
    about = {entry.key: entry.value for entry in onnx.load(path).metadata_props}
    assert json.loads(about["sefa_widget"])["fingerprint"] == generator.fingerprint
    session = onnxruntime.InferenceSession(path)
    assert [output.name for output in session.get_outputs()] == ["images"]
    for seeds in ([7], [7, 8, 9, 10, 11]):
        latent = generator.sample(seeds)
        given = {"codes": latent.codes.numpy()}
        if generator.num_classes:
            given["labels"] = latent.labels.numpy()
        images = torch.from_numpy(session.run(None, given)[0])
        wanted = generator.synthesize(latent)
        assert (images - wanted).abs().max() < 1e-4 * wanted.std()
    assert [file.name for file in tmp_path.iterdir()] == ["x.onnx"]


def test_a_file_that_draws_other_pictures_is_not_written(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "NEAR", 0.0)
    with pytest.raises(ValueError, match="as ONNX draws other pictures"):
        save_onnx(tiny, tmp_path / "x.onnx")
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_said_with_what_to_install(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "find_spec", lambda name: None if name == "onnxscript" else sys)
    with pytest.raises(ImportError, match=r"needs onnxscript: pip install 'sefa_widget\[page\]'"):
        save_onnx(tiny, tmp_path / "x.onnx")


def test_too_many_weights_for_one_file_are_refused(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="bytes of weights; a file of ONNX holds 1,000"):
        save_onnx(tiny, tmp_path / "x.onnx")


def test_a_network_whose_code_fixes_the_number_of_pictures_is_refused_with_what_mends_it(tiny, tmp_path):
    whole = type(tiny).stages

    class Fixed(type(tiny)):
        def stages(self):
            first, *others = whole(self)
            run = first.run
            fixed = replace(first, run=lambda *given: tuple(x[: len(x)] for x in run(*given)))
            return (fixed, *others)

    tiny.__class__ = Fixed
    with pytest.raises(ValueError, match=r"depends on the number of codes.*x\.shape\[0\] in the place"):
        save_onnx(tiny, tmp_path / "x.onnx")
