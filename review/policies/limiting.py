"""Whether the conditions of a statement limit it: which keys a request has to have, with which values.

Sources: "AWS global condition context keys" and "IAM JSON policy elements: Condition operators" of the IAM User Guide.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semantics import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from semantics.statements import Statement

PASSED_TO: Final = frozenset(("iam:passedtoservice",))
EXTERNAL_ID: Final = frozenset(("sts:externalid",))
# What ties the request of a service to the resource or account that it acts for. A key is also tied by what it
# encrypts: see _ENCRYPTION_CONTEXT.
SOURCES: Final = frozenset(
    (
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourceowner",
        "kms:calleraccount",
        "kms:encryptioncontext",
    )
)
# What ties a caller to an account, an organization or a network, where anybody is named.
CALLERS: Final = frozenset(
    (
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceip",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:userid",
        "aws:vpcsourceip",
        "lambda:eventsourcetoken",
    )
)
_ENCRYPTION_CONTEXT: Final = "kms:encryptioncontext"
_ARNS: Final = ("aws:sourcearn", "aws:principalarn")
_EVERYWHERE: Final = ("0.0.0.0/0", "::/0")


def requires(statement: Statement, keys: frozenset[str]) -> bool:
    """Tell whether a request has to have one of these keys, with a value that not every request can have.

    Args:
        statement: whose conditions are meant.
        keys: in small letters.
    """
    return any(key in keys for key in _required(statement))


def requires_anything(statement: Statement) -> bool:
    """Tell whether a request has to have any key with a value that not every request can have."""
    return any(True for _ in _required(statement))


def _required(statement: Statement) -> Iterator[str]:
    """Yield the keys that a request cannot do without: not those that may be missing, or only must not have a value."""
    for operator, keys in statement.condition.items():
        if "Not" in operator or operator == "Null" or operator.endswith("IfExists") or "ForAllValues" in operator:
            continue
        for key, values in keys.items():
            small = key.lower()
            if not any(_is_open(small, value) for value in values):
                yield _ENCRYPTION_CONTEXT if small.startswith(f"{_ENCRYPTION_CONTEXT}:") else small


def _is_open(key: str, value: str) -> bool:
    """Whether a value says next to nothing: any text, any address, an ARN of any account."""
    if not value.strip("*?") or value in _EVERYWHERE:
        return True
    parts = value.split(":", texts.ARN_PARTS - 1)
    if key not in _ARNS or len(parts) != texts.ARN_PARTS:
        return False
    return "*" in parts[4] or (not parts[4] and not parts[5].strip("*/"))  # S3's ARNs have no account
