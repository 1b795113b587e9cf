"""A run of a claim goes on where it was stopped, and pages say what the files of figures say."""

import numpy as np
import pytest
import torch
from scipy import linalg

from benchmarks.claims import claim, edits, features, pages, purity, text
from benchmarks.claims.claim import Run, read_table, write_table
from benchmarks.claims.features import extractor
from sefa_widget import factorize
from sefa_widget.evaluation import matched_strengths
from sefa_widget.evaluation.distances import frechet_of_samples, kernel


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setattr(claim, "KEPT", tmp_path)
    return Run("trial")


class Stopped(Exception):
    pass


def never():
    raise AssertionError("It was done again")


def test_a_step_that_was_done_is_not_done_again(run):
    rows = [{"a": 1, "b": 0.5}]
    assert run.table("one", (1,), lambda: rows) == rows
    assert Run("trial").table("one", (1,), never) == rows
    kept = run.tensors("two", (1,), lambda: {"x": torch.ones(2)})
    assert torch.equal(Run("trial").tensors("two", (1,), never)["x"], kept["x"])


def test_a_step_of_other_settings_or_of_another_claim_is_another_one(run):
    run.table("one", (1,), lambda: [{"a": 1}])
    assert run.table("one", (2,), lambda: [{"a": 2}]) == [{"a": 2}]
    assert Run("other").table("one", (1,), lambda: [{"a": 3}]) == [{"a": 3}]
    assert Run("trial", again=True).table("one", (1,), lambda: [{"a": 4}]) == [{"a": 4}]


def test_a_shared_step_serves_all_claims(run):
    run.tensors("samples", (1,), lambda: {"x": torch.ones(2)}, shared=True)
    assert Run("other").tensors("samples", (1,), never, shared=True)["x"].tolist() == [1, 1]


def test_a_step_that_was_stopped_is_done_again(run):
    def stopped():
        raise Stopped

    with pytest.raises(Stopped):
        run.table("one", (1,), stopped)
    assert Run("trial").table("one", (1,), lambda: [{"a": 1}]) == [{"a": 1}]


def test_the_time_of_a_run_counts_what_was_kept(run):
    run.table("one", (1,), lambda: [{"a": 1}])
    again = Run("trial")
    again.table("one", (1,), never)
    assert again.seconds == pytest.approx(run.seconds)


def test_a_table_is_read_as_it_was_written(tmp_path):
    table = [{"set": "SeFa, all", "k": 10, "p": 0.0005}, {"set": "random", "k": 32, "p": 1e-9}]
    write_table(tmp_path / "t.csv", table)
    assert read_table(tmp_path / "t.csv") == table


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.12345, "0.123"), (5e-4, "5.0e-04"), (3.0, "3"), (12, "12"), ("a", "a"), (0.5, "0.5"), (0.0, "0")],
)
def test_numbers_are_written_shortly(value, written):
    assert text.number(value) == written


def clouds(n=200, size=5):
    random = torch.Generator().manual_seed(0)
    one = torch.randn(n, size, generator=random, dtype=torch.float64)
    return one, 1.5 * torch.randn(n, size, generator=random, dtype=torch.float64) + 0.3


def test_the_frechet_distance_is_that_of_the_formula():
    one, two = clouds()
    a, b = np.cov(one.numpy().T), np.cov(two.numpy().T)
    expected = (one.mean(0) - two.mean(0)).square().sum().item() + np.trace(
        a + b - 2 * linalg.sqrtm(a @ b).real
    )
    assert frechet_of_samples(one, two) == pytest.approx(expected, rel=1e-6)
    assert frechet_of_samples(one, one) == pytest.approx(0, abs=1e-9)


def test_the_kernel_distance_is_the_mean_over_pairs_that_are_two_pictures():
    one, two = (cloud[:6] for cloud in clouds())

    def k(x, y):
        return float((x @ y / 5 + 1) ** 3)

    within = [sum(k(x[i], x[j]) for i in range(6) for j in range(6) if i != j) / 30 for x in (one, two)]
    between = sum(k(x, y) for x in one for y in two) / 36
    assert kernel(one, two) == pytest.approx(sum(within) - 2 * between)


def test_the_kernel_distance_of_pictures_of_one_kind_is_zero_on_average():
    random = torch.Generator().manual_seed(0)
    draws = [torch.randn(2, 20, 4, generator=random, dtype=torch.float64) for _ in range(400)]
    found = torch.tensor([kernel(*pair) for pair in draws])
    assert abs(float(found.mean())) < 3 * float(found.std()) / 20


def test_features_in_spreads_count_alike_and_dead_ones_not_at_all():
    fresh = torch.randn(500, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    scale = torch.tensor([1.0, 50.0, 1e-3], dtype=torch.float64)
    scaled, other = features.in_spreads(fresh * scale, fresh[:5] * scale)
    assert torch.allclose(scaled.std(0), torch.ones(2, dtype=torch.float64))
    assert torch.allclose(other, (fresh[:5, :2] - fresh[:, :2].mean(0)) / fresh[:, :2].std(0))


def test_features_of_pictures_are_float64_and_unknown_ones_are_refused_with_what_to_do():
    images = torch.zeros(3, 3, 64, 64)
    assert extractor("regressor")(images).shape == (3, 128)
    assert extractor("colours")(images).dtype == torch.float64
    with pytest.raises(ValueError, match=r"'vgg'; it must be one of regressor"):
        extractor("vgg")
    with pytest.raises(FileNotFoundError, match=r"no file 'no.pth'. Fetch "):
        extractor("inception:no.pth")


def test_inceptions_features_are_of_pixels_of_0_to_255(monkeypatch, tmp_path):
    """A stand-in for torch-fidelity, which brings no weights."""
    import sys
    from types import ModuleType

    class Network:
        def __init__(self, name, wanted, weights):
            assert (wanted, weights) == (["2048"], str(tmp_path / "w.pth"))

        def __call__(self, pixels):
            assert pixels.dtype == torch.uint8
            return (pixels.flatten(1).float(),)

    module = ModuleType("torch_fidelity.feature_extractor_inceptionv3")
    module.FeatureExtractorInceptionV3 = Network
    monkeypatch.setitem(sys.modules, "torch_fidelity", ModuleType("torch_fidelity"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    (tmp_path / "w.pth").touch()
    found = features.extractor(f"inception:{tmp_path / 'w.pth'}")(
        torch.tensor([-2.0, -1, 0, 1]).view(4, 1, 1, 1)
    )
    assert found.shape == (4, 3)  # grey is shown as RGB
    assert found[:, 0].tolist() == [0, 0, 128, 255]


def test_strengths_are_those_of_matched_strengths(run, tiny):
    found = factorize(tiny, k=4)
    strengths = edits.strengths(run, tiny, found, 0.05, "trial")
    latents = tiny.sample(range(edits.MATCHING_SEED, edits.MATCHING_SEED + 4))
    expected = matched_strengths(
        tiny, found, 0.05, latents=latents, limit=edits.LIMIT, controls=0, rows="all"
    )
    assert torch.allclose(strengths, expected.strengths, rtol=1e-3)


def test_a_change_that_is_not_reached_is_met_with_the_largest_strength(run, tiny):
    strengths = edits.strengths(run, tiny, factorize(tiny, k=2), 50.0, "trial")
    assert strengths.tolist() == [edits.LIMIT] * 2


def test_what_differs_by_rounding_is_the_same_setting():
    values = torch.randn(20, 32, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    assert edits.rounded(values) == edits.rounded(values + 1e-13)
    assert edits.rounded(values) != edits.rounded(values + 1e-5)


def test_each_picture_is_moved_along_its_own_direction_only():
    amounts = edits.one_each(torch.tensor([2, 0]), torch.tensor([1.5, -1.0]), 3)
    assert amounts.tolist() == [[0, 0, 1.5], [-1, 0, 0]]


def test_a_share_of_changes_counts_no_noise():
    random = torch.Generator().manual_seed(0)
    changes = torch.randn(4000, 10, generator=random, dtype=torch.float64)
    changes[:, 3] += 1
    assert float(purity.attribute_shares(changes)[3]) > 0.995


def measured():
    return [(one, claim.read_tables(one.name)) for one in pages.claims() if claim.read_tables(one.name)]


@pytest.mark.parametrize(("one", "tables"), measured(), ids=lambda value: getattr(value, "name", ""))
def test_a_page_says_what_the_files_of_figures_say(one, tables):
    assert (pages.PAGES / f"{one.name}.md").read_text("utf-8") == pages.page(one, tables)
    assert {"does not hold", "holds", "cannot be tested here"} >= {f.verdict for f in one.findings(tables)}


def test_the_table_of_claims_has_every_statement_once():
    written = (pages.PAGES / "index.md").read_text("utf-8")
    for one, tables in measured():
        for found in one.findings(tables):
            assert written.count(f"| [{found.statement}]({one.name}.md) |") == 1
