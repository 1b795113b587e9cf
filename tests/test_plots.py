import numpy as np
import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions import load_directions
from sefa_widget.directions.control import control_spectra
from sefa_widget.evaluation import Extractor, frechet_curve, read_features, rescore
from sefa_widget.plots import bias_figure, rescoring_figure, spectrum_figure


def test_without_normalisation_axis_and_hover_say_so_and_the_bars_are_shares_of_the_squared_weight(
    tiny_style,
):
    directions = factorize(tiny_style, normalize=False)
    figure = spectrum_figure(directions)
    bars = figure.data[0]
    weight = torch.cat([style.weight for style in tiny_style.styles]).double()
    assert np.allclose(bars.y, (directions.eigenvalues / weight.square().sum()).numpy())
    assert figure.layout.yaxis.title.text == "λ/Σλ: share of the squared weight"
    assert "λ/Σλ = " in bars.hovertemplate
    assert "λ/m" not in figure.to_json()


def test_of_unit_rows_the_bars_are_eigenvalues_by_rows(tiny_style):
    directions = factorize(tiny_style)
    figure = spectrum_figure(directions)
    assert np.allclose(figure.data[0].y, directions.eigenvalues.numpy() / 23)
    assert figure.layout.yaxis.title.text == "λ/m: share of the rows"


def gaussian_spectra(normalize: bool) -> np.ndarray:
    random = np.random.default_rng(0)
    spectra = []
    for _ in range(2000):
        rows = random.standard_normal((23, 6))
        if normalize:
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        values = np.linalg.eigvalsh(rows.T @ rows)[::-1]
        spectra.append(values / values.sum())
    return np.array(spectra)


@pytest.mark.parametrize("normalize", [True, False])
def test_without_the_generator_sefa_stands_beside_gaussian_matrices_normalised_as_its_weights(
    tiny_style, normalize
):
    for method in ("sefa", "conv"):
        directions = factorize(tiny_style, method=method, normalize=normalize)
        bars, low, high, median = spectrum_figure(directions, controls=2000).data
        expected = np.quantile(gaussian_spectra(normalize), [0.05, 0.5, 0.95], axis=0)
        assert np.allclose([low.y, median.y, high.y], expected, rtol=0.06)
        assert median.name == "2000 Gaussian matrices 23 x 6, median"
        assert high.name == "5 to 95 % of them"
        assert bars.name == method


def test_the_two_gaussian_controls_can_be_told_apart():
    assert gaussian_spectra(True)[:, 0].mean() < 0.98 * gaussian_spectra(False)[:, 0].mean()


@pytest.mark.parametrize("method", ["sefa", "pca"])
def test_with_the_generator_the_control_is_the_method_on_networks_before_training(tiny_style, method):
    options = {"n": 100, "k": 3} if method == "pca" else {"normalize": False}
    directions = factorize(tiny_style, method=method, **options)
    bars, low, high, median = spectrum_figure(directions, tiny_style, controls=5, seed=3).data
    control = control_spectra(tiny_style, directions, n=5, seed=3).numpy()
    assert np.allclose([low.y, median.y, high.y], np.quantile(control, [0.05, 0.5, 0.95], axis=0))
    assert median.name == "5 re-initialised networks, median"
    assert len(bars.y) == len(directions)


@pytest.mark.parametrize("method", ["composed", "jacobian"])
def test_other_methods_have_no_control_without_the_generator_and_the_title_says_so(tiny, method):
    options = {"n": 1} if method == "jacobian" else {}
    figure = spectrum_figure(factorize(tiny, method=method, **options))
    assert len(figure.data) == 1
    assert "no control: it needs the generator, spectrum_figure(directions, generator)" in (
        figure.layout.title.text
    )


def test_a_control_can_be_left_out(tiny_style):
    figure = spectrum_figure(factorize(tiny_style), tiny_style, controls=0)
    assert len(figure.data) == 1
    assert "control" not in figure.layout.title.text


def test_fewer_directions_have_fewer_bars(tiny_style):
    for trace in spectrum_figure(factorize(tiny_style, k=2)).data:
        assert len(trace.y) == 2


def test_directions_without_values_have_no_bars_but_a_sentence(tiny):
    figure = spectrum_figure(factorize(tiny, method="random"), tiny)
    assert not figure.data
    assert figure.layout.annotations[0].text == "random directions have no values"


@pytest.mark.parametrize("given", [False, True])
def test_directions_of_a_file_have_no_control_and_no_nan(tiny, tmp_path, given):
    np.savez(tmp_path / "a.npz", boundaries=np.eye(8), values=np.arange(8.0))
    found = load_directions(tmp_path / "a.npz", tiny)
    figure = spectrum_figure(found, tiny if given else None)
    (bars,) = figure.data
    assert np.allclose(bars.y, np.arange(8)[::-1] / 28)
    assert (
        "no control: it is not known how the directions of this file were found" in figure.layout.title.text
    )
    np.save(tmp_path / "smile.npy", np.ones((1, 8)))
    assert not spectrum_figure(load_directions(tmp_path / "smile.npy")).data


def test_a_layer_without_rows_has_a_flat_spectrum_and_no_nan(tiny_style):
    with torch.no_grad():
        tiny_style.styles[0].weight.zero_()
    figure = spectrum_figure(factorize(tiny_style, layers=[0]))
    assert list(figure.data[0].y) == [0] * 6
    assert all(np.isfinite(trace.y).all() for trace in figure.data)


def test_what_is_no_generator_or_no_number_is_refused(tiny_style):
    directions = factorize(tiny_style)
    with pytest.raises(ValueError, match=r"generator is a str \('heads'\); it must be a generator"):
        spectrum_figure(directions, "heads")
    with pytest.raises(ValueError, match="controls is -1; it must be 0 or more"):
        spectrum_figure(directions, controls=-1)


def brightness_and_redness(images):
    return torch.stack([images.mean((1, 2, 3)), images[:, 0].mean((1, 2))], dim=1)


def test_a_rescoring_is_drawn_beside_what_random_bases_reach_on_one_scale_about_zero(tiny_style):
    found = rescore(
        tiny_style,
        factorize(tiny_style, k=3),
        brightness_and_redness,
        names=["bright", "red"],
        n=6,
        controls=20,
    )
    figure = rescoring_figure(found)
    measured, control = figure.data
    reached = found.control.change.abs().quantile(0.95, dim=0)
    assert np.allclose(measured.z, found.change.numpy())
    assert np.allclose(measured.customdata, found.error.numpy())
    assert list(measured.x) == ["bright", "red"]
    assert np.allclose(control.z, reached.numpy())
    assert [title.text for title in figure.layout.annotations] == ["sefa", "random: 95 % of 20 bases"]
    scale = figure.layout.coloraxis
    assert np.isclose(scale.cmax, max(abs(found.change).max(), reached.max()))
    assert scale.cmax == -scale.cmin
    assert scale.cmid == 0
    assert figure.layout.yaxis.autorange == "reversed"
    assert "customdata" in measured.hovertemplate


def test_a_rescoring_without_control_is_one_panel(tiny_style):
    found = rescore(tiny_style, factorize(tiny_style, k=3), brightness_and_redness, n=6, controls=0)
    (measured,) = rescoring_figure(found).data
    assert len(measured.z) == 3


def test_a_curve_of_distances_leads_to_its_limit_and_other_features_have_another_figure():
    def curve(name):
        sets = [torch.rand(40, 3, 8, 8, generator=torch.Generator().manual_seed(seed)) for seed in (0, 1)]
        read = Extractor(name, lambda images: images.mean((2, 3)))
        return frechet_curve(*(read_features(pictures, read) for pictures in sets))

    one = curve("means")
    figure = bias_figure({"same": one})
    measured, limit = figure.data
    assert list(measured.x) == [1 / size for size in one.sizes]
    assert list(limit.y) == [one.limit, float(one.values[-1])]
    assert "features of means" in figure.layout.title.text
    with pytest.raises(ValueError, match="Draw one figure for each extractor"):
        bias_figure({"same": one, "other": curve("other means")})
