"""Looking between modules whether work is wanted still."""

import threading

import pytest
import torch
from torch import nn

from sefa_widget.panel.between import between_modules


@pytest.fixture
def network():
    """Three modules, that note when they run."""
    ran = []

    class Noting(nn.Module):
        def forward(self, x):
            ran.append(threading.get_ident())
            return x

    return nn.Sequential(Noting(), Noting(), Noting()), ran


def test_what_a_look_raises_ends_a_pass_at_the_next_module(network):
    modules, ran = network
    looks = []

    def look():
        looks.append(1)
        if len(looks) == 3:  # before the second of the modules inside
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), between_modules(look):
        modules(torch.zeros(1))
    assert len(ran) == 1
    modules(torch.zeros(1))
    assert (len(ran), len(looks)) == (4, 3)


def test_derivatives_end_as_well(network):
    modules, ran = network

    def look():
        if ran:
            raise ZeroDivisionError

    def along(tangent):
        return torch.func.jvp(modules, (torch.zeros(2),), (tangent,))[1]

    with pytest.raises(ZeroDivisionError), between_modules(look):
        torch.func.vmap(along)(torch.eye(2))
    assert len(ran) == 1
    assert torch.equal(torch.func.vmap(along)(torch.eye(2)), torch.eye(2))


def test_networks_of_other_threads_go_on(network):
    modules, ran = network

    def look():
        raise ZeroDivisionError

    with between_modules(look):
        other = threading.Thread(target=modules, args=(torch.zeros(1),))
        other.start()
        other.join()
    assert len(ran) == 3
