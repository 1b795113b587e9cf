"""What the bundled models are made with; it is not part of the package."""
