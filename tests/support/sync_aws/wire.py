"""Between botocore's requests and plain values: the protocols in which the services speak."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.model import ServiceModel

from tests.support.sync_aws.errors import Refusal

REQUEST_ID = "11111111-2222-3333-4444-555555555555"


def parameters(request: AWSPreparedRequest, model: ServiceModel) -> dict[str, Any]:
    """Return what a request asks, with the members that the service's model has names for, and with others too."""
    body = request.body or b""
    body = body.encode() if isinstance(body, str) else bytes(body)
    if request.headers.get("Content-Encoding") in {"gzip", b"gzip"}:
        body = gzip.decompress(body)
    if model.resolved_protocol in {"json", "rest-json"}:
        return dict(json.loads(body or b"{}"))
    if model.resolved_protocol == "query":
        return query(body.decode())
    raise NotImplementedError(f"{model.service_name} speaks {model.resolved_protocol}, which the stand-in does not")


def query(body: str) -> dict[str, Any]:
    """Return the tree of `A.member.1.B=c`; a list is recognised by its `member` or `entry`."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True):
        *path, last = [part for part in name.split(".") if part not in {"member", "entry"}]
        place = tree
        for part in path:
            place = place.setdefault(part, {})
        place[last] = value
    return {name: listed(value) for name, value in tree.items() if name not in {"Action", "Version"}}


def listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [listed(value[key]) for key in sorted(value, key=int)]
    return {key: listed(inner) for key, inner in value.items()}


class Body(io.BytesIO):
    """What an AWSResponse reads from."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def response(url: str, status: int, headers: Mapping[str, str], body: bytes) -> AWSResponse:
    return AWSResponse(url, status, {"x-amzn-RequestId": REQUEST_ID, **headers}, Body(body))


def answer(url: str, model: ServiceModel, operation: str, value: Mapping[str, Any]) -> AWSResponse:
    """Return a value as the service would."""
    if model.resolved_protocol == "query":
        result = "".join(xml(name, inner) for name, inner in value.items())
        text = (
            f'<{operation}Response xmlns="{model.metadata.get("xmlNamespace", "")}">'
            f"<{operation}Result>{result}</{operation}Result>"
            f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{operation}Response>"
        )
        return response(url, 200, {"Content-Type": "text/xml"}, text.encode())
    return response(url, 200, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(value).encode())


def xml(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(xml(inner, of) for inner, of in value.items())}</{name}>"
    if isinstance(value, list):
        return f"<{name}>{''.join(xml('member', item) for item in value)}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(text)}</{name}>"


def refusal(url: str, model: ServiceModel, refused: Refusal) -> AWSResponse:
    """Return an error as the service would."""
    if refused.code is None:
        return response(url, refused.status, {"Content-Type": "text/plain"}, b"")
    fault = "Receiver" if refused.status >= 500 else "Sender"
    if model.resolved_protocol == "query":
        text = (
            f"<ErrorResponse><Error><Type>{fault}</Type><Code>{refused.code}</Code>"
            f"<Message>{escape(refused.message)}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
        )
        return response(url, refused.status, {"Content-Type": "text/xml"}, text.encode())
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    body = {"message": refused.message}
    if model.resolved_protocol == "rest-json":
        headers["x-amzn-ErrorType"] = f"{refused.code}:"
    else:
        body = {"__type": refused.code, **body}
    if "awsQueryCompatible" in model.metadata:
        headers["x-amzn-query-error"] = f"{refused.code};{fault}"
    return response(url, refused.status, headers, json.dumps(body).encode())


def region_of(url: str, default: str) -> str:
    """Return the region in a request's host name; the services whose host has none are in their default one."""
    found = re.search(r"[./]([a-z]{2}(?:-[a-z]+)+-\d)\.", url)
    return found[1] if found else default
