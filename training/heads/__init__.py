"""Heads drawn by ourselves, and what is trained on them: the bundled generator and its attribute regressor.

`attributes` says what a head is described by, `renderer` draws it, `dataset` draws many, `discriminator`
and `trainer` make the generator, `regressor` makes the judge, `publish` writes the bundled files.
"""
