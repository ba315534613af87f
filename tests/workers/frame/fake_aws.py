"""As much of SSM, EventBridge, S3 and SNS as the frame and its workers call, on loopback, with faults on request."""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import time
import urllib.parse
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Fault = tuple[int, str]  # status and code


@dataclass
class FakeAws:
    """What is there, what was asked, and what goes wrong next.

    Attributes:
        faults: of an action (`PutEvents`, `GetParameters`, `GetObject`, ...), the errors of the next calls.
        break_after: of the next GetObject calls, after how many bytes the connection breaks.
        entry_faults: of the next PutEvents calls, the ErrorCode of the entry.
        held: actions that get no answer as long as they are in here.
        published: what SNS took, by the names of its parameters.
        break_publish: of how many of the next Publish calls the answer is lost after SNS took the message.
        on_get: called before each GetObject is answered.
    """

    parameters: dict[str, str] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    break_after: list[int] = field(default_factory=list)
    entry_faults: list[str] = field(default_factory=list)
    on_get: Callable[[], None] = lambda: None
    held: set[str] = field(default_factory=set)
    published: list[dict[str, str]] = field(default_factory=list)
    break_publish: int = 0
    wrong_checksum: bool = False
    modified: str = "Sun, 15 Nov 2026 23:30:00 GMT"
    url: str = ""

    def forget(self) -> None:
        """Be as new, at the same address."""
        vars(self).update(vars(FakeAws(url=self.url)))

    def called(self, action: str) -> list[dict[str, Any]]:
        return [what for name, what in self.calls if name == action]


def tag_of(data: bytes) -> str:
    return f'"{zlib.crc32(data):08x}"'


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    aws: FakeAws

    def log_message(self, *_: object) -> None:
        pass

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def failed(self, action: str) -> bool:
        faults = self.aws.faults.get(action)
        if not faults:
            return False
        status, code = faults.pop(0)
        if action in ("PutEvents", "GetParameters"):
            body = json.dumps({"__type": code, "message": f"it is {code}"}).encode()
        else:
            body = f"<Error><Code>{code}</Code><Message>it is {code}</Message></Error>".encode()
            body = b"<ErrorResponse>" + body + b"</ErrorResponse>" if action == "Publish" else body
        self.answer(status, body, x_amzn_RequestId="request-1")
        return True

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if "X-Amz-Target" not in self.headers:
            return self.publish(dict(urllib.parse.parse_qsl(body.decode())))
        asked = json.loads(body)
        action = self.headers["X-Amz-Target"].partition(".")[2]
        self.aws.calls.append((action, asked))
        events = self.aws.events  # of this test, however late the answer is
        while action in self.aws.held:
            time.sleep(0.02)
        if self.failed(action):
            return None
        if action == "GetParameters":
            known = [
                {"Name": name, "Value": self.aws.parameters[name]}
                for name in asked["Names"]
                if name in self.aws.parameters
            ]
            missing = [name for name in asked["Names"] if name not in self.aws.parameters]
            self.answer(200, json.dumps({"Parameters": known, "InvalidParameters": missing}).encode())
        elif self.aws.entry_faults:
            entry = {"ErrorCode": self.aws.entry_faults.pop(0), "ErrorMessage": "no"}
            self.answer(200, json.dumps({"FailedEntryCount": 1, "Entries": [entry]}).encode())
        else:
            events += asked["Entries"]
            self.answer(200, json.dumps({"FailedEntryCount": 0, "Entries": [{"EventId": "event-1"}]}).encode())
        return None

    def publish(self, asked: dict[str, str]) -> None:
        """Answer SNS's Publish, which has the Query protocol: a form, and XML."""
        self.aws.calls.append((asked["Action"], asked))
        while asked["Action"] in self.aws.held:
            time.sleep(0.02)
        if self.failed(asked["Action"]):
            return
        self.aws.published.append(asked)
        if self.aws.break_publish:
            self.aws.break_publish -= 1
            self.close_connection = True
            return
        message_id = f"<MessageId>message-{len(self.aws.published)}</MessageId>"
        self.answer(200, f"<PublishResponse><PublishResult>{message_id}</PublishResult></PublishResponse>".encode())

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
        self.aws.calls.append(("PutObject", {"Key": key, "ContentType": self.headers["Content-Type"]}))
        if self.failed("PutObject"):
            return
        before = tag_of(self.aws.objects[key]) if key in self.aws.objects else None
        if self.headers["If-Match"] and before is None:
            self.answer(404, b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")
        elif (self.headers["If-None-Match"] and before) or self.headers["If-Match"] not in (None, before):
            self.answer(412, b"<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>")
        else:
            self.aws.objects[key] = body
            self.answer(200, ETag=tag_of(body))

    def do_GET(self) -> None:
        path = urllib.parse.urlsplit(self.path)
        if "list-type" in path.query:
            return self.list_objects(path.path.strip("/"), urllib.parse.parse_qs(path.query))
        key = urllib.parse.unquote(path.path).lstrip("/")
        self.aws.on_get()
        self.aws.calls.append(("GetObject", {"Range": self.headers["Range"], "IfMatch": self.headers["If-Match"]}))
        if self.failed("GetObject"):
            return None
        if key not in self.aws.objects:
            return self.answer(404, b"<Error><Code>NoSuchKey</Code><Message>none</Message></Error>")
        data = self.aws.objects[key]
        tag = tag_of(data)
        if self.headers["If-Match"] not in (None, tag):
            return self.answer(412, b"<Error><Code>PreconditionFailed</Code><Message>no</Message></Error>")
        start = int((self.headers["Range"] or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_object(data[start:], tag, partial=bool(self.headers["Range"]))
        return None

    def do_HEAD(self) -> None:
        key = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).lstrip("/")
        self.aws.calls.append(("HeadObject", {"Key": key}))
        if self.failed("HeadObject"):
            return
        if key not in self.aws.objects:
            self.answer(404)
        else:
            self.answer(200, ETag=tag_of(self.aws.objects[key]), Last_Modified=self.aws.modified)

    def send_object(self, data: bytes, tag: str, *, partial: bool) -> None:
        self.send_response(206 if partial else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(data)))
        if not partial:
            sent = 0 if self.aws.wrong_checksum else zlib.crc32(data)
            self.send_header("x-amz-checksum-crc32", base64.b64encode(sent.to_bytes(4)).decode())
        self.end_headers()
        count = self.aws.break_after.pop(0) if self.aws.break_after else len(data)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(data[:count])
            self.wfile.flush()
        if count < len(data):
            self.close_connection = True

    def list_objects(self, bucket: str, query: dict[str, list[str]]) -> None:
        self.aws.calls.append(("ListObjectsV2", {"Prefix": query.get("prefix", [""])[0]}))
        if self.failed("ListObjectsV2"):
            return
        prefix = f"{bucket}/{query.get('prefix', [''])[0]}"
        keys = sorted(key.removeprefix(f"{bucket}/") for key in self.aws.objects if key.startswith(prefix))
        after = query.get("continuation-token", [""])[0]
        page = [key for key in keys if key > after][:2]  # two a page: every listing of a test has more than one
        more = bool(page) and page[-1] != keys[-1]
        items = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in page)
        token = f"<NextContinuationToken>{page[-1]}</NextContinuationToken>" if more else ""
        body = f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{token}{items}</ListBucketResult>"
        self.answer(200, body.encode())


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Who asked has gone: that is what a stream that is closed early does."""


@contextlib.contextmanager
def running() -> Iterator[FakeAws]:
    aws = FakeAws()
    handler = type("BoundHandler", (Handler,), {"aws": aws})
    server = Server(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    aws.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield aws
    finally:
        server.shutdown()
        server.server_close()
