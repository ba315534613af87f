"""Large objects of S3 go over the wire a piece at a time: a repair like those of `sandbox.repairs`, with its test.

Importing this module registers it. It reaches into moto, so its types are loose.
"""

from __future__ import annotations

import contextvars
import os
import weakref
from typing import TYPE_CHECKING, Any

from moto.s3.models import FakeKey
from moto.s3.responses import S3Response

from sandbox.repairs import around, repair

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 1 << 20  # bytes
_AS_BODY: contextvars.ContextVar[bool] = contextvars.ContextVar("as_body", default=False)


class Content:
    """An object's file, open until nobody reads it any more: whoever began with it gets it as it was, as on AWS."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = os.dup(descriptor)
        weakref.finalize(self, os.close, self.descriptor)


class Body:
    """A part of an object, or all of it: its length is known, and it is read only while it is sent.

    It is what moto takes for the bytes of an answer: it asks for the length, cuts out a range, and hands it on.
    """

    def __init__(self, content: Content, begin: int, end: int) -> None:
        self._content, self._begin, self._end = content, begin, max(begin, end)

    def __len__(self) -> int:
        return self._end - self._begin

    def __getitem__(self, wanted: slice) -> Body:
        begin, end, _ = wanted.indices(len(self))
        return Body(self._content, self._begin + begin, self._begin + end)

    def __iter__(self) -> Iterator[bytes]:
        for at in range(self._begin, self._end, PIECE):
            yield os.pread(self._content.descriptor, min(PIECE, self._end - at), at)


@repair
def objects_are_sent_in_pieces() -> None:
    """An object of any size can be read, also a range at a time (S3 API, GetObject).

    moto reads all of it into memory for each request, however few bytes are wanted. It keeps what is larger than 16 MiB
    in a file; that is sent from there.
    """
    value: Any = vars(FakeKey)["value"]

    def read(key: Any) -> bytes | Body:
        buffer = key._value_buffer  # noqa: SLF001 - where moto keeps the object
        if not (_AS_BODY.get() and key.size > key._max_buffer_size):  # noqa: SLF001 - up to there it is in memory
            content: bytes = value.fget(key)
            return content
        with key.lock:
            buffer.flush()
            return Body(Content(buffer.fileno()), 0, key.size)

    loose: Any = FakeKey
    loose.value = property(read, value.fset)

    @around(S3Response, "get_object")
    def get_object(original: Any, response: Any) -> Any:
        token = _AS_BODY.set(True)
        try:
            return original(response)
        finally:
            _AS_BODY.reset(token)
