"""The code that `modules/batch-target-sync` deploys, for the rest of this room.

It lives in the module, so that whoever uses the module by git reference gets it; only here it is known where.
"""

from __future__ import annotations

import sys

from harness.places import ROOT

_MODULE = str(ROOT / "modules" / "batch-target-sync")
if _MODULE not in sys.path:
    sys.path.append(_MODULE)

from batch_target_sync import sync  # noqa: E402 - where it is has to be known first
from batch_target_sync.output import waiting  # noqa: E402

__all__ = ["sync", "waiting"]
