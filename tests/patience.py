"""How long a test waits for something that must come.

This is no limit on how fast anything is: only what hangs reaches it. A whole test has the `timeout` of
pyproject.toml. How long work takes is measured in `benchmarks/`.
"""

WAIT_SECONDS = 300.0
WAIT_MS = 1000 * WAIT_SECONDS
