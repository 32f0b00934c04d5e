"""Where the time comes from: the machine, or in a simulated ledger the header of the message."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from services.bus.request import TIME_HEADER
from services.decision import Refused

CHINA = timezone(timedelta(hours=8), "CST")
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def now(headers: Mapping[str, str], simulated: bool) -> datetime | Refused:
    """The moment at which a message is handled, in +08:00, to the microsecond.

    A real ledger refuses the header: nobody sets its clock. A simulated one needs it.
    """
    given = headers.get(TIME_HEADER)
    if not simulated:
        return Refused("clock.not_simulated") if given else datetime.now(CHINA)
    try:
        moment = datetime.fromisoformat(str(given))
    except ValueError:
        return Refused("clock.time_missing")
    if moment.tzinfo is None or not EARLIEST <= moment < LATEST:
        return Refused("clock.time_missing")
    return moment.astimezone(CHINA)
