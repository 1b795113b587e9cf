import json
import os
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sefa_widget import CheckpointError, edit, factorize, load_generator, save_generator
from sefa_widget.generators import BUNDLED, read_checkpoint
from sefa_widget.generators.opening import Opening
from tests.conftest import GOLDEN

REFERENCE = np.load(GOLDEN / "dcgan.ref.npz")


def agrees(images: torch.Tensor, name: str) -> None:
    expected = torch.from_numpy(REFERENCE[name])
    assert (images - expected).abs().max() <= 2e-4 * expected.std()


def test_the_reference_dcgan_draws_the_reference_pictures():
    generator = load_generator(GOLDEN / "dcgan.safetensors", device="cpu")
    latent = generator.mapping(torch.from_numpy(REFERENCE["z"]))
    agrees(generator.synthesize(latent), "image_eval")
    edited = latent.with_codes(latent.codes + 3 * torch.from_numpy(REFERENCE["dir"]))
    agrees(generator.synthesize(edited), "image_eval_editz_a+3")


@pytest.mark.parametrize("prefix", ["", "module."])
@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("nested", [True, False])
def test_files_of_torch_save_load_in_every_container(tmp_path, prefix, zipped, nested):
    tensors = {prefix + key: value for key, value in load_file(GOLDEN / "dcgan.safetensors").items()}
    path = tmp_path / "any name"
    torch.save(
        {"netG_state_dict": tensors} if nested else tensors, path, _use_new_zipfile_serialization=zipped
    )
    agrees(load_generator(path).synthesize(torch.from_numpy(REFERENCE["z"])[:, None, :, 0, 0]), "image_eval")


def test_a_saved_generator_loads_back_to_the_same_pictures(tmp_path):
    generator = load_generator(GOLDEN / "dcgan.safetensors")
    again = load_generator(save_generator(generator, tmp_path / "saved.safetensors"))
    latent = generator.sample([1, 2, 3])
    torch.testing.assert_close(again.synthesize(latent), generator.synthesize(latent), rtol=1e-5, atol=1e-5)
    assert again.fingerprint == generator.fingerprint
    assert again.name == "saved"


@pytest.mark.parametrize(
    "damage", ["missing", "empty", "text", "cut", "pickle", "no generator", "wrong shape"]
)
def test_what_is_no_generator_is_refused_with_the_file_named(tmp_path, damage):
    path = tmp_path / "model.pth"
    whole = (GOLDEN / "dcgan.safetensors").read_bytes()
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "text":
        path.write_text("<html>not found</html>")
    elif damage == "cut":
        path.write_bytes(whole[: len(whole) // 2])
    elif damage == "pickle":
        path.write_bytes(b"cposix\nsystem\n(S'touch PWNED'\ntR.")
    elif damage == "no generator":
        torch.save({"weight": torch.zeros(3)}, path)
    elif damage == "wrong shape":
        tensors = load_file(GOLDEN / "dcgan.safetensors")
        torch.save({**tensors, "main.1.weight": torch.zeros(5)}, path)
    with pytest.raises(CheckpointError, match="model"):
        load_generator(path)
    assert not (tmp_path / "PWNED").exists()


def test_own_metadata_that_is_broken_is_refused(tmp_path):
    header = json.dumps({"__metadata__": {"sefa_widget": "{}"}}).encode()
    (tmp_path / "x.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(CheckpointError, match="metadata"):
        load_generator(tmp_path / "x.safetensors")


def test_an_unknown_device_is_refused_with_those_there_are(tiny):
    with pytest.raises(ValueError, match=r"'quantum' is unknown; here are .*cpu"):
        load_generator(tiny, device="quantum")
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="'cuda' is not available"):
            load_generator(tiny, device="cuda")


def test_the_same_seed_gives_the_same_code_alone_and_in_company(tiny):
    alone = tiny.sample(7).codes
    assert torch.equal(tiny.sample([3, 7, 7]).codes[1:], alone.expand(2, -1, -1))


def test_codes_and_z_of_the_wrong_size_are_refused_with_the_right_one(tiny):
    with pytest.raises(ValueError, match=r"z has shape \[2, 9\]; 'tiny' takes \[N, 8\]"):
        tiny.mapping(torch.zeros(2, 9))
    with pytest.raises(ValueError, match=r"\[1, 2, 8\]; 'tiny' takes \[N, 1, 8\]"):
        tiny.synthesize(torch.zeros(1, 2, 8))


def test_classes_are_given_by_number_or_by_vector(tiny_style):
    by_number = tiny_style.sample([1, 2], labels=[3, 0])
    by_vector = tiny_style.sample([1, 2], labels=torch.eye(4)[[3, 0]])
    torch.testing.assert_close(by_number.codes, by_vector.codes)
    with pytest.raises(ValueError, match=r"Class 4 is outside 0\.\.3"):
        tiny_style.sample([1], labels=[4])
    with pytest.raises(ValueError, match=r"a class index for each latent \[2\]"):
        tiny_style.sample([1, 2], labels=[1])


def test_truncation_pulls_the_codes_to_the_mean(tiny, tiny_style):
    assert torch.equal(tiny.sample(1, truncation_psi=0.5).codes, tiny.sample(1).codes * 0.5)
    cut = tiny_style.sample(1, truncation_psi=0, truncation_cutoff=2).codes
    assert not cut[:, :2].any()
    assert torch.equal(cut[:, 2], tiny_style.sample(1).codes[:, 2])


@pytest.mark.parametrize("name", BUNDLED)
def test_a_bundled_generator_loads_by_name_from_anywhere(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert load_generator(name, device="cpu").name == name


@pytest.mark.parametrize("name", BUNDLED)
@pytest.mark.parametrize("make", [Path.mkdir, Path.touch])
def test_a_bundled_name_means_the_bundled_generator_whatever_the_folder_holds(
    name, make, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / name)
    assert load_generator(name, device="cpu").name == name
    assert load_generator(device="cpu").name == "heads"


def test_a_path_with_a_bundled_name_is_a_path(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    save_generator(tiny, "~/faces")
    for path in (Path("faces"), "./faces", "~/faces", Path("~/faces"), str(tmp_path / "faces")):
        assert load_generator(path, device="cpu").latent_dim == tiny.latent_dim
    with pytest.raises(CheckpointError, match=r"'faces\.pkl' does not exist"):
        load_generator("faces.pkl")
    (tmp_path / "heads").mkdir()
    with pytest.raises(CheckpointError, match="is a folder without"):
        load_generator("heads/")
    with pytest.raises(ValueError, match="source is '~no such user/faces'"):
        load_generator("~no such user/faces")


def test_a_generator_shares_no_memory_with_the_checkpoint_it_is_made_of():
    checkpoint = read_checkpoint(GOLDEN / "dcgan.safetensors")
    first, second = (load_generator(checkpoint, device="cpu") for _ in range(2))
    for weight in first.state_dict().values():
        weight.zero_()
    assert all(tensor.any() for tensor in checkpoint.tensors.values() if tensor.is_floating_point())
    assert second.latent_weight(0).any()


@pytest.fixture(scope="module")
def faces():
    return load_generator("faces", device="cpu")


def test_the_bundled_heads_are_the_default():
    heads = load_generator(device="cpu")
    assert (heads.name, heads.latent_dim, heads.resolution) == ("heads", 32, 64)


def test_only_a_bundled_generator_opens_with_pictures_that_were_chosen(tiny, tmp_path):
    for name, opening in BUNDLED.items():
        assert load_generator(name, device="cpu").opening == opening
        assert len(opening.seeds) == 4
    assert load_generator(save_generator(tiny, tmp_path / "heads.safetensors")).opening == Opening()


def test_the_bundled_faces_have_one_layer_that_reads_the_latent(faces):
    assert (faces.name, faces.latent_dim, faces.resolution) == ("faces", 100, 64)
    assert [layer.row for layer in faces.layers] == [0, None, None, None, None]


def change(faces, seeds, vector, strength=2.5) -> torch.Tensor:
    """What moving both ways along a direction changes in the grey picture, [seeds, H, W]."""
    codes = faces.sample(seeds).codes
    return (faces.synthesize(codes + strength * vector) - faces.synthesize(codes - strength * vector)).mean(1)


def mirrored(faces, vector, sign) -> tuple[float, float]:
    """For the part of the change that mirroring keeps (sign 1) or turns around (-1): share and agreement.

    The share is of the energy of the change; the agreement is that of 40 faces with the mean of 100 others.
    """
    others, change_here = change(faces, range(100, 200), vector), change(faces, range(40), vector)
    part, template = ((d + sign * d.flip(2)) / 2 for d in (change_here, others))
    agreement = (part.flatten(1) @ torch.nn.functional.normalize(template.flatten(1)).mean(0)) > 0
    return (part.square().sum() / change_here.square().sum()).item(), agreement.float().mean().item()


@pytest.mark.parametrize(("index", "what"), [(0, "yaw"), (7, "side light")])
def test_some_directions_turn_every_face_or_its_light_to_the_same_side(faces, index, what):
    share, agreement = mirrored(faces, factorize(faces).vectors[index].float(), -1)
    random = torch.randn(4, 100, generator=torch.Generator().manual_seed(0))
    changes = [change(faces, range(40), vector / vector.norm()) for vector in random]
    control = max((((d - d.flip(2)) / 2).square().sum() / d.square().sum()).item() for d in changes)
    assert share > 1.25 * control
    assert agreement > 0.85


def test_direction_3_nods_every_face_the_same_way(faces):
    share, agreement = mirrored(faces, factorize(faces).vectors[3].float(), 1)
    assert share > 0.6
    assert agreement > 0.95


def test_direction_4_darkens_every_face_and_6_changes_brightness_more_than_chance(faces):
    vectors = factorize(faces).vectors.float()
    random = torch.randn(6, 100, generator=torch.Generator().manual_seed(0))
    darker, mixed = (change(faces, range(40), vectors[index]).mean((1, 2)) for index in (4, 6))
    control = [change(faces, range(40), v / v.norm()).mean((1, 2)).abs().mean() for v in random]
    assert (darker < 0).float().mean() > 0.95
    assert min(darker.abs().mean(), mixed.abs().mean()) > sorted(control)[3]


def test_an_edit_of_the_faces_is_undone_by_its_opposite(faces):
    directions = factorize(faces)
    latent = faces.sample([4])
    there = edit(latent, directions, {0: 2.0})
    back = edit(there, directions, {0: -2.0})
    assert (faces.synthesize(there) - faces.synthesize(latent)).abs().mean() > 0.05
    torch.testing.assert_close(back.codes, latent.codes, atol=1e-5, rtol=0)


OPEN_ALL = """
import os, sys, tempfile
from sefa_widget import load_generator
for source in sys.argv[1:]:
    load_generator(source)
assert os.listdir(tempfile.gettempdir()) == [], os.listdir(tempfile.gettempdir())
"""


@pytest.mark.parametrize("source", ["heads", "nv_sg3_r.safetensors", "ajbrock_biggandeep.safetensors"])
def test_opening_makes_no_files_elsewhere(tmp_path, source):
    known = source if source == "heads" else str(GOLDEN / source)
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OPEN_ALL, known],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
