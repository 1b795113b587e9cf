"""The colours that all figures share."""

PALETTE = ("#4c78a8", "#e45756", "#54a24b", "#b279a2", "#f58518", "#72b7b2", "#9d755d", "#ff9da6", "#bab0ac")
GREY = "#999999"
BAND = "rgba(153, 153, 153, 0.25)"
