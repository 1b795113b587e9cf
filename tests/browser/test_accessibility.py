"""What axe-core finds in the panel, and how it is read aloud."""

from pathlib import Path

import pytest

AXE = Path(__file__).parents[2] / "js" / "node_modules" / "axe-core" / "axe.min.js"
CAPTION = {"starts": [{"seed": seed, "label": None, "name": ""} for seed in (1, 2, 3)]}
PHOTO = [{"seed": 0, "label": None, "name": "photo 1", "latent": "AACAPw=="}]
CARRIED = {
    "carried": [
        {
            "method": "sefa",
            "layers": [0, 1],
            "normalize": True,
            "options": {},
            "strengths": {"1": 0.5},
            "edit_layers": None,
        }
    ]
}


def violations(page):
    page.add_script_tag(path=AXE)
    found = page.evaluate("async () => (await axe.run('.sefa-panel')).violations")
    nodes = [(one["id"], node) for one in found for node in one["nodes"]]
    return [f"{name}: {node['html'][:120]} {node['failureSummary']}" for name, node in nodes]


VIEWS = {
    "rows": ({}, []),
    "people and a kept edit": ({"state": {**CAPTION, **CARRIED, "strengths": {"0": 1, "3": -2}}}, []),
    "the wall": ({"state": {"view": "wall"}}, []),
    "names": ({"state": {"view": "label"}}, []),
    "projector": ({}, ["[aria-label=Projector]"]),
    "where it changes": ({}, [".sefa-heat-button"]),
    "help": ({}, [".sefa-help-button"]),
    "a photo": ({"state": {"starts": PHOTO}}, [".sefa-photo-button"]),
    "share": ({}, [".sefa-share > button"]),
    "who answers a study": ({"study": {}}, []),
    "a study": ({"study": {"rater": "Ada"}}, []),
    "the counts of a study": ({"study": {}}, [".sefa-study button:text('Watch')"]),
    "a large generator": ({"size": "large"}, []),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_violation(open_panel, view, theme):
    options, clicks = VIEWS[view]
    page = open_panel(width=1200, theme=theme, **options)
    for selector in clicks:
        page.click(selector)
    assert violations(page) == []
