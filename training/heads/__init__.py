"""Heads drawn by ourselves, and what is trained on them: the bundled generator and its attribute regressor.

`attributes` says what a head is described by, `rays` and `renderer` draw it, `dataset` draws many,
`discriminator`, `forward` and `trainer` make the generator, `regressor` makes the judge, `quality` holds the
generator against drawn heads, `publish` writes the bundled files, `measure` the tables of the docs.
"""
