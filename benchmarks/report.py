"""What a benchmark prints: its result as JSON, then the table of README.md."""

from __future__ import annotations

import json
from collections.abc import Iterable

Figure = tuple[str, float | str, str, str]
"""What, value (text where there is no number), wanted as `<= n` or `>= n` or empty, unit."""


def report(result: dict, figures: Iterable[Figure]) -> int:
    """Prints both; the exit status: 1 when a wanted figure is not kept."""
    rows = list(figures)
    print(json.dumps(result, indent=2))
    print("\n| what | measured | wanted |\n| --- | --- | --- |")
    for what, value, wanted, unit in rows:
        print(f"| {what} | {value if isinstance(value, str) else f'{value:g}'} {unit} | {wanted} |")
    return 0 if all(_kept(value, wanted) for _, value, wanted, _ in rows) else 1


def _kept(value: float | str, wanted: str) -> bool:
    if not wanted:
        return True
    relation, limit = wanted.split()
    return value <= float(limit) if relation == "<=" else value >= float(limit)
