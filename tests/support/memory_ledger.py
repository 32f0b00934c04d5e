"""A ledger in memory: the same histories, checks and conflicts as the real one, and no broker."""

import asyncio

from events import commit as commits
from events import subjects
from services.ledger import Append, History, Overtaken, Stored
from services.ledger.history import history, stored


class MemoryLedger:
    """Takes the place of services.ledger.Ledger where a service's own decisions are tested."""

    def __init__(self) -> None:
        self.commits: list[Stored] = []
        self._by_subject: dict[str, list[Stored]] = {}

    async def load(self, subject: str) -> History:
        found = self._history(subject)
        # Others get their turn before the answer is used, as they do while a real ledger is asked.
        await asyncio.sleep(0)
        return found

    def _history(self, subject: str) -> History:
        return history(subject, self._by_subject.get(subject, []))

    async def find(self, kind: str, key: str) -> str | None:
        found = [subject for subject in self._by_subject if subjects.parse(subject)[::2] == (kind, key)]
        return found[-1] if found else None

    async def newest(self, kind: str) -> int:
        return max((each.seq for each in self.commits if subjects.parse(each.subject)[0] == kind), default=0)

    async def subjects(self, kind: str) -> list[str]:
        return sorted(subject for subject in self._by_subject if subjects.parse(subject)[0] == kind)

    async def append(self, *appends: Append) -> tuple[int, ...]:
        """All or none, each exactly after its history. Raises Overtaken."""
        for each in appends:
            if self._history(each.history.subject).n != each.history.n:
                raise Overtaken(each.history.subject)
        for each in appends:
            raw = commits.encode(each.commit)
            self.commits.append(stored(len(self.commits) + 1, each.history.subject, raw))
            self._by_subject.setdefault(each.history.subject, []).append(self.commits[-1])
        # The chain of each holds, or loading it says so.
        for each in appends:
            self._history(each.history.subject)
        return tuple(range(len(self.commits) - len(appends) + 1, len(self.commits) + 1))
