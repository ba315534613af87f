"""Where delivery takes hold in moto: repairs like those of `sandbox.repairs`, each with its test.

Importing this module registers them. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

import json
from typing import Any

from moto.batch.models import BatchBackend
from moto.core.config import default_user_config
from moto.core.exceptions import JsonRESTError
from moto.events.exceptions import InvalidEventPatternException
from moto.events.models import Replay, ReplayState
from moto.events.responses import EventsHandler

from sandbox.clock import CLOCK
from sandbox.delivery import applied, engine
from sandbox.delivery.entries import RequestError
from sandbox.delivery.put_events import put_events
from sandbox.repairs import around, parameter, repair
from semantics import event_patterns

MAX_TARGETS = 5


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


@repair
def jobs_need_no_docker() -> None:
    """A job that is submitted is there to be described (Batch API, SubmitJob).

    moto runs its container with Docker, and fails without. Here it counts as having succeeded, and nothing is run.
    """
    default_user_config["batch"] = {"use_docker": False}


@repair
def job_definition_means_latest_active_revision() -> None:
    """A job definition without a revision is its latest ACTIVE one (Batch API, SubmitJob).

    moto takes the highest number, also when that revision was deregistered.
    """

    @around(BatchBackend, "get_job_definition_by_name")
    def by_name(original: Any, backend: Any, name: str) -> Any:  # noqa: ARG001 - as above
        revisions = list(backend._job_definitions.values())  # noqa: SLF001 - moto has no other list of them
        active = [each for each in revisions if each.name == name and each.status == "ACTIVE"]
        return max(active, key=lambda each: each.revision, default=None)
