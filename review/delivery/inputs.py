"""The text that a rule's target is given for an event, and whether the target can take it.

Sources: "Amazon EventBridge input transformation" of the EventBridge user guide; the API reference, PutTargets (a log
group takes a timestamp and a message); "AWS Batch jobs as EventBridge targets" of the Batch user guide.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from review.delivery.model import Answer, Hop
from review.plan import Hidden, Symbol
from semantics import input_transformers
from semantics.problem import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from review.plan import Resource

_QUESTION: Final = "Does the target get an input that it can take?"
_OVERRIDES: Final = ("Command", "Environment", "InstanceType", "Memory", "ResourceRequirements", "Vcpus")


def given(
    target: Resource, event: Mapping[str, Any], rule_arn: str, rule_name: str, now: str
) -> tuple[Hop, str | None]:
    """Return whether an event becomes an input that a target can take, and that input; None if it is not known.

    Args:
        target: an `aws_cloudwatch_event_target`.
        event: the event.
        rule_arn: what `<aws.events.rule-arn>` stands for.
        rule_name: what `<aws.events.rule-name>` stands for.
        now: what `<aws.events.event.ingestion-time>` stands for.
    """
    transformer = target.get("input_transformer", 0)
    transformer = transformer if isinstance(transformer, dict) else {}
    values = {
        "input": target.get("input"),
        "input_path": target.get("input_path"),
        "input_template": transformer.get("input_template"),
    }
    paths = transformer.get("input_paths")
    paths = paths if isinstance(paths, dict) else {}
    for name, value in {**values, **{f"input_paths.{name}": path for name, path in paths.items()}}.items():
        if isinstance(value, Hidden) or (isinstance(value, Symbol) and not value.is_built):
            why = "is sensitive" if isinstance(value, Hidden) else "only the apply will know"
            because = f"depends on the {name} of {target.address}, which {why}"
            return Hop(_QUESTION, Answer.DEPENDS, because, where=target.address), None
    try:
        text = input_transformers.target_input(
            event,
            **{name: value or None for name, value in values.items()},
            input_paths={name: str(path) for name, path in paths.items()} or None,
            rule_arn=rule_arn,
            rule_name=rule_name,
            ingestion_time=now,
        )
    except input_transformers.InputError as error:
        return _no(target, str(error)), None
    problem = _problem(target, text, is_transformed=bool(transformer))
    if problem:
        return _no(target, problem), None
    words = next((words for name, words in _WORDS.items() if values[name]), "the event itself")
    return Hop(_QUESTION, Answer.YES, f"it gets {words}", where=target.address), text


_WORDS: Final = {
    "input": "a constant",
    "input_path": "a part of the event",
    "input_template": "what its transformer makes of the event",
}


def _no(target: Resource, because: str) -> Hop:
    return Hop(_QUESTION, Answer.NO, because, where=target.address, rule="input")


def _problem(target: Resource, text: str, *, is_transformed: bool) -> str:
    """Return why a kind of target cannot take a text; "" if it can."""
    arn = target.text("arn")
    try:
        content: Any = json.loads(text)
    except ValueError:
        content = None
    if ":logs:" in arn:
        is_event = isinstance(content, dict) and content.keys() == {"timestamp", "message"}
        if is_transformed and not is_event:
            return 'a log group takes {"timestamp": <...>, "message": <...>} from a transformer, and no other keys'
    elif ":cluster/" in arn:
        if not isinstance(content, dict):
            return f"ECS takes overrides as a JSON object, and gets {shown(text)}"
    elif ":job-queue/" in arn and isinstance(content, dict):
        return _job_problem(content)
    elif ":automation-definition/" in arn:
        is_fit = isinstance(content, dict) and all(
            isinstance(each, list) and all(isinstance(one, str) for one in each) for each in content.values()
        )
        if not is_fit:
            return "a runbook takes a list of texts for each parameter, and nothing else"
    return ""


def _job_problem(content: Mapping[str, Any]) -> str:
    overrides, parameters = content.get("ContainerOverrides") or {}, content.get("Parameters") or {}
    for name, value in (("ContainerOverrides", overrides), ("Parameters", parameters)):
        if not isinstance(value, dict):
            return f"{name} is no JSON object"
    unknown = sorted(set(overrides) - set(_OVERRIDES))
    if unknown:
        return f"ContainerOverrides has no member {', '.join(unknown)}; there are {', '.join(_OVERRIDES)}, capitalized"
    return ""
