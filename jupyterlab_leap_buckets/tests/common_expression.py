"""As much of the Common Expression Language as conditions of access boundaries need, read as Google reads it: whatever
an expression says counts, also what somebody has smuggled into it."""

from __future__ import annotations

import re
from collections.abc import Mapping

TOKEN = re.compile(
    r"""\s*(?:(?P<text>'(?:[^'\\\r\n]|\\.)*'|"(?:[^"\\\r\n]|\\.)*")|(?P<name>[A-Za-z_]\w*)|(?P<sign>\|\||&&|==|[().,!]))"""
)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})|([0-3][0-7]{2})|(.))", re.DOTALL)
LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
SELF = "\\'\"`?"


def evaluate(expression: str, resource: str, attributes: Mapping[str, str]) -> bool:
    """Whether it holds for a resource's name and the attributes of a call. ValueError when it is not an expression."""
    reader = _Reader(expression, resource, attributes)
    value = reader.either()
    if reader.rest or not isinstance(value, bool):
        raise ValueError(expression)
    return value


def decode(literal: str) -> str:
    """The text that a string literal means."""

    def one(match: re.Match) -> str:
        short, long, byte, octal, letter = match.groups()
        if letter:
            if letter not in LETTERS and letter not in SELF:
                raise ValueError(literal)
            return LETTERS.get(letter, letter)
        return chr(int(octal, 8) if octal else int(short or long or byte, 16))

    return ESCAPE.sub(one, literal[1:-1])


class _Reader:
    def __init__(self, expression: str, resource: str, attributes: Mapping[str, str]) -> None:
        self._names = {"resource": {"name": resource}, "api": attributes, "true": True, "false": False}
        self.rest: list[tuple[str, str]] = []
        at = 0
        expression = expression.rstrip()
        while at < len(expression):
            match = TOKEN.match(expression, at)
            if not match:
                raise ValueError(expression)
            self.rest.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()

    def _next(self, wanted: str | None = None) -> tuple[str, str]:
        kind, text = self.rest.pop(0) if self.rest else ("end", "")
        if wanted is not None and text != wanted:
            raise ValueError(text)
        return kind, text

    def _is_next(self, sign: str) -> bool:
        return bool(self.rest) and self.rest[0] == ("sign", sign)

    def either(self):
        value = self._both()
        while self._is_next("||"):
            self._next()
            value = self._both() or value
        return value

    def _both(self):
        value = self._equal()
        while self._is_next("&&"):
            self._next()
            value = self._equal() and value
        return value

    def _equal(self):
        value = self._member()
        if self._is_next("=="):
            self._next()
            value = value == self._member()
        return value

    def _member(self):
        value = self._primary()
        while self._is_next("."):
            self._next()
            _, name = self._next()
            value = self._call(value, name) if self._is_next("(") else value[name]
        return value

    def _call(self, value, name: str):
        self._next("(")
        arguments = [self.either()]
        while self._is_next(","):
            self._next()
            arguments.append(self.either())
        self._next(")")
        if name == "startsWith":
            return value.startswith(*arguments)
        if name == "getAttribute":
            return value.get(*arguments)
        raise ValueError(name)

    def _primary(self):
        kind, text = self._next()
        if kind == "text":
            return decode(text)
        if kind == "name" and text in self._names:
            return self._names[text]
        if text == "!":
            return not self._member()
        if text == "(":
            value = self.either()
            self._next(")")
            return value
        raise ValueError(text)
