"""What can go wrong with a request, and when."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from tests.support.sync_aws.account import Account, Answer, Call, Interceptor, Killed
from tests.support.sync_aws.errors import broken, denied, throttled

Proceed = Callable[[], Answer]


@dataclass
class At:
    """A fault at some requests: the one of an index, or all of an operation, for some attempts or for ever.

    Attributes:
        index: of the first request that it meets; the attempts that follow for the same call are met too.
        operation: `events:PutTargets`, say.
        times: how many requests it meets.
        met: how many it has met.
    """

    fault: Interceptor
    index: int | None = None
    operation: str | None = None
    times: int = 1
    met: int = 0
    _of: tuple[str, Any] | None = field(default=None, repr=False)

    def __call__(self, call: Call, proceed: Proceed) -> Answer:
        if self.met >= self.times or not self._meets(call):
            return proceed()
        self.met += 1
        return self.fault(call, proceed)

    def _meets(self, call: Call) -> bool:
        if self.index is None:
            return self.operation == call.name
        if call.index == self.index:
            self._of = (call.name, call.asked)
        return self._of == (call.name, call.asked) and call.index >= self.index


FOR_EVER = 10**9


def throttle(call: Call, proceed: Proceed) -> Answer:
    raise throttled(call.service)


def internal_error(call: Call, proceed: Proceed) -> Answer:
    raise broken(call.service, 500)


def unavailable(call: Call, proceed: Proceed) -> Answer:
    raise broken(call.service, 503)


def unreachable(call: Call, proceed: Proceed) -> Answer:
    raise EndpointConnectionError(endpoint_url=f"https://{call.service}")


def reset_before(call: Call, proceed: Proceed) -> Answer:
    """The connection ends before the service has read the request."""
    raise ConnectionClosedError(endpoint_url=f"https://{call.service}")


def reset_after(call: Call, proceed: Proceed) -> Answer:
    """The request took effect, and its answer is lost."""
    proceed()
    raise ConnectionClosedError(endpoint_url=f"https://{call.service}")


def timeout_after(call: Call, proceed: Proceed) -> Answer:
    """The request took effect, and its answer is too late."""
    proceed()
    raise ReadTimeoutError(endpoint_url=f"https://{call.service}")


def internal_error_after(call: Call, proceed: Proceed) -> Answer:
    """The request took effect, and the service says that it did not."""
    proceed()
    raise broken(call.service, 500)


def deny(call: Call, proceed: Proceed) -> Answer:
    raise denied(call.service, call.action, call.resource)


def killed_before(call: Call, proceed: Proceed) -> Answer:
    """The process is killed as it sends the request: no clean-up of its own reaches AWS."""
    call.process.alive = False
    raise Killed


def killed_after(call: Call, proceed: Proceed) -> Answer:
    """The process is killed when the request has taken effect."""
    proceed()
    return killed_before(call, proceed)


def interrupted(call: Call, proceed: Proceed) -> Answer:
    """A person presses Ctrl-C: the code may still clean up."""
    raise KeyboardInterrupt


def interrupted_after(call: Call, proceed: Proceed) -> Answer:
    """A person presses Ctrl-C while the answer is on its way."""
    proceed()
    raise KeyboardInterrupt


def part_refused(call: Call, proceed: Proceed, *, refused: Collection[str] = ()) -> Answer:
    """Status 200, and entries that did not go through: the first, or those that are named. The others did."""
    entries, name = {
        "PutTargets": ("Targets", "Id"),
        "PutEvents": ("Entries", "Source"),
        "PublishBatch": ("PublishBatchRequestEntries", "Id"),
    }.get(call.operation, ("", ""))
    if not entries:
        return proceed()
    asked: list[dict[str, Any]] = call.asked[entries]
    bad = [index for index, entry in enumerate(asked) if entry[name] in refused or (not refused and index == 0)]
    call.asked[entries] = [entry for index, entry in enumerate(asked) if index not in bad]
    answer = proceed() if call.asked[entries] else {}
    call.asked[entries] = asked
    error = {"ErrorCode": "InternalFailure", "ErrorMessage": "Internal failure"}
    if call.operation == "PutTargets":
        failed = [{"TargetId": asked[index]["Id"], **error} for index in bad]
        return {"FailedEntryCount": len(failed), "FailedEntries": failed}
    if call.operation == "PutEvents":
        rest = iter(answer.get("Entries", []))
        return {
            "FailedEntryCount": len(bad),
            "Entries": [dict(error) if index in bad else next(rest) for index in range(len(asked))],
        }
    return {
        "Successful": answer.get("Successful", []),
        "Failed": [
            {"Id": asked[index]["Id"], "Code": "InternalError", "Message": "Internal failure", "SenderFault": False}
            for index in bad
        ],
    }


def before(happening: Callable[[], object]) -> Interceptor:
    """Something happens just before a request takes effect."""

    def intercept(call: Call, proceed: Proceed) -> Answer:
        happening()
        return proceed()

    return intercept


def after(happening: Callable[[], object]) -> Interceptor:
    """Something happens just after a request took effect."""

    def intercept(call: Call, proceed: Proceed) -> Answer:
        answer = proceed()
        happening()
        return answer

    return intercept


def of_targets(*names: str) -> Interceptor:
    """PutTargets refuses these."""
    return functools.partial(part_refused, refused=names)


def inject(account: Account, fault: Interceptor, **when: Any) -> At:
    """Put a fault between the account and whoever calls it, and return it: it knows whether it was met."""
    at = At(fault, **when)
    account.interceptors.append(at)
    return at
