"""Objects that are stored gzipped, as a reader wants them."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator

from .errors import LeapError
from .stores.base import ObjectInfo

DECODED = 256 * 1024
"""Bytes of an encoded object that are decoded at once."""
_MAGIC = b"\x1f\x8b"


def is_decoded(info: ObjectInfo) -> bool:
    """Whether an object is decoded for somebody who is told nothing but its name: one that ends in `.gz` says it
    itself, and has to stay true."""
    return info.encoding == "gzip" and not info.key.lower().endswith((".gz", ".tgz"))


async def decoded(key: str, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """A gzipped object as a browser would show it, never more than `DECODED` bytes at once. One that is only said to
    be gzipped comes as it is."""
    beginning, decoder = b"", None
    async for chunk in chunks:
        if decoder is None:
            beginning += chunk
            if len(beginning) < len(_MAGIC):
                continue
            if not beginning.startswith(_MAGIC):
                yield beginning
                async for rest in chunks:
                    yield rest
                return
            chunk, decoder = beginning, zlib.decompressobj(zlib.MAX_WBITS | 16)
        more = True
        while more:
            if decoder.eof:  # another member may follow, and so may padding
                chunk = chunk.lstrip(b"\0")
                if not chunk:
                    break
                decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
            try:
                data = decoder.decompress(chunk, DECODED)
            except zlib.error:
                raise _damaged(key) from None
            if data:
                yield data
            chunk = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
            more = bool(chunk) or (len(data) == DECODED and not decoder.eof)
    if decoder is None:
        yield beginning
    elif not decoder.eof:
        raise _damaged(key)


def _damaged(key: str) -> LeapError:
    return LeapError(
        502, "damaged-object", f"{key!r} is stored gzipped, and its bytes are damaged.", "Download it alone, or not."
    )
