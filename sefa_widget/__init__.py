"""See what a GAN has learnt: factorise a pre-trained generator and edit its pictures live in Jupyter."""

__version__ = "0.1.0"
