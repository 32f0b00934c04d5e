"""How wide the columns of a table stand: as they were asked for, but no word is torn and a short entry keeps to its line."""

from collections.abc import Sequence

from services.projections.documents.lettering import is_square, width

# An entry of up to so many squares (a number, a date, a state) is read at a glance: it should stand in one line.
SHORT_ENTRY = 9.0
# What a column of longer entries keeps of the width that was asked for it.
KEPT = 0.75


def shares_of(
    columns: Sequence[str], rows: Sequence[Sequence[str]], asked: Sequence[float], room: float, margin: float
) -> list[float]:
    """Shares of the width, 1 in all. `room` is the width of the type area and `margin` that of a cell, in sizes of the letter."""
    count = len(columns) or max(map(len, rows), default=0)
    if not count:
        return []
    wished = [float(each) for each in asked] or [1.0] * count
    wide = [room * each / sum(wished) for each in wished]
    texts = [[columns[place]] if columns else [] for place in range(count)]
    for row in rows:
        for place, cell in enumerate(row):
            texts[place].append(cell)
    words = [margin + max((_longest_word(each) for each in own), default=0.0) for own in texts]
    entries = [max(least, margin + _short_entry(own)) for least, own in zip(words, texts, strict=True)]
    # A column of sentences gives what it can spare, and no more: one of three letters a line is read by nobody.
    told = [max(map(width, own), default=0.0) > SHORT_ENTRY for own in texts]
    kept = [KEPT * own if long else 0.0 for own, long in zip(wide, told, strict=True)]
    for floors in (
        [max(pair) for pair in zip(entries, kept, strict=True)],
        [max(pair) for pair in zip(words, kept, strict=True)],
        words,
    ):
        if sum(floors) <= room:
            return [each / room for each in _raised(wide, floors, room)]
    return [each / room for each in wide]


def _raised(wide: Sequence[float], floors: Sequence[float], room: float) -> list[float]:
    """Each column at least as wide as its floor; what that takes is given by the others, by what they can spare."""
    missing = sum(max(0.0, least - own) for own, least in zip(wide, floors, strict=True))
    spare = sum(max(0.0, own - least) for own, least in zip(wide, floors, strict=True))
    given = missing / spare if spare else 0.0
    return [max(least, own - given * max(0.0, own - least)) for own, least in zip(wide, floors, strict=True)]


def _longest_word(text: str) -> float:
    """The widest part without a place to break: a Latin word, a number; a Chinese character is one by itself."""
    spaced = "".join(f" {each} " if is_square(each) else each for each in text)
    return max((width(word) for word in spaced.split()), default=0.0)


def _short_entry(texts: Sequence[str]) -> float:
    return max((each for each in map(width, texts) if each <= SHORT_ENTRY), default=0.0)
