r"""What text a target of an EventBridge rule is given: the event, a constant, a part of it, or a template filled in.

Sources: the EventBridge user guide, "Amazon EventBridge input transformation" (eb-transform-target-input); the API
reference, `Target` and `InputTransformer`. A template is either

- JSON. `<name>` outside quotes becomes the value as JSON, a string with its quotes. Within quotes it becomes the
  value's text, and nothing is escaped: a text with a quote or a line break in it, or an object, makes the whole no
  JSON, and then nothing is delivered.
- Text: one quoted string a line. `<name>` becomes the value's text; objects and arrays lose their quotes, as in
  `[first,second]`. The target gets the lines with the quotes around them.

A value that the event does not have is the empty string. The guide does not say what a null becomes (`null` here), what
an input path gives that the event does not have (the empty string here, as in a template), nor what `*` finds where
nothing is (an empty array here).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from semantics import json_paths
from semantics.problem import Problem, shown

__all__ = ["MAX_PATHS", "MAX_TEMPLATE_CHARACTERS", "InputError", "Problem", "problems", "target_input"]

MAX_PATHS: Final = 100
MAX_NAME_CHARACTERS: Final = 256
MAX_PATH_CHARACTERS: Final = 256
MAX_TEMPLATE_CHARACTERS: Final = 8192

RULE_ARN: Final = "aws.events.rule-arn"
RULE_NAME: Final = "aws.events.rule-name"
INGESTION_TIME: Final = "aws.events.event.ingestion-time"
EVENT: Final = "aws.events.event"
EVENT_JSON: Final = "aws.events.event.json"
PREDEFINED: Final = frozenset({RULE_ARN, RULE_NAME, INGESTION_TIME, EVENT, EVENT_JSON})

_NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLACEHOLDER: Final = re.compile(r"<([A-Za-z0-9_.-]+)>")
# A placeholder, or what decides whether one is within quotes: a quote, or a character that a backslash escapes.
_TOKEN: Final = re.compile(r'<([A-Za-z0-9_.-]+)>|\\.|"', re.DOTALL)
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_STRING_OR_SPACE: Final = re.compile(r'("(?:[^"\\]|\\.)*")|\s+')


class InputError(ValueError):
    """EventBridge has nothing to deliver: what the template became is no JSON, or it asks for what is not defined."""


def target_input(
    event: Mapping[str, Any],
    *,
    input: str | None = None,  # noqa: A002 - the API's name
    input_path: str | None = None,
    input_paths: Mapping[str, str] | None = None,
    input_template: str | None = None,
    rule_arn: str = "",
    rule_name: str = "",
    ingestion_time: str = "",
) -> str:
    """Return the text that a target is given for an event.

    Args:
        event: the event as parsed from JSON.
        input: the target's `Input`, a constant.
        input_path: its `InputPath`.
        input_paths: `InputPathsMap` of its `InputTransformer`: a JSON path for each name.
        input_template: `InputTemplate` of its `InputTransformer`. With none of these the target gets the event.
        rule_arn: what `<aws.events.rule-arn>` stands for.
        rule_name: what `<aws.events.rule-name>` stands for.
        ingestion_time: what `<aws.events.event.ingestion-time>` stands for, such as `2030-01-31T06:00:00Z`.

    Raises:
        InputError: nothing can be delivered.
    """
    if input is not None:
        return input
    if input_path is not None:
        return _compact(_found(event, input_path))
    if input_template is None:
        return _compact(event)
    values: dict[str, object] = {
        RULE_ARN: rule_arn,
        RULE_NAME: rule_name,
        INGESTION_TIME: ingestion_time,
        EVENT: _without_detail(event),
        EVENT_JSON: event,
    }
    values |= {name: _found(event, path) for name, path in (input_paths or {}).items()}
    return _filled_in(input_template, values)


def problems(input_paths: Mapping[str, str] | None, input_template: str) -> list[Problem]:
    """Return all that is wrong with a transformer, each with its place: `input_paths` and a name, or `input_template`.

    EventBridge refuses it all when the target is made, except for paths: those it does not check, and finds nothing.
    """
    paths = input_paths or {}
    return [*_path_problems(paths), *_template_problems(paths, input_template)]


def _path_problems(paths: Mapping[str, str]) -> Iterator[Problem]:
    if len(paths) > MAX_PATHS:
        yield Problem(("input_paths",), f"{len(paths)} paths: EventBridge takes {MAX_PATHS}")
    for name, path in paths.items():
        here = ("input_paths", name)
        if name.lower().startswith("aws."):
            yield Problem(here, f"the name {shown(name)}: names that begin with aws. are EventBridge's own")
        elif not _NAME.fullmatch(name):
            yield Problem(here, f"the name {shown(name)} has other characters than letters, digits, - and _")
        elif len(name) > MAX_NAME_CHARACTERS:
            yield Problem(here, f"the name has {len(name)} characters: EventBridge takes {MAX_NAME_CHARACTERS}")
        if len(path) > MAX_PATH_CHARACTERS:
            yield Problem(here, f"the path has {len(path)} characters: EventBridge takes {MAX_PATH_CHARACTERS}")
        try:
            json_paths.parse(path)
        except json_paths.PathError as error:
            yield Problem(here, f"{shown(path)}: {error}")


def _template_problems(paths: Mapping[str, str], template: str) -> Iterator[Problem]:
    here = ("input_template",)
    if not 1 <= len(template) <= MAX_TEMPLATE_CHARACTERS:
        yield Problem(here, f"{len(template)} characters: EventBridge takes 1 to {MAX_TEMPLATE_CHARACTERS}")
    if not template:
        return
    defined = {*paths, *PREDEFINED}
    for name in dict.fromkeys(_PLACEHOLDER.findall(template)):
        if name not in defined:
            yield Problem(here, f"<{name}> is defined nowhere: input_paths has {', '.join(sorted(paths)) or 'nothing'}")
    try:
        _filled_in(template, dict.fromkeys({*defined, *_PLACEHOLDER.findall(template)}, ""))
    except InputError as error:
        yield Problem(here, str(error))


def _found(event: Mapping[str, Any], path: str) -> object:
    try:
        value = json_paths.find(event, path)
    except json_paths.PathError:
        return ""  # EventBridge does not check paths: one that it cannot follow finds nothing
    return "" if value is json_paths.MISSING else value


def _without_detail(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `<aws.events.event>` is: all but the detail, and `detail-type` under another name."""
    return {"detailType" if key == "detail-type" else key: value for key, value in event.items() if key != "detail"}


def _filled_in(template: str, values: Mapping[str, object]) -> str:
    is_text = template.lstrip().startswith('"')
    if is_text:
        _check_lines(template)
    within_quotes = False

    def replacement(token: re.Match[str]) -> str:
        nonlocal within_quotes
        if token[0] == '"':
            within_quotes = not within_quotes
        name = token[1]
        if name is None:
            return token[0]
        if name not in values:
            raise InputError(f"<{name}> is defined nowhere")
        value = values[name]
        if not within_quotes:
            return _compact(value)
        if isinstance(value, str):
            return value
        return _compact(value).replace('"', "") if is_text else _compact(value)

    filled_in = _TOKEN.sub(replacement, template)
    return filled_in if is_text else _minified(filled_in)


def _check_lines(template: str) -> None:
    for number, line in enumerate(template.split("\n"), start=1):
        if line.strip() and not _STRING.fullmatch(line.strip()):
            raise InputError(f"line {number}, {shown(line)}, is no string in quotes, which each line of a text must be")


def _minified(text: str) -> str:
    """Return JSON without the white space between its values; numbers and strings stay as they are written.

    Raises:
        InputError: the text is no JSON.
    """
    try:
        json.loads(text, parse_constant=_refused)
    except ValueError as error:
        raise InputError(f"what the template becomes is no JSON, {error}: {shown(text)}") from error
    return _STRING_OR_SPACE.sub(lambda found: found[1] or "", text)


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is no value of JSON")


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
