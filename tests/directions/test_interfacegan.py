import numpy as np
import pytest
import torch

from sefa_widget.directions.interfacegan import interfacegan, project, read_scores, score_samples, separate
from sefa_widget.directions.svm import linear_svm
from tests.conftest import GOLDEN


@pytest.fixture(scope="module")
def reference():
    return {key: torch.from_numpy(value) for key, value in np.load(GOLDEN / "interfacegan.npz").items()}


@pytest.fixture
def scored():
    """Codes, and scores of two attributes that are linear in them."""
    codes = torch.randn(3000, 6, generator=torch.Generator().manual_seed(0))
    truth = torch.tensor([[3.0, 0, 0, 0, 4, 0], [0, 1, 0, -1, 0, 0]])
    return codes, codes @ truth.T, truth / truth.norm(dim=1, keepdim=True)


def test_the_published_code_finds_the_same_boundaries(reference):
    directions = interfacegan(reference["codes"], reference["scores"], chosen=0.05, seed=7, invalid=-100000.0)
    cosines = (directions.vectors * reference["boundaries"].double()).sum(1)
    assert cosines.min() > 1 - 1e-5  # the same way round, too


def test_the_published_code_puts_its_planes_in_the_same_place(reference):
    for number, norm in enumerate(reference["norms"]):
        column = reference["scores"][:, number].double()
        plane = separate(reference["codes"], column, chosen=0.05, seed=7, invalid=-100000.0)
        assert plane.offset == pytest.approx(float(reference["intercepts"][number] / norm), abs=0.02)
        assert plane.accuracy > 0.95


def test_the_published_code_projects_on_the_same_directions(reference):
    normals = reference["boundaries"].double()
    for count, expected in enumerate(reference["projected"], start=1):
        assert torch.allclose(project(normals[0], normals[1 : count + 1]), expected.double(), atol=1e-6)


@pytest.mark.parametrize(("n", "d", "C"), [(60, 100, 1.0), (400, 10, 1.0), (300, 4, 10.0), (200, 6, 0.01)])
def test_the_plane_is_that_of_scikit_learns_linear_svc(n, d, C):
    svm = pytest.importorskip("sklearn.svm")
    random = np.random.RandomState(0)
    x = random.randn(n, d) + 0.5
    y = np.sign(x[:, 0] + 0.6 * random.randn(n))
    theirs = svm.SVC(kernel="linear", C=C, tol=1e-7).fit(x, y)
    w, b = linear_svm(torch.from_numpy(x), torch.from_numpy(y), C)
    assert np.abs(theirs.predict(x) - np.sign(x @ w.numpy() + b)).mean() < 0.02
    scale = np.linalg.norm(theirs.coef_)
    assert np.abs(w.numpy() - theirs.coef_[0]).max() < 1e-4 * scale
    assert abs(b - theirs.intercept_[0]) < 1e-4 * (1 + abs(theirs.intercept_[0]))


def test_linear_attributes_are_found_in_their_order_towards_more_of_them(scored):
    codes, scores, truth = scored
    directions = interfacegan(codes, scores)
    assert ((directions.vectors * truth).sum(1) > 0.95).all()
    assert directions.eigenvalues.tolist() == [1, 1]
    assert (directions.method, directions.rows, directions.fingerprint) == ("interfacegan", 3000, "")


def test_rows_of_codes_are_averaged_and_one_attribute_needs_no_column(scored, tiny_style):
    codes, scores, _ = scored
    flat = interfacegan(codes.numpy(), scores[:, 0].numpy(), chosen=100)
    rows = interfacegan(codes[:, None].repeat(1, 3, 1), scores[:, :1], chosen=100, generator=tiny_style)
    assert torch.allclose(flat.vectors, rows.vectors, atol=1e-5)
    assert rows.fingerprint == tiny_style.fingerprint
    assert rows.layers == (0, 1, 2)


def test_scores_that_are_none_are_left_out(scored):
    codes, scores, _ = scored
    column = scores[:, 0].clone()
    column[:50], column[50:100], column[100:150] = float("nan"), float("inf"), -1e5
    found = interfacegan(codes, column, invalid=-1e5)
    assert torch.equal(found.vectors, interfacegan(codes[150:], column[150:]).vectors)


@pytest.mark.parametrize("header", ["", "smile,age\n"])
def test_scores_come_from_files(scored, tmp_path, header):
    _, scores, _ = scored
    np.save(tmp_path / "scores.npy", scores.numpy())
    table = tmp_path / "scores.csv"
    table.write_text(header + "\n".join(",".join(f"{v:.9e}" for v in row) for row in scores.tolist()))
    assert torch.allclose(read_scores(tmp_path / "scores.npy"), scores.double())
    assert torch.allclose(read_scores(table), scores.double())


def test_a_file_of_pickled_objects_is_refused(tmp_path):
    np.save(tmp_path / "scores.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"'scores.npy' holds no scores"):
        read_scores(tmp_path / "scores.npy")


def test_a_generator_draws_and_a_function_scores_its_pictures(tiny_style):
    def brightness(images: torch.Tensor) -> torch.Tensor:
        return images.mean((1, 2, 3))

    seen = []
    directions = interfacegan(tiny_style, brightness, n=1000, chosen=0.1, progress=lambda *p: seen.append(p))
    codes, scores = score_samples(tiny_style, brightness, n=1000)
    assert np.corrcoef(codes @ directions.vectors[0], scores[:, 0])[0, 1] > 0.8
    assert seen[-1] == (1000, 1000)
    assert directions.fingerprint == tiny_style.fingerprint


def test_a_projected_direction_is_at_right_angles_to_every_condition_even_if_they_repeat():
    random = torch.Generator().manual_seed(0)
    direction, conditions = torch.randn(20, generator=random), torch.randn(6, 20, generator=random)
    conditions[3] = 2 * conditions[0]
    found = project(direction, conditions)
    assert (conditions.double() @ found).abs().max() < 1e-12
    assert found.norm().item() == pytest.approx(1)
    assert torch.allclose(found, project(direction, conditions[[0, 1, 2, 4, 5]]))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"scores": torch.zeros(5)}, "3000 codes and 5 scores"),
        ({"scores": torch.zeros(3000, 1, 1)}, r"Scores have shape \[3000, 1, 1\]"),
        ({"scores": lambda images: images}, "give a generator instead of codes"),
        ({"codes": torch.zeros(3000)}, r"Codes have shape \[3000\]"),
        ({"codes": torch.full((3000, 6), float("nan"))}, "NaN"),
        ({"codes": torch.zeros(3000, 6)}, "lie in the same place"),
        ({"chosen": 1e-4}, "0 of 3000 valid samples are chosen"),
        ({"chosen": -1}, "chosen is -1"),
        ({"split": 2}, "split 2"),
    ],
)
def test_what_gives_no_direction_is_refused_with_the_reason(scored, change, text):
    arguments = {"codes": scored[0], "scores": scored[1], **change}
    with pytest.raises(ValueError, match=text):
        interfacegan(**arguments)


def test_codes_of_another_size_and_scores_of_other_samples_are_refused(scored, tiny, tiny_style):
    codes, scores, _ = scored
    with pytest.raises(ValueError, match="Codes have size 6; 'tiny' takes size 8"):
        interfacegan(codes, scores, generator=tiny)
    with pytest.raises(ValueError, match="must be a function of its images"):
        interfacegan(tiny_style, scores)
    with pytest.raises(ValueError, match="The scorer gives 1 scores for 32 images"):
        interfacegan(tiny_style, lambda images: images.mean().reshape(1), n=100)


def test_nothing_is_left_of_a_direction_in_the_span_of_its_conditions():
    with pytest.raises(ValueError, match="nothing is left"):
        project(torch.ones(4), torch.eye(4))
    with pytest.raises(ValueError, match="points of both"):
        linear_svm(torch.ones(3, 2), torch.ones(3))
