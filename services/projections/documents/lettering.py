"""How wide text stands, in shares of its size: Chinese is square, Latin as wide as Arial's. No font is asked: any machine agrees."""

import math
import unicodedata

# Arial's advances from the space to the tilde, in thousandths of the size. Liberation Sans and Helvetica have the same.
_ARIAL = (
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
_LATIN = 0.556
ELLIPSIS = "…"


def is_square(character: str) -> bool:
    """Whether a character is drawn from the Chinese font, one square each."""
    return character != "–" and unicodedata.east_asian_width(character) in "WFA"


def advance(character: str) -> float:
    """How far the next character stands from this one."""
    if " " <= character <= "~":
        return _ARIAL[ord(character) - 32] / 1000
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0.0
    return 1.0 if is_square(character) else _LATIN


def width(text: str) -> float:
    """The width of a line of text, in shares of its size."""
    return sum(map(advance, text))


def squares(text: str) -> float:
    """The width in squares of the text grid, where a Latin letter or a digit takes half a square."""
    return sum(0.5 if advance(character) and not is_square(character) else advance(character) for character in text)


def shortened(text: str, room: float) -> str:
    """The text, or as much of its beginning as fits into `room` together with an ellipsis."""
    text = " ".join(text.split())
    if width(text) <= room:
        return text
    kept, left = "", room - advance(ELLIPSIS)
    for character in text:
        left -= advance(character)
        if left < 0:
            break
        kept += character
    return kept.rstrip() + ELLIPSIS


def runs(text: str) -> list[tuple[bool, str]]:
    """The text cut where the font changes: (drawn from the Chinese font, characters)."""
    found: list[tuple[bool, str]] = []
    for character in text:
        square = is_square(character)
        if found and (found[-1][0] == square or not advance(character)):
            found[-1] = (found[-1][0], found[-1][1] + character)
        else:
            found.append((square, character))
    return found


# What cannot begin a line, and what cannot end one.
_NOT_FIRST, _NOT_LAST = set("，。、；：？！）》”’〕】％%,.;:?!)"), set("（《“‘〔【(")


def broken(title: str, room: float) -> list[str]:
    """A centred title in lines of nearly equal length, the longer above (GB/T 9704-2012 §7.3.1: 梯形). `room` in squares.

    A word of Latin letters stays whole; a title that already holds line breaks keeps them.
    """
    lines: list[str] = []
    for part in title.split("\n"):
        lines += _in_lines(_words(part), room)
    return lines or [""]


def _words(text: str) -> list[str]:
    """What a line may not break apart: one Chinese character with its punctuation, one Latin word, one number with its unit."""
    words: list[str] = []
    for character in text:
        joined = bool(words) and (
            character in _NOT_FIRST
            or words[-1][-1] in _NOT_LAST
            or (not is_square(character) and not is_square(words[-1][-1]) and words[-1][-1] != " ")
            or (character in "年月日号期届次" and words[-1][-1].isdigit())
        )
        if joined:
            words[-1] += character
        else:
            words.append(character)
    return words


def lines_at_most(text: str, room: float, first: float) -> int:
    """No fewer lines than any office program breaks a text into. `room`, and `first` for the first line, in shares of its size."""
    count = 0
    for part in text.split("\n"):
        count, left, before = count + 1, first if count == 0 else room, ""
        for word in _words(part):
            # Programs set Chinese and Latin apart by a quarter of a character.
            apart = 0.25 if before and is_square(before) != is_square(word[0]) else 0.0
            if apart + _at_most(word.rstrip()) > left:
                # A word that has no room in a line of its own is broken anywhere.
                more = max(1, math.ceil(_at_most(word) / room))
                count, left, apart = count + more, more * room, 0.0
            left -= apart + _at_most(word)
            before = word[-1]
    return count


def _at_most(word: str) -> float:
    return width(word) + 0.25 * max(0, len(runs(word)) - 1)


def _in_lines(words: list[str], room: float) -> list[str]:
    """As few lines as there is room for, each as short as that allows: so they are nearly equal, the last the shortest."""
    total = squares("".join(words))
    count = max(1, math.ceil(total / room - 1e-9))
    while True:
        share = total / count
        while share < room + 0.5:
            lines = _filled(words, min(share, room))
            if len(lines) <= count:
                return lines
            share += 0.5
        count += 1


def _filled(words: list[str], room: float) -> list[str]:
    lines = [""]
    for word in words:
        if lines[-1] and squares((lines[-1] + word).rstrip()) > room + 1e-9:
            lines.append("")
        lines[-1] += word
    return [line.strip() for line in lines]
