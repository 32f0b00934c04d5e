"""The series of issue numbers: 第N期 of a year and 总第M期 of all, each kind of briefing by itself."""

from collections.abc import Iterator

# Kind (code list briefing_kind) -> the name of its series, before the year. `circular-2026` is the notices'.
SERIES = {"briefing": "briefing", "circular": "briefing-circular", "situation_report": "briefing-report"}
# Every word to the units takes the next number of this one: what they have heard is one line that nobody adds to unseen.
HEARD = "bulletin"
YEARS = range(2000, 2101)


def series_of(kind: str, year: int) -> tuple[str, str]:
    """The series that an issue takes its two numbers from: of the year, and the running one."""
    return f"{SERIES[kind]}-{year}", f"{SERIES[kind]}-total"


def every_series() -> Iterator[str]:
    """Every series that there can be: the broker's permissions know no wildcard inside a token, so all are listed."""
    yield HEARD
    for name in SERIES.values():
        yield f"{name}-total"
        yield from (f"{name}-{year}" for year in YEARS)
