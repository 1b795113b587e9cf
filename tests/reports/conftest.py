"""Small reports, made in seconds."""

from __future__ import annotations

import pytest

from sefa_widget.reports.settings import settings_of

QUICK = {"seeds": [3, 5], "k": 2, "wall": 3, "samples": 4, "controls": 2, "methods": ["sefa", "random"]}
"""What makes a report of a tiny network quick."""
OPEN = {
    "title": None,
    "note": "",
    "layers": None,
    "label": None,
    "truncation_psi": None,
    "labels": None,
    "most_megabytes": 10.0,
}
"""What is usually left open."""


def quick(generator, **options):
    """Settings of a quick report."""
    return settings_of(generator, **{**OPEN, **QUICK, **options})


@pytest.fixture
def groups(tiny_style):
    """Two groups of directions of a tiny network, found and measured."""
    from sefa_widget.reports.groups import find_groups

    return find_groups(tiny_style, quick(tiny_style, layers=[(0, 1), (0, 3)]))
