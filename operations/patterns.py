"""Event patterns and events as people give them, and why a pattern does not match an event."""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from harness.errors import WrongUseError
from semantics import event_patterns
from semantics.problem import shown

# As the entries of PutEvents call the fields of an event.
_ENTRY: Final = {"Source": "source", "DetailType": "detail-type", "Resources": "resources", "Time": "time"}
_REQUIRED: Final = ("source", "detail-type", "detail")
_MEMBERS: Final = 20  # of an array that a message repeats


def parse_pattern(text: str, where: str) -> dict[str, Any]:
    """Return a pattern.

    Raises:
        WrongUseError: it is not JSON, or EventBridge would refuse it, with every mistake.
    """
    pattern = _parse(text, where)
    problems = event_patterns.problems(pattern)
    if problems:
        raise WrongUseError(
            "\n".join(f"{where}: {'.'.join(map(str, each.path)) or 'the pattern'}: {each.message}" for each in problems)
        )
    return dict(pattern)


def parse_event(text: str, where: str) -> dict[str, Any]:
    """Return an event; one in the form of an entry of PutEvents is turned into what EventBridge makes of it.

    Raises:
        WrongUseError: it is not JSON, or no event.
    """
    event = _parse(text, where)
    if "DetailType" in event or "Source" in event:
        event = _of_entry(event, where)
    for field in _REQUIRED:
        if field not in event:
            raise WrongUseError(f'{where}: "{field}" is missing: an event has {", ".join(_REQUIRED)}')
    for field in ("source", "detail-type"):
        if not isinstance(event[field], str) or not event[field]:
            raise WrongUseError(f"{where}: {field} is {shown(event[field])}: text is wanted")
    if not isinstance(event["detail"], dict):
        raise WrongUseError(f"{where}: detail is {shown(event['detail'])}: a JSON object is wanted")
    return event


def completed(event: Mapping[str, Any], account: str, region: str) -> dict[str, Any]:
    """Return an event with all the fields that EventBridge gives one; what it has already stays."""
    given = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "account": account,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": [],
    }
    return given | dict(event)


def read(given: str, where: str) -> tuple[str, str]:
    """Return the text that was given and where it is from: JSON itself, a file's name, or - for standard input.

    Raises:
        WrongUseError: the file cannot be read.
    """
    if given == "-":
        return sys.stdin.read(), f"{where} -"
    if given.lstrip().startswith(("{", "[", '"')):
        return given, where
    try:
        return Path(given).read_text(encoding="utf-8"), given
    except (OSError, UnicodeDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise WrongUseError(f"{where}: {given} is no JSON object, and as a file cannot be read: {problem}") from None


def mismatches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> list[str]:
    """Return why a pattern does not match an event: each field that does not, with what it has and what is wanted.

    Where each field matches for itself, what is left is that they do not match together: values of one array must be
    found in one element of it.
    """
    if event_patterns.matches(pattern, event):
        return []
    found = [
        f"{'.'.join(path)}: {_there(event, path)}, and the pattern wants {shown(wanted)}"
        for path, wanted in _parts(pattern, ())
        if not event_patterns.matches(_nested(path, wanted), event)
    ]
    return found or [
        "each field matches by itself, but not all of them together: fields of one array must match in one element"
    ]


def _parts(pattern: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield each field of a pattern with its tests; alternatives are one part, as they stand."""
    for name, value in pattern.items():
        if isinstance(value, Mapping):
            yield from _parts(value, (*path, name))
        else:
            yield (*path, name), value


def _nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    return dict(value)


def _there(event: Mapping[str, Any], path: tuple[str, ...]) -> str:
    """Say what an event has in a field."""
    if path[-1] == event_patterns.OR:
        return "none of the alternatives matches"
    values = list(_values(event, tuple(".".join(path).split("."))))  # EventBridge joins names with dots too
    if not values:
        return "the event has no such field"
    return f"the event has {', '.join(shown(value) for value in values[:_MEMBERS])}"


def _values(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping):
        for length in range(1, len(path) + 1):  # a name of the event may have dots in it
            name = ".".join(path[:length])
            if name in value:
                yield from _values(value[name], path[length:])


def _of_entry(entry: Mapping[str, Any], where: str) -> dict[str, Any]:
    event = {field: entry[name] for name, field in _ENTRY.items() if name in entry}
    detail = entry.get("Detail", {})
    return event | {"detail": _parse(detail, f"{where}: Detail") if isinstance(detail, str) else detail}


def _parse(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise WrongUseError(f"{where}: not JSON: {error}") from None
    if not isinstance(found, dict):
        raise WrongUseError(f"{where}: {shown(found)}: a JSON object is wanted")
    return found
