import numpy as np
import pytest
import torch

from sefa_widget import factorize, load_directions, save_directions
from sefa_widget.directions import Search, conv_gram
from sefa_widget.directions.conv import (
    AS_IT_IS,
    AS_PRINTED,
    METHOD,
    as_printed,
    find,
    kernel_rows,
    printed_listing,
)
from sefa_widget.directions.eigen import decompose
from tests.generators.golden import load


def circular_matrix(kernel: torch.Tensor, n: int) -> torch.Tensor:
    """``[C_out * n * n, n * n, C_in]``: a circular convolution, one column per input pixel and channel."""
    out, inputs, size, _ = kernel.shape
    matrix = torch.zeros(out, n, n, n, n, inputs, dtype=kernel.dtype)
    for y in range(n):
        for x in range(n):
            for a in range(size):
                for b in range(size):
                    matrix[:, y, x, (y + a) % n, (x + b) % n] += kernel[:, :, a, b]
    return matrix.view(out * n * n, n * n, inputs)


@pytest.mark.parametrize("n", [3, 5, 6])
def test_the_gram_is_that_of_the_whole_circular_convolution_whatever_its_size(n):
    kernel = torch.randn(4, 3, 3, 3, dtype=torch.float64)
    matrix = circular_matrix(kernel, n)
    explicit = torch.einsum("mpi,mpj->ij", matrix, matrix)
    assert torch.allclose(n * n * conv_gram(kernel), explicit)


def test_the_gram_is_the_product_of_the_transforms_stacked_over_frequencies():
    kernel = torch.randn(4, 3, 3, 3, dtype=torch.float64)
    transform = torch.fft.fft2(kernel, s=(8, 7)).movedim(1, 3).flatten(0, 2)
    assert torch.allclose((transform.mH @ transform).real, 8 * 7 * conv_gram(kernel))


def test_its_trace_is_the_sum_of_all_squared_singular_values_over_frequencies():
    kernel = torch.randn(4, 4, 3, 3, dtype=torch.float64)
    transform = torch.fft.fft2(kernel, s=(6, 6)).permute(2, 3, 0, 1)
    singular = torch.linalg.svdvals(transform)
    assert conv_gram(kernel).trace() * 36 == pytest.approx(float(singular.square().sum()))


def test_a_kernel_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match=r"\[3, 4\]; a kernel is"):
        conv_gram(torch.zeros(3, 4))


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("case", ["genforce_pggan", "fastgan_256", "nv_ada"])
def test_where_the_latent_comes_in_the_convolution_aware_directions_are_those_of_sefa(case, normalize):
    generator = load(case)
    conv, sefa = (factorize(generator, method=m, normalize=normalize) for m in ("conv", "sefa"))
    assert conv.method == "conv"
    assert conv.rows == sefa.rows
    assert torch.allclose(conv.eigenvalues, sefa.eigenvalues, rtol=1e-6, atol=1e-9)
    assert ((conv.vectors[0] * sefa.vectors[0]).sum().abs()) > 0.9999


def test_the_latent_kernel_is_the_latent_weight_with_axes():
    for case in ("genforce_pggan", "fastgan_256"):
        generator = load(case)
        rows = generator.latent_kernel(0).permute(0, 2, 3, 1).flatten(0, 2)
        assert torch.equal(rows, generator.latent_weight(0))


def test_the_printed_listing_is_reproduced_line_by_line():
    kernel = torch.randn(5, 4, 3, 3, dtype=torch.float64)
    a = np.fft.fft2(kernel.numpy(), [6, 6], axes=[-2, -1])
    c_out, c_in, h_in, w_in = a.shape
    a = a.reshape(c_out * h_in * w_in, c_in)
    expected = np.linalg.eig(a.T.dot(a))[0]
    found = printed_listing(kernel, (6, 6))[0].numpy()
    assert np.allclose(np.sort_complex(found), np.sort_complex(expected))


def test_without_the_conjugate_all_taps_but_the_first_cancel():
    kernel = torch.randn(5, 4, 3, 3, dtype=torch.float64)
    a = torch.fft.fft2(kernel, s=(5, 5)).movedim(1, 3).flatten(0, 2)  # axes moved, as they should be
    first = kernel[:, :, 0, 0]
    assert torch.allclose(a.T @ a, (25 * first.T @ first).to(torch.complex128))


def test_the_printed_listing_warns_of_what_is_wrong_with_it(tiny):
    with pytest.warns(UserWarning, match="without moving the channel axis"):
        printed = factorize(tiny, method="conv_as_printed", k=3)
    assert printed.vectors.shape == (3, 8)
    assert torch.allclose(printed.vectors.norm(dim=1), torch.ones(3, dtype=torch.float64))


def test_the_printed_listing_finds_the_right_vector_no_better_than_chance():
    cosines = []
    for seed in range(30):
        random = torch.Generator().manual_seed(seed)
        gains = torch.linspace(2, 0, 32, dtype=torch.float64).exp()[:, None, None]
        kernel = torch.randn(32, 32, 3, 3, dtype=torch.float64, generator=random) * gains
        right = decompose(conv_gram(kernel))[1][0]
        values, vectors = printed_listing(kernel, (16, 16))
        top = vectors[:, values.abs().argmax()]
        cosines.append(float((top.conj() @ right.to(top)).abs() / top.norm()))
    assert np.mean(cosines) < 0.35  # chance is about 0.14 for real vectors, 0.16 for complex ones


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"input_size": 2}, ValueError, r"input_size \(the kernel's or more\) is 2; it must be 4 or more"),
        ({"seed": 2}, TypeError, "'conv_as_printed' has no option 'seed'; its options are input_size"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_options_that_do_not_fit_are_refused(tiny, options, error, text):
    with pytest.raises(error, match=text):
        factorize(tiny, method="conv_as_printed", **options)


@pytest.mark.filterwarnings("ignore")
def test_what_the_printed_listing_gives_comes_back_from_a_file(tiny, tmp_path):
    printed = factorize(tiny, method="conv_as_printed", input_size=5)
    assert (printed.eigenvalues.diff() > 0).any()  # in no order
    read = load_directions(save_directions(printed, tmp_path / "printed.safetensors"), tiny)
    assert torch.equal(read.vectors, printed.vectors)
    assert torch.equal(read.values, printed.values)
    assert (read.search, read.value) == (printed.search, printed.value)


@pytest.mark.filterwarnings("ignore")
def test_the_printed_listing_takes_one_layer(tiny_style):
    with pytest.raises(ValueError, match="takes one layer; these are 3"):
        factorize(tiny_style, method="conv_as_printed")


def test_rows_are_an_output_channel_and_tap_each():
    kernel = torch.arange(2 * 3 * 2 * 2.0).view(2, 3, 2, 2)
    expected = torch.stack([kernel[o, :, y, x] for o in (0, 1) for y in (0, 1) for x in (0, 1)])
    assert torch.equal(kernel_rows(kernel), expected)
    assert torch.equal(conv_gram(kernel), expected.T @ expected)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("options", "size"), [({}, 4), ({"input_size": 4}, 4), ({"input_size": 6}, 6)])
def test_the_printed_listing_is_of_the_kernel_that_reads_the_latent(tiny, options, size):
    kernel = tiny.latent_kernel(0)
    values, vectors = printed_listing(kernel, (size, size))
    found = as_printed(tiny, None, 3, **options)
    real = vectors.real.T[:3]
    assert torch.allclose(found.vectors, real / real.norm(dim=1, keepdim=True))
    assert torch.allclose(found.eigenvalues, values.real[:3])
    assert found.trace == pytest.approx(float(values.real.sum()))
    assert found.rows == kernel.shape[0] * size * size
    given = tuple((name, value) for name, value in options.items())
    assert found.search == Search("conv_as_printed", (0,), None, given)
    assert (found.fingerprint, found.edit_rows, found.value) == (tiny.fingerprint, (0,), AS_IT_IS)
    assert len(as_printed(tiny)) == 8


def test_directions_of_convolutions_take_the_layers_and_number_that_are_asked_for(tiny_style):
    found = find(tiny_style, [1, 2], 2, False)
    assert (len(found), found.layers, found.normalized, found.method) == (2, (1, 2), False, "conv")
    assert find(tiny_style).normalized is True


def test_the_printed_listing_is_for_generators_with_one_layer_that_reads_the_latent(tiny, tiny_style):
    assert AS_PRINTED.applies_to(tiny)
    assert not AS_PRINTED.applies_to(tiny_style)
    assert METHOD.applies_to(tiny_style)
