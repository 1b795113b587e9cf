"""The live panel: its state, its session with a generator, its messages and its widget."""
