"""From bytes to a command, strictly: whatever a sender sends, the answer is a command or a typed refusal.

Order: size, UTF-8, nesting, duplicate keys and numbers, shape, text (reliability.md §4).
"""

import json
import re
import unicodedata
from typing import Any, TypeVar

import msgspec

from services.decision import Refused

BYTES_MAX = 128 * 1024
DEPTH_MAX = 16
MARKS_MAX = 4
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_PATH = re.compile(r"at `\$\.?([A-Za-z0-9_.\[\]]*)`")
_UNKNOWN = re.compile(r"unknown field `([A-Za-z_][A-Za-z0-9_]{0,63})`")
_MISSING = re.compile(r"missing required field `([A-Za-z0-9_]{1,64})`")


C = TypeVar("C")


class _Duplicate(ValueError):
    pass


class _NotFinite(ValueError):
    pass


def decode(raw: bytes, into: type[C]) -> C | Refused:
    """Decode one JSON document into a Struct. Never raises for bad input; never repeats the input in a refusal."""
    refusal = _document(raw)
    if refusal is not None:
        return refusal
    try:
        decoded = msgspec.json.decode(raw, type=into)
    except msgspec.ValidationError as error:
        return _shape(str(error))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Refused("command.bad_json")
    return _texts(decoded) or decoded


def _document(raw: bytes) -> Refused | None:
    if len(raw) > BYTES_MAX:
        return Refused("command.too_large", details={"limit": str(BYTES_MAX)})
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return Refused("command.bad_encoding")
    if _depth(raw) > DEPTH_MAX:
        return Refused("command.too_deep", details={"limit": str(DEPTH_MAX)})
    try:
        document = json.loads(text, object_pairs_hook=_once, parse_constant=_not_finite)
    except _Duplicate:
        return Refused("command.duplicate_key")
    except _NotFinite:
        return Refused("command.not_a_number")
    except (ValueError, RecursionError):
        return Refused("command.bad_json")
    return None if isinstance(document, dict) else Refused("command.bad_shape")


def _depth(raw: bytes) -> int:
    deepest = depth = 0
    for byte in _STRINGS.sub(b"", raw):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _Duplicate
    return document


def _not_finite(_: str) -> None:
    raise _NotFinite


def _shape(message: str) -> Refused:
    """Which field is wrong; the sender's value stays out of it."""
    if unknown := _UNKNOWN.search(message):
        return Refused("command.unknown_field", unknown[1])
    if missing := _MISSING.search(message):
        return Refused("command.missing_field", missing[1])
    path = _PATH.search(message)
    return Refused("command.bad_value", path[1] if path and path[1] else None)


def _texts(decoded: Any) -> Refused | None:
    for name in decoded.__struct_fields__:
        value = getattr(decoded, name)
        parts = (
            (*value, *value.values()) if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
        )
        if not all(_readable(part) for part in parts if isinstance(part, str)):
            return Refused("command.bad_text", name)
    return None


def _readable(text: str) -> bool:
    """Printable text: no control or direction characters, no piles of combining marks; line breaks and tabs are."""
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category == "Cc" and character not in "\n\r\t":
            return False
        # U+200D joins emoji; every other invisible character would let two texts look alike.
        if category == "Cf" and character != "\u200d":
            return False
        marks = marks + 1 if category == "Mn" else 0
        if marks > MARKS_MAX:
            return False
    return True
