"""A BigGAN of ten kinds of garments, and what is trained on Fashion-MNIST beside it.

`dataset` reads the pictures, `discriminator`, `forward` and `trainer` make the generator, `publish` writes
the bundled file.
"""
