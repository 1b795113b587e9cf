"""SeFa, figures 3 and 5 to 8: filmstrips at equal image change, and what of them can be measured."""

from __future__ import annotations

from typing import Any

from benchmarks.claims import films, hierarchy, likeness, models, shown
from benchmarks.claims.claim import Claim, Finding, Run, Table, Tables, main
from benchmarks.claims.statistics import smallest_gap_seen, smallest_seen
from benchmarks.claims.text import markdown, number


def measure(run: Run) -> Tables:
    """Draw the films, and measure what figures 3 and 7 are said to show."""
    strengths: Table = []
    words: Table = []
    for film in shown.films(run):
        strengths += films.shot(run, film)
        words.append({"film": film.name, "words": film.words})
    return {
        "films": sorted(words, key=lambda row: row["film"]),
        "strengths": strengths,
        "hierarchy": hierarchy.measure(run),
        "likeness": likeness.measure(run),
    }


def findings(tables: Tables) -> list[Finding]:
    """Judge figures 3 and 7, where they are measured; say what the others would need."""
    return [
        *(likeness.findings(tables) if "likeness" in tables else []),
        *(hierarchy.findings(tables) if "hierarchy" in tables else []),
        Finding(
            "directions found on a generator edit photographs as they edit samples (figure 6)",
            "cannot be tested here",
            f"{shown.TARGETS} drawn heads are shown; there are no photographs here, and no faces that the "
            "generator of faces did not draw",
        ),
    ]


def bought(tables: Tables) -> Table:
    """Give what each method reaches in both measures."""
    return likeness.bought(tables) + hierarchy.bought(tables)


def power(tables: Tables) -> str:
    """Say what would be seen."""
    full = tables["run"][0]["full"]
    parts = [
        "With one picture a strip, the films test nothing: no difference would be seen by counting them."
    ]
    if "likeness" in tables:
        gaps = [
            f"{number(smallest_seen(likeness.difference(tables, model, 'SeFa', 'PCA').values))} ({model})"
            for model in shown.MODELS
        ]
        parts.append(
            f"With {likeness.PICTURES[full]} pictures and all attributes, a difference of two methods' "
            f"distances under {' and under '.join(gaps)} times the change would not be seen (SeFa less PCA)."
        )
    if "hierarchy" in tables:
        early, late = (hierarchy.shares(tables, "SeFa", one) for one in (hierarchy.EARLY, hierarchy.LATE))
        parts.append(
            f"With {hierarchy.K} directions a set and {hierarchy.PICTURES[full]} pictures, a difference of "
            f"two shares of colour under {number(smallest_gap_seen(late, early))} would not be seen. Both "
            "before any correction."
        )
    return " ".join(parts)


def body(tables: Tables) -> str:
    """Show the films, with what they reach."""
    parts = []
    for row in tables["films"]:
        own = [r for r in tables["strengths"] if r["film"] == row["film"] and r["column"]]
        close = sum(abs(r["change"] - abs(r["column"])) <= 0.02 * abs(r["column"]) for r in own)
        size = [abs(r["strength"]) for r in own]
        parts.append(
            f"{row['words']} {close} of {len(own)} edited pictures changed as their columns say, within 2 %; "
            f"strengths {number(min(size))} to {number(max(size))}.\n\n"
            f"![{row['film']}](pictures/{row['film']}.webp)\n"
        )
    columns = ", ".join(f"{column:+g}" if column else "0" for column in films.COLUMNS)
    shown_here = (
        f"Columns of every strip: an image change of {columns} (root mean square over pixels, the sign is "
        "the side). Each picture is moved until it has itself changed so much, so no strip looks stronger "
        f"because its step is longer.\n\n{chr(10).join(parts)}\n"
    )
    if "likeness" not in tables:
        return shown_here
    return (
        f"{shown_here}Distance from the picture that InterFaceGAN's direction gives, in units of the change, "
        "mean over attributes (two edits that have nothing to do with each other: about "
        f"{number(2**0.5)}):\n\n{markdown(_means(tables))}"
    )


def _means(tables: Tables) -> Table:
    return [
        {"model": model}
        | {kind: float(likeness.distances(tables, model, kind).mean()) for kind in shown.KINDS[1:]}
        for model in shown.MODELS
    ]


def _strengths(tables: Tables) -> Any:
    """Draw how far each picture had to be moved."""
    import plotly.graph_objects as go

    drawn = go.Figure()
    for row in tables["films"]:
        own = [r for r in tables["strengths"] if r["film"] == row["film"] and r["column"]]
        drawn.add_scatter(
            x=[abs(r["strength"]) for r in own],
            y=[r["change"] for r in own],
            mode="markers",
            name=row["film"],
        )
    drawn.update_xaxes(type="log", title="strength")
    return drawn.update_yaxes(title="image change that was reached")


def figure(tables: Tables) -> Any:
    """Draw the share of colour of every direction."""
    import plotly.graph_objects as go

    drawn = go.Figure()
    if "hierarchy" not in tables:
        return _strengths(tables)
    for group in (hierarchy.EARLY, hierarchy.LATE):
        rows = [row for row in tables["hierarchy"] if row["group"] == group]
        drawn.add_box(x=[row["set"] for row in rows], y=[row["colour"] for row in rows], name=group)
    drawn.update_traces(boxpoints="all", jitter=0.3)
    return drawn.update_layout(boxmode="group").update_yaxes(title="share of colour in the changes")


CLAIM = Claim(
    name="filmstrips",
    title="What SeFa's filmstrips show",
    source='Shen & Zhou, "Closed-Form Factorization of Latent Semantics in GANs", CVPR 2021, figures 3 to 8',
    says="Edits along SeFa's directions are closer to supervised ones than those of PCA (figure 3), more "
    "diverse (5), can be made to photographs (6), are of another kind in each group of layers (7), and mean "
    "the same on every class of BigGAN (8).",
    run=f"Models: {' and '.join(shown.MODELS)}. Films: one picture a strip, seeds {shown.SEEDS}. Figure 3 in "
    f"figures: {likeness.PICTURES[0]} pictures moved to both sides ({likeness.PICTURES[1]} with `--full`) "
    "along the direction nearest to each attribute's normal, by the strength where pictures change by "
    f"{likeness.CHANGE} on average; how far is what a method gives from what InterFaceGAN's direction gives? "
    f"*Control:* the nearest of {likeness.BASES} random bases. Figure 7 in figures, on heads: {hierarchy.K} "
    f"directions of each set in the rows of their layers, {hierarchy.PICTURES[0]} pictures "
    f"({hierarchy.PICTURES[1]} with `--full`), strengths where pictures change by {hierarchy.CHANGE}; of the "
    f"squared changes of the attributes of shape ({', '.join(hierarchy.SHAPE)}) and colour "
    f"({', '.join(hierarchy.COLOUR)}), in their spreads, the share of colour. *Control:* {hierarchy.K} "
    "random directions of the same rows. p: exchanged signs over attributes, or permutation of directions; "
    "the paper's comparison is corrected over models, all others are a family of their own. Faces have no "
    "layers to choose and no predictor of hair. Whether SeFa's directions move hair and skin more than "
    "random ones is on the page of [table 2](rescored.md), and figure 8 in figures on "
    "[a page of its own](classes.md). Figure 4 (a PGGAN trained with InfoGAN's loss) is **not here**: no "
    "such generator is at hand, and none was trained.",
    seeds=f"samples {models.SAMPLE_SEED}, films {shown.SEEDS}, drawn heads {shown.TARGET_SEED}, moved "
    "pictures 1,000,000 on, matching 2,000,000 on, random bases 0 to 4, random directions 2^32 on",
    measure=measure,
    findings=findings,
    bought=bought,
    power=power,
    body=body,
    figure=figure,
)

if __name__ == "__main__":
    main(CLAIM)
