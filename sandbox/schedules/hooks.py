"""Where the sandbox's clock takes hold in moto's Scheduler: a repair like those of `sandbox.repairs`, with its test.

Importing this module registers it. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

from typing import Any

from moto.scheduler import models

from sandbox.clock import CLOCK
from sandbox.repairs import repair


@repair
def schedules_have_the_sandboxs_time() -> None:
    """A schedule is created at the sandbox's time, from which a rate counts, and starts no earlier.

    moto goes by the machine's, which lies behind when the sandbox's clock was moved forward.
    """
    loose: Any = models
    loose.unix_time = lambda: CLOCK.now().timestamp()
    loose.utcnow = lambda: CLOCK.now().replace(tzinfo=None)
