"""Measures all claims, writes their pages, and says how long it took."""

from __future__ import annotations

import argparse
import time

from benchmarks.claims import pages
from benchmarks.claims.claim import goes_on, measure

options = argparse.ArgumentParser(description="Measure again what papers claim.")
options.add_argument("--full", action="store_true", help="as many samples as in the papers: many hours")
options.add_argument("--again", action="store_true", help="do steps again that are kept from before")
given = options.parse_args()
begin = time.monotonic()
claims = pages.claims()
with goes_on():
    for place, claim in enumerate(claims, 1):
        print(f"Claim {place} of {len(claims)}: {claim.title} ({claim.name})", flush=True)
        measure(claim, full=given.full, again=given.again)
pages.write()
print(f"All claims took {(time.monotonic() - begin) / 60:.1f} min.")
