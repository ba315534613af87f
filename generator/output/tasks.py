"""What the call of a task's module gets that names a topic of the environment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.output.addresses import key_arn
from generator.output.topics import built_arn, settings_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.models.permissions import Topic
    from generator.models.spec import Environment
    from generator.models.workloads import Task
    from generator.output.hcl import Value


def arguments(spec: Environment, task: Task) -> dict[str, Value]:
    """Return the module's `environment` and `permissions`, as far as a task has any."""
    found = {"environment": environment(task), "permissions": permissions(spec, task)}
    return {name: value for name, value in found.items() if value}


def environment(task: Task) -> Mapping[str, Value]:
    """Return the module's `environment`; an ARN is built from its name, so that a plan shows it."""
    topics = {variable: built_arn(topic) for variable, topic in (task.environment_topics or {}).items()}
    return {**(task.environment or {}), **topics}


def permissions(spec: Environment, task: Task) -> Mapping[str, Value]:
    """Return the module's `permissions`."""
    if task.permissions is None:
        return {}
    given: dict[str, Value] = task.permissions.model_dump(exclude_none=True)
    if task.permissions.sns_publish is not None:
        given["sns_publish"] = [_topic(spec, grant) for grant in task.permissions.sns_publish]
    return given


def _topic(spec: Environment, grant: Topic) -> Mapping[str, Value]:
    given: dict[str, Value] = grant.model_dump(exclude_none=True, exclude={"topic"})
    settings = settings_of(spec, grant.topic)
    if grant.topic is None or settings is None:
        return given
    keys: dict[str, Value] = {} if settings.key is None else {"kms_key_arns": [key_arn(spec, settings.key)]}
    return {"topic_arn": built_arn(grant.topic), **given, **keys}
