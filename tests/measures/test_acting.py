import pytest
import torch

from sefa_widget import Directions, edit
from sefa_widget.generators.base import Generator, Layer
from sefa_widget.generators.latent import Latent
from sefa_widget.measures.acting import MOST, Acting, _alike
from sefa_widget.measures.sliders import Setting, Unedited


class Painter(Generator):
    """Number 0 of a code is the grey of the left half, number 1 that of one pixel; 2 turns with number 3."""

    family = "painter"
    layers = (Layer("all", 16, 0),)
    latent_space = "z"
    z_dim = latent_dim = 4
    num_codes, resolution, channels = 1, 16, 3

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(()))

    @property
    def config(self):
        return {}

    def latent_weight(self, layer):
        return torch.eye(4)

    def mapping(self, z, *, labels=None, truncation_psi=1.0, truncation_cutoff=None):
        return Latent(z[:, None])

    def forward(self, codes, labels=None, noise="const"):
        z = codes[:, 0]
        picture = torch.zeros(len(z), 3, 16, 16)
        picture[:, :, :, :8] += 0.1 * z[:, 0, None, None, None]
        picture[:, :, 15, 15] += 0.1 * z[:, 1, None]
        picture[:, :, 0, 15] += 0.1 * torch.sign(z[:, 3, None]) * z[:, 2, None]
        return picture


@pytest.fixture
def painter():
    return Painter().eval()


@pytest.fixture
def acting(painter):
    axes = Directions.from_vectors(torch.eye(4, dtype=torch.float64)[:3])
    return Acting(painter, axes, [0], Unedited(painter, Setting()))


def all_of(acting, *arguments):
    while acting.step(*arguments):
        pass
    return acting.found


def test_the_shares_say_where_a_direction_changes_pictures(acting):
    found = all_of(acting, [1.0, 1.0, 1.0])
    assert found[0].where[:, :4].sum() == pytest.approx(1)
    assert found[0].where[3, 2] == pytest.approx(1 / 32)
    assert found[1].where[7, 7] == pytest.approx(1)
    assert found[2].where[0, 7] == pytest.approx(1)


def test_directions_that_do_the_same_to_all_pictures_are_alike(acting):
    found = all_of(acting, [1.0, 1.0, 1.0])
    assert found[0].alike == pytest.approx(1)
    # of 8 pictures some change up and the others down
    signs = torch.sign(acting._latents.codes[:, 0, 3])
    apart = (signs.sum() ** 2 - 8) / 56
    assert found[2].alike == pytest.approx(float(apart))


def test_a_direction_is_measured_at_a_time_and_those_that_have_a_strength_come_first(acting):
    assert acting.step([1.0] * 3, [2])
    assert list(acting.found) == [2]
    before = acting.found
    assert acting.step([1.0] * 3, [2])
    assert list(before) == [2]
    assert list(acting.found) == [2, 0]
    assert not acting.step([1.0] * 3)
    assert not acting.step([1.0] * 3)
    assert sorted(acting.found) == [0, 1, 2]


def test_strengths_of_directions_that_there_are_none_of_are_left_out(acting):
    assert sorted(all_of(acting, [1.0] * 3, [7])) == [0, 1, 2]


def test_directions_after_the_first_are_measured_only_where_they_have_a_strength(tiny):
    many = Directions.from_vectors(torch.eye(tiny.latent_dim, dtype=torch.float64)[[0] * (MOST + 2)])
    acting = Acting(tiny, many, range(tiny.num_codes), Unedited(tiny, Setting()))
    found = all_of(acting, [1.0] * (MOST + 2), [MOST + 1])
    assert sorted(found) == [*range(MOST), MOST + 1]


def test_a_direction_that_changes_nothing_acts_nowhere(acting):
    found = all_of(acting, [0.0, 1.0, 1.0])
    assert (found[0].alike, float(found[0].where.sum())) == (0, 0)


def test_an_error_ends_the_measuring_and_is_raised_once(acting, monkeypatch):
    def failing(index, end):
        raise RuntimeError("out of memory")

    monkeypatch.setattr(acting, "_measure", failing)
    with pytest.raises(RuntimeError):
        acting.step([1.0] * 3)
    assert not acting.step([1.0] * 3)


def test_no_more_than_64_directions_are_measured_on_8_by_8_cells(acting):
    assert MOST == 64
    assert all_of(acting, [1.0] * 3)[0].where.shape == (8, 8)
    assert acting.found[0].where.dtype == torch.float64


def test_a_change_is_from_the_minus_end_to_the_plus_end_of_the_rows_that_move(tiny_style):
    found = Directions.from_vectors(torch.eye(6)[:2], generator=tiny_style)
    unedited = Unedited(tiny_style, Setting(3, 0.5))
    ends = [0.3, 0.7]
    measured = all_of(Acting(tiny_style, found, (1,), unedited), ends)
    for index, end in enumerate(ends):
        plus, minus = (
            tiny_style.synthesize(edit(unedited.latents, found, {index: side * end}, rows=[1]))
            for side in (1, -1)
        )
        change = (plus - minus).double()
        cells = change.square().mean((0, 1))
        assert torch.allclose(measured[index].where, cells / cells.sum(), atol=1e-6)
        units = torch.nn.functional.normalize(change.flatten(1), dim=1)
        cosines = (units @ units.T).triu(1)
        pairs = len(units) * (len(units) - 1) / 2
        assert measured[index].alike == pytest.approx(float(cosines.sum() / pairs), abs=1e-6)


def test_of_a_single_picture_nothing_is_alike():
    assert _alike(torch.ones(1, 5)) == 0
    assert _alike(torch.ones(2, 5)) == pytest.approx(1)
    assert _alike(torch.tensor([[1.0, 0], [-2, 0]])) == pytest.approx(-1)
    assert _alike(torch.tensor([[1.0, 0], [0, 5], [1, 0]])) == pytest.approx(1 / 3)
