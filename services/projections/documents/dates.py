"""How days and periods are written in documents: 2026年6月30日, or 2026-06-30 in English. Pure."""

from datetime import date, datetime

from services.projections.documents.briefing_figures import CHINA
from services.projections.documents.wording import either

# Left open for a pen.
BLANK = "　" * 8
BLANK_DAY = ("　　　　年　　月　　日", "____-__-__")


def said(day: date, lang: str) -> str:
    """One day."""
    return day.isoformat() if lang == "en" else f"{day.year}年{day.month}月{day.day}日"


def said_moment(moment: object, lang: str) -> str:
    """The day of an RFC 3339 moment in China time; a dash for none."""
    return said(datetime.fromisoformat(str(moment)).astimezone(CHINA).date(), lang) if moment else "—"


def said_until(moment: object, lang: str) -> str:
    """A moment with its minute when it is not the end of a day, which a day alone says."""
    if not moment:
        return "—"
    at = datetime.fromisoformat(str(moment)).astimezone(CHINA)
    if (at.hour, at.minute) == (23, 59):
        return said(at.date(), lang)
    return f"{said(at.date(), lang)}{at:%H:%M}" if lang != "en" else f"{at:%Y-%m-%d %H:%M}"


def said_period(start: date, end: date, lang: str) -> str:
    """From one day to another; within one year the year is said once."""
    if lang == "en":
        return f"{start.isoformat()} to {end.isoformat()}"
    last = said(end, lang)
    return f"{said(start, lang)}至{last.partition('年')[2] if start.year == end.year else last}"


def listed(texts: list[str], lang: str) -> str:
    """Texts in one sentence; a dash for none."""
    return either(lang, "；", "; ").join(texts) or "—"
