"""The English of Chinese texts that facts record: posts, bases, laws, holidays. Facts keep what was signed; this is for reading.

A text that nobody here knows, a city's own rule or a post of the past, stands as it was recorded: nothing is guessed.
"""

import re
from collections.abc import Mapping
from functools import cache

from events.codes import code_list
from services.deadlines import bases
from services.directory import directory

# Lists whose Chinese labels stand in facts and answers as texts, not as codes.
LISTS = ("authority", "office_post", "legal_basis", "holiday", "agenda_why")
_PATTERNS = (
    (re.compile(r"(\d{4})年第(\d+)期（总第(\d+)期）"), r"\1 No. \2 (No. \3 in all)"),
    (
        re.compile(r"国务院办公厅关于(\d{4})年部分节假日安排的通知"),
        r"State Council notice on the public holidays of \1",
    ),
)
_PART = re.compile("第([一二三四五六七八九十百零]+)(条|款|项)")
_PARTS = {"条": "article", "款": "paragraph", "项": "item"}
_DIGITS = "一二三四五六七八九"
_ENUMERATED = "、"


def said(text: str, lang: str) -> str:
    """A recorded text in the reader's language."""
    return in_english(text) if lang == "en" else text


def in_english(text: str) -> str:
    """The English of a recorded text, or the text itself."""
    return _known(text) or _of_a_pattern(text) or _with_article(text) or _enumerated(text) or text


@cache
def _texts() -> Mapping[str, str]:
    texts: dict[str, str] = {**directory().titles, **bases()}
    for name in LISTS:
        for entry in code_list(name):
            for zh in (entry.zh, *entry.aliases):
                if texts.setdefault(zh, entry.en) != entry.en:
                    raise ValueError(f"glossary: “{zh}” is called both {texts[zh]} and {entry.en}")
    return texts


def _known(text: str) -> str | None:
    return _texts().get(text)


def _of_a_pattern(text: str) -> str | None:
    return next((found.expand(english) for pattern, english in _PATTERNS if (found := pattern.fullmatch(text))), None)


def _with_article(text: str) -> str | None:
    """未成年人保护法第二十八条: a law, and the article of it."""
    law, _, _ = text.partition("第")
    article = text.removeprefix(law)
    if not article or (known := _known(law)) is None or _PART.sub("", article):
        return None
    return ", ".join([known, *(f"{_PARTS[part]} {_number(count)}" for count, part in _PART.findall(article))])


def _enumerated(text: str) -> str | None:
    """国庆节、中秋节: several, each of which is known."""
    known = [_known(each) for each in text.split(_ENUMERATED)]
    return ", ".join(filter(None, known)) if len(known) > 1 and all(known) else None


def _number(text: str) -> int:
    """二十八 is 28: counts below a thousand, as laws number their articles."""
    hundreds, hundred, rest = text.rpartition("百")
    tens, ten, ones = rest.lstrip("零").rpartition("十")
    digit = _DIGITS.find
    return (
        (digit(hundreds) + 1) * 100 * bool(hundred)
        + (digit(tens) + 1 if tens else 1) * 10 * bool(ten)
        + (digit(ones) + 1 if ones else 0)
    )
