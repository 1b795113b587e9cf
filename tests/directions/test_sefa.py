"""SeFa: eigenvectors of the weights that read the latent."""

import pytest
import torch

from sefa_widget.directions.eigen import decompose
from sefa_widget.directions.sefa import METHOD, find, of_weights
from sefa_widget.directions.value import SHARE_OF_ROWS, SHARE_OF_WEIGHT


def gram(tiny_style, layers, normalize):
    rows = torch.cat([tiny_style.styles[n].weight for n in layers]).double()
    rows = rows / rows.norm(dim=1, keepdim=True) if normalize else rows
    return rows.T @ rows


@pytest.mark.parametrize("normalize", [True, False])
@pytest.mark.parametrize("layers", [(0, 1, 2), (1,), (0, 2)])
def test_directions_are_the_eigenvectors_of_the_weights_of_the_chosen_layers(tiny_style, layers, normalize):
    found = find(tiny_style, list(layers), None, normalize)
    values, vectors = decompose(gram(tiny_style, layers, normalize))
    assert torch.allclose(found.eigenvalues, values)
    assert torch.allclose(found.vectors, vectors)
    assert found.rows == sum((8, 12, 3)[n] for n in layers)
    assert (found.method, found.layers, found.normalized) == ("sefa", layers, normalize)
    assert (found.edit_rows, found.value) == (layers, SHARE_OF_ROWS if normalize else SHARE_OF_WEIGHT)


def test_rows_are_normalised_and_all_layers_and_directions_taken_unless_told_otherwise(tiny_style):
    found = find(tiny_style)
    assert (found.normalized, found.layers, len(found)) == (True, (0, 1, 2), 6)
    assert torch.allclose(found.vectors, find(tiny_style, [0, 1, 2], 6, True).vectors)
    assert torch.equal(find(tiny_style, k=2).vectors, found.vectors[:2])


def test_the_first_search_reads_all_layers_and_no_later_one_reads_any(tiny_style):
    read = []

    def weight(number):
        read.append(number)
        return tiny_style.latent_weight(number)

    of_weights(tiny_style, "sefa", [1], None, True, weight)
    assert read == [0, 1, 2]
    of_weights(tiny_style, "sefa", [0, 2], None, True, weight)
    assert read == [0, 1, 2]
    of_weights(tiny_style, "sefa", [1], None, False, weight)
    assert read == [0, 1, 2, 0, 1, 2]


def test_it_runs_on_every_generator_but_only_on_layers_that_read_the_latent(tiny):
    assert METHOD.applies_to(tiny)
    with pytest.raises(ValueError, match="reads no latent, so 'sefa' cannot factorise it"):
        find(tiny, [1])
