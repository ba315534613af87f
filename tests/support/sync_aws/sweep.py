"""The faults of a sweep over every call, by what they do to a run."""

from __future__ import annotations

from tests.support.sync_aws import faults
from tests.support.sync_aws.account import Interceptor
from tests.support.sync_aws.world import World, world

# Once, and then the service is well again: a run that tries again does all its work.
PASSING: list[Interceptor] = [
    faults.throttle,
    faults.internal_error,
    faults.unavailable,
    faults.reset_before,
    faults.reset_after,
    faults.timeout_after,
    faults.internal_error_after,
]
# For as long as anybody asks.
LASTING: list[Interceptor] = [
    faults.throttle,
    faults.unavailable,
    faults.reset_after,
    faults.deny,
]
# That it ends as a request is sent is that it ended when the one before it had taken effect.
ENDING: list[Interceptor] = [faults.killed_after, faults.interrupted_after]


def name(fault: Interceptor) -> str:
    return str(getattr(fault, "__name__", fault))


def each_call(operation: str, prepared: World) -> list[str]:
    """Return the requests of an undisturbed run, in their order."""
    with world(account=prepared.account.copy(), selections=prepared.selections) as it:
        assert it.run(operation).right.exit_code == 0
        return [call.name for call in it.account.requests]
