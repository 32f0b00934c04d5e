"""The only place that builds or reads a subject. Tokens are ASCII: a wildcard or a newline never gets through."""

import re

_TOKEN = re.compile(r"\A[0-9A-Za-z][0-9A-Za-z_-]{0,63}\Z")

LEDGER = "LEDGER"
PARTNERS = "PARTNERS"
TIMERS = "TIMERS"
# Stands where a unit's code stands in what goes to all of them: no unit may be called so.
EVERY_UNIT = "all"
# The bucket of the object store that holds attached files.
ATTACHMENTS = "ATTACHMENTS"
AGGREGATES = {
    "contact": 2,
    "case": 2,
    "referral": 2,
    "notice": 2,
    "resolution": 2,
    "cooperation": 2,
    "file": 2,
    "series": 1,
    "calendar": 1,
    "briefing": 1,
    "bulletin": 1,
    "meeting": 1,
}


class BadToken(ValueError):
    """A part that may not stand in a subject. The part itself is not repeated: it may be hostile or personal."""


def token(part: str) -> str:
    """Return `part` when it is one safe token, else raise BadToken."""
    if not isinstance(part, str) or not _TOKEN.match(part):
        raise BadToken("a subject token is 1-64 characters 0-9 A-Z a-z _ -")
    return part


def _join(*parts: str) -> str:
    return ".".join(token(part) for part in parts)


def contact(desk: str, contact_id: str) -> str:
    return "ledger." + _join("contact", desk, contact_id)


def case(region: str, case_id: str) -> str:
    return "ledger." + _join("case", region, case_id)


def referral(unit: str, referral_id: str) -> str:
    return "ledger." + _join("referral", unit, referral_id)


def notice(unit: str, notice_id: str) -> str:
    return "ledger." + _join("notice", unit, notice_id)


def file(unit: str, attachment: str) -> str:
    return "ledger." + _join("file", unit, attachment)


def series(name: str) -> str:
    return "ledger." + _join("series", name)


def calendar(year: int) -> str:
    return "ledger." + _join("calendar", str(year))


def briefing(briefing_id: str) -> str:
    return "ledger." + _join("briefing", briefing_id)


def bulletin(bulletin_id: str) -> str:
    """What every partner unit may read."""
    return "ledger." + _join("bulletin", bulletin_id)


def meeting(meeting_id: str) -> str:
    return "ledger." + _join("meeting", meeting_id)


def resolution(unit: str, resolution_id: str) -> str:
    """A resolution belongs to the unit that leads it."""
    return "ledger." + _join("resolution", unit, resolution_id)


def cooperation(unit: str, cooperation_id: str) -> str:
    """What a unit that assists in another's resolution hears of it."""
    return "ledger." + _join("cooperation", unit, cooperation_id)


def anywhere(kind: str, key: str) -> str:
    """A filter that finds one aggregate without its routing token. For look-ups only, never for a guard."""
    routed = "*." * (AGGREGATES.get(kind, 2) - 1)
    return f"ledger.{_join(kind)}.{routed}{_join(key)}"


def every(kind: str) -> str:
    """A filter over all aggregates of one kind. For looking up and reading, never for a guard."""
    return f"ledger.{_join(kind)}.>"


def timer_at(aggregate: str) -> str:
    """Where the schedule of one aggregate stands, given its ledger subject: publishing again replaces it."""
    return f"timer.at.{_routed(aggregate)}"


def timer_due(aggregate: str) -> str:
    """Where the broker writes that the moment has come."""
    return f"timer.due.{_routed(aggregate)}"


def timers_due() -> str:
    return "timer.due.>"


def parse_timer(subject: str) -> tuple[bool, str]:
    """`timer.due.referral.u07.X` -> (True, "ledger.referral.u07.X"); raises BadToken on anything else."""
    head, _, rest = subject.partition(".")
    phase, _, routed = rest.partition(".")
    if head != "timer" or phase not in ("at", "due"):
        raise BadToken("not a timer subject")
    aggregate = f"ledger.{routed}"
    return phase == "due", f"ledger.{_routed(aggregate)}"


def _routed(aggregate: str) -> str:
    kind, unit, key = parse(aggregate)
    if unit is None:
        raise BadToken("an aggregate with a timer names its unit")
    return _join(kind, unit, key)


def command(service: str, principal: str, verb: str) -> str:
    return "cmd." + _join(service, principal, verb)


def query(principal: str, name: str) -> str:
    return "qry." + _join("projections", principal, name)


def partner(unit: str) -> str:
    """The filter of one unit's feed."""
    return f"partner.{_join(unit)}.>"


def partner_all() -> str:
    """The filter of what every unit's feed holds besides its own."""
    return f"partner.{EVERY_UNIT}.bulletin.>"


def parse(subject: str) -> tuple[str, str | None, str]:
    """`ledger.case.231003.X` -> ("case", "231003", "X"); raises BadToken on anything else."""
    head, *parts = subject.split(".")
    if head != "ledger" or not parts or AGGREGATES.get(parts[0]) != len(parts) - 1:
        raise BadToken("not a ledger subject")
    for part in parts:
        token(part)
    return parts[0], parts[1] if len(parts) == 3 else None, parts[-1]
