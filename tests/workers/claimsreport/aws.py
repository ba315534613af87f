"""The calls of AWS that a whole run makes: those of the other workers, and Publish of SNS."""

from __future__ import annotations

import urllib.parse
from dataclasses import dataclass, field

from aiohttp import web

from tests.workers.cmscustomidcleanup.aws_fake import AwsFake

ANSWER = (
    '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>{}</MessageId>'
    "</PublishResult><ResponseMetadata><RequestId>request-1</RequestId></ResponseMetadata></PublishResponse>"
)


@dataclass
class Aws(AwsFake):
    """Besides what the other one has:

    Attributes:
        messages: what SNS was told, as the fields of Publish.
    """

    messages: list[dict[str, str]] = field(default_factory=list)

    def forget(self) -> None:
        """Be as new."""
        vars(self).update(vars(Aws()))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        if request.method == "POST" and "X-Amz-Target" not in request.headers:
            fields = dict(urllib.parse.parse_qsl(await request.text()))
            assert fields["Action"] == "Publish", fields
            self.calls["Publish"] += 1
            self.messages.append(fields)
            return web.Response(text=ANSWER.format(f"message-{len(self.messages)}"), content_type="text/xml")
        return await super().answer(request)
