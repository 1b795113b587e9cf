"""Directions in the files of programs that learn them; each is built as the published program builds it."""

import pytest
import scipy.linalg
import torch
from torch import nn

from sefa_widget import load_directions
from sefa_widget.directions.foreign import read_foreign


class Deformator(nn.Module):
    """What the published deformators hold, and how far they move an input."""

    def __init__(self, kind, d=5, k=3):
        super().__init__()
        self.kind = kind
        if kind == "ortho":
            self.log_mat_half = nn.Parameter(torch.randn(d, d))
        else:
            self.linear = nn.Linear(k, d)

    def forward(self, x):
        if self.kind == "ortho":
            turned = scipy.linalg.expm((self.log_mat_half - self.log_mat_half.T).detach().double().numpy())
            return nn.functional.linear(x.double(), torch.from_numpy(turned))
        out = self.linear(x)
        return out * x.norm(dim=1, keepdim=True) / out.norm(dim=1, keepdim=True) if self.kind == "p" else out


class Warped(nn.Module):
    """What the published support sets hold, and the gradient of the warpings."""

    def __init__(self, k=3, dipoles=4, d=5, gamma=0.02):
        super().__init__()
        vectors = torch.randn(k, dipoles, d)
        self.SUPPORT_SETS = nn.Parameter(torch.stack([vectors, -1.1 * vectors], 2).reshape(k, -1))
        self.ALPHAS = nn.Parameter(torch.tensor([1.0, -1.0]).repeat(k, dipoles))
        self.LOGGAMMA = nn.Parameter(torch.full((k, 1), gamma).log())

    def warped(self, k, z):
        vectors = self.SUPPORT_SETS[k].reshape(self.ALPHAS.shape[1], -1)
        distances = (z - vectors).square().sum(1)
        return (self.ALPHAS[k] * (-self.LOGGAMMA[k].exp() * distances).exp()).sum()


def saved(folder, value):
    path = folder / "file.bin"
    torch.save(value, path)
    return path


@pytest.fixture(autouse=True)
def seed():
    torch.manual_seed(0)


def unit(rows):
    return rows.double() / rows.double().norm(dim=1, keepdim=True)


@pytest.mark.parametrize("kind", ["linear", "ortho"])
def test_a_direction_of_a_deformator_is_where_a_unit_vector_is_moved(tmp_path, kind):
    deformator = Deformator(kind)
    count = 5 if kind == "ortho" else 3
    moved = deformator(torch.eye(count)) - deformator(torch.zeros(1, count))
    path = saved(tmp_path, deformator.state_dict())
    if kind == "linear":
        with pytest.warns(UserWarning, match="has a bias, which moves every picture alike"):
            found = load_directions(path)
    else:
        found = load_directions(path)
    assert torch.allclose(found.vectors, unit(moved.detach()), atol=1e-6)
    assert (found.method, found.value, found.eigenvalues.tolist()) == ("learned (Voynov)", None, [1] * count)


def test_a_projective_deformator_without_bias_has_the_same_directions(tmp_path):
    deformator = Deformator("p")
    nn.init.zeros_(deformator.linear.bias)
    found = load_directions(saved(tmp_path, {"deformator": deformator.state_dict()}))
    assert torch.allclose(found.vectors, unit(deformator(torch.eye(3)).detach()), atol=1e-6)


def test_a_deformator_of_several_layers_is_refused_with_the_reason(tmp_path):
    state = {f"{name}.weight": torch.ones(2, 2) for name in ("fc1", "bn1", "fc2", "fc4")}
    with pytest.raises(ValueError, match=r"deformator of several layers.*there is no direction to read"):
        load_directions(saved(tmp_path, state))


def test_global_directions_of_latentclr_are_read_from_its_checkpoint(tmp_path):
    params = torch.randn(4, 6)
    checkpoint = {"iteration": 3, "optimizer": {"state": {}}, "model": {"params": params}, "scaler": None}
    found = load_directions(saved(tmp_path, checkpoint))
    assert torch.allclose(found.vectors, unit(params))
    assert found.method == "learned (LatentCLR)"


@pytest.mark.parametrize("gamma", [0.02, 400.0])
def test_paths_of_warpedganspace_leave_the_origin_along_the_gradient(tmp_path, gamma):
    sets = Warped(gamma=gamma).double()
    gradients = []
    for k in range(3):
        z = torch.zeros(5, dtype=torch.float64, requires_grad=True)
        (sets.warped(k, z) * (1.0 if gamma < 1 else 1e200)).backward()
        gradients.append(z.grad)
    state = {f"module.{name}": value for name, value in sets.state_dict().items()}
    found = load_directions(saved(tmp_path, {"iter": 5, "support_sets": state}))
    assert found.method == "learned (WarpedGANSpace)"
    if gamma < 1:
        assert torch.allclose(found.vectors, unit(torch.stack(gradients)), atol=1e-9)
    assert found.vectors.isfinite().all()  # though every exponential by itself is too small for a number


@pytest.mark.parametrize(
    ("state", "text"),
    [
        ({"log_mat_half": torch.ones(2, 3)}, r"its log_mat_half is \[2, 3\], not square"),
        ({"linear.weight": torch.ones(4)}, r"its linear.weight is \[4\], not a matrix"),
        (
            {"SUPPORT_SETS": torch.ones(2, 7), "ALPHAS": torch.ones(2, 2), "LOGGAMMA": torch.ones(2, 1)},
            r"its support sets, alphas and gammas are .* which do not fit together",
        ),
        ({"linear.weight": torch.ones(2, 2), "other": torch.ones(1)}, "but no matrix 'eigvec'"),
    ],
)
def test_tensors_that_do_not_fit_are_said(tmp_path, state, text):
    with pytest.raises(ValueError, match=text):
        read_foreign(saved(tmp_path, state))
