"""The yearly series of minutes and resolutions: 1, 2, 3 … without a gap (GB/T 9704: hexagonal brackets, no leading zero)."""

WRITTEN = {"minutes": "青纪〔{year}〕{n}号", "resolution": "青议〔{year}〕{n}号"}


def series_name(kind: str, year: int) -> str:
    return f"{kind}-{year}"


def written(kind: str, year: int, n: int) -> str:
    """The number as it stands on the document: 青纪〔2026〕7号."""
    return WRITTEN[kind].format(year=year, n=n)
