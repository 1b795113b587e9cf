import re
from functools import partial

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.directions import ica as ica_module
from sefa_widget.directions.activations import Samples
from sefa_widget.directions.ica import fastica, from_unmixing, ica
from sefa_widget.directions.moments import Moments
from sefa_widget.directions.pca import components, principal
from sefa_widget.generators.base import Latent
from tests.conftest import TinyStyle, seeded

MIXING = torch.randn(6, 5, generator=torch.Generator().manual_seed(1))
"""Column j is how the latent changes with source j."""


class Mixed(TinyStyle):
    """Its w is a mix of five independent sources, none of them normal."""

    def mapping(self, z, *, labels=None, truncation_psi=1.0, truncation_cutoff=None) -> Latent:
        sources = torch.sign(z) * z.abs() ** torch.tensor([2.0, 2.5, 0.2, 3.0, 0.3])
        return Latent((sources @ MIXING.T)[:, None].repeat(1, 3, 1), self.label_vectors(None, len(z)))


@pytest.fixture(scope="module")
def mixed():
    return seeded(Mixed())


def best_cosines(vectors: torch.Tensor) -> torch.Tensor:
    """For each true source, |cos| of the nearest direction."""
    truth = MIXING.T.double()
    return (vectors @ (truth / truth.norm(dim=1, keepdim=True)).T).abs().max(0).values


def test_columns_of_the_mixing_matrix_move_one_source_each_and_unmixing_rows_do_not(mixed):
    mixing = ica(mixed, n=20_000, k=5)
    assert best_cosines(mixing.vectors).min() > 0.99
    rows = ica(mixed, n=20_000, k=5, rows="components")
    assert best_cosines(rows.vectors).mean() < 0.9
    assert (mixing.method, rows.method, rows.options["rows"]) == ("ica", "ica", "components")


def test_directions_are_unit_vectors_by_the_variance_of_their_source(mixed):
    directions = ica(mixed, n=5000, k=5)
    assert torch.allclose(directions.vectors.norm(dim=1), torch.ones(5, dtype=torch.float64))
    assert (directions.eigenvalues.diff() <= 0).all()
    assert directions.eigenvalues.sum().item() == pytest.approx(directions.trace, rel=1e-6)
    assert (directions.vectors.gather(1, directions.vectors.abs().argmax(1, keepdim=True)) > 0).all()


def test_the_same_seed_gives_the_same_directions(mixed):
    first, second = ica(mixed, n=2000, k=4), ica(mixed, n=2000, k=4)
    assert torch.equal(first.vectors, second.vectors)


def test_scikit_learns_fastica_finds_the_same_sources(mixed):
    sklearn = pytest.importorskip("sklearn.decomposition")
    w = torch.cat([z for _, z in Samples(mixed, 4000)]).double()
    method = sklearn.FastICA(5, random_state=0, whiten="unit-variance", tol=1e-8, max_iter=1000)
    theirs = method.fit(w.numpy())
    for rows, expected in [("mixing", theirs.mixing_.T), ("components", theirs.components_)]:
        ours = ica(mixed, n=4000, k=5, rows=rows).vectors
        expected = torch.from_numpy(expected)
        cosines = (ours @ (expected / expected.norm(dim=1, keepdim=True)).T).abs()
        assert cosines.max(1).values.min() > 0.9999


def test_the_rotation_is_orthogonal_and_its_sources_are_white(mixed):
    moments = Moments()
    w = torch.cat([z for _, z in Samples(mixed, 4000)]).double()
    moments.add(w)
    found = principal(moments, 5)
    white = (w - found.mean) @ found.vectors.T / found.variances.sqrt()
    unmixing, said = fastica(white)
    assert said == ""
    assert torch.allclose(unmixing @ unmixing.T, torch.eye(5, dtype=torch.float64), atol=1e-9)
    sources = white @ unmixing.T
    assert torch.allclose(torch.cov(sources.T), torch.eye(5, dtype=torch.float64), atol=1e-9)
    directions = from_unmixing(Samples(mixed, 4000), unmixing, found, "mixing")
    assert len(directions) == 5


def test_with_a_layer_both_kinds_of_rows_are_least_squares_of_the_latent_on_the_sources(tiny):
    options = {"n": 1500, "k": 3, "layer": "norms.0", "seed": 2}
    mixing, rows = ica(tiny, **options), ica(tiny, **options, rows="components")
    assert torch.equal(mixing.vectors, rows.vectors)
    assert (mixing.method, mixing.options["layer"]) == ("ica", "norms.0")


def test_what_has_not_converged_is_said():
    white = torch.randn(2000, 6, generator=torch.Generator().manual_seed(0)).double()
    assert "not converged in 2 rounds" in fastica(white, rounds=2)[1]


def test_other_rows_are_refused(mixed):
    with pytest.raises(ValueError, match="rows is 'columns'; it must be one of mixing, components"):
        ica(mixed, rows="columns")


def test_progress_counts_both_draws_and_is_told_in_every_round(mixed):
    seen = []
    ica(mixed, n=2048, k=2, progress=lambda *p: seen.append(p))
    assert seen[:4] == [(1024, 4096), (2048, 4096), (3072, 4096), (4096, 4096)]
    assert len(seen) > 5
    assert set(seen[4:]) == {(4096, 4096)}


def test_what_progress_raises_ends_the_rounds():
    white = torch.randn(2000, 6, generator=torch.Generator().manual_seed(0)).double()
    with pytest.raises(ZeroDivisionError):
        fastica(white, every_block=lambda: 1 / 0)


def test_a_round_can_be_ended_in_the_middle_and_its_parts_change_nothing(monkeypatch):
    white = noise(1000, 4)
    whole, _ = fastica(white, rounds=400, tolerance=1e-9)
    monkeypatch.setattr(ica_module, "BLOCK", 4 * 300)  # 300 samples at a time
    looks = []
    assert torch.allclose(fastica(white, rounds=400, tolerance=1e-9)[0], whole)
    fastica(white, rounds=3, tolerance=0.0, every_block=lambda: looks.append(1))
    assert len(looks) == 3 * 4


def noise(n=500, k=3):
    """Even numbers of mean 0 and variance 1."""
    return 12**0.5 * (torch.rand(n, k, generator=torch.Generator().manual_seed(0)).double() - 0.5)


def test_the_seed_is_that_of_the_first_rotation_and_0_unless_told_otherwise():
    found = [fastica(noise(), **options, rounds=1)[0] for options in ({}, {"seed": 0}, {"seed": 1})]
    assert torch.equal(found[0], found[1])
    assert not torch.allclose(found[0], found[2])


def test_one_round_is_the_published_one():
    white = noise()
    start = torch.randn(3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(4))
    u, _, v = torch.linalg.svd(start)
    w = u @ v
    bent = torch.tanh(white @ w.T)
    new = bent.T @ white / 500 - torch.diag((1 - bent**2).mean(0)) @ w
    values, vectors = torch.linalg.eigh(new @ new.T)
    expected = vectors @ torch.diag(values**-0.5) @ vectors.T @ new
    found, said = fastica(white, 4, rounds=1)
    assert torch.allclose(found, expected)
    assert re.search(r"of the last turn \d", said)


def test_rounds_go_on_until_no_row_turns_by_more_than_the_tolerance():
    def rounds(**options):
        seen = []
        fastica(noise(), every_block=lambda: seen.append(1), **options)
        return len(seen)

    assert rounds(tolerance=2.0) == 1
    assert 1 < rounds(tolerance=1e-3) < rounds() < rounds(tolerance=1e-12) < 500
    assert rounds() == rounds(tolerance=1e-6)
    assert rounds(tolerance=0.0) == 500
    assert rounds(tolerance=0.0, rounds=7) == 7


def test_twenty_sources_are_sought_unless_told_otherwise():
    assert ica_module.SOURCES == 20


def test_a_warning_names_the_line_that_called_factorize(mixed, monkeypatch):
    monkeypatch.setattr(ica_module, "fastica", partial(fastica, rounds=1))
    with pytest.warns(UserWarning, match="has not converged in 1 rounds") as told:
        factorize(mixed, method="ica", n=200, k=3)
    assert told[0].filename == __file__


@pytest.mark.parametrize("rows", ["mixing", "components"])
def test_directions_are_made_of_the_unmixing_in_the_order_of_explained_variance(mixed, rows):
    samples = Samples(mixed, 300)
    found = components(samples, 3, None)
    turn = torch.linalg.qr(noise(3, 3)).Q
    made = from_unmixing(samples, turn, found, rows)
    sigma = found.variances.sqrt()
    explained = (turn**2 @ found.variances[:, None])[:, 0]
    order = explained.argsort(descending=True)
    weights = turn * sigma if rows == "mixing" else turn / sigma
    expected = (weights @ found.vectors)[order]
    cosines = torch.nn.functional.cosine_similarity(made.vectors, expected).abs()
    assert torch.allclose(cosines, torch.ones(3, dtype=torch.float64))
    assert torch.allclose(made.eigenvalues, explained[order])
    assert (made.trace, made.rows, made.method) == (found.total, 300, "ica")
