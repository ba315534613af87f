"""What the sandbox answers to the stand-ins of services that are not moto's (`control.py`), and to nobody else.

Importing this module registers the answer; the server's process does, that of the stand-ins does not.
"""

from __future__ import annotations

from typing import Any

from sandbox import permissions, stored_policies
from sandbox.control import answers
from sandbox.delivery.invocation import InvocationError


@answers("caller")
def caller(fields: dict[str, Any]) -> dict[str, Any]:
    """Return whose an access key is, and on which of the `resources` they may not do `action`, with the reason.

    `arn` is "" for a key that was not given out here.
    """
    key = fields["access_key_id"]
    found = stored_policies.find_session(key)
    refused = {}
    for resource in fields.get("resources", ()):
        try:
            permissions.principal_may(key, fields["action"], resource)
        except InvocationError as error:
            refused[resource] = error.message
    return {
        "arn": found.identity.arn if found else "",
        "secret_access_key": found.secret_access_key if found else "",
        "session_token": found.session_token if found else "",
        "refused": refused,
    }
