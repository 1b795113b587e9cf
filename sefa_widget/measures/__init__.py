"""Measures of directions that the panel needs: how far, how much and how alike they act."""
