"""A BigGAN of ten kinds of garments, and what is trained on Fashion-MNIST beside it.

`dataset` reads the pictures, `network`, `discriminator`, `forward` and `trainer` make the generator,
`classifier` makes the judge, `quality` holds the generator against real pictures, `publish` writes the file.
"""
