"""The dossier (卷宗) of a matter: every commit about it and about what came of it, from the ledger alone."""

from collections.abc import AsyncIterator
from typing import Any

from events import subjects
from events.briefing import BriefingIssued
from events.case import CaseOpened, ReferralRequested
from events.meeting import ResolutionRecorded
from events.resolution import ResolutionAdopted
from services.ledger import History, Ledger, Stored
from services.meeting.cooperation import cooperation_id
from services.referral.notice import notice_id

# A bulletin shares the id of its briefing, and comes with it.
KINDS = ("case", "referral", "notice", "contact", "file", "meeting", "resolution", "cooperation", "briefing")
SUPERVISED = ("referral", "resolution")
LEVELS = range(6)
ROUNDS_MAX = 20


async def related(ledger: Ledger, identity: str) -> list[Stored]:
    """Every commit of one aggregate and of what came of it, in ledger order; empty when there is none of this id.

    Of a case its contact and its referrals; of a referral and a resolution its notices; of a meeting its resolutions; of a
    resolution what its co-units heard; of a briefing its bulletin. Raises LedgerUnavailable, DamagedLedger.
    """
    for kind in KINDS:
        try:
            subject = await ledger.find(kind, identity)
        except subjects.BadToken:
            return []
        if subject is not None:
            return await _dossier(ledger, subject)
    return []


async def _dossier(ledger: Ledger, first: str) -> list[Stored]:
    found: dict[str, tuple[Stored, ...]] = {}
    ahead = [first]
    while ahead:
        subject = ahead.pop()
        if subject in found:
            continue
        found[subject] = (await ledger.load(subject)).commits
        ahead += [each for stored in found[subject] for fact in stored.commit.facts for each in _named(stored, fact)]
        kind, route, key = subjects.parse(subject)
        if kind in SUPERVISED and route is not None:
            found |= {history.subject: history.commits async for history in _notices(ledger, route, key)}
    return sorted((stored for commits in found.values() for stored in commits), key=lambda each: each.seq)


def _named(stored: Stored, fact: Any) -> list[str]:
    """The aggregates that a fact says began with it."""
    match fact:
        case CaseOpened(desk=desk, contact=contact):
            return [subjects.contact(desk, contact)]
        case ReferralRequested(unit=unit, referral=referral):
            return [subjects.referral(unit, referral)]
        case ResolutionRecorded(lead=lead, resolution=resolution):
            return [subjects.resolution(lead, resolution)]
        case ResolutionAdopted(co=units):
            key = stored.commit.key
            return [subjects.cooperation(unit, cooperation_id(key, unit)) for unit in units]
        case BriefingIssued():
            return [subjects.bulletin(stored.commit.key)]
        case _:
            return []


async def _notices(ledger: Ledger, unit: str, key: str) -> AsyncIterator[History]:
    for level in LEVELS:
        for number in range(ROUNDS_MAX):
            history = await ledger.load(subjects.notice(unit, notice_id(key, level, number)))
            if not history.n:
                break
            yield history
