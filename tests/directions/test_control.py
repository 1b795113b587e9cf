import numpy as np
import pytest
import torch

from sefa_widget import factorize, load_generator
from sefa_widget.directions.control import control_spectra, reinitialised, several_spectra
from sefa_widget.directions.files import load_directions, save_directions
from sefa_widget.generators import Generator
from sefa_widget.generators.dcgan import DCGAN
from sefa_widget.generators.stylegan2 import StyleGAN2
from tests.conftest import TinyStyle, seeded
from tests.generators.test_module import LinearFirst

BAND = torch.tensor([0.05, 0.95], dtype=torch.float64)


def tiny_dcgan() -> Generator:
    return seeded(DCGAN(latent_dim=8, widths=[6, 4]))


def tiny_stylegan2() -> Generator:
    return seeded(StyleGAN2({4: 6, 8: 4}, {"z_dim": 5, "widths": [6, 6]}))


def tiny_module() -> Generator:
    torch.manual_seed(0)
    return load_generator(LinearFirst())


CHECKED = [
    (TinyStyle, "sefa", {}),
    (TinyStyle, "sefa", {"normalize": False}),
    (tiny_dcgan, "sefa", {}),
    (tiny_dcgan, "composed", {}),
    (tiny_dcgan, "jacobian", {"n": 1}),
    (tiny_stylegan2, "sefa", {"layers": (1, 4)}),
    (tiny_stylegan2, "composed", {}),
    (tiny_stylegan2, "composed", {"normalize": False, "features": "shared"}),
    (tiny_stylegan2, "jacobian", {"n": 1, "layers": [0, 1]}),
    (tiny_stylegan2, "pca", {"n": 200}),
    (tiny_module, "sefa", {}),
]


@pytest.mark.parametrize(("make", "method", "options"), CHECKED)
def test_a_network_before_training_is_inside_its_control_as_often_as_chance_says(make, method, options):
    # Of 40 numbers, the quantiles 5 and 95 % hold the 41st with probability (38.05 - 1.95) / 41 = 0.88.
    generator = make().eval().requires_grad_(False)
    others = [factorize(reinitialised(generator, 1000 + n), method=method, **options) for n in range(12)]
    spectra = control_spectra(generator, factorize(generator, method=method, **options), n=40)
    low, high = spectra.quantile(BAND, dim=0)
    inside = torch.stack([(found.values >= low) & (found.values <= high) for found in others])
    assert 0.7 < float(inside.double().mean()) < 1


def test_the_trained_heads_stand_above_their_control_with_more_than_one_direction():
    heads = load_generator("heads")
    for normalize in (True, False):
        found = factorize(heads, normalize=normalize)
        control = control_spectra(heads, found, n=8)
        assert (found.values[:4] > control.amax(0)[:4]).all()
        assert found.values[0] > 3 * control.amax(0)[0]


def test_a_network_before_training_stands_above_a_gaussian_matrix_in_its_jacobian():
    heads = load_generator("heads")
    found = factorize(heads, method="jacobian", n=1)
    random = torch.randn(found.rows, 32, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    gaussian = torch.linalg.svdvals(random).square()
    control = control_spectra(heads, found, n=3)
    assert control.amin(0)[0] > 3 * gaussian[0] / gaussian.sum()


def test_the_control_has_the_method_options_layers_and_normalisation_of_the_directions(
    tiny_style, monkeypatch
):
    found = factorize(tiny_style, method="jacobian", layers=[0, 2], k=3, n=2, labels=[1, 3], seed=4)
    control = control_spectra(tiny_style, found, n=2, seed=7)
    assert control.shape == (2, 3)
    assert control.dtype == torch.float64
    for row, seed in enumerate((7, 8)):
        fresh = reinitialised(tiny_style, seed)
        again = factorize(fresh, method="jacobian", layers=[0, 2], k=3, n=2, labels=[1, 3], seed=4)
        assert torch.allclose(control[row], again.values)
    plain = factorize(tiny_style, normalize=False)
    fresh = factorize(reinitialised(tiny_style), normalize=False)
    assert torch.allclose(control_spectra(tiny_style, plain, n=1)[0], fresh.values)


def test_directions_of_a_file_of_ours_have_the_same_control(tiny_style, tmp_path):
    found = factorize(tiny_style, method="pca", k=3, n=100, truncation_psi=0.7)
    read = load_directions(save_directions(found, tmp_path / "a.safetensors"), tiny_style)
    expected = control_spectra(tiny_style, found, n=2)
    assert torch.equal(control_spectra(tiny_style, read, n=2), expected)


def test_progress_is_told_within_and_after_each_network_and_may_end_the_work(tiny):
    told = []
    found = factorize(tiny, method="jacobian", n=2, k=2)
    control_spectra(tiny, found, n=2, progress=lambda done, total: told.append(done / total))
    assert told == [0.25, 0.5, 0.5, 0.75, 1.0, 1.0]

    class Enough(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        control_spectra(tiny, found, n=2, progress=stop)


def test_what_has_no_values_or_no_known_method_has_no_control(tiny_style, tmp_path):
    with pytest.raises(ValueError, match="'random' gives its directions no values, so there is no control"):
        control_spectra(tiny_style, factorize(tiny_style, method="random"))
    np.savez(tmp_path / "sefa.npz", boundaries=np.eye(6), values=np.arange(6.0))
    found = load_directions(tmp_path / "sefa.npz", tiny_style)
    with pytest.raises(ValueError, match=r"not known how these directions \(sefa \(genforce\)\) were found"):
        control_spectra(tiny_style, found)
    with pytest.raises(ValueError, match="n is 0; it must be 1 or more"):
        control_spectra(tiny_style, factorize(tiny_style), n=0)


def test_a_network_before_training_is_ready_and_leaves_the_other_and_torchs_numbers_as_they_are(tiny_style):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    before = {name: tensor.clone() for name, tensor in tiny_style.state_dict().items()}
    fresh = reinitialised(tiny_style, 3)
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(tensor, before[name]) for name, tensor in tiny_style.state_dict().items())
    assert fresh.name == "tinystyle before training"
    assert not fresh.training
    assert not any(parameter.requires_grad for parameter in fresh.parameters())
    weights = [reinitialised(tiny_style, *seed).map.weight for seed in ((3,), (), (0,))]
    assert torch.equal(fresh.map.weight, weights[0])
    assert torch.equal(weights[1], weights[2])
    assert not torch.equal(weights[0], weights[1])


def test_wrong_arguments_of_a_control_are_refused(tiny, tiny_style):
    for seed in (-1, 0.5):
        with pytest.raises(ValueError, match="seed is"):
            reinitialised(tiny, seed)
    with pytest.raises(ValueError, match="generator is"):
        reinitialised("tiny")
    with pytest.raises(ValueError, match="The directions have size 8; 'tinystyle' takes size 6"):
        control_spectra(tiny_style, factorize(tiny))


def test_a_control_is_of_twenty_networks_of_the_seeds_from_0_on_unless_told_otherwise(tiny_style):
    found = factorize(tiny_style, k=2)
    spectra = control_spectra(tiny_style, found)
    assert spectra.shape == (20, 2)
    for row in (0, 19):
        assert torch.allclose(spectra[row], factorize(reinitialised(tiny_style, row), k=2).values)


def test_directions_of_another_network_are_warned_of_where_the_control_is_asked_for(tiny_style):
    found = factorize(reinitialised(tiny_style))
    with pytest.warns(UserWarning, match="The directions were found in another generator") as told:
        control_spectra(tiny_style, found, n=1)
    assert told[0].filename == __file__


def test_several_sets_have_their_spectra_from_the_same_networks(tiny_style):
    sets = [factorize(tiny_style, layers=layers) for layers in ((0, 1), (0, 3))]
    told = []
    together = several_spectra(tiny_style, sets, 3, 5, lambda done, total: told.append(done / total))
    for one, found in zip(sets, together, strict=True):
        assert torch.equal(found, control_spectra(tiny_style, one, 3, 5))
    assert told == sorted(told)
    assert told[-1] == 1
