"""How alike the directions of several methods are, beside chance."""

from __future__ import annotations

from sefa_widget.evaluation.tables import Table
from sefa_widget.measures.basis import chance
from sefa_widget.reports.charts import matrix
from sefa_widget.reports.contents import Contents
from sefa_widget.reports.html import Html, details, digits, join, table, tag


def agreement(contents: Contents) -> Html:
    """Write the matrix of |cos|, and the mean of the best matching of each two methods."""
    found = contents.agreement
    titles = list(found.sets)
    left_out = ""
    if found.left_out:
        left_out = f" Not here, as they do not run here without options: {', '.join(found.left_out)}."
    if len(titles) < 2:
        return tag("p", f"There are fewer than two methods to hold against each other.{left_out}")
    count, bases = len(found.sets[titles[0]]), len(found.pairs[0].control_cosines)
    layers = "; ".join(f"{title}: {found.layers(title)}" for title in titles)
    label = f"|cos| of the first {count} directions of {', '.join(titles)}"
    caption = (
        f"|cos| of the first {count} directions of each method, the stronger the colour the more alike; of "
        "each block, direction 0 is top left. Of two random directions it is below "
        f"{digits(found.single)} in 95 % of cases. Layers read: {layers}.{left_out}"
    )
    return join(
        tag(
            "p",
            "Signs do not matter, so |cos| is compared. The table pairs the directions of two methods one to "
            "one, so that they are as alike as can be, and has the mean |cos| of the pairs. Below it, in "
            f"grey, are 5 to 95 % of the same with {bases} random bases: inside that range two methods agree "
            "no better than chance.",
        ),
        table(_rows(contents), f"Mean |cos| of the best matching of {count} directions", class_="matrix"),
        tag(
            "figure",
            matrix(found.cosines.tolist(), titles, label),
            tag("figcaption", caption),
            class_="large",
        ),
        details("Angles between the spans", table(_angles(contents), "Principal angles in degrees")),
    )


def _rows(contents: Contents) -> Table:
    found = contents.agreement
    titles = list(found.sets)
    rows: Table = []
    for one in titles:
        row: dict[str, str | int | float] = {"method": one}
        for other in titles:
            if one == other:
                row[other] = "same"
                continue
            pair = found.pair(one, other)
            low, _, high = chance(pair.control_cosines).tolist()
            range_ = tag("small", f"{low:.2f} to {high:.2f}")
            mean = float(pair.matched.mean())
            text = tag("b", f"{mean:.2f}") if mean > high else join(f"{mean:.2f}")
            row[other] = join(text, tag("br"), range_)
        rows.append(row)
    return rows


def _angles(contents: Contents) -> Table:
    return [
        {
            "first": pair.first,
            "second": pair.second,
            "smallest": float(pair.angles[0].rad2deg()),
            "largest": float(pair.angles[-1].rad2deg()),
            "largest with random bases, 5 %": float(chance(pair.control_angles)[0, -1].rad2deg()),
        }
        for pair in contents.agreement.pairs
    ]
