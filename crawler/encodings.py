"""Content encodings and transfer encodings of a payload, undone within bounds."""

from __future__ import annotations

import io
import logging
import zlib

from warcio.bufferedreaders import BufferedReader, ChunkedDataReader

from crawler.members import GZIP

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 64 * 1024 * 1024
"""No news page unpacks to more; what does is a trap or a film."""


def decoded(payload: bytes, encoding: str | None, url: str) -> bytes:
    """``payload`` without its content encoding; as it is, with a warning, where that cannot be undone.

    Used for pages on their way in and out of the archive, so that a live page and a replayed one have equal bodies.
    A payload left encoded is binary to every reader and is rejected there by name.
    """
    body = payload
    for name in reversed([part.strip().lower() for part in (encoding or "").split(",")]):
        try:
            body = _undone(body, name)
        except (zlib.error, ValueError) as error:
            logger.warning("%s: the content encoding %r cannot be undone (%s)", url, name, error)
            return payload
    return body


def is_cut(payload: bytes, encoding: str | None) -> bool:
    """Whether ``payload``, encoded as ``encoding`` says, ends before its gzip or zlib stream does.

    A server that breaks off in the middle may have told the length of what it sent, so that nothing else shows it.
    """
    try:
        _undone(payload, (encoding or "").rpartition(",")[2].strip().lower())
    except CutStreamError:
        return True
    except (zlib.error, ValueError):
        return False
    return False


class CutStreamError(ValueError):
    """A compressed stream without its end."""


def _undone(body: bytes, encoding: str) -> bytes:
    if encoding in {"", "identity"}:
        return body
    if encoding in {"gzip", "x-gzip"}:
        return _inflated(body, zlib.MAX_WBITS | 16)
    if encoding == "deflate":
        # Servers mean either of two formats by this name; a zlib stream begins with a checked header.
        is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0
        return _inflated(body, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
    if encoding in BufferedReader.get_supported_decompressors():  # br: never asked for, but found in others' WARCs
        # Few bytes at a time: sixteen of them can stand for as many megabytes.
        plain = bytes(BufferedReader(io.BytesIO(body), 16, decomp_type=encoding).read(MAX_BODY_BYTES + 1))
        if len(plain) > MAX_BODY_BYTES:
            raise ValueError(f"it holds more than {MAX_BODY_BYTES} bytes")
        return plain
    raise ValueError("it is not one of gzip, deflate, br")


def _inflated(body: bytes, window: int) -> bytes:
    plain = b""
    while body:
        unpacker = zlib.decompressobj(window)
        plain += unpacker.decompress(body, MAX_BODY_BYTES - len(plain))
        if not unpacker.eof:
            if len(plain) < MAX_BODY_BYTES:
                raise CutStreamError("it ends before its stream does")
            raise ValueError(f"it holds more than {MAX_BODY_BYTES} bytes")
        # Bytes after the end that are no further member are padding some servers append.
        body = unpacker.unused_data if unpacker.unused_data.startswith(GZIP) else b""
    return plain


def joined(payload: bytes) -> bytes:
    """A chunked payload in one piece; one that only claims to be chunked as it is."""
    return bytes(ChunkedDataReader(io.BytesIO(payload)).read())
