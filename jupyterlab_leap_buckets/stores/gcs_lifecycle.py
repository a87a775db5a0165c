"""Which rules of a Google bucket delete objects by their age alone.
https://cloud.google.com/storage/docs/lifecycle#delete"""

from __future__ import annotations

from typing import Any

from .base import Expiry


def expiries(lifecycle: Any) -> list[Expiry]:
    """Rules with more conditions than an age and prefixes are left out: what they spare cannot be told from here.
    `isLive: true` is none, as only live objects are ever listed."""
    rules = lifecycle.get("rule") if isinstance(lifecycle, dict) else None
    return [expiry for rule in rules or () if isinstance(rule, dict) for expiry in _expiries(rule)]


def _expiries(rule: dict[str, Any]) -> list[Expiry]:
    action, condition = rule.get("action"), rule.get("condition")
    if not isinstance(action, dict) or action.get("type") != "Delete" or not isinstance(condition, dict):
        return []
    others = {name: value for name, value in condition.items() if name not in ("age", "matchesPrefix")}
    age, prefixes = condition.get("age"), condition.get("matchesPrefix", [""])
    if others not in ({}, {"isLive": True}) or isinstance(age, bool) or not isinstance(age, int) or age < 0:
        return []
    if not isinstance(prefixes, list):
        return []
    return [Expiry(age, prefix) for prefix in prefixes or [""] if isinstance(prefix, str)]
