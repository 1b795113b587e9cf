import json
import math

import numpy as np
import pytest
import torch

from sefa_widget import edit, factorize, load_generator
from sefa_widget.evaluation import fresh_latents, rescore
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
    return load_generator(device="cpu")


def brightness(images):
    return images.mean((1, 2, 3))


def test_a_linear_generator_and_scorer_change_by_their_product_without_error(linear):
    generator, scorer, product = linear
    steps = torch.tensor([0.5, 1.0, 2.0, 3.0])
    moved = directions(random_rows(4, 6, seed=2))
    latents = generator.sample(range(40))
    found = rescore(generator, moved, scorer, strength=steps, latents=latents)
    spread = (latents.codes[:, 0].double() @ product.T).std(0)
    exact = steps[:, None] * (moved.vectors @ product.T) / spread
    assert torch.allclose(found.spread, spread, rtol=1e-5)
    assert torch.allclose(found.change, exact, atol=1e-5)
    assert torch.allclose(found.error, torch.zeros(4, 3, dtype=torch.float64), atol=1e-6)
    assert torch.allclose(found.effect, exact.abs().sum(1), atol=1e-5)
    assert torch.allclose(found.purity, exact.abs().amax(1) / exact.abs().sum(1), atol=1e-5)
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
    score = rescore(faces, found, brightness, names=["brightness"], n=12, strength=1.5, control=False)
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
        tiny_style, found, brightness, latents=latents, rows=(1, 3), strength=2, control=False, batch=2
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


def test_the_control_has_random_directions_at_the_same_strengths(linear):
    generator, scorer, product = linear
    steps = torch.tensor([1.0, 4.0])
    found = rescore(generator, directions(torch.eye(6)), scorer, k=2, strength=steps, n=10)
    assert found.control is not None
    assert found.control.control is None
    assert found.control.method == "random"
    assert torch.equal(found.control.strengths, steps.double())
    longest = torch.linalg.svdvals(product / found.spread[:, None])[0]
    assert (found.control.change.norm(dim=1) <= steps * longest * 1.001).all()
    again = rescore(generator, directions(torch.eye(6)), scorer, k=2, strength=steps, n=10)
    assert torch.equal(found.control.change, again.control.change)
    other = rescore(generator, directions(torch.eye(6)), scorer, k=2, strength=steps, n=10, seed=1)
    assert not torch.equal(found.control.change, other.control.change)
    assert rescore(generator, directions(torch.eye(6)), scorer, n=10, control=False).control is None


def test_attributes_that_no_direction_changes_more_than_chance_are_unheld():
    """Pixel 0 shows the first number of the latent, pixel 1 the second; only the first is moved."""
    matrix = torch.zeros(48, 8)
    matrix[0, 0], matrix[1, 1] = 1, 1
    scorer = Readout(torch.eye(48, dtype=torch.float64)[:2], ("moved", "left"))
    found = rescore(Linear(matrix, 4), directions(torch.eye(8)[:1]), scorer, n=10)
    assert found.unheld() == ("left",)
    assert found.unheld(1000) == ("moved", "left")
    with pytest.raises(ValueError, match="control=True"):
        rescore(Linear(matrix, 4), directions(torch.eye(8)[:1]), scorer, n=10, control=False).unheld()


def test_the_table_has_a_row_per_direction_and_the_means_at_random(linear):
    generator, scorer, _ = linear
    scorer.names = ("a<b", "second", "third")
    found = rescore(generator, directions(torch.eye(6)), scorer, k=2, n=10)
    first, _, chance = found.table()
    assert list(first) == ["direction", "strongest", "effect", "purity", "a<b", "second", "third"]
    assert first["direction"] == 0
    assert first["second"] == float(found.change[0, 1])
    assert chance["direction"] == "random, mean"
    assert chance["second"] == pytest.approx(float(found.control.change[:, 1].abs().mean()))
    assert "a&lt;b" in found._repr_html_()
    assert "random, mean" in str(found)
    assert "2 directions, 3 attributes, 10 samples" in repr(found)
    assert len(rescore(generator, directions(torch.eye(6)), scorer, n=10, control=False).table()) == 6


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
        progress=lambda *now: seen.append(now),
    )
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (90, 90)

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
        ({"n": 1}, "n is 1; it must be 2 or more"),
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
