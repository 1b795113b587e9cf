"""Pictures of a generator: where they begin, what is done to them, how they are drawn and written."""
