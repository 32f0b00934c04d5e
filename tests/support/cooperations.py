"""What a co-unit hears of a resolution, told as the service tells it: of the resolution as it stands after each step."""

from typing import Any

import msgspec

from events.cooperation import CooperationFact
from services.meeting import commands as c
from services.meeting import cooperation
from tests.support import meetings as m
from tests.support.meetings import ResolutionLife, resolution_in

TELL = c.NoteCooperation(command_id="tell", resolution=m.RESOLUTION, unit="u01", n=1)
DATED_BY = "2026.1"
# What a resolution comes to besides its states.
MOVED, UNSETTLED = "extended", "provisional"


def resolution_after(step: str) -> ResolutionLife:
    """A resolution in one of its states, or with another due day, or with one that can still move."""
    if step == MOVED:
        life = resolution_in("adopted")
        assert isinstance(life.send("ExtendResolution"), list)
        return life
    if step == UNSETTLED:
        life = resolution_in("adopted")
        assert life.state is not None  # it was adopted
        life.state = msgspec.structs.replace(life.state, provisional=True)
        return life
    return resolution_in(step)


class CooperationLife:
    """One co-unit's aggregate."""

    def __init__(self, *steps: str) -> None:
        self.state: cooperation.Cooperation | None = None
        self.facts: list[CooperationFact] = []
        for step in steps:
            assert isinstance(self.hear(step), list), step

    def hear(self, step: str, unit: str = "u01") -> Any:
        """The outcome of being told of a resolution after `step`, recorded when it is facts."""
        note = msgspec.structs.replace(TELL, unit=unit)
        outcome = cooperation.decide(note, resolution_after(step).state, DATED_BY, self.state)
        if isinstance(outcome, list):
            for fact in outcome:
                self.state = cooperation.evolve(self.state, fact)
                self.facts.append(fact)
        return outcome


# State -> what was told until then.
ROADS = {
    "adopted": ("adopted",),
    "adopted, due day moved": ("adopted", MOVED),
    "discharged": ("adopted", "discharged"),
    "carried_over": ("adopted", "carried_over"),
}
