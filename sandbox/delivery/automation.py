"""An Automation runbook, started as EventBridge does for a rule's target.

EventBridge User Guide, "Event bus targets" and "Using identity-based policies". The input is the API's own map of
parameters, in which each value is a list of texts.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox import permissions
from sandbox.automation import starting
from sandbox.delivery import arns, clients
from sandbox.delivery.invocation import InvocationError
from sandbox.delivery.refusals import INVALID_JSON, INVALID_PARAMETER, refusal, understood

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sandbox.delivery.invocation import Caller

DEFINITION = "automation-definition/"
DEFAULT = "$DEFAULT"


def start_automation(target: Mapping[str, Any], payload: str, caller: Caller) -> dict[str, Any]:
    """Start the runbook of a target with the target's role, and return `{"automation": <execution id>}`.

    Args:
        target: as PutTargets got it; its Arn is `automation-definition/<document>:<version>`.
        payload: the text that the target is given.
        caller: the rule, with the target's role.

    Raises:
        InvocationError: a right or the document is missing, or the input is none that the document takes.
    """
    if not caller.role_arn:
        raise InvocationError(INVALID_PARAMETER, f"RoleArn is required for target {target['Arn']}.")
    arn = arns.parse(target["Arn"])
    document, _, version = arn.resource.removeprefix(DEFINITION).partition(":")
    parameters = read_payload(payload)
    with understood():  # of use only if the role trusts the rule, which the first right that is asked for includes
        session = clients.sts(arn.region).assume_role(RoleArn=caller.role_arn, RoleSessionName="events")
    try:
        execution = starting.start(
            starting.Wanted(
                account=arn.account,
                region=arn.region,
                document=document,
                version=version or DEFAULT,
                parameters=parameters,
                executed_by=session["AssumedRoleUser"]["Arn"],
                access_key=session["Credentials"]["AccessKeyId"],
                may=lambda action, resource, context: permissions.role_may(caller, action, resource, context),
            )
        )
    except starting.StartRefusedError as error:
        if error.code == starting.WRONG_PARAMETERS:
            raise InvocationError(INVALID_PARAMETER, error.message) from None
        raise refusal(error.code, error.message) from None
    return {"automation": execution.id}


def read_payload(payload: str) -> dict[str, list[str]]:
    """Return the parameters that a payload gives.

    Raises:
        InvocationError: it is no map of lists of texts.
    """
    try:
        given = json.loads(payload)
    except ValueError as error:
        raise InvocationError(INVALID_JSON, f"the input is no JSON: {error}") from None
    if not isinstance(given, dict):
        raise InvocationError(INVALID_PARAMETER, "the input is no JSON object of parameters")
    for name, values in given.items():
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            raise InvocationError(INVALID_PARAMETER, f"the input's {name} is no list of texts")
    return given
