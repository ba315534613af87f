"""What topics have sent: whoever subscribes to one would have got it. Importing this module registers the answer.

It reaches into moto, so its types are loose.
"""

from __future__ import annotations

from typing import Any

from moto.sns.models import sns_backends

from sandbox.control import answers


@answers("messages")
def messages(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the messages of each topic in order; of one topic, by its name or ARN, with `topic`."""
    wanted = fields.get("topic")
    return {
        "messages": [
            {"topic": arn, "id": identity, "subject": subject, "message": message, "attributes": attributes or {}}
            for regions in sns_backends.values()
            for backend in regions.values()
            for arn, topic in backend.topics.items()
            if not wanted or wanted in (arn, arn.rpartition(":")[2])
            for identity, message, subject, attributes, _ in topic.sent_notifications
        ]
    }
