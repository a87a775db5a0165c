"""JSON of lists, by `orjson` where the machine has it.

It is quicker, and a page of a list has 250 KB. Hub images may have it, and it is never required.
"""

from __future__ import annotations

import json
from typing import Any


def dumps(value: Any) -> bytes:
    try:
        import orjson

        return orjson.dumps(value)
    except (ImportError, TypeError):
        # Half a surrogate pair has no UTF-8, and orjson refuses it; its backslash form is legal JSON.
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")


def loads(data: bytes) -> Any:
    """ValueError for what is not JSON."""
    try:
        import orjson

        return orjson.loads(data)
    except (ImportError, ValueError):
        return json.loads(data)
