"""Sample events, from files: what is tried on every bus of a plan."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semantics.problem import shown

if TYPE_CHECKING:
    import pathlib
    from collections.abc import Iterator, Mapping

    from review.plan import Plan

# What an event must have of its own, and of which type; EventBridge refuses one without.
_OWN: Final = (("source", str), ("detail-type", str), ("detail", dict))
_WORDS: Final = {str: "a text that is not empty", dict: "an object", list: "a list of ARNs"}


class SampleError(ValueError):
    """Files that are no events: one line for each mistake, with its place."""


@dataclass(frozen=True)
class SampleEvent:
    """An event to try rules with.

    Attributes:
        name: what a person knows it by: its file, or its title.
        event: as a rule sees it, with all that EventBridge adds.
    """

    name: str
    event: Mapping[str, Any]


def read_folder(folder: pathlib.Path, plan: Plan) -> list[SampleEvent]:
    """Read the events in a folder: one in each `*.json`, or a list of them.

    What is missing of an event's envelope is the plan's account and region, and the moment when it was made.

    Raises:
        SampleError: a file cannot be read, or is no event; it tells of all of them.
    """
    found: list[SampleEvent] = []
    mistakes: list[str] = []
    for path in sorted(folder.glob("*.json")):
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            mistakes.append(f"{path}: {error.strerror}")
            continue
        except json.JSONDecodeError as error:
            mistakes.append(f"{path}:{error.lineno}: no JSON: {error.msg} at column {error.colno}")
            continue
        except UnicodeDecodeError:
            mistakes.append(f"{path}: no text in UTF-8")
            continue
        several = isinstance(content, list)
        for number, each in enumerate(content if several else [content]):
            place = f"{path}: event {number + 1}" if several else str(path)
            problems = list(_problems(each))
            mistakes += [f"{place}: {problem}" for problem in problems]
            if not problems:
                name = f"{path.name}, event {number + 1}" if several else path.name
                found.append(SampleEvent(name, whole(each, plan, name)))
    if mistakes:
        raise SampleError("\n".join(mistakes))
    return found


def whole(event: Mapping[str, Any], plan: Plan, name: str) -> dict[str, Any]:
    """Return an event with all that EventBridge adds, the same for the same plan."""
    envelope = {
        "version": "0",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "detail-type": "",
        "source": "",
        "account": plan.account,
        "time": plan.timestamp.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": plan.region,
        "resources": [],
        "detail": {},
    }
    return {**envelope, **event}


def _problems(event: Any) -> Iterator[str]:
    if not isinstance(event, dict):
        yield f"{shown(event)} is no event: an object with source, detail-type and detail is"
        return
    for name, kind in _OWN:
        if name not in event:
            yield f"no {name}: an event has source, detail-type and detail"
        elif not isinstance(event[name], kind) or event[name] == "":
            yield f"{name} is {shown(event[name])}, and has to be {_WORDS[kind]}"
    if "resources" in event and not (
        isinstance(event["resources"], list) and all(isinstance(each, str) for each in event["resources"])
    ):
        yield f"resources is {shown(event['resources'])}, and has to be {_WORDS[list]}"
