"""Secrets in the environment of a container, which whoever may read its definition can read.

checkov asks this of Lambda functions (CKV_AWS_45) and not of tasks and jobs. "Pass sensitive data to an Amazon ECS
container" of the ECS Developer Guide, and "Specify sensitive data" of the Batch User Guide, say where they belong.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from review.checks.subject import Found
from review.finding import Severity
from review.intents.facts import jobs, tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from review.checks.subject import Subject

# What a variable is called that has a secret: its last words, however they are joined.
_NAME: Final = re.compile(
    r"(^|[_.-])(pass(word|wd|phrase)?|secret|token|credentials?|(api|access|private|secret|signing|encryption)[_.-]?key)$",
    re.IGNORECASE,
)
# What only names a secret, or is none: where it is, a file, a number, a switch.
_REFERENCE: Final = re.compile(r"(ssm:|arn:|s3://|https?://|/).*|[0-9.]*|true|false", re.IGNORECASE | re.DOTALL)
# What is a secret whatever it is called: an access key's id ("IAM identifiers"), a private key (RFC 7468), a JSON Web
# Token (RFC 7519).
_VALUE: Final = re.compile(
    r"(AKIA|ASIA)[A-Z0-9]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----.*|eyJ[\w-]+\.eyJ[\w-]+\.[\w-]*", re.DOTALL
)


def find(subject: Subject) -> Iterator[Found]:
    """Yield each task and job whose container has a secret in its environment; what it is, nobody is told."""
    for task in tasks.read(subject.plan).definitions:
        yield from _found("task", task.family, task.address, task.containers or ())
    for job in jobs.read(subject.plan):
        yield from _found("job", job.name, job.address, [job.container])


def is_secret(name: str, value: str) -> bool:
    """Tell whether a variable of this name and value has a secret in clear."""
    return bool(_VALUE.fullmatch(value) or (_NAME.search(name) and not _REFERENCE.fullmatch(value)))


def _found(kind: str, name: str, address: str, containers: Sequence[Mapping[str, Any]]) -> Iterator[Found]:
    variables = [each for container in containers for each in container.get("environment") or ()]
    named = [str(each.get("name")) for each in variables if is_secret(str(each.get("name")), str(each.get("value")))]
    if named:
        yield Found(
            Severity.FAIL,
            f"The environment of the {kind} {name} has a secret in clear: {', '.join(named)}.",
            address,
            "Keep it in the Parameter Store or in Secrets Manager, and name it in secrets; then replace it, since "
            "whoever read a definition or a plan has it.",
        )
