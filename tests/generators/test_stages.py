"""Every family, cut at every stage: what is kept and what is drawn from there."""

import json

import pytest
import torch

from sefa_widget.generators import Generator, Latent, load_generator
from sefa_widget.generators.fastgan import FastGAN
from sefa_widget.generators.fir import upsample
from sefa_widget.generators.stages import advance, coarse, draw, features_before, first_stage, run
from tests.conftest import GOLDEN, seeded
from tests.generators.golden import load


def cases() -> list[str]:
    """All golden networks, and some whose level of detail leaves out or blends a resolution."""
    found = [path.stem for path in sorted(GOLDEN.glob("*.json")) if "format" in json.loads(path.read_text())]
    grown = [f"{case} lod {lod}" for case in ("genforce_pggan", "genforce_stylegan") for lod in (0.3, 1.0)]
    return [*found, *grown, "heads"]


@pytest.fixture(scope="module", params=cases())
def generator(request) -> Generator:
    name, _, lod = request.param.partition(" lod ")
    if name == "heads":
        return load_generator(name, device="cpu")
    if name == "genforce_pggan" and lod:
        return load(name, lod=float(lod))
    generator = load(name)
    if lod:
        generator.lod.fill_(float(lod))
    return generator


def latent_of(generator: Generator, count: int = 2, psi: float = 0.7) -> Latent:
    """A latent whose rows differ."""
    labels = [n % generator.num_classes for n in range(count)] if generator.num_classes else None
    latent = generator.sample(range(count), labels=labels, truncation_psi=psi)
    return latent.with_codes(latent.codes + torch.linspace(0, 1, generator.num_codes)[:, None])


def edited(latent: Latent, row: int) -> Latent:
    codes = latent.codes.clone()
    codes[:, row] += 1
    return latent.with_codes(codes)


def same(found: torch.Tensor, expected: torch.Tensor) -> bool:
    return found.shape == expected.shape and bool((found - expected).abs().max() <= 1e-4 * expected.std())


def test_from_every_cut_on_the_picture_is_the_whole_one(generator):
    latent, features = latent_of(generator), ()
    expected = generator.synthesize(latent)
    for stage in range(1, len(generator.stages()) + 1):
        features = features_before(generator, latent, stage, start=features, first=stage - 1)
        assert all(len(tensor) == 2 for tensor in features)
        assert same(run(generator, latent, start=features, first=stage), expected), stage


def test_features_before_an_edited_row_need_not_be_made_again(generator):
    latent = latent_of(generator)
    for row in range(generator.num_codes):
        stage = first_stage(generator, [row])
        kept, other = features_before(generator, latent, stage), edited(latent, row)
        picture = run(generator, other, start=kept, first=stage) if stage else run(generator, other)
        assert same(picture, generator.synthesize(other)), row


def test_a_stage_reads_the_rows_it_names_and_no_others(generator):
    latent, features = latent_of(generator), ()
    for stage in generator.stages():
        out = stage.run(features, latent, "const")
        moved = [
            row
            for row in range(generator.num_codes)
            if any(
                not torch.equal(a, b)
                for a, b in zip(out, stage.run(features, edited(latent, row), "const"), strict=True)
            )
        ]
        assert tuple(moved) == stage.rows, stage.name
        features = out


def test_kept_features_are_not_changed_by_what_is_drawn_from_them(generator):
    latent, features = latent_of(generator, 1), ()
    for stage in generator.stages():
        before = [tensor.clone() for tensor in features]
        out = stage.run(features, latent, "const")
        assert all(torch.equal(a, b) for a, b in zip(features, before, strict=True)), stage.name
        features = out
    before = [tensor.clone() for tensor in features]
    generator.stages()[-1].picture(features)
    assert all(torch.equal(a, b) for a, b in zip(features, before, strict=True))


def test_features_of_one_start_serve_many_edits(generator):
    latent, stage = latent_of(generator, 1), len(generator.stages()) // 2
    kept = features_before(generator, latent, stage)
    many = Latent.cat([latent, edited(latent, generator.num_codes - 1)])
    shared = tuple(torch.cat([tensor, tensor]) for tensor in kept)
    together = run(generator, many, start=shared, first=stage)
    for number in range(2):
        assert same(together[number : number + 1], run(generator, many[number], start=kept, first=stage))


def test_the_noise_asked_for_is_drawn_at_every_cut(generator):
    latent = latent_of(generator, 1)
    for noise in ("none", "random"):
        stage = len(generator.stages()) // 2
        torch.manual_seed(3)
        expected = generator.synthesize(latent, noise=noise)
        torch.manual_seed(3)
        kept = features_before(generator, latent, stage, noise=noise)
        assert same(run(generator, latent, noise, start=kept, first=stage), expected)


def test_derivatives_pass_through_the_stages_behind_a_cut(generator):
    latent, stage = latent_of(generator, 1), len(generator.stages()) // 2
    kept, later = features_before(generator, latent, stage), generator.stages()[stage:]
    steps = torch.randn(2, *kept[0].shape, generator=torch.Generator().manual_seed(0))

    def picture(x):
        return draw(later, (x, *kept[1:]), latent, "const")

    def slope(step):
        return torch.func.jvp(picture, (kept[0],), (step,))[1]

    batched = torch.func.vmap(slope, randomness="same")(steps)
    assert same(batched, torch.stack([slope(step) for step in steps]))
    x = kept[0].clone().requires_grad_()
    picture(x).sum().backward()
    expected = (x.grad * steps[0]).sum()
    torch.testing.assert_close(batched[0].sum(), expected, rtol=1e-2, atol=1e-2 * float(batched.norm()))


def test_resolutions_grow_to_that_of_the_picture(generator):
    stages = generator.stages()
    assert stages[-1].resolution == generator.resolution
    assert len({stage.name for stage in stages}) == len(stages)
    latent, features = latent_of(generator, 1), ()
    for stage in stages:
        features = stage.run(features, latent, "const")
        assert stage.resolution in {tensor.shape[-1] for tensor in features}, stage.name


def test_without_edited_rows_the_picture_stays(tiny):
    assert first_stage(tiny, []) == len(tiny.stages()) == 3
    latent = tiny.sample([1])
    kept = features_before(tiny, latent, 3)
    assert same(run(tiny, latent, start=kept, first=3), tiny.synthesize(latent))


def test_the_first_stage_of_several_rows_is_that_of_the_lowest():
    heads = load_generator("heads", device="cpu")
    names = [heads.stages()[first_stage(heads, rows)].name for rows in ([9, 4], [5, 9], [9])]
    assert names == ["16x16 conv 2", "16x16 to RGB", "64x64 to RGB"]


@pytest.mark.parametrize("row", [10, -1, 1.5, "2"])
def test_rows_that_the_codes_do_not_have_are_refused(row):
    with pytest.raises(ValueError, match="0 to 9"):
        first_stage(load_generator("heads", device="cpu"), [row])


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"stage": 4}, "stage is 4; it must be 0 to 3"),
        ({"stage": 1, "first": 2}, "first is 2; it must be 0 to 1"),
        ({"first": 1}, "start holds features of .. pictures before stage 1"),
        ({"start": (torch.zeros(2, 6, 4, 4),)}, "before stage 0"),
        ({"start": (torch.zeros(3, 6, 4, 4),), "first": 1}, r"of \[3\] pictures .* it must hold 2"),
        ({"noise": "cosnt"}, "Did you mean 'const'"),
        ({"latent": Latent(torch.zeros(2, 2, 8))}, r"takes \[N, 1, 8\]"),
    ],
)
def test_what_does_not_fit_is_refused(tiny, change, text):
    given = {"latent": tiny.sample([0, 1]), "stage": 2} | change
    with pytest.raises(ValueError, match=text):
        features_before(tiny, given.pop("latent"), given.pop("stage"), **given)


def test_truncation_reaches_the_stages_behind_a_cut():
    generator = load("hf_biggan_deep")
    latent = latent_of(generator, 1, psi=0.4)
    kept = features_before(generator, latent, 3)
    assert same(run(generator, latent, start=kept, first=3), generator.synthesize(latent))
    other = Latent(latent.codes, latent.labels, 1.0)
    assert not same(run(generator, other, start=kept, first=3), generator.synthesize(latent))


def test_a_coarse_picture_is_what_the_last_resolution_adds_to():
    heads = load_generator("heads", device="cpu")
    latent = heads.sample(range(2))
    whole = heads.synthesize(latent)
    half = coarse(heads, latent, 63)
    assert half.shape == (2, 3, 32, 32)
    x = features_before(heads, latent, len(heads.stages()) - 1)[0]
    with torch.inference_mode():
        added = heads.blocks[-1].to_rgb(x, latent.codes[:, -1])
    assert same(upsample(half) + added, whole)
    assert same(coarse(heads, latent, 64), whole)
    assert [coarse(heads, latent, size).shape[2] for size in (4, 15, 16)] == [4, 8, 16]
    assert coarse(heads, latent, 3) is None


def test_fastgan_draws_its_second_output():
    network = seeded(FastGAN(4, [4, 2, 2, 2, 2, 1, 1]))
    latent = network.sample([0])
    assert same(coarse(network, latent, 200), network.small(latent.codes))
    assert coarse(network, latent, 127) is None
    smallest = seeded(FastGAN(4, [4, 2, 2, 2, 2, 1]))
    assert same(coarse(smallest, latent, 128), smallest.synthesize(latent))


@pytest.mark.parametrize("case", ["genforce_pggan", "genforce_stylegan", "nv_ada_cond_resnet", "nv_sg3_t"])
def test_networks_without_pictures_on_the_way_draw_only_the_whole_one(case):
    generator = load(case)
    latent = latent_of(generator, 1)
    assert coarse(generator, latent, generator.resolution - 1) is None
    assert same(coarse(generator, latent, generator.resolution), generator.synthesize(latent))


def test_a_generator_with_a_forward_of_its_own_is_one_stage(tiny_style):
    (stage,) = tiny_style.stages()
    assert stage.rows == (0, 1, 2)
    latent = tiny_style.sample([1, 2], labels=[0, 3])
    assert same(run(tiny_style, latent), tiny_style.synthesize(latent))


def test_a_generator_of_neither_stages_nor_forward_says_so(tiny_style):
    class Empty(type(tiny_style)):
        forward = Generator.forward

    empty = seeded(Empty())
    with pytest.raises(NotImplementedError, match=r"Empty must implement stages\(\), or else forward\(\)"):
        empty.synthesize(empty.sample(0))


def test_features_in_the_middle_are_not_a_picture(tiny):
    with pytest.raises(ValueError, match="'8x8 conv' puts out is not a picture"):
        draw(tiny.stages()[:2], (), tiny.sample([0]), "const")
    assert len(advance(tiny.stages()[:2], (), tiny.sample([0]), "const")[0]) == 1
