"""The city as a grid of tiles, one a county or district, roughly where it lies. Pure."""

from collections.abc import Mapping

from services.projections.documents.wording import label

# Area -> column and row. Linkou lies north, Hailin west, Ning'an south-west, Muling east, Suifenhe and Dongning at the border.
PLACES: Mapping[str, tuple[int, int]] = {
    "231025": (1, 0),
    "231083": (0, 1),
    "231004": (1, 1),
    "231003": (2, 1),
    "231085": (3, 1),
    "231005": (1, 2),
    "231002": (2, 2),
    "231081": (4, 2),
    "231084": (1, 3),
    "231024": (4, 3),
    "231086": (4, 3),
}


def tiles(shown: Mapping[str, str], lang: str) -> tuple[tuple[str, int, int, float | None, str], ...]:
    """A tile for every area of the map, with its number as printed: hidden numbers have no depth. Others have no place."""
    areas = [area for area in PLACES if area in shown or area not in ("231024", "231086")]
    if not any(area in shown for area in ("231024", "231086")):
        areas.append("231086")
    return tuple(
        (
            label("region", area, lang),
            *PLACES[area],
            float(shown.get(area, "0")) if shown.get(area, "0").isdigit() else None,
            shown.get(area, "0"),
        )
        for area in areas
    )
