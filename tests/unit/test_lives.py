"""Random lives of a whole network: contacts, cases, referrals and notices on one ledger, held to what must always hold.

A machine sends whatever people send, in any order, lets time pass, and reads every commit with tests/support/obligations.py,
which knows the rules of domain.md and none of the deciders. The ledger that a life leaves passes the auditor's check.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.calendar import CHINA
from services.bus.request import Accepted, Request
from services.console.legality import LEGAL
from services.ledger.verification import verify
from tests.support import moves
from tests.support.intake import SILENT, entry
from tests.support.network import Network, code_of
from tests.support.obligations import GOING_ON, Life, Obligations
from tests.unit.test_publication import PUBLISH

# The year turns while they live: the series begin anew, and 2027 is provisional until it is published.
BEGIN = datetime(2026, 11, 23, 9, tzinfo=CHINA)
NAMES = ("测试甲", "测试小甲", "000-0000-000", "示例路一号")
# A number decides what a step does, through Random: drawn one by one, most choices would be the first one.
CHANCE = st.sampled_from(range(2**16))
DISPOSITIONS = ("B1", "B1", "B1", "C1", "C1", "A1", "D1", "G1", "G1", "H1")
MENDED = (("category", "01"), ("urgency", "2"), ("screen", "y" + "n" * 8), ("suspect_unit", "u01"))
STANDING = {"drafted", "signed_off", "served", "acknowledged", "replied", "accepted"}
PAUSES = (timedelta(minutes=20), timedelta(hours=20), *(timedelta(days=n) for n in (1, 2, 4, 9, 25, 70)))


def picked(lives: dict[str, Life], dice: Random, going_on: Collection[str]) -> tuple[str, Life]:
    """Mostly one that goes on, and every now and then one that is over."""
    those = [each for each in lives.items() if each[1].status in going_on]
    return dice.choice(those if those and dice.random() < 0.9 else list(lives.items()))


class Lives(RuleBasedStateMachine):
    """One network from its first call on."""

    def __init__(self) -> None:
        super().__init__()
        self.network = Network(BEGIN)
        self.model = Obligations()
        self.accepted: list[tuple[str, Request, Accepted]] = []
        self.entries = self.steps = 0

    def dice(self, chance: int) -> Random:
        """What a step does follows from what was drawn and from how far the life has come: two draws alike do not act alike."""
        self.steps += 1
        return Random(f"{chance}:{self.steps}")

    def some(self, chance: int) -> Iterator[Random]:
        """For each of some actions, one after another."""
        yield from (self.dice(chance) for _ in range(self.dice(chance).randint(2, 8)))

    @initialize(chance=CHANCE)
    def first_calls(self, chance: int) -> None:
        for disposition in ("B1", "C1", "B1"):
            self.enter(disposition, self.dice(chance))

    @rule(chance=CHANCE)
    def somebody_calls(self, chance: int) -> None:
        dice = self.dice(chance)
        self.enter(dice.choice(DISPOSITIONS), dice)

    def enter(self, disposition: str, dice: Random) -> None:
        self.entries += 1
        now = self.network.now
        changes: dict[str, Any] = {
            "number": f"96308-2026-{self.entries:03}",
            "started": now - timedelta(minutes=10),
            "disposition": disposition,
            "unit": dice.choice(moves.UNITS) if disposition == "B1" else None,
            "screen": "nnnynnnnn" if dice.random() < 0.15 else "n" * 9,
            "contact_type": dice.choice(("help", "complaint")),
            "urgency": dice.choice(("3", "3", "2", "1")),
            "suspect_unit": "u09" if dice.random() < 0.2 else None,
            "caller_phone": f"000-0000-000{dice.randrange(4)}",
            "child_name": "测试小甲",
            "narrative": "孩子辍学在家，住示例路一号。",
            "ground": "1" if disposition == "D1" else None,
            "route": "court" if disposition == "D1" else None,
        }
        if disposition == "H1":
            changes |= SILENT | {"screen": "n" * 9, "urgency": "3", "child_name": "", "suspect_unit": None}
        fields = msgspec.to_builtins(entry(**changes))
        del fields["command_id"]
        if dice.random() < 0.3:
            draft = {name: fields[name] for name in ("number", "desk", "started", "narrative")}
            self.says("duty-city", "intake", "DraftContact", draft)
            self.says("duty-city", "intake", "FinaliseContact", fields)
        else:
            self.says("duty-city", "intake", "RegisterContact", fields)

    @rule(chance=CHANCE)
    def coordinators_work_on_cases(self, chance: int) -> None:
        for dice in self.some(chance):
            key, life = picked(self.model.cases, dice, {"open", "ended"})
            at_units = bool(self.model.open_of(key))
            verb = moves.choose(moves.CASE, moves.CASE_NEXT[moves.stage(life, at_units)], turn := dice.randrange(4800))
            life["referrals"] = [each for each, referral in self.model.referrals.items() if referral["case"] == key]
            who, fields = moves.CASE[verb](life, turn, self.network.now)
            self.says(who, "intake", verb, {"case": key} | fields)

    @rule(chance=CHANCE)
    def something_else_is_done(self, chance: int) -> None:
        dice = self.dice(chance)
        dice.choice((self.relate_two_cases, self.mend_an_entry, self.mend_an_entry, self.publish_the_next_year))(dice)

    def relate_two_cases(self, dice: Random) -> None:
        (one, life), (two, _) = (picked(self.model.cases, dice, {"open"}) for _ in range(2))
        verb = dice.choice(("LinkCases", "UnlinkCases"))
        if verb == "UnlinkCases" and life["links"]:
            two, _ = min(life["links"])
        self.says("coordinator", "intake", verb, {"case": one, "other": two, "relation": "sibling"})

    def mend_an_entry(self, dice: Random) -> None:
        key, _ = picked(self.model.contacts, dice, {"finalised"})
        case, _ = picked(self.model.cases, dice, {"open"})
        verb, fields = dice.choice(
            (
                *(
                    ("CorrectContact", {"field": field, "value": value, "reason": "misheard"})
                    for field, value in MENDED
                ),
                ("VoidContact", {"reason": "entered_twice"}),
                ("LinkContact", {"case": case}),
                ("UnlinkContact", {"reason": "other_matter"}),
                ("UnlinkContact", {"reason": "other_matter", "into": case}),
            )
        )
        self.says("coordinator", "intake", verb, {"contact": key} | fields)

    @precondition(lambda self: any(each.status in GOING_ON for each in self.model.referrals.values()))
    @rule(chance=CHANCE)
    def units_and_the_office_work_on_referrals(self, chance: int) -> None:
        for dice in self.some(chance):
            key, life = picked(self.model.referrals, dice, GOING_ON)
            verb = moves.choose(moves.REFERRAL, moves.REFERRAL_NEXT.get(life.status, ()), turn := dice.randrange(4800))
            who, fields = moves.REFERRAL[verb](life, turn, self.network.now)
            if dice.random() < 0.1:
                fields = fields | {"occurred": (self.network.now - timedelta(days=dice.randrange(4))).isoformat()}
            self.says(who, "referral", verb, {"referral": key} | fields)

    @precondition(lambda self: any(each.status in STANDING for each in self.model.notices.values()))
    @rule(chance=CHANCE)
    def supervision_goes_on(self, chance: int) -> None:
        for dice in self.some(chance):
            key, life = picked(self.model.notices, dice, STANDING)
            verb = moves.choose(moves.NOTICE, moves.NOTICE_NEXT.get(life.status, ()), turn := dice.randrange(4800))
            who, fields = moves.NOTICE[verb](life, turn, self.network.now)
            self.says(who, "referral", verb, {"notice": key} | fields)

    @rule(pause=st.sampled_from(PAUSES))
    def time_passes(self, pause: timedelta) -> None:
        for stored in self.network.until(self.network.now + pause):
            self.model.read(stored)

    def publish_the_next_year(self, dice: Random) -> None:
        fields = msgspec.to_builtins(PUBLISH)
        del fields["command_id"]
        self.says("coordinator", "referral", "PublishCalendar", fields)

    @precondition(lambda self: self.accepted)
    @rule(chance=CHANCE)
    def a_command_comes_again(self, chance: int) -> None:
        service, request, first = self.dice(chance).choice(self.accepted)
        before = len(self.network.ledger.commits)
        again = self.network.send(service, msgspec.structs.replace(request, now=self.network.now))
        assert isinstance(again, Accepted) and again.repeated, f"{request.verb} sent again is {code_of(again)}"
        assert (again.commit, again.n) == (first.commit, first.n)
        assert len(self.network.ledger.commits) == before, "what was recorded once was recorded again"

    def says(self, who: str, service: str, verb: str, fields: dict[str, Any]) -> None:
        note(f"{self.network.now:%m-%d %H:%M} {who}: {verb} {fields}")
        before = len(self.network.ledger.commits)
        request = self.network.request(who, verb, fields)
        answer = self.network.send(service, request)
        recorded = self.network.ledger.commits[before:]
        if isinstance(answer, Accepted):
            assert bool(recorded) != answer.repeated, f"{verb} was accepted and nothing is on record, or the reverse"
            if not answer.repeated:
                self.accepted.append((service, request, answer))
        else:
            assert not recorded, f"{verb} was refused as {answer.code} and left something"
            # They know what to send; what a state does not allow is refused by the state's own rules.
            assert not answer.code.startswith(("command.unknown", "command.missing", "command.bad", "service.")), answer
        # Whatever time has to say of the new state by now, it says at once.
        for stored in (*self.network.settle(), *self.network.until(self.network.now)):
            self.model.read(stored)

    @invariant()
    def everything_is_as_it_must_be(self) -> None:
        self.model.at_rest(self.network.now)

    def teardown(self) -> None:
        self.model.partners_read_nothing_personal(*NAMES)
        messages = [(each.seq, each.subject, each.raw) for each in self.network.ledger.commits]
        report = verify(messages, LEGAL, end=len(messages))
        self.network.close()
        assert report.valid and not report.problems, report.problems


# A life that fails is made shorter before it is shown, which takes longer than a test may.
TestLives = pytest.mark.timeout(600)(Lives.TestCase)
TestLives.settings = settings(
    max_examples=100,
    stateful_step_count=40,
    # Without an explanation of a failure, which traces every line: the life that fails is printed, command by command.
    phases=(Phase.generate, Phase.shrink),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
