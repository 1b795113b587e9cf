"""What papers claim about directions, measured again with controls: one module a claim.

Run ``python -m benchmarks.claims.NAME [--full]``; ``python -m benchmarks.claims`` runs all. Figures go to
``docs/claims/data``, and the pages of ``docs/claims`` are written from them.
"""
