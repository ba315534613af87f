"""Large objects of S3 take no memory to be sent, by the kernel's account of the server, and arrive as they were."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest

from sandbox import server
from tests.sandbox.calling import Client, clients

MIB = 1 << 20
SIZE = 96 * MIB


def memory(box: server.Sandbox, what: str) -> int:
    """VmRSS, what the server has now, or VmHWM, the most since it was last reset; in bytes."""
    lines = Path(f"/proc/{box.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{what}:"))


def reset_peak(box: server.Sandbox) -> None:
    Path(f"/proc/{box.pid}/clear_refs").write_text("5")


def test_objects_are_sent_in_pieces(aws: Client, name: str, request: pytest.FixtureRequest) -> None:
    box, s3 = request.getfixturevalue(request.node.callspec.params["aws"]), aws("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"0123456789" * (SIZE // 10))
    reset_peak(box)
    before = memory(box, "VmRSS")
    read = sum(len(piece) for piece in s3.get_object(Bucket=name, Key="k")["Body"].iter_chunks(MIB))
    assert read == SIZE // 10 * 10
    assert s3.get_object(Bucket=name, Key="k", Range="bytes=-3")["Body"].read() == b"789"
    assert memory(box, "VmHWM") - before < SIZE // 4
    s3.delete_object(Bucket=name, Key="k")


@pytest.mark.parametrize("size", [3 * MIB, 17 * MIB])
def test_ranges_are_what_s3_gives(repaired: server.Sandbox, size: int) -> None:
    """Of an object that is in memory, and of one that is in a file."""
    s3 = clients(repaired)("s3")
    named = {"Bucket": f"b-{uuid.uuid4().hex[:12]}", "Key": "k"}
    s3.create_bucket(Bucket=named["Bucket"])
    content = bytes(range(256)) * (size // 256)
    s3.put_object(**named, Body=content)

    def read(wanted: str | None) -> tuple[bytes, int, Any]:
        answer = s3.get_object(**named, **({"Range": wanted} if wanted else {}))
        return answer["Body"].read(), answer["ContentLength"], answer.get("ContentRange")

    assert read(None) == (content, len(content), None)
    assert read("bytes=1000000-2999999") == (
        content[1_000_000:3_000_000],
        2_000_000,
        f"bytes 1000000-2999999/{size}",
    )
    assert read(f"bytes={size - 28}-") == (content[-28:], 28, f"bytes {size - 28}-{size - 1}/{size}")
    assert read("bytes=-5")[0] == content[-5:]
    assert s3.get_object(**named, PartNumber=1)["Body"].read() == content
    s3.put_object(**named | {"Key": "empty"}, Body=b"")
    assert s3.get_object(**named | {"Key": "empty"})["Body"].read() == b""
    with pytest.raises(s3.exceptions.ClientError, match="InvalidRange"):
        read(f"bytes={size}-")
    etag = s3.head_object(**named)["ETag"]
    assert s3.get_object(**named, IfMatch=etag)["Body"].read() == content
    s3.copy_object(Bucket=named["Bucket"], Key="copy", CopySource=named)
    assert s3.get_object(Bucket=named["Bucket"], Key="copy")["Body"].read() == content


def test_reader_gets_the_object_that_it_began_with(repaired: server.Sandbox) -> None:
    """Each at its own pace, also when it is overwritten meanwhile."""
    s3 = clients(repaired)("s3")
    named = {"Bucket": f"b-{uuid.uuid4().hex[:12]}", "Key": "k"}
    s3.create_bucket(Bucket=named["Bucket"])
    content = b"".join(bytes([number]) * MIB for number in range(32))
    s3.put_object(**named, Body=content)
    bodies = [s3.get_object(**named)["Body"] for _ in range(3)]
    begun = [body.read(MIB * number) for number, body in enumerate(bodies, 1)]
    s3.put_object(**named, Body=b"new")
    assert [first + body.read() for first, body in zip(begun, bodies, strict=True)] == [content] * 3
    assert s3.get_object(**named)["Body"].read() == b"new"
    s3.delete_object(**named)
