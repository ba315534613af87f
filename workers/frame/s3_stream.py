"""An S3 object as a stream that goes on where a connection broke."""

from __future__ import annotations

import io
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import IncompleteReadError

from workers.frame.aws import translated
from workers.frame.problems import Problem, ServiceDownError, WrongInputError
from workers.frame.retries import RetryPolicy, TransientError, retry_blocking

if TYPE_CHECKING:
    from botocore.response import StreamingBody
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

# What is read at a time. Text is read by `read1`, which goes past the buffer of an `io.BufferedReader`: hence none.
CHUNK_BYTES = 1 << 20


class S3Stream(io.BufferedIOBase):
    """Reads one version of an object from its beginning to its end.

    A broken connection is opened again at the byte where it broke (Range), for the same object only (If-Match): one
    that was replaced meanwhile is wrong input, never a mixture of both.
    """

    def __init__(self, s3: S3Client, bucket: str, key: str, policy: RetryPolicy) -> None:
        """Open the object; raises as `Storage.open`."""
        super().__init__()
        self._s3 = s3
        self._bucket = bucket
        self._key = key
        self._policy = policy
        self._position = 0
        self._body: StreamingBody | None = None
        self._chunk = b""
        self._used = 0
        answer = retry_blocking(self._get, policy)
        self._tag = answer["ETag"]
        self._length = answer["ContentLength"]
        self._body = answer["Body"]

    def _get(self) -> GetObjectOutputTypeDef:
        try:
            with translated(f"read {self.name}", instance=self.name):
                return self._s3.get_object(Bucket=self._bucket, Key=self._key)
        except ServiceDownError as error:
            if error.problem.status != HTTPStatus.FORBIDDEN:
                raise
            # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestBody
            hint = "S3 says this also of a key that is not there, to whoever may not list the bucket"
            raise ServiceDownError(replace(error.problem, detail=f"{error.problem.detail} ({hint})")) from error

    @property
    def name(self) -> str:
        """What is read."""
        return f"s3://{self._bucket}/{self._key}"

    @property
    def tag(self) -> str:
        """The entity tag of the version that is read."""
        return self._tag

    def readable(self) -> bool:
        """Yes."""
        return True

    def read1(self, size: int = -1, /) -> bytes:
        """Return some bytes, at most `size` of them; none at the end."""
        self._check_open()
        if self._used == len(self._chunk) and not self._refilled():
            return b""
        data = self._chunk[self._used : self._used + size] if size >= 0 else self._chunk[self._used :]
        self._used += len(data)
        return data

    def read(self, size: int | None = -1, /) -> bytes:
        """Return `size` bytes, fewer only at the end; all that is left without a size."""
        self._check_open()
        left = self._length if size is None or size < 0 else size
        parts: list[bytes] = []
        while left and (part := self.read1(left)):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def _check_open(self) -> None:
        if self.closed:
            raise ValueError("I/O operation on closed file")

    def _refilled(self) -> bool:
        """Take the next chunk; False at the end."""
        if self._position >= self._length:
            return False
        try:
            chunk = self._read_once()
        except TransientError:
            # Only now: what counts attempts would cost a quarter of the time of a pass.
            chunk = retry_blocking(self._read_once, self._policy)
        self._position += len(chunk)
        self._used, self._chunk = 0, chunk
        return True

    def _read_once(self) -> bytes:
        if self._body is None:
            self._body = self._reopened()
        try:
            with translated(f"read {self.name} from byte {self._position} on", instance=self.name):
                chunk = self._body.read(CHUNK_BYTES)
                if not chunk:
                    raise IncompleteReadError(actual_bytes=self._position, expected_bytes=self._length)
                if self._position + len(chunk) == self._length:
                    # Only a read past the end has botocore compare the checksum that S3 keeps of the whole.
                    self._body.read(1)
        except TransientError:
            self._body.close()
            self._body = None
            raise
        return chunk

    def _reopened(self) -> StreamingBody:
        try:
            with translated(f"read {self.name} from byte {self._position} on", instance=self.name):
                answer = self._s3.get_object(
                    Bucket=self._bucket, Key=self._key, Range=f"bytes={self._position}-", IfMatch=self._tag
                )
        except WrongInputError as error:
            if error.problem.kind != "changed":
                raise
            detail = f"{self.name} was replaced while it was read, at byte {self._position} of {self._length}"
            raise WrongInputError(Problem("changed", "It changed meanwhile", detail, 412, self.name)) from error
        return answer["Body"]

    def close(self) -> None:
        """Let go of the connection."""
        if self._body is not None:
            self._body.close()
            self._body = None
        super().close()
