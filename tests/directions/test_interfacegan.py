import numpy as np
import pytest
import torch

from sefa_widget import factorize, load_directions, save_directions
from sefa_widget.directions import as_directions, separations
from sefa_widget.directions.interfacegan import interfacegan
from sefa_widget.directions.planes import chance_cosine, separate
from sefa_widget.directions.projection import project
from sefa_widget.directions.scores import read_scores, score_samples
from sefa_widget.directions.svm import linear_svm
from tests.conftest import GOLDEN, TinyStyle


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


def labelled(share, noise=1.0, n=2000, d=32, seed=0):
    """Codes, labels that are 1 for a share of them and else 0, and the direction they are of."""
    random = torch.Generator().manual_seed(seed)
    codes = torch.randn(n, d, generator=random, dtype=torch.float64)
    truth = torch.nn.functional.normalize(torch.randn(d, generator=random, dtype=torch.float64), dim=0)
    value = codes @ truth + noise * torch.randn(n, generator=random, dtype=torch.float64)
    return codes, (value > value.quantile(1 - share)).double(), truth


@pytest.mark.parametrize(("share", "least"), [(0.5, 0.97), (0.9, 0.92), (0.1, 0.92), (0.01, 0.65)])
def test_of_two_labels_all_samples_are_used_however_unequal_they_are(share, least, recwarn):
    """The same plane from 40 of either label is worse."""
    codes, labels, truth = labelled(share)
    plane = separate(codes, labels)
    assert (plane.high, plane.low) == (int(labels.sum()), int(2000 - labels.sum()))
    assert float(plane.normal @ truth) > least
    extremes = torch.cat([labels.argsort()[:40], labels.argsort()[-40:]])
    few = separate(codes[extremes], labels[extremes], chosen=0.5)
    assert float(plane.normal @ truth) > float(few.normal @ truth)
    assert torch.equal(separate(codes, labels, chosen=0.2).normal, plane.normal)
    assert not recwarn.list


def test_equal_scores_keep_their_order_so_that_every_machine_keeps_the_same_codes_out_of_the_fit():
    codes, labels, _ = labelled(0.1)
    order = labels.argsort(stable=True)
    assert torch.equal(separate(codes[order], labels[order]).normal, separate(codes, labels).normal)


def test_an_accuracy_of_unequal_classes_is_not_that_of_naming_the_larger_one():
    codes, labels, _ = labelled(0.03, n=6000)
    random = torch.Generator().manual_seed(9)
    shuffled = labels[torch.randperm(6000, generator=random)]
    assert separate(codes, shuffled).accuracy == pytest.approx(0.5, abs=0.1)
    assert 0.8 < separate(codes, labels).accuracy < 0.97


def test_scores_that_are_all_the_same_are_refused():
    codes, _, _ = labelled(0.5)
    with pytest.raises(ValueError, match=r"All 2000 valid scores of attribute 0 are 3: .*Leave it out"):
        interfacegan(codes, torch.full((2000,), 3.0))
    with pytest.raises(ValueError, match="All 1 valid scores of the attribute are 1"):
        separate(codes, torch.tensor([1.0] + [float("nan")] * 1999))


@pytest.mark.parametrize(
    ("values", "sizes"),
    [
        ([0] * 1500 + [1] * 490 + [2] * 10, (500, 1500)),  # too few twos: ones are high too
        ([0] * 1500 + [1] * 470 + [2] * 30, (30, 1500)),
        ([0] * 1900 + list(range(1, 101)), (40, 1900)),  # nothing is below zero
        ([0] * 30 + [1] * 1900 + [2] * 70, (70, 30)),
        ([-1] * 8 + [0] * 1980 + [1] * 12, (12, 8)),  # nearly all tie
    ],
)
def test_equal_scores_are_never_divided_and_a_warning_says_how_many_are_taken(values, sizes):
    codes, _, truth = labelled(0.5)
    scores = torch.tensor(values, dtype=torch.float64)
    codes = codes[(codes @ truth).argsort()]
    with pytest.warns(UserWarning, match=f"{sizes[0]} are taken as high, {sizes[1]} as low"):
        plane = separate(codes, scores)
    assert (plane.high, plane.low) == sizes
    assert float(plane.normal @ truth) > 0.6
    order = torch.randperm(2000, generator=torch.Generator().manual_seed(0))
    with pytest.warns(UserWarning, match="tie"):
        again = separate(codes[order], scores[order])
    assert float(plane.normal @ again.normal) > 0.7  # whatever the order of the file


def test_where_nearly_all_scores_tie_and_none_is_beyond_there_is_no_direction():
    codes, _, _ = labelled(0.5)
    scores = torch.zeros(2000)
    scores[0], scores[1] = 1, -1
    with (
        pytest.warns(UserWarning, match="1 are taken as high, 1 as low"),
        pytest.raises(ValueError, match=r"1 and 1 of 2000 valid samples .* 0 and 0 of them to train"),
    ):
        separate(codes, scores)


def test_scores_that_tie_elsewhere_than_at_the_cut_are_taken_as_published(scored, recwarn):
    codes, scores, _ = scored
    column = scores[:, 0].clone()
    middle = column.argsort()[1000:2000]
    column[middle] = column[middle].mean()
    assert torch.equal(separate(codes, column).normal, separate(codes, scores[:, 0]).normal)
    assert not recwarn.list


def test_reliability_is_of_two_halves_and_grows_with_the_samples():
    planes = [separate(*labelled(0.5, n=n)[:2]) for n in (200, 2000, 20_000)]
    found = [plane.reliability for plane in planes]
    assert 0.3 < found[0] < found[1] < found[2] < 1
    # a half's normal is at |cos| a from the truth, so that two halves are at about a^2 from each other
    beyond = []
    for seed in range(10):
        codes, labels, truth = labelled(0.5, seed=seed)
        half = float(separate(codes[:1000], labels[:1000], split=1).normal @ truth)
        beyond.append(separate(codes, labels).reliability - half**2)
    assert sum(beyond) / len(beyond) == pytest.approx(0, abs=0.04)


def test_scores_without_a_direction_are_no_more_reliable_than_chance_and_are_warned_of():
    codes, labels, _ = labelled(0.5)
    noise = torch.randn(2000, 20, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    planes = [separate(codes, column, chosen=0.1) for column in noise.T]
    beyond = [plane.reliability > plane.chance for plane in planes]
    assert sum(beyond) <= 4
    worst = min(range(20), key=lambda column: planes[column].reliability)
    both = torch.stack([labels, noise[:, worst]], dim=1)
    with pytest.warns(UserWarning, match=r"no better than random ones.*\(95 %\): attribute 1 0\.\d\d\."):
        interfacegan(codes, both, chosen=0.1)


@pytest.mark.parametrize("d", [2, 3, 6, 32, 512])
def test_chance_is_the_quantile_of_random_directions(d):
    random = torch.Generator().manual_seed(0)
    one, two = torch.randn(2, 40_000, d, generator=random)
    drawn = torch.cosine_similarity(one, two).abs().quantile(0.95)
    assert chance_cosine(d) == pytest.approx(float(drawn), rel=0.02)


def test_separations_are_the_planes_whose_normals_are_the_directions(scored, tiny_style):
    codes, scores, _ = scored
    planes = separations(codes, scores, chosen=0.05)
    assert [plane.samples for plane in planes] == [3000, 3000]
    assert all(plane.reliability > 0.9 and plane.accuracy > 0.95 for plane in planes)
    found = interfacegan(codes, scores, chosen=0.05, generator=tiny_style)
    made = as_directions(planes, tiny_style)
    assert torch.equal(made.vectors, found.vectors)
    assert (made.method, made.layers, made.fingerprint, made.rows) == (
        found.method,
        found.layers,
        found.fingerprint,
        found.rows,
    )


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
    shares = [done / total for done, total in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert 0.75 in shares  # all are drawn, and no plane is fitted
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


def test_directions_of_given_codes_do_not_keep_the_scores(scored, tmp_path):
    codes, scores, _ = scored
    found = interfacegan(codes, scores, chosen=0.1, seed=3)
    assert found.options == {"chosen": 0.1, "seed": 3}
    assert load_directions(save_directions(found, tmp_path / "a.safetensors")).search == found.search
    with pytest.raises(TypeError, match="'interfacegan' needs the option 'scores'"):
        found.search.find(TinyStyle())


def test_directions_of_a_scorer_are_found_again(tiny_style):
    def brightness(images):
        return images.mean((1, 2, 3))

    found = factorize(tiny_style, method="interfacegan", scores=brightness, n=200, chosen=0.2)
    assert found.options == {"scores": brightness, "n": 200, "chosen": 0.2}
    assert torch.allclose(found.search.find(tiny_style).vectors, found.vectors)


@pytest.mark.parametrize(("names", "called"), [(["light", "red"], "red"), (["light"], "attribute 1")])
def test_attributes_are_called_what_the_scorer_says_if_it_names_each(tiny_style, names, called):
    def scorer(images):
        noise = torch.randn(len(images), generator=torch.Generator().manual_seed(len(images)))
        return torch.stack([images.mean((1, 2, 3)), noise], 1)

    scorer.names = names
    with pytest.warns(UserWarning, match=rf"no better than random ones.*: {called} 0\.\d\d\. Take") as told:
        separations(tiny_style, scorer, n=100, chosen=0.2, seed=1)
    assert told[0].filename == __file__


def test_planes_without_a_generator_are_directions_of_no_layers(scored):
    planes = separations(*scored[:2])
    made = as_directions(planes)
    assert (made.layers, made.edit_rows, made.fingerprint, made.normalized) == ((), None, "", None)
    assert (made.trace, made.rows, made.eigenvalues.dtype) == (2.0, 3000, torch.float64)
    assert torch.equal(made.vectors, torch.stack([plane.normal for plane in planes]))
    for wrong in ([], [1], [planes[0], None]):
        with pytest.raises(ValueError, match=r"planes is .*; it must be planes, as separations gives them"):
            as_directions(wrong)


@pytest.mark.parametrize("end", [1, 2, 3])
def test_a_fit_tells_how_many_are_done_and_can_be_ended_in_any_round(scored, end):
    told = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if len(told) == 10 * end:
            raise ZeroDivisionError

    codes, scores = scored[:2]
    with pytest.raises(ZeroDivisionError):
        interfacegan(codes, scores, progress=stop)
    assert len(told) == 10 * end
    told.clear()
    interfacegan(codes, scores, progress=lambda *step: told.append(step))
    fits = 3 * scores.shape[1]
    assert list(dict.fromkeys(told)) == [(done, fits) for done in range(fits + 1)]


def test_every_argument_reaches_the_samples_and_the_planes(tiny_style):
    def brightness(images):
        return images.mean((1, 2, 3))

    given = {"chosen": 0.2, "split": 0.5, "seed": 3, "C": 0.01}
    (found,) = separations(tiny_style, brightness, n=120, **given)
    codes, scores = score_samples(tiny_style, brightness, n=120, seed=3)
    expected = separate(codes, scores[:, 0], **given)
    assert torch.equal(found.normal, expected.normal)
    assert (found.offset, found.accuracy, found.samples) == (expected.offset, expected.accuracy, 120)
    directions = interfacegan(tiny_style, brightness, n=120, **given)
    assert torch.equal(directions.vectors[0], expected.normal)
