"""Where delivery takes hold in moto: repairs like those of `sandbox.repairs`, each with its test.

Importing this module registers them. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

import json
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import InvalidEventPatternException, ResourceNotFoundException
from moto.events.models import EventsBackend, Replay, ReplayState
from moto.events.responses import EventsHandler

from sandbox.clock import CLOCK
from sandbox.delivery import applied, engine
from sandbox.delivery.entries import RequestError
from sandbox.delivery.put_events import put_events
from sandbox.pages import TokenError, page
from sandbox.repairs import around, parameter, repair
from semantics import event_patterns

MAX_TARGETS = 5
MOST_IN_A_PAGE = 100


@repair
def events_are_delivered() -> None:
    """What is put on a bus reaches the targets of the rules it matches (EventBridge API, PutEvents).

    moto delivers within the call, to queues and log groups only, and answers 500 for every other target; it ignores
    roles, policies, constant inputs, retries and dead-letter queues.
    """

    @around(EventsHandler, "put_events")
    def put(original: Any, response: Any) -> str:  # noqa: ARG001 - nothing of moto's own way is left
        try:
            results = put_events(
                parameter(response, "Entries") or [],
                account=response.current_account,
                region=response.region,
                access_key=response.access_key,
            )
        except RequestError as error:
            raise JsonRESTError(error.code, error.message) from None
        return json.dumps({"FailedEntryCount": sum("ErrorCode" in each for each in results), "Entries": results})


@repair
def patterns_are_checked() -> None:
    """A pattern that EventBridge does not understand is refused (EventBridge API, PutRule).

    moto takes unknown operators and patterns of any length.
    """

    @around(EventsHandler, "put_rule")
    def put_rule(original: Any, response: Any) -> Any:
        text = parameter(response, "EventPattern")
        if text:
            try:
                problems = event_patterns.problems(json.loads(text))
            except ValueError as error:
                raise InvalidEventPatternException(reason=f"it is no JSON: {error}") from None
            if problems:
                path = ".".join(map(str, problems[0].path))
                raise InvalidEventPatternException(reason=f"at '{path}': {problems[0].message}")
        return original(response)


@repair
def rule_has_five_targets() -> None:
    """A rule has five targets at most (EventBridge quotas), and PutTargets refuses the sixth; moto takes any number."""

    @around(EventsHandler, "put_targets")
    def put_targets(original: Any, response: Any) -> Any:
        rule, bus = parameter(response, "Rule"), parameter(response, "EventBusName")
        present = {each["Id"] for each in response.events_backend.describe_rule(rule, bus).targets}
        if len(present | {each["Id"] for each in parameter(response, "Targets")}) > MAX_TARGETS:
            raise JsonRESTError("LimitExceededException", "The requested resource exceeds the maximum number allowed.")
        return original(response)


@repair
def targets_come_in_pages() -> None:
    """Targets come `Limit` at a time, and their rule is named with its bus if it is not there (API, ListTargetsByRule).

    moto tells targets apart by what they invoke: of two jobs of one queue the first comes again and again. It says of
    a rule that is not there only that it is not.
    """

    @around(EventsBackend, "describe_rule")
    def describe_rule(original: Any, backend: Any, name: str, event_bus_arn: str | None) -> Any:
        try:
            return original(backend, name, event_bus_arn)
        except ResourceNotFoundException:
            bus = backend.describe_event_bus((event_bus_arn or "default").rpartition("/")[2])
            raise ResourceNotFoundException(f"Rule {name} does not exist on EventBus {bus.name}.") from None

    @around(EventsHandler, "list_targets_by_rule")
    def list_targets(original: Any, response: Any) -> str:  # noqa: ARG001 - as above
        rule, bus, size = (parameter(response, name) for name in ("Rule", "EventBusName", "Limit"))
        found = response.events_backend.describe_rule(rule, bus)
        if size is not None and not 1 <= size <= MOST_IN_A_PAGE:
            bound = f"less than or equal to {MOST_IN_A_PAGE}" if size else "greater than or equal to 1"
            raise JsonRESTError(
                "ValidationException",
                f"1 validation error detected: Value '{size}' at 'limit' failed to satisfy constraint: "
                f"Member must have value {bound}",
            )
        try:
            shown, token = page(found.targets, size or MOST_IN_A_PAGE, parameter(response, "NextToken"), found.arn)
        except TokenError as error:
            raise JsonRESTError("ValidationException", str(error)) from None
        return json.dumps({"Targets": shown} | ({"NextToken": token} if token else {}))


@repair
def replay_delivers_again() -> None:
    """A replay puts what was archived in a time on the bus again (EventBridge API, StartReplay).

    moto replays all of it, whatever its time, and only to the targets that it delivers to.
    """

    @around(Replay, "replay_events")
    def replay_events(original: Any, replay: Any, archive: Any) -> None:  # noqa: ARG001 - as above
        for event in applied.archived(archive, float(replay.event_start_time), float(replay.event_end_time)):
            engine.publish(
                event | {"replay-name": replay.name},
                replay.account_id,
                replay.region,
                replay.destination["Arn"],
                only_rules=replay.destination.get("FilterArns") or (),
            )
        replay.state = ReplayState.COMPLETED
        replay.end_time = CLOCK.now().timestamp()
