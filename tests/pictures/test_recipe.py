"""A recipe is plain JSON values from which the pictures can be made again."""

import json

import numpy as np
import pytest

from sefa_widget import factorize
from sefa_widget.pictures.editing import UNEDITED, Edit
from sefa_widget.pictures.recipe import of_edit, of_start, recipe
from sefa_widget.pictures.starts import Start


def test_a_start_is_named_with_all_that_it_depends_on(tiny):
    start = Start(3, label=np.int64(2), truncation_psi=np.float32(0.5), truncation_cutoff=1, noise="none")
    assert json.loads(json.dumps(of_start(start))) == {
        "seed": 3,
        "label": 2,
        "noise": "none",
        "truncation_psi": 0.5,
        "truncation_cutoff": 1,
    }
    latent = tiny.sample([4])
    pinned = of_start(Start(latent=latent))
    assert np.array_equal(pinned["codes"], latent.codes[0])
    assert "seed" not in pinned


def test_an_edit_is_the_vectors_that_it_adds_and_the_rows_they_are_added_to(tiny):
    found = factorize(tiny).named([f"d{n}" for n in range(8)])
    edit = Edit(found, {"d1": 2.0, 0: -1.0}, also=Edit(found, {2: 0.5}))
    parts = of_edit(tiny, edit)["parts"]
    assert [part["strengths"] for part in parts] == [{"d1": 2.0, "0": -1.0}, {"2": 0.5}]
    assert parts[0]["vector"] == pytest.approx((2 * found.vectors[1] - found.vectors[0]).tolist())
    assert parts[0]["rows"] == [0]
    assert of_edit(tiny, UNEDITED) == of_edit(tiny, Edit(found, {0: 0.0})) == {"parts": []}


def test_a_sheet_names_generator_starts_and_edits(tiny):
    made = recipe(tiny, [Start(1)], [UNEDITED])
    assert made["generator"] == {"name": "tiny", "fingerprint": tiny.fingerprint, "dtype": "float32"}
    assert (made["starts"], made["edits"]) == ([of_start(Start(1))], [{"parts": []}])
