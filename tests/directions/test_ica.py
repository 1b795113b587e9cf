import pytest
import torch

from sefa_widget.directions.activations import Samples
from sefa_widget.directions.ica import fastica, from_unmixing, ica
from sefa_widget.directions.moments import Moments
from sefa_widget.directions.pca import principal
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
    unmixing = fastica(white)
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
    with pytest.warns(UserWarning, match="not converged in 2 rounds"):
        fastica(white, rounds=2)


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
        fastica(white, every_round=lambda: 1 / 0)
