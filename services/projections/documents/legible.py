"""What no reader could see is made visible before anything is drawn: the three faces then hold the same characters. Pure."""

import unicodedata

import msgspec

from services.projections.documents.blocks import Document

REPLACEMENT = "\ufffd"


def legible(document: Document) -> Document:
    """The document with every text legible; its `model` becomes plain JSON values."""
    return msgspec.convert(_each(msgspec.to_builtins(document)), Document)


def _each(value: object) -> object:
    match value:
        case str():
            return shown(value)
        case dict():
            return {shown(key) if isinstance(key, str) else key: _each(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_each(inner) for inner in value]
        case _:
            return value


def shown(text: str) -> str:
    """The text with � for each control character, half of a character, or change of direction that nobody would see."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text.replace("\r\n", "\n").replace("\r", "\n")))


def _shown(character: str) -> str:
    if character in "\n\t":
        return character
    code = ord(character)
    # Controls, halves, and the places of Unicode that are no characters: XML has no room for them.
    lost = unicodedata.category(character) in ("Cc", "Cs") or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return REPLACEMENT if lost or unicodedata.bidirectional(character) in _TURNS else character


_TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
