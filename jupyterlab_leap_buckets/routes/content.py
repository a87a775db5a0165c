"""Which content types a browser may show, decided by a list of what is harmless rather than of what is not."""

from __future__ import annotations

import re
from urllib.parse import quote

from ..errors import LeapError

UNKNOWN = "application/octet-stream"
SANDBOX = "sandbox; default-src 'none'"
"""The content security policy of bytes that came from a bucket."""
_SHOWN = re.compile(
    r"(image/(png|jpeg|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon)|(audio|video)/[a-z0-9.+-]+|text/plain)"
)
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}(\s*;[\x20-\x7e]{0,200})?")
_CHARSET = re.compile(r";\s*charset=\"?([A-Za-z0-9._-]{1,40})\"?", re.IGNORECASE)


def shown_type(stored: str | None) -> tuple[str, bool]:
    """The content type to answer with, and whether the browser may show it. Raster images, sound, film and plain text
    keep theirs; HTML, SVG, XML, PDF, scripts and whatever is unknown become bytes to download."""
    kind = (stored or "").split(";")[0].strip().lower()
    if not _SHOWN.fullmatch(kind):
        return UNKNOWN, False
    charset = _CHARSET.search(stored or "")
    return (f"{kind}; charset={charset[1]}" if charset else kind), True


def disposition(kind: str, name: str) -> str:
    """`Content-Disposition` for a file of any name. kind: `inline` or `attachment`."""
    plain = re.sub(r"[^A-Za-z0-9 ._-]", "_", name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def check_content_type(value: object) -> str:
    """A content type to store an object with; 400 for what is none."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, str) and _TYPE.fullmatch(value):
        return value
    raise LeapError(400, "bad-content-type", "That is not a content type.", "Send one like text/plain.")
