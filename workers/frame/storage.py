"""Files and S3 objects behind one face: read as a stream, read whole, written whole, listed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from workers.frame.aws import translated
from workers.frame.problems import Problem, ServiceDownError, WrongInputError
from workers.frame.retries import POLICY, RetryPolicy, retry_blocking
from workers.frame.s3_stream import S3Stream

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from mypy_boto3_s3 import S3Client

    from workers.frame.aws import Clients

S3 = "s3://"


@dataclass(frozen=True, slots=True)
class Location:
    """A file or a folder, an S3 object or a prefix.

    Attributes:
        bucket: None for a path of the machine.
        key: the key or the path.
    """

    bucket: str | None
    key: str

    @classmethod
    def parse(cls, text: str) -> Location:
        """Read `s3://bucket/key` or a path; ValueError where it is neither."""
        if not text.strip():
            raise ValueError("a path or s3://bucket/key is needed")
        scheme, separator, _ = text.partition("://")
        if not separator:
            return cls(None, text)
        if scheme != "s3":
            raise ValueError(f"{text} is neither a path nor s3://bucket/key")
        bucket, _, key = text.removeprefix(S3).partition("/")
        if not bucket:
            raise ValueError(f"{text} names no bucket: s3://bucket/key")
        return cls(bucket, key)

    def join(self, name: str) -> Location:
        """Return what is called `name` in this folder, or under this prefix."""
        if self.bucket is None:
            return Location(None, str(Path(self.key) / name))
        return Location(self.bucket, f"{self.key}{'' if self.key.endswith('/') or not self.key else '/'}{name}")

    @property
    def path(self) -> Path:
        """The path of what is on the machine."""
        if self.bucket is not None:
            raise ValueError(f"{self} is not on this machine")
        return Path(self.key)

    def __str__(self) -> str:
        """As it is written in settings."""
        return self.key if self.bucket is None else f"{S3}{self.bucket}/{self.key}"


class Storage:
    """Reads and writes locations. It blocks: call it in a thread from async code. Any thread may."""

    def __init__(self, clients: Clients, policy: RetryPolicy = POLICY) -> None:
        """Reach S3 by `clients`."""
        self._clients = clients
        self._policy = policy

    @property
    def _s3(self) -> S3Client:
        return self._clients.s3

    def open(self, location: Location) -> BinaryIO:
        """Return the content as a stream, which holds a buffer of it and never the whole.

        Raises:
            WrongInputError: it is not there, or, while reading, it is not what it was at the beginning.
            ServiceDownError: it may not be read, or S3 does not answer. Reading raises this too.
        """
        if location.bucket is None:
            with local_errors(location, "read"):
                return cast("BinaryIO", io.BufferedReader(_File(location)))
        return cast("BinaryIO", S3Stream(self._s3, location.bucket, location.key, self._policy))

    def read(self, location: Location) -> bytes | None:
        """Return the whole content; None where it is not there."""
        try:
            with self.open(location) as stream:
                return stream.read()
        except WrongInputError as error:
            if error.problem.kind == "not-found":
                return None
            raise

    def read_tagged(self, location: Location) -> tuple[bytes, str]:
        """Return the whole content, and the tag that `write_if` takes; raises as `open`."""
        if location.bucket is None:
            with local_errors(location, "read"):
                data = location.path.read_bytes()
            return data, _tag_of(data)
        with S3Stream(self._s3, location.bucket, location.key, self._policy) as stream:
            return stream.read(), stream.tag

    def is_there(self, location: Location) -> bool:
        """Tell whether there is something, by listing it.

        Who may list a prefix and no more is refused what is not there, as if it were there and forbidden: a GetObject
        does not meet a condition on `s3:prefix` (S3 API reference, GetObject, "Permissions").
        """
        if location.bucket is None:
            with local_errors(location, "read"):
                return location.path.is_file()
        bucket, key = location.bucket, location.key

        def listed() -> bool:
            with translated(f"list {location}", instance=str(location)):
                page = self._s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1)
                return any(item["Key"] == key for item in page.get("Contents", []))

        return retry_blocking(listed, self._policy)

    def modified(self, location: Location) -> datetime:
        """Return when the content was last written, in UTC; raises as `open`. S3 asks for s3:GetObject, as for that."""
        if location.bucket is None:
            with local_errors(location, "read"):
                return datetime.fromtimestamp(location.path.stat().st_mtime, UTC)
        bucket, key = location.bucket, location.key

        def headed() -> datetime:
            with translated(f"read {location}", instance=str(location)):
                return self._s3.head_object(Bucket=bucket, Key=key)["LastModified"].astimezone(UTC)

        return retry_blocking(headed, self._policy)

    def write(self, location: Location, data: bytes, content_type: str = "application/octet-stream") -> None:
        """Write the whole content at once: who reads sees what was there before, or all of it."""
        if location.bucket is None:
            with local_errors(location, "write"):
                _write_beside(location.path, data)
            return
        bucket, key = location.bucket, location.key

        def put() -> None:
            with translated(f"write {location}", instance=str(location)):
                self._s3.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type)

        retry_blocking(put, self._policy)

    def write_file(self, location: Location, path: Path, content_type: str = "application/octet-stream") -> None:
        """Write the content of a file, as `write` does, in one request, without holding the whole (5 GB at most)."""
        if location.bucket is None:
            with local_errors(location, "write"):
                _write_beside(location.path, path)
            return
        bucket, key = location.bucket, location.key

        def put() -> None:
            with path.open("rb") as content, translated(f"write {location}", instance=str(location)):
                self._s3.put_object(Bucket=bucket, Key=key, Body=content, ContentType=content_type)

        retry_blocking(put, self._policy)

    def write_if(self, location: Location, data: bytes, tag: str | None, content_type: str) -> str | None:
        """Write the whole content, if what is there still has this tag; return the new one, or None if it has not.

        Of several who try, one succeeds. Where an answer was lost, the next attempt finds what the first one wrote, and
        returns None: who must know reads it. S3: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html.

        Args:
            location: where.
            data: the content.
            tag: as `read_tagged` or this returned it; None for nothing that is there.
            content_type: of the content, in S3.
        """
        if location.bucket is None:
            with local_errors(location, "write"):
                return _write_beside_if(location.path, data, tag)
        bucket, key = location.bucket, location.key
        condition = {"IfNoneMatch": "*"} if tag is None else {"IfMatch": tag}

        def put() -> str | None:
            try:
                with translated(f"write {location}", instance=str(location)):
                    answer = self._s3.put_object(
                        Bucket=bucket,
                        Key=key,
                        Body=data,
                        ContentType=content_type,
                        **condition,  # type: ignore[arg-type]
                    )
            except WrongInputError as error:
                # Another one is there; none is; another one is being written at this moment.
                if error.problem.status in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.CONFLICT} or (
                    tag is not None and error.problem.extensions.get("code") == "NoSuchKey"
                ):
                    return None
                raise
            return answer["ETag"]

        return retry_blocking(put, self._policy)

    def names(self, prefix: Location) -> list[str]:
        """Return the names of all that is in a folder or under a prefix, however deep; sorted, empty without any."""
        if prefix.bucket is None:
            with local_errors(prefix, "list"):
                files = (path for path in prefix.path.rglob("*") if path.is_file())
                return sorted(path.relative_to(prefix.path).as_posix() for path in files)
        bucket, folder = prefix.bucket, prefix.join("").key

        def listed() -> list[str]:
            with translated(f"list {prefix}", instance=str(prefix)):
                pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=folder)
                return sorted(item["Key"].removeprefix(folder) for page in pages for item in page.get("Contents", []))

        return retry_blocking(listed, self._policy)


class _File(io.FileIO):
    """A file of the machine that is wrong input, and never a mixture, if somebody writes to it meanwhile."""

    def __init__(self, location: Location) -> None:
        super().__init__(location.path)
        self._location = location
        self._begun = self._state()

    def _state(self) -> tuple[int, int] | None:
        status = os.fstat(self.fileno())
        return (status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None

    def readinto(self, buffer: WriteableBuffer, /) -> int | None:
        count = super().readinto(buffer)
        if not count:
            self._check()
        return count

    def readall(self) -> bytes:
        data = super().readall()
        self._check()
        return data

    def _check(self) -> None:
        if self._state() != self._begun:
            detail = f"{self._location} was written to while it was read"
            raise WrongInputError(Problem("changed", "It changed meanwhile", detail, None, str(self._location)))


@contextlib.contextmanager
def local_errors(location: Location, doing: str) -> Iterator[None]:
    """Raise what the file system raises in our words."""
    try:
        yield
    except OSError as error:
        detail = f"cannot {doing} {location}: {error.strerror}"
        if isinstance(error, FileNotFoundError):
            problem = Problem("not-found", "What is asked for is not there", detail, None, str(location))
            raise WrongInputError(problem) from error
        if isinstance(error, IsADirectoryError | NotADirectoryError | FileExistsError):
            problem = Problem("file-wrong", "A file is a folder, or a folder a file", detail, None, str(location))
            raise WrongInputError(problem) from error
        problem = Problem("file-refused", "A file cannot be used", detail, None, str(location))
        raise ServiceDownError(problem) from error


def _tag_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _write_beside_if(path: Path, data: bytes, tag: str | None) -> str | None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if tag != (_tag_of(path.read_bytes()) if path.exists() else None):
            return None
        _write_beside(path, data)
    return _tag_of(data)


def _write_beside(path: Path, content: bytes | Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        if isinstance(content, Path):
            shutil.copyfile(content, beside)
        else:
            beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
