"""Where linear algebra runs: in float64, and `eigh` of small matrices on the CPU."""

import pytest
import torch

from sefa_widget.directions.device import eigh_device, float64_device, for_eigh, to_float64


@pytest.mark.parametrize(("kind", "where"), [("cpu", "cpu"), ("cuda", "cuda"), ("mps", "cpu")])
def test_float64_is_computed_on_the_device_itself_if_it_can(kind, where):
    assert float64_device(torch.device(kind)) == torch.device(where)


@pytest.mark.parametrize(
    ("size", "kind", "where"),
    [
        (512, "cuda", "cpu"),
        (513, "cuda", "cuda"),
        (513, "mps", "cpu"),
        (1, "cuda", "cpu"),
        (513, "cpu", "cpu"),
    ],
)
def test_eigh_of_up_to_512_numbers_runs_on_the_cpu(size, kind, where):
    assert eigh_device(size, torch.device(kind)) == torch.device(where)


def test_a_matrix_of_more_than_512_rows_stays_where_it_is():
    assert for_eigh(torch.empty(513, 513, device="meta")).device.type == "meta"


def test_values_become_float64():
    for change in (to_float64, for_eigh):
        found = change(torch.tensor([[0.5, 1], [2, 3]], dtype=torch.float16))
        assert found.dtype == torch.float64
        assert found.tolist() == [[0.5, 1], [2, 3]]
