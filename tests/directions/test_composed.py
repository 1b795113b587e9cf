import pytest
import torch
from torch.nn import functional as F

from sefa_widget import factorize
from sefa_widget.directions import composed
from sefa_widget.directions.eigen import decompose
from sefa_widget.generators.base import Modulation
from sefa_widget.generators.biggan import BigGAN
from sefa_widget.generators.fastgan import FastGAN
from sefa_widget.generators.pggan import PGGAN
from sefa_widget.generators.stylegan2 import StyleGAN2
from tests.conftest import seeded
from tests.generators.golden import load

MAPPING = {"z_dim": 6, "widths": [6]}


def pggan(**settings) -> PGGAN:
    return seeded(PGGAN(5, [6, 4, 3], **settings))


def shares(rows: torch.Tensor) -> torch.Tensor:
    rows = rows.double()
    return decompose(rows.T @ rows)[0] / rows.square().sum()


def test_a_pggan_is_the_linear_network_without_activations_and_norms():
    generator = pggan()

    def linear(z: torch.Tensor) -> list[torch.Tensor]:
        x = (generator.projection.weight @ z).view(1, 6, 4, 4)
        found = [x]
        for n, convolution in enumerate(generator.convolutions):
            if n in (1, 3):
                x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
            x = F.conv2d(x, convolution.weight, padding=1)
            found.append(x)
        return [*found, F.conv2d(x, generator.outputs[-1].weight)]

    assert len(generator.layers) == 7
    jacobians = torch.autograd.functional.jacobian(lambda z: tuple(linear(z)), torch.zeros(5))
    for number, jacobian in enumerate(jacobians):
        found = factorize(generator, method="composed", layers=[number], normalize=False)
        assert torch.allclose(found.values, shares(jacobian.reshape(-1, 5)), atol=1e-5)


def test_a_fastgan_is_the_linear_network_with_open_gates():
    generator = seeded(FastGAN(5, [4, 4, 3, 3, 2, 2]))

    def value(x: torch.Tensor, norm) -> torch.Tensor:
        x = x * (norm.weight / (norm.running_var + norm.eps).sqrt())[None, :, None, None]
        return x[:, : x.shape[1] // 2]

    def linear(z: torch.Tensor) -> torch.Tensor:
        x = value(generator.projection(z[None, :, None, None]), generator.norm)
        for block in generator.blocks:
            x = x.repeat_interleave(2, 2).repeat_interleave(2, 3)
            for convolution, norm in zip(block.convolutions, block.norms, strict=True):
                x = value(F.conv2d(x, convolution.weight, padding=1), norm)
        return generator.to_image(x)

    jacobian = torch.stack([linear(unit).flatten() for unit in torch.eye(5)], dim=1)
    last = len(generator.layers) - 1
    found = factorize(generator, method="composed", layers=[last], normalize=False)
    assert torch.allclose(found.values, shares(jacobian), atol=1e-5)


@pytest.mark.parametrize("case", ["genforce_pggan", "ganzoo_pgan", "fastgan_256"])
def test_the_first_layers_response_is_sefa_and_all_layers_are_the_default(case):
    generator = load(case)
    sefa = factorize(generator)
    first = factorize(generator, method="composed", layers=(0, 1))
    assert sefa.method == "sefa"
    assert sefa.layers == (0,)
    assert torch.allclose(first.values, sefa.values, atol=1e-6)
    assert factorize(generator, method="composed").layers == tuple(range(len(generator.layers)))
    assert factorize(generator, method="composed").eigenvalues.sum().item() == pytest.approx(
        len(generator.layers)
    )


def test_a_level_that_is_not_drawn_has_no_layers():
    assert [layer.resolution for layer in pggan(lod=1).layers] == [4, 4, 8, 8, 8]
    assert [layer.resolution for layer in pggan(lod=0.5).layers] == [4, 4, 8, 8, 16, 16, 16]


def test_few_vectors_at_a_time_give_the_same(monkeypatch):
    whole = factorize(pggan(), method="composed")
    monkeypatch.setattr(composed, "BUDGET", 5 * 1024)  # one vector at a time, and every unit
    assert torch.allclose(factorize(pggan(), method="composed").eigenvalues, whole.eigenvalues)


def test_a_sample_of_many_units_gives_nearly_the_same(monkeypatch):
    whole = factorize(pggan(), method="composed")
    monkeypatch.setattr(composed, "BUDGET", 5 * 300)
    sampled = factorize(pggan(), method="composed")
    assert sampled.rows < whole.rows
    assert torch.allclose(sampled.eigenvalues, whole.eigenvalues, rtol=0.2)


def style2() -> StyleGAN2:
    return seeded(StyleGAN2({4: 5, 8: 4}, MAPPING))


def test_white_features_weigh_each_channel_by_the_energy_of_its_kernels():
    generator = style2()
    (modulation,) = generator.modulations(1)
    found = factorize(generator, method="composed", layers=[1], normalize=False)
    energy = modulation.kernel.double().square().sum((0, 2, 3))
    style = generator.latent_weight(1).double()
    assert torch.allclose(found.values, shares(energy.sqrt()[:, None] * style), atol=1e-6)


@pytest.mark.parametrize("features", ["white", "shared"])
def test_the_readings_are_the_mean_response_to_features_of_that_kind(features):
    # Features x scaled by the style change are convolved; average |K * (x . A n)|^2 over random features.
    generator = style2()
    (modulation,) = generator.modulations(0)
    style, kernel = generator.latent_weight(0).double(), modulation.kernel.double()
    random = torch.Generator().manual_seed(0)
    n, size = 4000, 3
    x = torch.randn(
        n, 5 if features == "white" else 1, size, size, dtype=torch.float64, generator=random
    ).expand(n, 5, size, size)
    # circular, so that each output is one scalar product of kernel and white features
    answer = torch.einsum("oiab,niab,id->nod", kernel, x, style)
    gram = torch.einsum("nod,noe->de", answer, answer) / n
    found = factorize(generator, method="composed", layers=[0], normalize=False, features=features)
    expected = decompose(gram)[0] / gram.trace()
    assert torch.allclose(found.values, expected, atol=0.03)
    assert (found.vectors[0] @ decompose(gram)[1][0]).abs() > 0.95


def test_a_shift_answers_with_the_kernels_gain_at_frequency_zero():
    generator = load("genforce_stylegan")
    (modulation,) = generator.modulations(0)
    kernel, d = modulation.kernel.double(), generator.latent_dim
    constant = modulation.shift.double().T[:, :, None, None].expand(d, -1, 3, 3)
    answer = F.conv2d(constant, kernel)[:, :, 0, 0].T
    scale = torch.einsum("oiab,id->oabd", kernel, modulation.scale.double()).reshape(-1, d)
    found = factorize(generator, method="composed", layers=[0], normalize=False, features="shared")
    assert torch.allclose(found.values, shares(torch.cat([scale, answer])), atol=1e-6)


def test_modulated_kernels_are_demodulated_at_the_mean_latent():
    generator = style2()
    style = generator.style_layers()[2].affine(generator.w_avg[0])
    energy = (generator.modulations(2)[0].kernel * style[:, None, None]).square().sum((1, 2, 3))
    assert torch.allclose(energy, torch.ones(4), atol=1e-4)


@pytest.mark.parametrize("features", ["white", "shared"])
@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize(
    "case", ["genforce_stylegan", "nv_ada", "nv_sg3_r", "ajbrock_biggan_hier", "ajbrock_biggandeep"]
)
def test_every_family_with_a_style_per_layer_has_a_composed_response(case, normalize, features):
    generator = load(case)
    found = factorize(generator, method="composed", normalize=normalize, features=features)
    assert found.layers == tuple(range(len(generator.layers)))
    assert found.eigenvalues.sum().item() == pytest.approx(len(generator.layers))
    assert torch.allclose(found.vectors @ found.vectors.T, torch.eye(generator.latent_dim).double())


def test_a_biggan_block_answers_to_scale_and_offset_of_both_its_norms():
    generator = seeded(BigGAN(4, 3, 2, [(True, 4, 4), (True, 4, 3)]))
    assert generator.modulations(0) == ()
    first, second = generator.modulations(2)
    assert first.scale.shape == first.shift.shape == (4, 4)
    assert second.kernel.shape == (3, 3, 3, 3)


def test_what_has_no_such_reading_says_so(tiny_style):
    with pytest.raises(ValueError, match="'tinystyle' has no composed response: nothing is known"):
        factorize(tiny_style, method="composed")


def test_an_unknown_reading_is_refused(tiny):
    with pytest.raises(ValueError, match="features is 'grey'; it must be one of white, shared"):
        factorize(tiny, method="composed", features="grey")
    with pytest.raises(TypeError, match="'sefa' has no option 'features'; it has none"):
        factorize(tiny, method="sefa", features="white")


def test_pushing_tells_how_far_it_is_and_ends_when_told_to(monkeypatch):
    monkeypatch.setattr(composed, "BUDGET", 2 * 3 * 16 * 16)
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        factorize(pggan(), method="composed", progress=stop)
    assert told == [*[(0, 12)] * 7, (2, 12)]  # of 5 unit vectors and 7 layers
    told.clear()
    factorize(pggan(), method="composed", progress=lambda *step: told.append(step))
    steps = dict.fromkeys(told)
    assert list(steps) == [(0, 12), (2, 12), (4, 12), (5, 12), *((done, 12) for done in range(6, 13))]


def test_layers_that_read_the_latent_themselves_tell_how_many_are_done():
    told: list[tuple[int, int]] = []
    style = seeded(StyleGAN2({4: 4, 8: 4}, {"z_dim": 5, "widths": [6]}))
    factorize(style, method="composed", progress=lambda *step: told.append(step))
    layers = len(style.layers)
    assert told == [(done, layers) for done in range(1, layers + 1)]


def test_pushing_can_be_ended_after_each_layer(monkeypatch):
    told: list[tuple[int, int]] = []
    made = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 3:
            raise KeyboardInterrupt

    generator = pggan()
    responses = generator.responses

    def counted(latents):
        for response in responses(latents):
            made.append(len(latents))
            yield response

    monkeypatch.setattr(generator, "responses", counted)
    with pytest.raises(KeyboardInterrupt):
        factorize(generator, method="composed", progress=stop)
    assert made[made.index(5) :] == [5] * 3  # before are the shapes, which one vector tells


@pytest.mark.parametrize("end", [1, 3, 5, 9])
def test_work_that_was_ended_leaves_nothing_half_done(monkeypatch, end):
    monkeypatch.setattr(composed, "BUDGET", 2 * 3 * 16 * 16)
    generator = pggan()
    first = factorize(generator, method="composed", layers=(0, 2))

    def stop(done: int, total: int) -> None:
        if done >= end:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        factorize(generator, method="composed", progress=stop)
    again = factorize(generator, method="composed")
    assert torch.allclose(again.eigenvalues, factorize(pggan(), method="composed").eigenvalues)
    same = factorize(generator, method="composed", layers=(0, 2))
    assert torch.allclose(same.eigenvalues, first.eigenvalues)


def test_layers_before_the_last_chosen_one_come_for_free():
    generator = pggan()
    factorize(generator, method="composed", layers=[5])
    told: list[tuple[int, int]] = []
    before = factorize(generator, method="composed", layers=(1, 4), progress=lambda *step: told.append(step))
    assert not told
    alone = factorize(pggan(), method="composed", layers=(1, 4))
    assert torch.allclose(before.eigenvalues, alone.eigenvalues)


def test_what_is_kept_of_all_layers_together_has_a_limit(monkeypatch):
    monkeypatch.setattr(composed, "KEPT", 7 * 5 * 20)
    generator = pggan()
    assert composed.units_read(generator) == 20
    assert factorize(generator, method="composed", normalize=False).rows <= 7 * 20


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("features", ["white", "shared"])
def test_scales_and_shifts_are_rows_of_one_matrix(tiny_style, monkeypatch, normalize, features):
    """Two output channels, three channels of features, a kernel of 2 x 2, latents of 6."""
    random = torch.Generator().manual_seed(0)
    kernel, scale, shift, other = (
        torch.randn(*shape, generator=random, dtype=torch.float64)
        for shape in ((2, 3, 2, 2), (3, 6), (3, 6), (3, 6))
    )
    modulations = (Modulation(kernel, scale, shift), Modulation(2 * kernel, other))
    monkeypatch.setattr(tiny_style, "modulations", lambda number: modulations if number == 1 else ())

    def unit(rows):
        return rows / rows.norm(dim=1, keepdim=True)

    rows = []
    for one in modulations:
        gain = one.kernel.sum((2, 3))
        if features == "white":
            read = unit if normalize else lambda rows: rows
            energy = one.kernel.square().sum((0, 2, 3)).sqrt()
            rows.append(energy[:, None] * read(one.scale))
            rows += [gain @ read(one.shift)] if one.shift is not None else []
        else:
            taps = [one.kernel[:, :, y, x] @ one.scale for y in (0, 1) for x in (0, 1)]
            rows += [*taps, *([gain @ one.shift] if one.shift is not None else [])]
    stacked = torch.cat(rows)
    if normalize and features == "shared":
        stacked = unit(stacked)
    found = factorize(tiny_style, method="composed", layers=[1], normalize=normalize, features=features)
    gram = stacked.T @ stacked
    values, vectors = decompose(gram / gram.trace())
    assert torch.allclose(found.eigenvalues, values, atol=1e-12)
    assert torch.allclose(found.vectors[:4], vectors[:4], atol=1e-8)
    assert (found.rows, found.trace) == (len(stacked), pytest.approx(1))


def test_layers_without_scales_are_read_as_sefa_reads_them_and_each_weighs_the_same(tiny_style, monkeypatch):
    kernel = torch.ones(1, 1, 1, 1)
    one = Modulation(kernel, torch.eye(6)[:1])
    monkeypatch.setattr(tiny_style, "modulations", lambda number: (one,) if number == 0 else ())
    found = factorize(tiny_style, method="composed", layers=[0, 2], normalize=False)
    plain = tiny_style.styles[2].weight.double()
    gram = plain.T @ plain / plain.square().sum()
    gram[0, 0] += 1
    assert torch.allclose(found.eigenvalues, decompose(gram)[0])
    assert (found.trace, found.rows) == (pytest.approx(2), 4)


def test_a_layer_that_answers_to_nothing_weighs_nothing(tiny_style, monkeypatch):
    silent = Modulation(torch.ones(1, 3, 1, 1), torch.zeros(3, 6))
    monkeypatch.setattr(tiny_style, "modulations", lambda number: (silent,))
    assert factorize(tiny_style, method="composed").values.tolist() == [0] * 6


def test_limits_of_memory_are_those_that_are_told(tiny, monkeypatch):
    assert (composed.BUDGET, composed.KEPT) == (2**25, 2**28)
    assert composed.units_read(tiny) == 2**25 // 8
    monkeypatch.setattr(composed, "KEPT", 3 * 100)
    assert composed.units_read(tiny) == 100 // 8
    monkeypatch.setattr(composed, "BUDGET", 40)
    assert composed.units_read(tiny) == 5
    monkeypatch.setattr(composed, "BUDGET", 1)
    assert composed.units_read(tiny) == 1
