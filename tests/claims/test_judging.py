"""Statements that were added are judged by the same rules, and change none that were there before."""

import re

import numpy as np
import pytest
import torch

from benchmarks.claims import (
    claim,
    counts,
    disentangled,
    distances,
    hierarchy,
    likeness,
    meant,
    pages,
    purity,
)
from benchmarks.claims.claim import Run, goes_on, read_tables
from benchmarks.claims.judging import Difference, judged, verdict
from benchmarks.claims.text import METHODS

CLAIMS = [one for one in pages.claims() if read_tables(one.name)]


def noise(mean, seed=0):
    return np.random.default_rng(seed).normal(mean, 1, 12)


def test_a_difference_is_judged_by_its_side_and_its_corrected_p_value():
    found = judged(
        [
            Difference("more is better", noise(3), 1, "unit"),
            Difference("less is better", noise(3), -1, "unit"),
            Difference("nothing", noise(0), 1, "unit"),
        ]
    )
    assert [one.verdict for one in found] == ["holds", "does not hold", "cannot be tested here"]
    assert re.fullmatch(r"unit \S+ \(\S+ to \S+\), p = \S+; seen from \S+ on", found[0].result)


def test_a_small_p_value_among_many_statements_decides_nothing():
    weak = noise(0.6)
    assert judged([Difference("alone", weak, 1, "")])[0].verdict == "holds"
    many = [Difference("one of many", weak, 1, ""), *(Difference("", noise(0, n), 1, "") for n in range(12))]
    assert judged(many)[0].verdict == "cannot be tested here"
    assert verdict(0.05, True) == "holds"


def rated(shares):
    rows = []
    for group in ("bottom", "top"):
        for name, share in shares.items():
            for place in range(32):
                marks = {"obvious": int(place < 32 * share), "meaningful": 0}
                rows.append({"group": group, "set": name, "direction": place, **marks})
    return rows


def test_what_was_added_to_a_table_changes_no_p_value_of_the_papers_comparison():
    def first(composed):
        shares = {"SeFa": 0.6, "composed": composed, "Jacobian": 0.5, "random": 0.3}
        table = counts.compared(counts.counts(rated(shares)))
        return [row for row in table if row["one"] == "SeFa"], table

    one, other = first(0.3), first(0.95)
    assert one[0] == other[0]
    assert one[1] != other[1]
    assert len(one[1]) == 4 * 5  # groups x kinds of mark x (the paper's and four more)


def test_counts_are_of_their_set_and_group():
    found = counts.counts(rated({"SeFa": 0.5, "composed": 0.25, "Jacobian": 0, "random": 1}))
    assert [row["count"] for row in found if row["what"] == "obvious"] == [16, 8, 0, 32] * 2
    assert all(row["low"] <= row["share"] <= row["high"] for row in found)


def test_the_share_of_random_bases_is_their_mean():
    changes = [
        {"kind": disentangled.BASIS, "share on target": base + attribute}
        for base in range(disentangled.BASES)
        for attribute in (0.0, 0.5)
    ]
    assert disentangled._on_target({"changes": changes}, disentangled.BASIS).tolist() == [2.0, 2.5]


def test_the_distance_of_random_bases_is_their_mean_and_a_kind_is_no_other_one():
    rows = [
        {"model": "m", "kind": kind, "attribute": attribute, "distance": distance}
        for kind, distance in (("random, 0", 1.0), ("random, 1", 2.0), ("SeFa", 0.5))
        for attribute in ("a", "b")
    ]
    assert likeness.distances({"likeness": rows}, "m", "random").tolist() == [1.5, 1.5]
    assert likeness.distances({"likeness": rows}, "m", "SeFa").tolist() == [0.5, 0.5]


def test_a_hierarchy_of_the_layers_is_not_taken_for_one_of_the_method():
    """Late layers change colours with random directions as well."""
    rows = [
        {"group": group, "set": name, "direction": n, "colour": share + 0.01 * n}
        for name in METHODS
        for group, share in ((hierarchy.EARLY, 0.1), (hierarchy.LATE, 0.8))
        for n in range(10)
    ]
    found = {one.statement: one.verdict for one in hierarchy.findings({"hierarchy": rows})}
    for name in METHODS:
        start = f"{name}'s directions of late layers change colours, not shapes, more than"
        assert found[f"{start} early ones (heads)"] == "holds"
        if name != "random":
            assert found[f"{start} random directions there (heads)"] == "cannot be tested here"


def test_the_nearest_direction_is_turned_to_the_side_of_the_normal():
    vectors = torch.eye(4, dtype=torch.float64)
    normals = torch.tensor([[0.1, -0.9, 0, 0], [0.8, 0, 0.3, 0]], dtype=torch.float64)
    assert meant.nearest(normals, vectors).tolist() == [[0, -1, 0, 0], [1, 0, 0, 0]]


def test_a_conditional_normal_shares_nothing_with_its_conditions():
    normals = torch.randn(6, 8, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    normals /= normals.norm(dim=1, keepdim=True)
    for found, two in zip(meant.conditional(normals), meant.pairs(normals), strict=True):
        assert (normals[two] @ found).abs().max() < 1e-9


def test_purity_is_judged_by_the_side_and_times_the_family():
    rows = [
        {"set": name, "share": float(share)}
        for name, mean in (("a", 0.8), ("b", 0.2))
        for share in mean + 0.01 * noise(0)[:10]
    ]
    tables = {"purity": rows}
    assert [one.verdict for one in purity.purer(tables, [("a", "b"), ("b", "a")], 1)] == [
        "holds",
        "does not hold",
    ]
    assert purity.purer(tables, [("a", "b")], 1000)[0].verdict == "cannot be tested here"


def test_distances_that_were_stopped_keep_the_attributes_that_were_done(monkeypatch, tmp_path):
    monkeypatch.setattr(claim, "KEPT", tmp_path)
    monkeypatch.setattr(distances, "corrected", lambda p: p)
    asked = []

    def stopped(run, space, codes, scores, attribute, sets):
        asked.append(attribute)
        if attribute == "b" and asked.count("b") == 1:
            raise KeyboardInterrupt
        return [{"attribute": attribute, "set": "s", "k": 10, "p": 0.5}]

    monkeypatch.setattr(distances, "_of_attribute", stopped)
    given = ("space", (1,), torch.zeros(5, 10), torch.zeros(5, 2), ("a", "b"), {"s": torch.eye(10)})
    with pytest.raises(SystemExit, match="the same command goes on"), goes_on():
        distances.distances(Run("trial"), *given)
    found = distances.distances(Run("trial"), *given)
    assert asked == ["a", "b", "b"]
    assert [row["attribute"] for row in found] == ["a", "b"]


@pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.name)
def test_a_page_names_its_command_its_duration_its_samples_and_what_would_not_be_seen(one):
    page = (pages.PAGES / f"{one.name}.md").read_text("utf-8")
    assert re.search(
        rf"`nice python -m benchmarks\.claims\.{one.name}( --full)?`: \d+ (s|min) on two cores", page
    )
    assert re.search(r"\d+ .*pictures", page.partition("**Power:**")[0])
    power = page.partition("**Power:** ")[2].partition("\n")[0]
    assert re.search(r"would not be seen", power, re.IGNORECASE)
    assert re.search(r"\d", power)


@pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.name)
def test_the_table_of_methods_has_every_measure_of_a_claim(one):
    written = (pages.PAGES / "index.md").read_text("utf-8")
    for row in one.bought(read_tables(one.name)):
        cells = [f"[{row['measure']}]({one.name}.md)", *list(row.values())[1:]]
        assert f"| {' | '.join(cells)} |" in written


@pytest.mark.parametrize("one", CLAIMS, ids=lambda one: one.name)
def test_the_pictures_of_a_page_are_there(one):
    page = (pages.PAGES / f"{one.name}.md").read_text("utf-8")
    for path in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", page):
        assert (pages.PAGES / path).is_file()
