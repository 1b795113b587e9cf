"""Samples of a generator: which are drawn, how many at once, and what a layer makes of them."""

import numpy as np
import pytest
import torch

from sefa_widget.directions.activations import SAMPLING, Samples, layer_output


def all_codes(samples):
    return torch.cat([latent.codes for latent in samples.latents()])


def test_samples_are_normal_numbers_of_one_stream_mapped(tiny_style):
    z = torch.randn(1024, 5, generator=torch.Generator().manual_seed(3))[:7]
    assert torch.allclose(all_codes(Samples(tiny_style, 7, 3)), tiny_style.mapping(z).codes)


def test_neither_how_many_nor_the_batch_changes_the_first_ones(tiny):
    whole = all_codes(Samples(tiny, 1030, 1))
    assert whole.shape == (1030, 1, 8)
    assert torch.equal(all_codes(Samples(tiny, 5, 1)), whole[:5])
    assert torch.equal(all_codes(Samples(tiny, 1030, 1, batch=100)), whole)
    assert not torch.equal(whole[:1], whole[1024:1025])


def test_the_seed_is_0_unless_told_otherwise_and_the_same_is_drawn_again(tiny):
    samples = Samples(tiny, 4)
    assert torch.equal(all_codes(samples), all_codes(Samples(tiny, 4, 0)))
    assert torch.equal(all_codes(samples), all_codes(samples))
    assert not torch.equal(all_codes(samples), all_codes(Samples(tiny, 4, 1)))


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ({}, [1024, 76]),
        ({"batch": 600}, [600, 424, 76]),
        ({"layer": "to_image", "n": 70}, [32, 32, 6]),
        ({"layer": "to_image", "n": 70, "batch": 50}, [50, 20]),
    ],
)
def test_latents_are_drawn_1024_at_once_and_outputs_of_a_layer_32(tiny_style, options, sizes):
    samples = Samples(tiny_style, **{"n": 1100, **options})
    assert [len(latent) for latent in samples.latents()] == sizes


def test_classes_take_turns_and_go_on_over_batches_and_blocks(tiny_style):
    samples = Samples(tiny_style, 1030, labels=[2, 0, 3], batch=500)
    labels = torch.cat([latent.labels for latent in samples.latents()]).argmax(1)
    assert labels.tolist() == [(2, 0, 3)[n % 3] for n in range(1030)]
    for one in (3, np.int64(3), [3]):
        (latent,) = Samples(tiny_style, 2, labels=one).latents()
        assert latent.labels.argmax(1).tolist() == [3, 3]


def test_truncation_is_that_of_the_mapping(tiny_style):
    samples = Samples(tiny_style, 3, truncation_psi=0.5, truncation_cutoff=2)
    (latent,), (whole,) = samples.latents(), Samples(tiny_style, 3).latents()
    assert latent.truncation_psi == 0.5
    assert torch.allclose(latent.codes[:, :2], 0.5 * whole.codes[:, :2])
    assert torch.equal(latent.codes[:, 2], whole.codes[:, 2])
    (every,) = Samples(tiny_style, 3, truncation_psi=0.5).latents()
    assert torch.allclose(every.codes, 0.5 * whole.codes)


def test_features_are_the_latents_or_what_a_layer_puts_out(tiny_style):
    options = {"truncation_psi": 0.5, "truncation_cutoff": 1}
    (latent,) = Samples(tiny_style, 3, **options).latents()
    ((features, z),) = Samples(tiny_style, 3, **options)
    assert torch.equal(z, latent.codes.mean(1))
    assert torch.equal(features, z)
    ((features, z),) = Samples(tiny_style, 3, layer="styles.1", **options)
    assert torch.allclose(features, tiny_style.styles[1](latent.codes[:, 1]))
    assert torch.equal(z, latent.codes.mean(1))


def test_the_output_of_a_layer_is_flattened_and_nothing_is_drawn_behind_it(tiny):
    latent = tiny.sample([1, 2])
    ran = []
    hooks = [tiny.convolutions[n].register_forward_hook(lambda *_, n=n: ran.append(n)) for n in (0, 1, 2)]
    output = layer_output(tiny, "convolutions.1", latent)
    for hook in hooks:
        hook.remove()
    assert (output.ndim, len(output)) == (2, 2)
    assert ran == [0, 1]
    assert not tiny.convolutions[1]._forward_hooks


def test_the_first_of_several_outputs_is_taken(tiny_style):
    class Two(torch.nn.Module):
        def forward(self, x):
            return x + 1, x

    tiny_style.two = Two()
    forward = type(tiny_style).forward
    cls = type("WithTwo", (type(tiny_style),), {})
    cls.forward = lambda self, codes, labels=None, noise="const": (
        self.two(codes[:, 0]),
        forward(self, codes, labels, noise),
    )[1]
    tiny_style.__class__ = cls
    latent = tiny_style.sample([1, 2])
    assert torch.equal(layer_output(tiny_style, "two", latent), latent.codes[:, 0] + 1)


@pytest.mark.parametrize(
    "output",
    [3, [], "x", torch.ones(2), torch.ones(3, 4), torch.tensor(1.0)],
    ids=["whole", "empty", "text", "flat", "other", "one"],
)
def test_a_layer_must_put_out_one_row_for_each_latent(tiny_style, output):
    tiny_style.styles[0].register_forward_hook(lambda *_: output)
    with pytest.raises(ValueError, match="does not put out one row of numbers per latent"):
        layer_output(tiny_style, "styles.0", tiny_style.sample([1, 2]))


def test_a_layer_that_takes_no_part_in_drawing_is_named(tiny_style):
    with pytest.raises(ValueError, match="Sub-module 'map' of 'tinystyle' takes no part in drawing"):
        layer_output(tiny_style, "map", tiny_style.sample([1, 2]))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"n": 1}, "n is 1; it must be 2 or more"),
        ({"n": 2.5}, "n is 2.5"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": 2**64}, "seed is"),
        ({"batch": 0}, "batch is 0"),
        ({"labels": 4}, "A class is 4; it must be 0 to 3"),
        ({"labels": [-1]}, "A class is -1"),
        ({"labels": []}, "labels is empty"),
        ({"layer": 3}, "layer is"),
        ({"layer": ""}, "no sub-module ''"),
        ({"truncation_psi": float("nan")}, "truncation_psi is nan"),
        ({"truncation_cutoff": -1}, "truncation_cutoff is -1"),
        ({"layer": "to_imag"}, r"'tinystyle' has no sub-module 'to_imag'; it has to_image.*, \.\.\."),
        ({"layer": "12345"}, r"it has map, styles, styles\.0, styles\.1, styles\.2, \.\.\."),
    ],
)
def test_what_cannot_be_drawn_is_refused(tiny_style, options, text):
    with pytest.raises(ValueError, match=text):
        Samples(tiny_style, **{"n": 4, **options})


def test_what_is_no_generator_is_refused():
    with pytest.raises(ValueError, match="generator is"):
        Samples("tiny", 4)


def test_whole_numbers_are_kept_as_those_of_python_and_classes_as_a_list(tiny, tiny_style):
    samples = Samples(tiny_style, np.int64(4), np.int64(2), None, np.int64(3), np.array([1, 2]))
    assert [type(value) for value in (samples.n, samples.seed, samples.batch)] == [int] * 3
    assert (samples.n, samples.seed, samples.batch, samples.labels) == (4, 2, 3, [1, 2])
    assert Samples(tiny_style, 2, batch=1).batch == 1
    assert Samples(tiny, 4, labels=9).labels == 9  # it has no classes: the mapping says so


def test_the_options_of_methods_that_sample_say_the_same_as_samples():
    options = {option.name: option for option in SAMPLING}
    assert list(options) == ["n", "layer", "seed", "batch", "labels", "truncation_psi", "truncation_cutoff"]
    assert {name: option.default for name, option in options.items()} == {
        "n": 100_000,
        "layer": None,
        "seed": 0,
        "batch": None,
        "labels": None,
        "truncation_psi": 1.0,
        "truncation_cutoff": None,
    }
    assert [name for name, option in options.items() if option.offered] == ["n", "seed", "truncation_psi"]
    assert (options["n"].least, options["batch"].least, options["truncation_cutoff"].least) == (2, 1, 0)
    assert (options["seed"].least, options["seed"].most) == (0, 2**64 - 1)
