"""The calls of AWS that a whole run makes: SSM parameters, events, and S3 objects, with faults on request."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape

from aiohttp import web

AMZ_JSON = "application/x-amz-json-1.1"


def error(status: int, code: str) -> web.Response:
    return web.Response(status=status, text=f"<Error><Code>{code}</Code><Message>{code}</Message></Error>")


@dataclass
class AwsFake:
    """Objects by `bucket/key`, parameters by name, events as they were sent.

    Attributes:
        refuse_writes: how many of the next writes of objects whose key has `refuse_key` are denied.
        calls: how often each operation was called.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    entries: list[dict[str, Any]] = field(default_factory=list)
    refuse_writes: int = 0
    refuse_key: str = ""
    calls: Counter[str] = field(default_factory=Counter)

    def events(self) -> list[dict[str, Any]]:
        """What was sent, in the form of environments/events."""
        return [
            {"source": each["Source"], "detail-type": each["DetailType"], "detail": json.loads(each["Detail"])}
            for each in self.entries
        ]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if operation:
            self.calls[operation] += 1
            return web.Response(text=json.dumps(self.answer_json(operation, json.loads(body))), content_type=AMZ_JSON)
        return self.answer_s3(request, body)

    def answer_json(self, operation: str, fields: dict[str, Any]) -> dict[str, Any]:
        if operation == "PutEvents":
            self.entries += fields["Entries"]
            return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in fields["Entries"]]}
        assert operation == "GetParameters", operation
        return {
            "Parameters": [
                {"Name": name, "Value": self.parameters[name]} for name in fields["Names"] if name in self.parameters
            ]
        }

    def answer_s3(self, request: web.Request, body: bytes) -> web.StreamResponse:
        name = request.path[1:]
        if name.startswith("denied"):
            return error(403, "AccessDenied")
        if request.query.get("list-type") == "2":
            self.calls["ListObjectsV2"] += 1
            return self.listing(name, request.query.get("prefix", ""))
        self.calls[{"GET": "GetObject", "PUT": "PutObject"}[request.method]] += 1
        tag = f'"{zlib.crc32(self.objects[name]):08x}"' if name in self.objects else None
        if request.method == "PUT":
            if (tag and "If-None-Match" in request.headers) or request.headers.get("If-Match", tag) != tag:
                return error(412, "PreconditionFailed")
            if self.refuse_writes > 0 and self.refuse_key in name:
                self.refuse_writes -= 1
                return error(403, "AccessDenied")
            self.objects[name] = (
                unchunked(body) if "aws-chunked" in request.headers.get("Content-Encoding", "") else body
            )
            return web.Response(headers={"ETag": f'"{zlib.crc32(self.objects[name]):08x}"'})
        if tag is None:
            return error(404, "NoSuchKey")
        return web.Response(body=self.objects[name], headers={"ETag": tag})

    def listing(self, bucket: str, prefix: str) -> web.Response:
        bucket = bucket.strip("/")
        keys = sorted(name.partition("/")[2] for name in self.objects if name.startswith(f"{bucket}/{prefix}"))
        contents = "".join(f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in keys)
        return web.Response(
            text=f"<ListBucketResult><IsTruncated>false</IsTruncated>{contents}</ListBucketResult>",
            content_type="application/xml",
        )


def unchunked(body: bytes) -> bytes:
    """Return what a body in the chunks of `aws-chunked` says."""
    content = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if length == 0:
            break
        content, body = content + body[:length], body[length + 2 :]
    return content
