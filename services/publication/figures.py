"""The figures of a period as the projections answer them, over the bus."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any

import msgspec

from services.bus.client import Client, every_page
from services.decision import Refused
from services.publication.briefing import Computed

# (first day, last day, position) -> the figures there, or why there are none.
Figures = Callable[[date, date, int], Awaitable[Computed | Refused]]

QUESTION = "figures"
# These say nothing about the figures: the same command can be sent again.
_AWAY = frozenset({"service.unavailable", "service.no_answer", "service.failed"})


def asked(client: Client) -> Figures:
    """Figures by the projections' question of that name: columns `figure` and `value`, whichever they are."""

    async def figures(start: date, end: date, position: int) -> Computed | Refused:
        params: dict[str, Any] = {"from": start.isoformat(), "to": end.isoformat()}
        reply = await every_page(client, QUESTION, params, as_of=position)
        if reply.refused:
            return _unanswered(str(reply.refused["code"]), position)
        return _read(reply.body, position)

    return figures


def _unanswered(code: str, position: int) -> Refused:
    if code in _AWAY:
        return Refused("service.unavailable")
    if code == "query.stale":
        return Refused("briefing.figures_behind", details={"position": str(position)})
    return Refused("briefing.figures_unavailable", details={"reason": code})


def _read(body: dict[str, Any], position: int) -> Computed | Refused:
    places = [body["columns"].index(name) for name in ("figure", "value")]
    named = [tuple(row[place] for place in places) for row in body["rows"]]
    try:
        figures = msgspec.convert(dict(named), dict[str, int])
        until = msgspec.convert(body["position"]["recorded"], datetime)
    except msgspec.ValidationError:
        return Refused("briefing.figures_unavailable", details={"reason": "figures"})
    if len(figures) < len(named):
        return Refused("briefing.figures_unavailable", details={"reason": "figures"})
    at = body["position"]
    return Computed(position=position, head_hash=at["hash"], until=until, code=at["code"], figures=figures)
