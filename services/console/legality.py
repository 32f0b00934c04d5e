"""Whether a history is legal: each aggregate's own `evolve`, applied to what is on record."""

from collections.abc import Sequence
from typing import Any

from events.commit import Commit
from services.intake import case, contact
from services.meeting import cooperation, meeting_history, resolution_history
from services.publication import briefing_history, bulletin
from services.referral import files, notice, publication, referral, series


def _contact(commits: Sequence[Commit]) -> None:
    contact.fold(commits[0].key, [fact for commit in commits for fact in commit.facts])  # type: ignore[misc]


def _case(commits: Sequence[Commit]) -> None:
    case.fold([fact for commit in commits for fact in commit.facts])  # type: ignore[misc]


def _referral(commits: Sequence[Commit]) -> None:
    state: Any = None
    for commit in commits:
        for fact in commit.facts:
            state = referral.evolve(state, fact, commit.actor.principal, commit.occurred)  # type: ignore[arg-type]


def _notice(commits: Sequence[Commit]) -> None:
    state: Any = None
    for commit in commits:
        for fact in commit.facts:
            state = notice.evolve(state, fact, commit.occurred)  # type: ignore[arg-type]


def _file(commits: Sequence[Commit]) -> None:
    files.fold([fact for commit in commits for fact in commit.facts])  # type: ignore[misc]


def _series(commits: Sequence[Commit]) -> None:
    number = 0
    for commit in commits:
        for fact in commit.facts:
            number = series.evolve(number, fact)  # type: ignore[arg-type]


def _calendar(commits: Sequence[Commit]) -> None:
    state: Any = None
    for commit in commits:
        for fact in commit.facts:
            state = publication.evolve(state, fact)  # type: ignore[arg-type]


def _briefing(commits: Sequence[Commit]) -> None:
    briefing_history.fold(commits)


def _bulletin(commits: Sequence[Commit]) -> None:
    bulletin.fold([fact for commit in commits for fact in commit.facts])  # type: ignore[misc]


def _meeting(commits: Sequence[Commit]) -> None:
    state: Any = None
    for commit in commits:
        for fact in commit.facts:
            state = meeting_history.evolve(state, fact, commit.occurred)  # type: ignore[arg-type]


def _resolution(commits: Sequence[Commit]) -> None:
    state: Any = None
    for commit in commits:
        for fact in commit.facts:
            state = resolution_history.evolve(state, fact, commit.actor.principal, commit.occurred)  # type: ignore[arg-type]


def _cooperation(commits: Sequence[Commit]) -> None:
    state: Any = None
    for commit in commits:
        for fact in commit.facts:
            state = cooperation.evolve(state, fact)  # type: ignore[arg-type]


# kind -> a check of that kind's whole history; raises DamagedHistory at the first fact that cannot follow.
LEGAL = {
    "contact": _contact,
    "case": _case,
    "referral": _referral,
    "notice": _notice,
    "file": _file,
    "series": _series,
    "calendar": _calendar,
    "briefing": _briefing,
    "bulletin": _bulletin,
    "meeting": _meeting,
    "resolution": _resolution,
    "cooperation": _cooperation,
}
