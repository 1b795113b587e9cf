import warnings

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sefa_widget import factorize, load_generator
from sefa_widget.directions import METHODS, choose_layers, method_named
from sefa_widget.directions.eigen import decompose
from sefa_widget.directions.factorization import listing
from sefa_widget.directions.gram import gram_of_rows
from sefa_widget.directions.layers import edit_rows, format_layers
from tests.conftest import GOLDEN
from tests.generators.golden import load


def stacked(generator, layers) -> torch.Tensor:
    return torch.cat([generator.latent_weight(n) for n in layers]).double()


@pytest.mark.parametrize("layers", [(0, 3), (1, 2), [0, 2]])
def test_eigenvalues_of_unit_rows_add_up_to_m_and_shares_to_one(tiny_style, layers):
    directions = factorize(tiny_style, layers=layers)
    m = len(stacked(tiny_style, directions.layers))
    assert directions.rows == m
    assert directions.eigenvalues.sum().item() == pytest.approx(m, rel=1e-12)
    assert directions.values.sum().item() == pytest.approx(1)
    assert ((directions.values >= 0) & (directions.values <= 1)).all()


@pytest.mark.parametrize("normalize", [True, False])
def test_directions_are_the_right_singular_vectors_of_the_stacked_weights(tiny_style, normalize):
    directions = factorize(tiny_style, normalize=normalize)
    weight = stacked(tiny_style, range(3))
    if normalize:
        weight = weight / weight.norm(dim=1, keepdim=True)
    _, singular, vectors = np.linalg.svd(weight.numpy())
    assert np.allclose(directions.eigenvalues.numpy(), singular**2)
    assert np.allclose(np.abs((vectors * directions.vectors.numpy()).sum(1)), 1)


def test_directions_are_orthonormal_and_so_are_their_images_up_to_length(tiny_style):
    directions = factorize(tiny_style, normalize=False)
    n = directions.vectors
    assert torch.allclose(n @ n.T, torch.eye(6, dtype=torch.float64))
    images = stacked(tiny_style, range(3)) @ n.T
    assert torch.allclose(images.T @ images, torch.diag(directions.eigenvalues), atol=1e-9)


def test_eigenvalues_descend_and_the_largest_entry_of_each_vector_is_positive(tiny_style):
    directions = factorize(tiny_style)
    assert (directions.eigenvalues.diff() <= 0).all()
    largest = directions.vectors.gather(1, directions.vectors.abs().argmax(1, keepdim=True))
    assert (largest > 0).all()


def test_a_layer_range_is_the_sum_of_its_layers_grams(tiny_style):
    both = gram_of_rows(stacked(tiny_style, [0, 2]), normalize=True).matrix
    parts = sum(gram_of_rows(stacked(tiny_style, [n]), normalize=True).matrix for n in (0, 2))
    assert torch.allclose(both, parts)
    assert torch.allclose(factorize(tiny_style, layers=[0, 2]).eigenvalues, decompose(parts)[0])


def test_fewer_directions_are_the_first_of_all(tiny_style):
    assert torch.equal(factorize(tiny_style, k=2).vectors, factorize(tiny_style).vectors[:2])


def test_a_row_of_zeros_is_no_row(tiny_style):
    with torch.no_grad():
        tiny_style.styles[0].weight[3] = 0
    directions = factorize(tiny_style)
    assert directions.rows == 8 + 12 + 3 - 1
    assert directions.vectors.isfinite().all()
    assert directions.eigenvalues.sum().item() == pytest.approx(22)


def test_weights_are_read_once_however_often_the_layer_range_changes(tiny_style, monkeypatch):
    factorize(tiny_style)
    monkeypatch.setattr(tiny_style, "latent_weight", None)
    for layers in [(0, 1), (1, 3), (0, 3)]:
        factorize(tiny_style, layers=layers)


def test_the_reference_dcgan_gives_the_reference_directions():
    generator = load_generator(GOLDEN / "dcgan.safetensors", device="cpu")
    reference = np.load(GOLDEN / "dcgan.ref.npz")
    for name, normalize in [("sefa_norm", True), ("raw", False)]:
        directions = factorize(generator, normalize=normalize)
        values = reference[f"derived_{name}_eigh_values_f64"]
        assert np.allclose(directions.eigenvalues.numpy(), values, rtol=1e-5)
        cosines = np.abs((directions.vectors.numpy() * reference[f"derived_{name}_eigh_dirs_f64"]).sum(1))
        assert cosines.min() > 0.999


def test_the_composed_response_is_the_jacobian_of_the_network_without_activations(tiny):
    def linear(z, depth):
        x = tiny.convolutions[0](z[None, :, None, None])
        for norm, convolution in list(zip(tiny.norms[:-1], tiny.convolutions[1:], strict=True))[:depth]:
            x = convolution(norm(x))
        return x.flatten()

    for depth in range(3):
        jacobian = torch.autograd.functional.jacobian(
            lambda z, n=depth: linear(z, n), torch.zeros(8)
        ).double()
        expected = decompose(jacobian.T @ jacobian / jacobian.square().sum())
        found = factorize(tiny, method="composed", layers=[depth], normalize=False)
        assert torch.allclose(found.eigenvalues, expected[0], atol=1e-6)
        assert ((found.vectors * expected[1]).sum(1).abs() > 0.999).all()


def test_the_composed_response_of_the_first_layer_is_sefa(tiny):
    sefa, composed = factorize(tiny), factorize(tiny, method="composed", layers=(0, 1))
    assert sefa.method == "sefa"
    assert torch.allclose(sefa.values, composed.values)
    assert torch.allclose(sefa.vectors, composed.vectors)


def test_layers_beyond_the_latent_are_read_through_their_composed_response(tiny):
    directions = factorize(tiny, layers=(0, 3))
    assert directions.method == "composed"
    assert directions.values.sum().item() == pytest.approx(1)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"layers": (0, 4)}, "Layer range 0:4 is outside 0:3 of 'tiny'"),
        ({"layers": (2, 1)}, "Layer range 2:1"),
        ({"layers": [3]}, "Layer 3 is outside 0:3"),
        ({"layers": []}, "No layer is chosen"),
        ({"layers": (1, 2, 3)}, "Use a list"),
        ({"layers": "0-2"}, r"layers is a str \('0-2'\); it must be a range \(start, stop\), a list"),
        ({"layers": [0.5]}, "A layer number is 0.5; it must be a whole number"),
        ({"k": 9}, "k is 9; it must be 1 to 8"),
        ({"k": 0}, "k is 0"),
        ({"method": "magic"}, "method is 'magic'; it must be one of sefa, conv"),
        ({"layers": (1, 3), "method": "sefa"}, "reads no latent"),
    ],
)
def test_what_this_generator_has_not_is_refused_with_what_it_has(tiny, arguments, text):
    with pytest.raises(ValueError, match=text):
        factorize(tiny, **arguments)


def test_layer_numbers_are_written_as_people_do():
    assert [format_layers(n) for n in [(0,), (0, 1, 2), (0, 3, 7), ()]] == ["0", "0-2", "0,3,7", ""]


def test_layers_named_twice_or_out_of_order_count_once(tiny):
    assert choose_layers(tiny, [2, 0, 2]) == (0, 2)


def test_a_raw_state_dict_is_found_by_its_keys():
    assert load_file(GOLDEN / "dcgan.safetensors").keys() >= {"main.0.weight"}
    assert load_generator(GOLDEN / "dcgan.safetensors").family == "dcgan"


def test_supervised_directions_come_through_the_same_door(tiny):
    latent = tiny.sample(range(400))
    directions = factorize(
        tiny, method="interfacegan", scores=lambda images: images.mean((1, 2, 3)), n=400, chosen=0.2
    )
    assert directions.method.startswith("interfacegan")
    step = directions.vectors[0].float()
    brighter = tiny.synthesize(latent.codes + step).mean() > tiny.synthesize(latent.codes - step).mean()
    assert brighter


def test_an_option_of_another_method_is_refused_with_those_there_are(tiny):
    with pytest.raises(TypeError, match=r"Method 'random' has no option 'n'; its options are seed"):
        factorize(tiny, method="random", n=3)


@pytest.mark.parametrize("method", [method.name for method in METHODS])
def test_every_method_says_which_code_rows_its_directions_move(method):
    generator = load("hf_biggan_deep" if method == "steerability" else "nv_ada_orig_nonoise")
    options = {
        "jacobian": {"n": 1},
        "pca": {"n": 20},
        "resefa": {"region": (0.25, 0.25, 0.75, 0.75)},
        "low_rank": {"region": (0.25, 0.25, 0.75, 0.75), "sparsity": 0.3},
        "ica": {"n": 2000, "k": 2},
        "interfacegan": {"n": 40, "chosen": 0.5, "scores": lambda images: images.mean((1, 2, 3))},
    }.get(method, {})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the printed listing warns that it is wrong
        directions = factorize(generator, method=method, layers=[1], **options)
    assert directions.edit_rows == (1,)
    assert directions.first(1).edit_rows == (1,)


def test_layers_that_read_no_latent_leave_all_rows_to_be_moved(tiny):
    assert factorize(tiny, layers=(1, 3)).edit_rows == (0,)
    assert edit_rows(tiny, [0, 2]) == (0,)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("options", [{}, {"normalize": False}, {"method": "composed"}, {"method": "conv"}])
def test_a_layer_with_nan_or_infinite_weights_is_refused_and_named(tiny, value, options):
    with torch.no_grad():
        next(tiny.parameters())[0, 0] = value
    with pytest.raises(ValueError, match=r"Layers? 0.* cannot be factorised: weights .* NaN or infinite"):
        factorize(tiny, **options)


def interrupted(*_):
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("method", "options", "text"),
    [
        ("pca", {"n": 100, "layer": None, "progress": interrupted}, "Interrupted"),
        ("jacobian", {"n": 2, "progress": interrupted}, "Interrupted"),
        ("conv_as_printed", {"layers": [0]}, "reproduces a listing that is wrong"),
    ],
)
def test_a_warning_of_a_method_names_the_line_that_called_factorize(tiny_style, method, options, text):
    with pytest.warns(UserWarning, match=text) as told:
        factorize(tiny_style, method=method, **options)
    assert [one.filename for one in told if text in str(one.message)] == [__file__]


def test_unless_told_otherwise_rows_are_normalised_and_all_directions_given(tiny_style):
    found = factorize(tiny_style)
    assert (found.normalized, len(found), found.layers) == (True, 6, (0, 1, 2))
    assert torch.equal(found.vectors, factorize(tiny_style, normalize=True, k=6).vectors)
    with pytest.raises(ValueError, match="normalize is 1; it must be True or False"):
        factorize(tiny_style, normalize=1)


def test_methods_that_take_long_tell_how_far_they_are(tiny_style):
    told = []
    factorize(tiny_style, method="jacobian", n=2, progress=lambda *done: told.append(done))
    assert told == [(1, 2), (2, 2)]


def test_the_listing_of_methods_has_a_line_for_each_and_for_each_of_its_options():
    methods = [method_named("interfacegan"), method_named("sefa")]
    lines = listing(methods).split("\n")
    assert lines[0] == '- ``"interfacegan"`` (InterFaceGAN): which way does an attribute grow?'
    assert lines[1] == "    - `scores`: A function from images to scores of attributes."
    assert lines[2] == "    - `n` (default 10000): How many samples."
    assert lines[-1] == '- ``"sefa"`` (SeFa): what moves the first features most?'
    assert len(lines) == 2 + len(methods[0].options)


def test_the_listing_stands_in_the_docstring_as_far_in_as_its_paragraph():
    assert listing(METHODS).replace("\n", "\n" + " " * 8) in factorize.__doc__
    assert "{methods}" not in factorize.__doc__
    assert factorize.__doc__.startswith("Find directions of the latent space")
