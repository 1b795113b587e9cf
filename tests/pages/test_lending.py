import gzip

import onnx
import pytest

from sefa_widget import explore
from sefa_widget.pages import lending
from sefa_widget.pages.live import megabytes


def nothing(done, total):
    pass


def test_what_is_lent_is_a_program_a_runtime_and_a_network_and_how_it_is_fed(tiny):
    with explore(tiny, state={"truncation_psi": 0.6, "noise": "none"}) as panel:
        network = lending.make(panel._session, nothing)
    program, runtime, model = network.blocks
    assert b"onnx" in program
    assert gzip.decompress(runtime)[:4] == b"\0asm"
    assert [given.name for given in onnx.load_from_string(model).graph.input] == ["z", "keep", "step"]
    assert network.about["fingerprint"] == tiny.fingerprint
    fed = {name: network.about[name] for name in ("z_dim", "width", "psi", "noise")}
    assert fed == {"z_dim": tiny.z_dim, "width": tiny.width, "psi": 0.6, "noise": "none"}


def test_a_generator_that_is_too_large_for_a_page_is_refused_with_its_size(tiny, monkeypatch):
    lending.check(tiny)
    monkeypatch.setattr(lending, "MOST_MEGABYTES", megabytes(tiny) / 2)
    with pytest.raises(ValueError, match=r"draw='page' sends a generator of at most .* has 0\.. MB; leave"):
        lending.check(tiny)


def test_missing_libraries_are_named_before_a_panel_opens(tiny, monkeypatch):
    monkeypatch.setattr("sefa_widget.generators.exporting.find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"needs onnx, onnxscript, onnxruntime, cloudpickle: pip install"):
        explore(tiny, draw="page")


def test_fresh_noise_is_lent_as_the_stored_one_and_said_to_be_that(tiny_style):
    with explore(tiny_style, state={"noise": "random"}) as panel:
        assert lending.make(panel._session, nothing).about["noise"] == "const"
