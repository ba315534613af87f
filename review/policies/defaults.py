"""Policies that nobody writes as JSON: those that AWS gives a resource by itself, and permissions of one statement.

Sources: "Default key policy" of the KMS Developer Guide (for a key that is made with the API); what
`GetTopicAttributes` returns of a topic without a policy; `PutPermission` of the EventBridge API; `AddPermission` of
the Lambda API.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from review.plan import Resource

ATTRIBUTE: Final = "AWS's default"
_ACCOUNT: Final = re.compile(r"[0-9]{12}")
_TOPIC_ACTIONS: Final = (
    "GetTopicAttributes",
    "SetTopicAttributes",
    "AddPermission",
    "RemovePermission",
    "DeleteTopic",
    "Subscribe",
    "ListSubscriptionsByTopic",
    "Publish",
)


def of_key(_: str, partition: str, account: str) -> Mapping[str, Any]:
    """Return the policy of a key that is given none: the account's own policies decide."""
    return {
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [
            {
                "Sid": "Enable IAM User Permissions",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            }
        ],
    }


def of_topic(arn: str, _: str, account: str) -> Mapping[str, Any]:
    """Return the policy of a topic that is given none: whoever acts for the owner's account.

    A service that sends `aws:SourceOwner` (CloudWatch alarms do, EventBridge does not) gets through.
    """
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": [f"SNS:{action}" for action in _TOPIC_ACTIONS],
                "Resource": arn,
                "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
            }
        ],
    }


def of_event_permission(permission: Resource, arn: str, partition: str) -> Mapping[str, Any]:
    """Return what an `aws_cloudwatch_event_permission` adds to a bus's policy."""
    condition = {
        each["type"]: {each["key"]: each["value"]}
        for each in permission.get("condition") or ()
        if isinstance(each, dict)
    }
    return _statement(
        sid=permission.text("statement_id"),
        principal=_principal(permission.text("principal"), partition),
        action=permission.text("action") or "events:PutEvents",
        arn=arn,
        condition=condition,
    )


def of_lambda_permission(permission: Resource, arn: str, partition: str) -> Mapping[str, Any]:
    """Return what an `aws_lambda_permission` adds to a function's policy."""
    condition: dict[str, dict[str, str]] = {}
    for attribute, operator, key in (
        ("source_arn", "ArnLike", "AWS:SourceArn"),
        ("source_account", "StringEquals", "AWS:SourceAccount"),
        ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
        ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
        ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
    ):
        if value := permission.text(attribute):
            condition.setdefault(operator, {})[key] = value
    qualifier = permission.text("qualifier")
    return _statement(
        sid=permission.text("statement_id"),
        principal=_principal(permission.text("principal"), partition),
        action=permission.text("action"),
        arn=f"{arn}:{qualifier}" if qualifier else arn,
        condition=condition,
    )


def _statement(
    *, sid: str, principal: Any, action: str, arn: str, condition: Mapping[str, Mapping[str, str]]
) -> Mapping[str, Any]:
    made = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": arn}
    if condition:
        made["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [made]}


def _principal(name: str, partition: str) -> str | dict[str, str]:
    """Write a principal that is given as one text: everybody, an account, an ARN, or a service."""
    if name == "*":
        return name
    if _ACCOUNT.fullmatch(name):
        return {"AWS": f"arn:{partition}:iam::{name}:root"}
    return {"AWS": name} if name.startswith(("arn:", "‹")) else {"Service": name}
