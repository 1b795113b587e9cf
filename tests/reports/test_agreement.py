import math

import pytest
import torch

from sefa_widget import factorize
from sefa_widget.reports.agreement import find_agreement


def test_the_first_method_that_reads_weights_stands_there_with_raw_rows_too(tiny_style):
    found = find_agreement(tiny_style, ["sefa", "random"])
    assert list(found.sets) == ["SeFa", "SeFa, raw", "Random"]
    raw = factorize(tiny_style, method="sefa", normalize=False)
    assert torch.equal(found.sets["SeFa, raw"].vectors, raw.vectors)
    assert len(found.pairs) == 3


def test_cells_are_the_cosines_of_all_directions_with_all(tiny_style):
    found = find_agreement(tiny_style, ["sefa", "random"])
    assert found.cosines.shape == (18, 18)
    assert torch.allclose(found.cosines.diagonal(), torch.ones(18, dtype=torch.float64))
    sefa, random = found.sets["SeFa"].vectors, found.sets["Random"].vectors
    assert torch.allclose(found.cosines[:6, 12:], (sefa @ random.T).abs(), atol=1e-12)
    assert torch.equal(found.pair("Random", "SeFa").cosines, found.cosines[:6, 12:])


def test_the_chance_of_a_cell_is_that_of_two_random_directions(tiny):
    # cos^2 is Beta(1/2, (d - 1) / 2): in 8 dimensions 95 % of |cos| are below 0.666
    assert find_agreement(tiny, ["random"]).single == pytest.approx(0.666, abs=0.02)


def test_a_method_that_does_not_run_here_is_named(tiny):
    found = find_agreement(tiny, ["sefa", "pca"])
    assert found.left_out == ("PCA",)
    assert "PCA" not in found.sets


def test_progress_goes_to_the_end_and_no_method_is_no_error(tiny):
    told = []
    find_agreement(tiny, ["sefa", "random"], lambda done, total: told.append(done / total))
    assert told == sorted(told)
    assert told[-1] == 1
    nothing = find_agreement(tiny, [])
    assert nothing.sets == {}
    assert not math.isnan(nothing.single)
