import json
import math

import numpy as np
import pytest
import torch

from sefa_widget import edit, factorize, load_generator
from sefa_widget.evaluation import fresh_latents, rescore
from sefa_widget.measures.basis import random_bases
from sefa_widget.plots import rescoring_figure
from tests.evaluation.helpers import Linear, directions, random_rows


class Readout:
    """A linear reading of the pictures' pixels, with names."""

    def __init__(self, weight, names):
        self.weight, self.names = weight, names

    def __call__(self, images):
        return images.flatten(1).double() @ self.weight.T


@pytest.fixture
def linear():
    """A generator ``M z`` of 4 px, a readout ``R`` of three attributes, and their product ``[3, 6]``."""
    matrix, reading = random_rows(48, 6).float(), random_rows(3, 48, seed=1)
    return Linear(matrix, 4), Readout(reading, ("first", "second", "third")), reading @ matrix.double()


@pytest.fixture(scope="module")
def faces():
    return load_generator("faces", device="cpu")


def brightness(images):
    return images.mean((1, 2, 3))


def test_a_linear_generator_and_scorer_change_by_their_product_without_error(linear):
    generator, scorer, product = linear
    steps = torch.tensor([0.5, 1.0, 2.0, 3.0])
    moved = directions(random_rows(4, 6, seed=2))
    latents = generator.sample(range(40))
    found = rescore(generator, moved, scorer, strength=steps, latents=latents, controls=0)
    spread = (latents.codes[:, 0].double() @ product.T).std(0)
    exact = steps[:, None] * (moved.vectors @ product.T) / spread
    assert torch.allclose(found.spread, spread, rtol=1e-5)
    assert torch.allclose(found.change, exact, atol=1e-5)
    assert torch.allclose(found.error, torch.zeros(4, 3, dtype=torch.float64), atol=1e-6)
    assert torch.allclose(found.effect, exact.norm(dim=1), atol=1e-5)
    assert torch.allclose(found.purity, (exact**4).sum(1) / exact.norm(dim=1) ** 4, atol=1e-5)
    assert torch.allclose(found.effect_error, torch.zeros(4, dtype=torch.float64), atol=1e-5)
    assert found.strongest == tuple(scorer.names[column] for column in exact.abs().argmax(1))
    assert torch.equal(found.strengths, steps.double())
    assert (found.samples, found.method, found.names) == (40, "given", scorer.names)


def test_a_direction_that_changes_nothing_has_effect_zero_and_no_purity():
    matrix = torch.zeros(48, 2)
    matrix[:, 0] = 1
    found = rescore(Linear(matrix, 4), directions(torch.eye(2)), brightness, n=8)
    assert float(found.effect[1]) == 0
    assert math.isnan(float(found.purity[1]))
    assert float(found.purity[0]) == 1


def test_brightness_of_the_faces_changes_as_its_formula_says(faces):
    found, latents = factorize(faces, k=2), fresh_latents(faces, 12)
    score = rescore(faces, found, brightness, names=["brightness"], n=12, strength=1.5, controls=0)
    right, left = (
        brightness(faces.synthesize(edit(latents, found, {1: sign * 1.5}))).double() for sign in (1, -1)
    )
    spread = brightness(faces.synthesize(latents)).double().std()
    half = (right - left) / 2 / spread
    assert float(score.change[1]) == pytest.approx(float(half.mean()), rel=1e-4)
    assert float(score.error[1]) == pytest.approx(float(half.std()) / math.sqrt(12), rel=1e-4)
    assert score.strongest == ("brightness", "brightness")


def test_rows_and_classes_of_the_samples_are_kept(tiny_style):
    latents = tiny_style.sample(range(5), labels=[0, 1, 2, 3, 0])
    found = factorize(tiny_style, k=1)
    score = rescore(
        tiny_style, found, brightness, latents=latents, rows=(1, 3), strength=2, controls=0, batch=2
    )
    scores = []
    for sign in (1, -1):
        codes = latents.codes.clone()
        codes[:, 1:3] += sign * 2 * found.vectors[0].float()
        scores.append(brightness(tiny_style(codes, latents.labels)).double())
    spread = brightness(tiny_style(latents.codes, latents.labels)).double().std()
    assert float(score.change[0]) == pytest.approx(
        float((scores[0] - scores[1]).mean() / 2 / spread), rel=1e-3
    )


def test_the_batch_changes_nothing(linear):
    generator, scorer, _ = linear
    whole = rescore(generator, directions(torch.eye(6)), scorer, n=20)
    pieces = rescore(generator, directions(torch.eye(6)), scorer, n=20, batch=7)
    assert torch.allclose(whole.change, pieces.change, atol=1e-6)


def test_the_control_is_many_random_bases_at_the_same_strengths(linear):
    generator, scorer, product = linear
    steps = torch.tensor([1.0, 4.0])

    def run(**options):
        return rescore(generator, directions(torch.eye(6)), scorer, k=2, strength=steps, n=10, **options)

    found = run(controls=300)
    control = found.control
    assert control.change.shape == control.error.shape == (300, 2, 3)
    assert control.effect.shape == control.purity.shape == (300, 2)
    assert len(control) == 300
    slopes = (
        product / found.spread[:, None]
    )  # a random unit vector moves attributes by its product with these
    expected = steps.square()[:, None] * slopes.square().sum(1) / 6
    assert torch.allclose(control.change.square().mean(0), expected, rtol=0.2)
    assert torch.allclose(control.effect, control.change.norm(dim=2), atol=1e-5)
    assert torch.equal(run(controls=5).control.change, control.change[:5])
    assert not torch.equal(run(controls=5, seed=1).control.change, control.change[:5])
    assert len(run().control) == 59
    assert run(controls=0).control is None


def test_random_bases_of_an_earlier_rescoring_serve_where_all_was_measured_alike(linear):
    generator, scorer, _ = linear
    given = {"strength": 2.0, "n": 10, "rows": (0, 1)}
    first = rescore(generator, directions(torch.eye(6)[:2]), scorer, controls=7, **given)
    seen = []
    second = rescore(
        generator,
        directions(torch.eye(6)[2:4]),
        scorer,
        controls=first.control,
        progress=lambda *now: seen.append(now),
        **given,
    )
    assert second.control is first.control
    assert seen[-1] == (50, 50)
    for change, what in (
        ({"strength": 3.0}, "strengths"),
        ({"rows": [0]}, "rows"),
        ({"rows": None}, "rows"),
        ({"n": 12}, "latents and scorer"),
    ):
        with pytest.raises(ValueError, match=f"measured with other {what}"):
            rescore(
                generator, directions(torch.eye(6)[:2]), scorer, controls=first.control, **{**given, **change}
            )


def test_attributes_that_no_direction_changes_more_than_chance_are_unheld():
    """Pixel 0 shows the first number of the latent, pixel 1 the second; only the first is moved."""
    matrix = torch.zeros(48, 8)
    matrix[0, 0], matrix[1, 1] = 1, 1
    scorer = Readout(torch.eye(48, dtype=torch.float64)[:2], ("moved", "left"))
    found = rescore(Linear(matrix, 4), directions(torch.eye(8)[:1]), scorer, n=10)
    assert found.held() == ("moved",)
    assert found.unheld() == ("left",)
    assert found.adjusted_p.tolist() == [1 / 60, 1]
    assert (found.change.abs().amax(0) > found.thresholds()).tolist() == [True, False]
    with pytest.raises(ValueError, match="no p value is below 1/60"):
        found.held(0.01)
    with pytest.raises(ValueError, match="no random bases"):
        rescore(Linear(matrix, 4), directions(torch.eye(8)[:1]), scorer, n=10, controls=0).unheld()


def test_of_random_directions_some_attribute_is_held_in_five_percent_of_cases():
    """From end to end: 120 random directions, each beside 19 random bases of its own."""

    def curved(images):
        flat = images.flatten(1).double() @ random_rows(48, 5, seed=1)
        return flat + 0.3 * flat.square()

    generator = Linear(random_rows(48, 6).float(), 4)
    wrong = 0
    for trial, basis in enumerate(random_bases(120, 1, 6, seed=10**6)):
        found = rescore(generator, directions(basis), curved, n=6, controls=19, seed=trial)
        wrong += bool(found.held(0.05))
    assert 0 < wrong / 120 < 0.12


def test_the_effect_does_not_grow_where_samples_are_few():
    """Pixel by pixel one number of the latent; the scorer has noise of its own, larger than the changes."""
    generator = Linear(torch.eye(48)[:, :8], 4)

    def noisy(images):
        flat = images.flatten(1)[:, :8].double()
        return flat + 1.4 * torch.randn(flat.shape, generator=random, dtype=torch.float64)

    random = torch.Generator().manual_seed(0)
    moved = directions(torch.eye(8)[:1] + 1)
    many = rescore(generator, moved, noisy, n=4000, strength=1.5, controls=0)
    few = [
        rescore(
            generator,
            moved,
            noisy,
            latents=generator.sample(range(8 * i, 8 * i + 8)),
            strength=1.5,
            controls=0,
        )
        for i in range(60)
    ]
    effects = torch.stack([(one.change * one.spread).norm() for one in few])
    kept = torch.stack([one.effect[0] * one.spread.mean() for one in few])
    truth = float(many.effect[0] * many.spread.mean())
    assert float(effects.mean()) > 1.15 * truth  # the length of the mean changes as they are
    assert float(kept.mean()) == pytest.approx(truth, rel=0.08)


def test_the_table_has_a_row_per_direction_and_the_quantiles_at_random(linear):
    generator, scorer, _ = linear
    scorer.names = ("a<b", "second", "third")
    found = rescore(generator, directions(torch.eye(6)), scorer, k=2, n=10)
    first, _, *chances = found.table()
    assert list(first) == ["direction", "strongest", "effect", "purity", "a<b", "second", "third"]
    assert first["direction"] == 0
    assert first["second"] == float(found.change[0, 1])
    assert [row["direction"] for row in chances] == ["random, 5 %", "random, 50 %", "random, 95 %"]
    every = found.control.change[:, :, 1].abs().flatten()
    assert chances[2]["second"] == pytest.approx(float(every.quantile(0.95)))
    assert "a&lt;b" in found._repr_html_()
    assert "random, 95 %" in str(found)
    assert "2 directions, 3 attributes, 10 samples" in repr(found)
    assert "5 to 95 % of 59 random bases" in repr(found)
    assert len(rescore(generator, directions(torch.eye(6)), scorer, n=10, controls=0).table()) == 6


def test_names_are_given_or_the_scorers_own_or_numbers(linear):
    generator, scorer, _ = linear
    given = rescore(generator, directions(torch.eye(6)), scorer, names=["x", "y", "z"], k=1, n=4)
    assert given.names == ("x", "y", "z")
    assert rescore(generator, directions(torch.eye(6)), brightness, k=1, n=4).names == ("attribute 0",)


def test_a_scorer_may_give_numpy_arrays(linear):
    generator, scorer, _ = linear
    arrays = rescore(generator, directions(torch.eye(6)), lambda images: scorer(images).numpy(), n=6)
    assert torch.equal(arrays.change, rescore(generator, directions(torch.eye(6)), scorer, n=6).change)


def test_progress_counts_all_pictures_and_what_it_raises_ends_the_work(linear):
    generator, scorer, _ = linear
    seen = []
    rescore(
        generator,
        directions(torch.eye(6)),
        scorer,
        k=2,
        n=10,
        batch=4,
        controls=3,
        progress=lambda *now: seen.append(now),
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (170, 170)

    def stop(done, total):
        if done >= 20:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        rescore(generator, directions(torch.eye(6)), scorer, n=10, progress=stop)


@pytest.mark.parametrize(
    ("scorer", "message"),
    [
        (lambda images: brightness(images) * math.nan, "NaN or infinite scores of 'attribute 0' for 8 of 8"),
        (lambda images: brightness(images)[:3], r"shape \[3\] for 8 images; it must give \[8\]"),
        (lambda images: images, r"shape \[8, 3, 4, 4\] for 8 images"),
        (lambda images: None, "gives NoneType; it must give numbers"),
        (lambda images: np.ones(8), "same score of 'attribute 0'.*leave the attribute out"),
    ],
)
def test_a_scorer_that_gives_something_else_is_told_what(linear, scorer, message):
    generator, _, _ = linear
    with pytest.raises(ValueError, match=message):
        rescore(generator, directions(torch.eye(6)), scorer, n=8)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["one"], "gives 3 attributes; there are 1 names: one"),
        (["one", "one", "two"], "list of different names"),
        (["one", "two", "effect"], "none of them one of direction, strongest, effect, purity"),
        ("abc", "list of different names"),
    ],
)
def test_names_must_fit(linear, names, message):
    generator, scorer, _ = linear
    with pytest.raises(ValueError, match=message):
        rescore(generator, directions(torch.eye(6)), scorer, names=names, n=8)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"strength": 0.0}, "must be a finite number above 0"),
        ({"strength": math.inf}, "must be a finite number above 0"),
        ({"strength": torch.ones(2)}, "has 2 values; give one number, or one for each of 6"),
        ({"k": 0}, "k is 0"),
        ({"n": 3}, "n is 3; it must be 4 or more"),
        ({"controls": -1}, "controls is -1"),
        ({"controls": True}, "controls is True"),
        ({"batch": 0}, "batch is 0"),
    ],
)
def test_options_must_make_sense(linear, options, message):
    generator, scorer, _ = linear
    with pytest.raises(ValueError, match=message):
        rescore(generator, directions(torch.eye(6)), scorer, **options)


def test_directions_of_another_size_are_refused(linear):
    generator, scorer, _ = linear
    with pytest.raises(ValueError, match="these directions take"):
        rescore(generator, directions(torch.eye(5)), scorer, n=4)


def test_the_figure_is_plain_json(linear):
    generator, scorer, _ = linear
    json.loads(rescoring_figure(rescore(generator, directions(torch.eye(6)), scorer, n=4)).to_json())
