"""What workers and events say, in a person's words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.commands_containers import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# What a worker means by the code that it exits with (workers/README.md); 137 is SIGKILL's.
MEANINGS = {
    0: "done",
    1: "done, with more errors than it is allowed",
    2: "its input is wrong",
    3: "a service is down",
    75: "stopped before its end, to go on another time",
    137: "killed: it could tell nobody",
}
# The counts that end a worker's log, in the order in which they are told: of one, and of several. None is told of 0.
COUNTS = (
    ("created", "channel created", "channels created"),
    ("changed", "channel changed", "channels changed"),
    ("unchanged", "channel right before", "channels right before"),
    ("errors", "row of no use", "rows of no use"),
    ("sent", "custom id set", "custom ids set"),
    ("done_before", "done by a run before", "done by a run before"),
    ("right", "right before", "right before"),
    ("kept", "kept as somebody chose it", "kept as somebody chose them"),
    ("conflicts", "in conflict", "in conflict"),
    ("failed", "failed", "failed"),
    ("left", "left for the next run", "left for the next run"),
    ("retries", "request tried again", "requests tried again"),
)
# What the stand-in of the Content ID API calls its answers, and what they are.
ANSWERS = {"throttle": "429", "authError": "401 authError", "quotaExceeded": "403 quotaExceeded"}


def ending(family: str, task: Mapping[str, Any]) -> str:
    """Return how a task of a worker ended."""
    code = task["containers"][0].get("exitCode")
    meaning = MEANINGS.get(code)
    return f"{family}: {outcome(task)}{f' ({meaning})' if meaning else ''}"


def log(lines: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Return what the log of a run comes to: why it failed, and what it did, by its last words about either."""
    events = {line["event"]: line for line in lines if "event" in line}
    failed, worked = events.get("failed"), events.get("worked")
    if failed:
        problem = failed.get("problem", {})
        yield f"{problem.get('title', 'no reason')}: {problem.get('detail', '')}".rstrip(": ")
        if "resets_at" in problem:
            yield f"there is more from {problem['resets_at']} on"
    elif worked:
        yield counts(worked)
    elif "sending" in events:
        yield f"the last that its log says: {events['sending']['done']} of {events['sending']['of']} done"


def counts(worked: Mapping[str, Any]) -> str:
    """Return what a run did."""
    told = [f"{count} {one if count == 1 else several}" for name, one, several in COUNTS if (count := worked.get(name))]
    return ", ".join(told) or "nothing was to do"


def event(detail_type: str, detail: Mapping[str, Any]) -> str:
    """Return an event: what it is, its status, and the counts in it that are not 0, but for that of the shards."""
    told = {name: value for name, value in detail.items() if name.endswith("Count") and value and name != "shardCount"}
    return f"{detail_type}: " + ", ".join(
        f"{name} {value}" for name, value in {"status": detail["status"], **told}.items()
    )


def answers(counted: Mapping[str, int]) -> str:
    """Return how often the stand-in of the Content ID API gave each answer to a change."""
    told = [(times, name.rpartition(" ")[2]) for name, times in sorted(counted.items())]
    return ", ".join(f"{times} answered with {ANSWERS.get(name, name)}" for times, name in told)
