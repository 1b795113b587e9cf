import numpy as np
import pytest
import torch

from sefa_widget.inversion import load_latent, save_latent


@pytest.mark.parametrize("name", ["a.npz", "a.npy"])
def test_a_latent_is_saved_and_read(tiny, tmp_path, name):
    latent = tiny.sample([1, 2])
    assert torch.equal(load_latent(save_latent(latent, tmp_path / name), tiny).codes, latent.codes)


def test_classes_and_truncation_are_saved_too(tiny_style, tmp_path):
    latent = tiny_style.sample([1, 2], labels=[1, 3], truncation_psi=0.5)
    read = load_latent(save_latent(latent, tmp_path / "a.npz"), tiny_style)
    assert torch.equal(read.labels, latent.labels)
    assert read.truncation_psi == 0.5
    with pytest.raises(ValueError, match="has classes or truncation"):
        save_latent(latent, tmp_path / "a.npy")


def test_latents_of_other_programs_are_read(tiny_style, tmp_path):
    rows = torch.randn(1, 3, 6)
    np.savez(tmp_path / "projected_w.npz", w=rows.numpy())
    torch.save(rows, tmp_path / "latents.pt")
    torch.save({"latent": rows[0]}, tmp_path / "one.pt")
    np.save(tmp_path / "w.npy", rows[0, 0].numpy())
    for name in ("projected_w.npz", "latents.pt", "one.pt"):
        assert torch.equal(load_latent(tmp_path / name, tiny_style).codes, rows)
    assert torch.equal(load_latent(tmp_path / "w.npy", tiny_style).codes, rows[:, :1].repeat(1, 3, 1))


def test_a_file_of_something_else_is_refused(tiny, tmp_path):
    np.save(tmp_path / "objects.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "other.npy", np.zeros((1, 18, 512), np.float32))
    (tmp_path / "text.pt").write_text("text")
    for name in ("objects.npy", "text.pt"):
        with pytest.raises(ValueError, match=f"'{name}' holds no latents"):
            load_latent(tmp_path / name, tiny)
    with pytest.raises(ValueError, match=r"\[1, 18, 512\]; 'tiny' takes \[N, 1, 8\]"):
        load_latent(tmp_path / "other.npy", tiny)


def test_arrays_that_would_fill_memory_or_say_nothing_of_truncation_are_refused(tiny, tmp_path, monkeypatch):
    np.savez(tmp_path / "psi.npz", codes=np.zeros((1, 8), np.float32), truncation_psi=np.ones(2))
    with pytest.raises(ValueError, match=r"truncation_psi \[2\]; it must be one finite number"):
        load_latent(tmp_path / "psi.npz", tiny)
    monkeypatch.setattr("sefa_widget.inversion.latents.MOST_BYTES", 1000)
    np.savez_compressed(tmp_path / "large.npz", codes=np.zeros((200, 8), np.float32))
    with pytest.raises(ValueError, match="more than 1 GiB"):
        load_latent(tmp_path / "large.npz", tiny)


def test_texts_beside_the_codes_are_no_matter(tiny_style, tmp_path):
    np.savez(tmp_path / "named.npz", w=np.ones((1, 3, 6), np.float32), name=np.array("Ada"))
    assert load_latent(tmp_path / "named.npz", tiny_style).codes.shape == (1, 3, 6)
