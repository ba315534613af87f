"""What CloudTrail makes of a call that changed something, as EventBridge gets it.

EventBridge User Guide, "AWS service events delivered via AWS CloudTrail"; CloudTrail User Guide, "CloudTrail record
contents" and "CloudTrail userIdentity element".
"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from moto.utilities.utils import get_partition

from sandbox import stored_policies
from sandbox.clock import CLOCK, written
from sandbox.delivery import arns, engine
from sandbox.delivery.entries import new_event

if TYPE_CHECKING:
    from collections.abc import Mapping

DETAIL_TYPE = "AWS API Call via CloudTrail"
EVENT_VERSION = "1.11"


def publish(response: Any, action: str, answer: Mapping[str, Any] | None) -> None:
    """Put the event of a call that succeeded on the default bus of the account and region.

    Args:
        response: moto's own, with the request.
        action: as `RegisterJobDefinition`.
        answer: what the call returned, with the names of the API; None if it returns nothing.
    """
    account, region, service = response.current_account, response.region, response.service_name
    detail = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": user_identity(response.access_key, account, region),
        "eventTime": written(CLOCK.now()),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": action,
        "awsRegion": region,
        "sourceIPAddress": "127.0.0.1",
        "userAgent": response.headers.get("User-Agent", ""),
        "requestParameters": json.loads(response.body or "{}"),
        "responseElements": answer,
        "requestID": str(uuid.uuid4()),
        "eventID": str(uuid.uuid4()),
        "readOnly": False,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": account,
        "eventCategory": "Management",
    }
    event = new_event(
        source=f"aws.{service}",
        detail_type=DETAIL_TYPE,
        detail=detail,
        account=account,
        region=region,
        at=CLOCK.now(),
    )
    engine.publish(event, account, region, "default")


def user_identity(access_key: str, account: str, region: str) -> dict[str, Any]:
    """Return who called. A key that nobody was given here, such as `test`, is the account's administrator's."""
    session = stored_policies.find_session(access_key)
    if session is None:
        root = f"arn:{get_partition(region)}:iam::{account}:root"
        return {"type": "Root", "principalId": account, "arn": root, "accountId": account, "accessKeyId": access_key}
    arn = arns.parse(session.identity.arn)
    name = arn.resource.rpartition("/")[2]
    identity = {"accountId": arn.account, "accessKeyId": access_key}
    if not session.name:
        return {"type": "IAMUser", "principalId": name, "arn": str(arn), "userName": name} | identity
    assumed = arn._replace(service="sts", resource=f"assumed-role/{name}/{session.name}")
    issuer = {"type": "Role", "principalId": name, "arn": str(arn), "accountId": arn.account, "userName": name}
    return {
        "type": "AssumedRole",
        "principalId": f"{name}:{session.name}",
        "arn": str(assumed),
        "sessionContext": {"sessionIssuer": issuer},
    } | identity
