"""Where the sandbox's clock takes hold in moto: repairs like those of `sandbox.repairs`, each with its test.

Importing this module registers them. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

from typing import Any

from moto.events.models import EventsBackend
from moto.scheduler import models

from sandbox.clock import CLOCK
from sandbox.repairs import around, repair


@repair
def schedules_have_the_sandboxs_time() -> None:
    """A schedule is created at the sandbox's time, from which a rate counts, and starts no earlier.

    moto goes by the machine's, which lies behind when the sandbox's clock was moved forward.
    """
    loose: Any = models
    loose.unix_time = lambda: CLOCK.now().timestamp()
    loose.utcnow = lambda: CLOCK.now().replace(tzinfo=None)


@repair
def scheduled_rules_have_a_beginning() -> None:
    """A rule's rate counts from when the rule was made, or its expression changed (EventBridge API, PutRule).

    moto does not keep when that was.
    """

    @around(EventsBackend, "put_rule")
    def put_rule(original: Any, backend: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        bus = backend.event_buses.get((kwargs.get("event_bus_arn") or "default").rpartition("/")[2])
        before = bus.rules.get(name) if bus is not None else None
        rule = original(backend, name, *args, **kwargs)
        same = before is not None and before.scheduled_expression == rule.scheduled_expression
        rule.created_at = getattr(before, "created_at", None) if same else None
        rule.created_at = rule.created_at or CLOCK.now()
        return rule
