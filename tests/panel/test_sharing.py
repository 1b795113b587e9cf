import gc
import os
import weakref

import pytest
import torch

from sefa_widget import explore, load_generator, save_generator
from sefa_widget.generators import Generator
from sefa_widget.generators.dcgan import DCGAN
from sefa_widget.panel import sharing
from tests.conftest import seeded
from tests.locks import Guarded, held


@pytest.fixture
def opened(recorded_comms):
    """`opened(source)` opens a panel on the CPU; all are closed at the end."""
    panels = []

    def open_one(source=None, **options):
        panels.append(explore(source, device="cpu", **options))
        return panels[-1]

    yield open_one
    for panel in panels:
        panel.close()


@pytest.fixture
def file(tiny, tmp_path):
    return save_generator(tiny, tmp_path / "tiny.safetensors")


def test_panels_of_the_same_bundled_name_share_a_generator(opened):
    one, two = opened(), opened("heads")
    assert one.generator is two.generator
    one.seed = 5
    assert two.seed == 31


def test_panels_of_the_same_file_share_a_generator_whatever_the_file_is_called(
    opened, file, tmp_path, monkeypatch
):
    one = opened(file)
    (tmp_path / "link.safetensors").symlink_to(file)
    monkeypatch.chdir(tmp_path)
    assert opened("tiny.safetensors").generator is one.generator
    assert opened(tmp_path / "link.safetensors").generator is one.generator


def test_a_file_that_was_written_again_is_loaded_again(opened, file):
    one = opened(file)
    about = file.stat()
    os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns + 1))
    assert opened(file).generator is not one.generator


def test_a_panel_can_have_a_generator_of_its_own(opened, file):
    one, own = opened(file), opened(file, fresh=True)
    assert own.generator is not one.generator
    assert opened(file).generator is one.generator
    assert load_generator(file, device="cpu") is not one.generator
    with pytest.raises(ValueError, match="fresh is 'yes'; it must be True or False"):
        opened(file, fresh="yes")


def test_a_generator_goes_with_its_last_panel(opened, file):
    one, two = opened(file), opened(file)
    generator = weakref.ref(one.generator)
    one.close()
    gc.collect()
    assert generator() is two.generator
    two.close()
    gc.collect()
    assert generator() is None


def test_a_generator_whose_weights_were_changed_is_not_handed_out_again(opened, file, monkeypatch):
    version = property(lambda self: sum(tensor._version for tensor in self.parameters()))
    monkeypatch.setattr(Generator, "weights_version", version, raising=False)
    one = opened(file)
    assert opened(file).generator is one.generator
    with torch.no_grad():
        next(one.generator.parameters()).add_(1)
    two = opened(file)
    assert two.generator is not one.generator
    assert opened(file).generator is two.generator


def test_a_generator_of_another_type_by_now_is_not_handed_out_again(opened, file):
    one = opened(file)
    one.generator.double()
    assert opened(file).generator.dtype == torch.float32


def test_a_generator_that_draws_in_another_type_is_another_one(opened, file):
    whole, half = opened(file), opened(file, dtype="bfloat16")
    assert half.generator is not whole.generator
    assert (whole.generator.synthesis_dtype, half.generator.synthesis_dtype) == (
        torch.float32,
        torch.bfloat16,
    )
    assert opened(file, dtype=torch.bfloat16).generator is half.generator
    assert opened(file, dtype="float32").generator is whole.generator
    assert opened("heads", dtype="bfloat16").generator is not opened("heads").generator


def test_a_generator_that_was_given_stays_the_one(opened, tiny):
    assert opened(tiny).generator is tiny


def test_what_threads_share_is_used_under_the_lock(opened, file, monkeypatch):
    known = Guarded(sharing._lock)
    monkeypatch.setattr(sharing, "_known", known)
    assert opened(file).generator is opened(file).generator
    assert known.used


def test_a_model_is_loaded_without_the_lock(tiny):
    def load():
        assert not held(sharing._lock)
        return tiny

    assert sharing.shared(("a model",), load) is tiny


def test_generators_that_are_gone_are_forgotten(tiny, monkeypatch):
    known = {}
    monkeypatch.setattr(sharing, "_known", known)
    generators = [seeded(DCGAN(latent_dim=8, widths=[6, 4]))]
    sharing.shared(("gone",), lambda: generators[0])
    generators.clear()
    gc.collect()
    sharing.shared(("here",), lambda: tiny)
    assert list(known) == [("here",)]


def test_a_model_without_a_key_is_loaded_every_time(tiny, monkeypatch):
    known, loaded = {}, []
    monkeypatch.setattr(sharing, "_known", known)
    for _ in range(2):
        sharing.shared(None, lambda: (loaded.append(1), tiny)[1])
    assert (len(loaded), known) == (2, {})
