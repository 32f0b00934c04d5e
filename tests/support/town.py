"""A town that calls a hotline: legal facts, one after another, as the services would record them."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec

from events import briefing as b
from events import case as c
from events import contact as k
from events import notice as s
from events import referral as r
from events import subjects
from events.commit import Actor, Commit, derive_id, digest, encode, genesis
from services.decision import Env
from services.intake import case as cases
from services.intake import contact as entries
from services.intake import mandatory_report
from services.intake.case_state import ENDED, untouched
from services.intake.commands import NoteCorrection
from services.intake.corrections import TRIAGED
from services.intake.screen import grounds
from services.publication import briefing_history as briefings
from services.referral import notice as notices
from services.referral import referral as referrals
from services.referral.referral_history import ENDED as REFERRAL_ENDED
from tests.support.read_models import CHINA, DESKS, UNITS, Held
from tests.support.town_meetings import Meetings

# Status of a referral -> what its case hears.
HEARD_AS = {
    "verified": "verified",
    "closed": "verified",
    "returned": "return_granted",
    "revoked": "revoked",
    "transferred_on": "transferred_on",
    "terminated": "terminated",
}


class Town:
    """Records one legal fact after another, as the services would; `rng` decides which.

    The states are folded by the services' own `evolve`, which raises on a fact that may not follow.
    """

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.commits: list[Held] = []
        self.cases: dict[str, cases.Case] = {}
        self.referrals: dict[str, referrals.Referral] = {}
        self.notices: dict[str, notices.Notice] = {}
        self.briefings: dict[str, briefings.Briefing] = {}
        self.requested: dict[str, tuple[str, c.ReferralRequested]] = {}
        self.asked_by: dict[str, str] = {}
        self.entries: dict[str, entries.Contact] = {}
        self.case_of: dict[str, str] = {}
        self.overridden: set[str] = set()
        self.unopened: dict[str, tuple[k.ContactRegistered, k.ContactFinalised]] = {}
        self.noted: dict[str, str] = {}
        # Where it happens, in turn.
        self.places: tuple[str, ...] = ("231081",)
        self.office = Meetings(self)
        self._heads: dict[str, tuple[int, str]] = {}
        self._regions: dict[str, str] = {}
        self._numbers = 0
        self._now = datetime(2026, 1, 12, 9, tzinfo=CHINA)

    def grow(self, steps: int) -> list[Held]:
        for _ in range(steps):
            act = self.rng.choice(
                (
                    # Most of a town's life is calls and the work on them.
                    *(self.call, self.open_case, self.issue, self.note, self.supervise, self.mend, self.after_the_end)
                    * 2,
                    *(self.work_on_case, self.work_on_referral) * 4,
                    *(self.publish, self.office.meet, self.office.work),
                )
            )
            act()
        return self.commits

    def record(
        self, subject: str, *facts: Any, unit: str | None = None, command: str = "Test", who: str = "coordinator"
    ) -> None:
        kind, _, key = subjects.parse(subject)
        n, prev = self._heads.get(subject, (0, genesis(subject)))
        self._now += timedelta(minutes=self.rng.choice((1, 20, 400, 1500)), microseconds=self.rng.choice((0, 250_000)))
        role = "unit" if unit else "coordinator"
        commit = Commit(
            id=derive_id(subject, str(n + 1)),
            kind=kind,
            key=key,
            n=n + 1,
            prev=prev,
            occurred=self._now - timedelta(minutes=self.rng.choice((0, 30))),
            recorded=self._now,
            actor=Actor(principal=unit or who, role=role, unit=unit),
            command=command,
            command_id=f"{key}-{n + 1}",
            command_digest="0" * 64,
            policy="test",
            calendar="test-1",
            facts=facts,
        )
        raw = encode(commit)
        self._heads[subject] = (n + 1, digest(raw))
        self.commits.append(Held(len(self.commits) + 1, subject, raw, digest(raw)))
        for fact in facts:
            self._fold(kind, key, fact, commit)

    def _fold(self, kind: str, key: str, fact: Any, commit: Commit) -> None:
        if kind == "contact":
            self.entries[key] = entries.evolve(self.entries.get(key), fact, key)
        elif kind == "case":
            self.cases[key] = cases.evolve(self.cases.get(key), fact)
            if isinstance(fact, c.MandatoryReportOverridden):
                self.overridden.add(key)
            if isinstance(fact, c.ReferralRequested):
                self.requested[fact.referral] = (key, fact)
                self.asked_by[fact.referral] = key
        elif kind == "referral":
            state = self.referrals.get(key)
            self.referrals[key] = referrals.evolve(state, fact, commit.actor.principal, commit.occurred)
        elif kind == "notice":
            self.notices[key] = notices.evolve(self.notices.get(key), fact)
        elif kind == "briefing":
            before = self.briefings.get(key)
            self.briefings[key] = briefings.evolve(before, fact, commit.actor.principal, commit.occurred)
        elif kind in ("meeting", "resolution", "cooperation"):
            self.office.fold(kind, key, fact, commit)

    def publish(self) -> None:
        """A briefing of the day, or the next step of one."""
        key = self._pick(key for key, each in self.briefings.items() if each.status != "withdrawn")
        if key is None or self.rng.random() < 0.3:
            return self._generate(derive_id("briefing", str(len(self.commits))))
        state, subject = self.briefings[key], subjects.briefing(key)
        if self.rng.random() < 0.1:
            return self.record(subject, b.BriefingWithdrawn(reason="replaced"))
        match state.status:
            case "generated":
                same = b.BriefingReviewed(figures_digest=state.generated.figures_digest)
                return self.record(subject, same, who="supervisor")
            case "reviewed":
                kinds = [each.generated.kind for each in self.briefings.values() if each.issued]
                place = 1 + kinds.count(state.generated.kind)
                whom = self.rng.choice((("member_units",), ("member_units", "county_desks")))
                issued = b.BriefingIssued(
                    year=2026, issue_no=place, total_no=place, report_to=("committee",), issue_to=whom, copies=40
                )
                return self.record(subject, issued, who="supervisor")
            case _:
                last, seq = state.corrected("contacts"), len(self.commits)
                was = last.now if last else 10
                mended = b.BriefingCorrected(
                    number=len(state.corrections) + 1, figure="contacts", was=was, now=was + 1, position=seq,
                    head_hash=self.commits[-1].hash, cause=seq, reason="late_entry",
                )  # fmt: skip
                return self.record(subject, mended)

    def _generate(self, key: str) -> None:
        generated = b.BriefingGenerated(
            kind=self.rng.choice(("briefing", "circular")), start=self._now.date() - timedelta(days=30),
            end=self._now.date(), position=max(len(self.commits), 1), head_hash="0" * 64, code="test",
            figures_digest=digest(key.encode()), suppression="test",
        )  # fmt: skip
        self.record(subjects.briefing(key), generated)

    @property
    def now(self) -> datetime:
        return self._now

    def _pick(self, items: Iterable[Any]) -> Any:
        choices = sorted(items)
        return self.rng.choice(choices) if choices else None

    @property
    def mandatory(self) -> set[str]:
        """The contacts that call for a report, as corrected."""
        return {
            key
            for key, each in self.entries.items()
            if each.finalised and grounds(each.value("screen") or "", each.value("urgency") or "")
        }

    def settle(self) -> list[Held]:
        """What was asked for is issued, and what came of it has reached the cases."""
        while self.requested:
            self.issue()
        while self._to_note():
            self.note()
        return self.commits

    def call(self) -> None:
        drafts = [key for key, each in self.entries.items() if each.status == "draft"]
        key = self._pick(drafts) if self.rng.random() < 0.5 else None
        number = f"N-{len(self.entries) + 1:05}"
        desk = self.rng.choice(DESKS)
        if key is not None:
            drafted = self.entries[key].drafted
            assert drafted is not None
            number, desk = drafted.number, drafted.desk
        else:
            key = derive_id("contact", desk, number)
            if self.rng.random() < 0.2:
                started = self._now - timedelta(minutes=5)
                draft = k.ContactDrafted(number=number, desk=desk, started=started, entry_digest="0" * 64)
                return self.record(subjects.contact(desk, key), draft)
        registered = k.ContactRegistered(
            number=number,
            desk=desk,
            channel="phone",
            started=self._now - timedelta(minutes=self.rng.randrange(2000)),
            caller_role="self",
            contact_type="1",
            category=self.rng.choice(("01", "05", "15")),
            region=self.places[len(self.entries) % len(self.places)],
            age_band="12-15",
            sex=self.rng.choice("mfu"),
            urgency=self.rng.choice("123"),
            entry_digest="0" * 64,
            repeat_of=self._pick(self.entries) if self.rng.random() < 0.2 else None,
        )
        disposition = self.rng.choice(("A1", "B1", "C1", "D1", "F1", "G1", "H1"))
        screen = self.rng.choice(("nnnnnnnnn", "nnnnnnnnu", "ynnnnnnnn"))
        finalised = k.ContactFinalised(primary_disposition=disposition, screen=screen, unit=self.rng.choice(UNITS))
        facts: list[Any] = [registered, k.ContentRecorded(characters=9), k.OpinionRecorded(), finalised]
        if disposition == "G1" and self.cases:
            facts.append(k.ContactLinkedToCase(case=self._pick(self.cases), relation="same_matter"))
        self.record(subjects.contact(desk, key), *facts)
        if disposition not in ("G1", "H1"):
            self.unopened[key] = (registered, finalised)
        return None

    def open_case(self) -> None:
        contact = self._pick(self.unopened)
        if contact is None:
            return self.call()
        registered, finalised = self.unopened.pop(contact)
        key = derive_id("case", contact)
        triaged = c.CaseTriaged(
            screen=finalised.screen,
            contact_type="1",
            category=registered.category,
            region=registered.region,
            age_band=registered.age_band,
            sex=registered.sex,
            urgency=registered.urgency,
        )
        opened = c.CaseOpened(
            contact=contact, number=registered.number, desk=registered.desk, channel="phone", started=registered.started
        )
        required = grounds(finalised.screen, registered.urgency)
        rest: list[Any] = self._disposed(key, finalised.primary_disposition)
        if required:
            rest = [c.MandatoryReportRequired(grounds=required, due=registered.started + timedelta(minutes=30))]
        self._regions[key], self.case_of[contact] = registered.region, key
        return self.record(subjects.case(registered.region, key), opened, triaged, *rest)

    def _disposed(self, case: str, disposition: str) -> list[Any]:
        match disposition:
            case "A1" | "F1":
                return [c.CaseAnswered(disposition=disposition)]
            case "D1":
                return [c.CaseNotAccepted(ground="9")]
            case "B1":
                return [c.CaseAccepted(disposition=disposition), self._request(case, self.rng.choice(UNITS), None)]
            case _:
                return [c.CaseAccepted(disposition=disposition)]

    def _request(self, case: str, unit: str, replaces: str | None, lead: str | None = None) -> c.ReferralRequested:
        return c.ReferralRequested(
            referral=derive_id("referral", case, str(len(self.commits))),
            unit=unit,
            contact_type="1",
            category="05",
            region="231081",
            age_band="12-15",
            urgency="3",
            asks=("handle",),
            replaces=replaces,
            lead=lead,
        )

    def work_on_case(self) -> None:
        key = self._pick(key for key, case in self.cases.items() if case.status in cases.OPEN)
        if key is None:
            return self.open_case()
        case, subject = self.cases[key], subjects.case(self._regions[key], key)
        if case.report_open and self.rng.random() < 0.7:
            made = c.MandatoryReportMade(to="u01", method="phone", made=self._now, police_ref="P-1")
            onward = self._disposed(key, self.rng.choice(("A1", "B1", "C1"))) if case.status == "triaged" else []
            return self.record(subject, made, *onward)
        if case.hindered:
            over = c.MandatoryReportOverridden(post="测试岗位", reason="life_in_danger")
            onward = self._disposed(key, self.rng.choice(("B1", "C1"))) if case.status == "triaged" else []
            return self.record(subject, over, *onward)
        free = [unit for unit in UNITS if unit not in case.open_referrals.values()]
        today = self._now.date()
        done = c.CallbackCompleted(answered=True, solved=self.rng.random() < 0.6, satisfied=self.rng.random() < 0.5)
        if not done.solved and not done.satisfied:
            done = msgspec.structs.replace(done, founded=self.rng.choice((None, True, False)))
        choices: list[tuple[Any, ...]] = [
            (c.OutcomeRecorded(outcome="benefit", monthly_yuan=self.rng.choice((None, 800))),),
            (c.OutcomeRecorded(outcome="enrolled", review_on=today + timedelta(days=30)),),
            (c.AssignedToOfficer(officer=self.rng.choice(("coordinator", "duty-city"))),),
            (c.ConsentRecorded(by="guardian", basis="guardian_consent", units=("u01",)),),
            (c.LeaderInstructionRecorded(instruction_no="批1", post="测试岗位"),),
            (c.RegistrationViewed(purpose="handling", fields=("registration_form",)),),
            (c.CoordinationRecorded(units=("u01",), measures=("visit",)),),
        ]
        if case.report_made and not case.report_acknowledged:
            choices.append((c.MandatoryReportAcknowledged(by="u01", acknowledged=self._now),))
        if case.status == "accepted" and not case.report_open:
            choices.append((c.CaseAnswered(disposition="A1"),))
            choices.append((c.CaseNotAccepted(ground="1", route="court", told=self._now),))
        for outcome in case.outcomes:
            held = self.rng.random() < 0.6
            again = today + timedelta(days=90) if held and self.rng.random() < 0.5 else None
            choices.append((c.OutcomeReviewed(outcome=outcome, holds=held, reviewed_on=today, next_review_on=again),))
        if free:
            lead = self._pick(each for each in case.open_referrals if self._leads(each))
            choices.append((self._request(key, self.rng.choice(free), next(iter(case.returned), None), lead),))
        if not case.open_referrals and case.handled and case.status == "awaiting_callback":
            missed = {*case.missed_on, today}
            unreachable = len(missed) >= cases.UNREACHABLE_AFTER_DAYS and not case.report_open
            end = (c.CaseClosed(code="unreachable"),) if unreachable else ()
            choices.append((c.CallbackAttempted(reached=False, on=today), *end))
            choices.append((c.CallbackAttempted(reached=True, on=today), done))
        if case.status == "awaiting_callback" and case.called_back is not None and not case.report_open:
            choices.append((c.CaseClosed(code="solved"),))
        return self.record(subject, *self.rng.choice(choices))

    def issue(self) -> None:
        key = self._pick(self.requested)
        if key is None:
            return self.work_on_case()
        case, asked = self.requested.pop(key)
        self._numbers += 1
        self.record(subjects.series("referral-2026"), s.NumberAssigned(number=self._numbers, to=key))
        issued = r.ReferralIssued(
            referral_no=f"青转〔2026〕{self._numbers}号",
            unit=asked.unit,
            role="co" if asked.lead else "lead",
            lead=asked.lead,
            lead_unit=self.referrals[asked.lead].issued.unit if asked.lead else None,
            duty=r.Duty(leader="甲岗", department="乙科", post="丙岗"),
            contact_type=asked.contact_type,
            category=asked.category,
            region=asked.region,
            age_band=asked.age_band,
            urgency=asked.urgency,
            matter_zh="测试事项",
            matter_en="a matter",
            asks=asked.asks,
            legal_basis=("未成年人保护法",),
            disclosure_profile="lead_unit",
            issued=self._now,
            due_sign=self._now + timedelta(days=1),
            sign_policy="S1",
            report_policy="R1",
            calendar_version="test-1",
            provisional=self.rng.random() < 0.3,
        )
        self.record(subjects.referral(asked.unit, key), issued)
        if key not in self.cases[case].open_referrals:
            return None
        noted = c.ReferralOutcomeNoted(referral=key, outcome="issued")
        return self.record(subjects.case(self._regions[case], case), noted)

    def _leads(self, key: str) -> bool:
        return key in self.referrals and self.referrals[key].issued.role == "lead"

    def work_on_referral(self) -> None:
        key = self._pick(key for key, each in self.referrals.items() if each.status not in REFERRAL_ENDED)
        if key is None:
            return self.issue()
        state = self.referrals[key]
        choices = [*self._next(state), *self._next(state), *self._ends(state), *self._assisted(key)]
        return self.record(subjects.referral(state.issued.unit, key), *self.rng.choice(choices), unit=state.issued.unit)

    def _ends(self, state: referrals.Referral) -> list[tuple[Any, ...]]:
        if state.status == "verified":
            return [(r.ReferralClosed(),), (r.ReferralRevoked(reason="duplicate"),)]
        ends: list[Any] = [
            r.ReferralRevoked(reason="wrong_unit"),
            r.ReferralTransferred(to="T" * 26),
            r.ReferralTerminated(requested_on=self._now.date()),
        ]
        # Most referrals are worked on to the end.
        return [(self.rng.choice(ends),)] if self.rng.random() < 0.3 else []

    def _assisted(self, key: str) -> list[tuple[Any, ...]]:
        """What the lead hears of its co-units."""
        lead = self.referrals[key]
        if lead.lead is not None:
            changed = r.LeadChanged(
                lead=derive_id("lead", key, str(len(self.commits))), lead_unit=self.rng.choice(UNITS)
            )
            return [(changed,)] if self.rng.random() < 0.2 else []
        co = self._pick(each for each, state in self.referrals.items() if state.issued.lead == key)
        if co is None:
            return []
        step = self.rng.choice(("reported", "sent_back", "released")) if co in lead.co_units else "joined"
        return [(r.CoUnitNoted(co=co, unit=self.referrals[co].issued.unit, step=step),)] * 3

    def _moved(self, state: referrals.Referral, cause: str) -> r.DueRecomputed:
        old = state.due_sign if state.status == "issued" else state.due_report
        assert old is not None
        return r.DueRecomputed(
            awaited="sign" if state.status == "issued" else "report",
            old=old,
            new=old + timedelta(days=self.rng.choice((0, 1, 4))),
            cause=cause,
            calendar_version="test-2",
            provisional=False,
            counted=r.Period(start=state.period_from, limit=6, unit="working_days"),
        )

    def _next(self, state: referrals.Referral) -> list[tuple[Any, ...]]:
        late, due = self.rng.random() < 0.3, self._now + timedelta(days=self.rng.choice((-3, 5)))
        counted = r.Period(start=self._now, limit=5, unit="working_days")
        signed = r.ReferralSigned(
            method="system",
            late=late,
            due_report=due,
            return_until=due,
            report_policy="R1",
            calendar_version="test-1",
            provisional=late,
            counted=counted,
        )
        redone = r.ReferralRedone(
            reason="1", due_report=due, calendar_version="test-1", provisional=late, counted=counted
        )
        settled = [(self._moved(state, "calendar_published"),)] if state.provisional and state.due else []
        soon = r.DueSoon(due=due, working_days=1, calendar_version="test-1")
        reminder = [(soon,)] if state.due and not state.reminded else []
        match state.status:
            case "issued":
                overdue = [] if state.sign_overdue else [(r.SignOverdue(due=state.issued.due_sign),)]
                return [(signed,), (signed,), *overdue, *settled, *reminder]
            case "return_requested":
                return [(r.ReturnGranted(ground="9"),), (r.ReturnRefused(ground="9"),)]
            case "reported":
                verified = (r.ReportVerified(result="solved"),)
                return [verified, verified, (r.ReportSentBack(reason="1", due_report=due),), (redone,)]
            case "verified":
                return [(redone,)]
            case "on_hold":
                resumed = r.ReferralResumed(working_days=self.rng.randrange(9))
                return [(resumed, self._moved(state, "hold"))]
        report = r.FinalReported(
            result="solved",
            measures=("visit",),
            handled_on=self._now.date(),
            late=late,
            late_working_days=2 if late else 0,
            method=self.rng.choice((None, None, "paper")),
            co_outstanding=state.co_outstanding,
        )
        crossed: list[tuple[Any, ...]] = [
            (r.ReferralOverdue(due=self._now, working_days=days, threshold=name, calendar_version="test-1"),)
            for name, days in zip(referrals.LADDER, (1, 6, 11), strict=True)
            if name not in state.crossed
        ]
        asked = [] if state.designated else [(r.ReturnRequested(ground="9"),)]
        progress = r.ProgressReported(measures=("visit",))
        held = r.ReferralHeld(ground="appraisal")
        return [(report,), (report,), (progress,), (held,), *crossed, *asked, *settled, *reminder, *self._more(state)]

    def _more(self, state: referrals.Referral) -> list[tuple[Any, ...]]:
        """Asking for more time, and what is answered."""
        if state.extension is None:
            return [(r.ExtensionRequested(reason="complex", working_days=self.rng.randrange(1, 9)),)]
        days = self.rng.randrange(1, state.extension.working_days + 1)
        granted = r.ExtensionGranted(reason="complex", working_days=days)
        return [(granted, self._moved(state, "extension")), (r.ExtensionRefused(reason="complex"),)]

    def _to_note(self) -> dict[str, str]:
        """What the cases have not heard yet of their referrals: referral -> outcome."""
        found = {}
        for key, each in self.referrals.items():
            outcome, heard = HEARD_AS.get(each.status), self.noted.get(key)
            if outcome is not None and heard is None:
                found[key] = outcome
            elif outcome is None and heard == "verified":
                found[key] = "redo"
        return found

    def note(self) -> None:
        """The case hears what came of a referral, also when it has to be done again."""
        waiting = self._to_note()
        key = self._pick(waiting)
        if key is None:
            return self.work_on_referral()
        outcome, case = waiting[key], self.asked_by[key]
        result = "solved" if outcome == "verified" else None
        facts: list[Any] = [c.ReferralOutcomeNoted(referral=key, outcome=outcome, result=result)]
        if outcome == "redo":
            del self.noted[key]
            if self.cases[case].status not in cases.OPEN:
                facts.insert(0, c.CaseReopened(reason="redo"))
        else:
            self.noted[key] = outcome
        return self.record(subjects.case(self._regions[case], case), *facts)

    def mend(self) -> None:
        """An entry is corrected, voided, joined to a case or taken from it."""
        key = self._pick(key for key, each in self.entries.items() if not each.voided)
        if key is None:
            return self.call()
        state = self.entries[key]
        entry = state.registered or state.drafted
        assert entry is not None
        subject, case = subjects.contact(entry.desk, key), self.cases.get(self.case_of.get(key, ""))
        if state.finalised is None:
            return self.record(subject, k.ContactVoided(reason="test_entry")) if self.rng.random() < 0.3 else None
        if state.linked_to is not None:
            left = k.ContactUnlinkedFromCase(case=state.linked_to, reason="other_matter")
            again = k.ContactLinkedToCase(case=self._pick(self.cases), relation="same_matter")
            return self.record(subject, left, again) if self.rng.random() < 0.5 else self.record(subject, left)
        if case is not None and untouched(case) and self.rng.random() < 0.3:
            self.record(self._subject_of(key), c.CaseClosed(code="voided"))
            return self.record(subject, k.ContactVoided(reason="entered_twice"))
        if self.cases and self.rng.random() < 0.2:
            return self.record(subject, k.ContactLinkedToCase(case=self._pick(self.cases), relation="same_matter"))
        return self._correct(key, subject, case)

    def _subject_of(self, contact: str) -> str:
        key = self.case_of[contact]
        return subjects.case(self._regions[key], key)

    def _correct(self, key: str, subject: str, case: cases.Case | None) -> None:
        if case is None:
            # Merged, silent, or not opened yet: nothing that could call for a report is corrected.
            field, new = self.rng.choice((("category", "01"), ("heard_from", None), ("sex", "u")))
        else:
            field, new = self.rng.choice(
                (("category", "01"), ("heard_from", None), ("sex", "u"), ("screen", "nnnynnnnn"), ("urgency", "1"),
                 ("suspect_unit", self.rng.choice((*UNITS, None))), ("narrative", None)),
            )  # fmt: skip
        earlier = self._pick(self.entries) if field == "narrative" and self.rng.random() < 0.3 else None
        corrected = k.ContactCorrected(
            field=field, reason="typing_error", old_digest="0" * 64, new=new, repeat_of=earlier
        )
        self.record(subject, corrected)
        if case is None or field not in TRIAGED:
            return
        command = NoteCorrection(command_id="c", case=self.case_of[key], field=field, new=new)
        actor = Actor(principal="intake", role="service")
        around = Env(now=self._now, occurred=self._now, actor=actor, new_id=lambda purpose: key)
        brought = mandatory_report.correct(command, case, around)
        if isinstance(brought, list):
            self.record(self._subject_of(key), *brought)

    def after_the_end(self) -> None:
        """A case that rests comes back, goes to the archive, or is found to be related to another."""
        key = self._pick(key for key, each in self.cases.items() if each.status in ENDED)
        if key is None:
            return self.work_on_case()
        case, subject = self.cases[key], subjects.case(self._regions[key], key)
        other, chance = self._pick(self.cases), self.rng.random()
        if chance < 0.3 and case.closed_as != "voided":
            return self.record(subject, c.CaseReopened(reason=self.rng.choice(("new_facts", "supervisor_order"))))
        if chance < 0.5:
            return self.record(subject, c.CaseArchived())
        if other == key:
            return None
        stands = (other, "same_child") in case.links
        fact = (c.CasesUnlinked if stands else c.CasesLinked)(other=other, relation="same_child")
        mirrored = type(fact)(other=key, relation="same_child")
        self.record(subject, fact)
        return self.record(subjects.case(self._regions[other], other), mirrored)

    def supervise(self) -> None:
        open_notices = [key for key, each in self.notices.items() if each.open]
        key = self._pick(open_notices)
        if key is not None and self.rng.random() < 0.6:
            return self._on_notice(key)
        supervised = [each for each, state in self.referrals.items() if state.crossed or state.sign_overdue]
        referral, level = self._pick(supervised), self.rng.choice((0, 1, 1, 2, 2, 3, 4))
        if referral is None or self._stands(referral, level):
            return self.work_on_referral()
        key = derive_id("notice", referral, str(level), str(len(self.commits)))
        drafted = self._drafted(referral, level)
        return self.record(subjects.notice(drafted.unit, key), drafted, *(self._signed_off(level) if level < 2 else ()))

    def _stands(self, referral: str, level: int) -> bool:
        about = [each for each in self.notices.values() if each.drafted.referral == referral]
        return any(each.open and each.drafted.level == level for each in about)

    def _drafted(self, referral: str, level: int, escalated_from: str | None = None) -> s.NoticeDrafted:
        issued = self.referrals[referral].issued
        return s.NoticeDrafted(
            level=level,
            grounds=("report_overdue",) if level else (),
            unit=issued.unit,
            referral=referral,
            referral_no=issued.referral_no,
            matter_zh=issued.matter_zh,
            matter_en=issued.matter_en,
            issued=issued.issued,
            due=issued.due_sign,
            working_days_over=level,
            calendar_version="test-1",
            demands=("report_back",),
            reply_due=self._now + timedelta(days=5),
            form="talk" if level == 4 else None,
            escalated_from=escalated_from,
        )

    def _signed_off(self, level: int) -> tuple[Any, ...]:
        due = self._now + timedelta(days=self.rng.choice((1, 5))) if level else None
        to = self.rng.choice((None, "leader"))
        provisional = level > 0 and self.rng.random() < 0.3
        served = s.NoticeServed(method="system", to=to, reply_due=due, provisional=provisional)
        if level == 0:
            return s.ReminderIssued(authority="standing-urge", authority_basis="测试依据"), served
        self._numbers += 1
        number = f"青督〔2026〕{self._numbers}号"
        basis = s.NoticeSignedOff(doc_no=number, signatory="测试岗位", authority_basis="测试依据")
        return (basis, served) if self.rng.random() < 0.7 else (basis,)

    def _on_notice(self, key: str) -> None:
        state = self.notices[key]
        level, subject = state.drafted.level, subjects.notice(state.drafted.unit, key)
        facts = self.rng.choice(self._steps(state))
        may_rise = 0 < level < 5 and not self._stands(state.drafted.referral, level + 1)
        if may_rise and self.rng.random() < 0.15:
            return self._escalate(key, subject)
        return self.record(subject, *facts)

    def _escalate(self, key: str, subject: str) -> None:
        drafted = self.notices[key].drafted
        to = derive_id("notice", drafted.referral, str(drafted.level + 1), str(len(self.commits)))
        self.record(subject, s.NoticeEscalated(to=to, level=drafted.level + 1))
        self.record(subjects.notice(drafted.unit, to), self._drafted(drafted.referral, drafted.level + 1, key))

    def _recounted(self, state: notices.Notice) -> s.ReplyDueRecomputed:
        new = state.reply_due + timedelta(days=self.rng.choice((-1, 0, 1)))
        return s.ReplyDueRecomputed(
            old=state.reply_due, new=new, cause="calendar_published", calendar_version="test-2",
            provisional=self.rng.random() < 0.1,
        )  # fmt: skip

    def _steps(self, state: notices.Notice) -> list[tuple[Any, ...]]:
        """What may come next: each choice is the facts of one commit."""
        ended: list[tuple[Any, ...]] = [(s.NoticeDischarged(reason="referral_ended"),)]
        withdrawn = (s.NoticeWithdrawn(reason="ground_gone"),)
        reply = (s.ReplyReceived(result="solved", measures=("visit",), late=state.reply_overdue),)
        overdue = [] if state.reply_overdue else [(s.ReplyOverdue(reply_due=state.reply_due),)]
        settled = [(self._recounted(state),)] if state.awaits_reply and state.provisional else []
        answers: list[tuple[Any, ...]] = [reply, *overdue, *settled] if state.drafted.level else []
        accepted, discharged = s.ReplyAccepted(), s.NoticeDischarged(reason="reply_accepted")
        match state.status:
            case "drafted":
                return [self._signed_off(state.drafted.level)] * 3 + [withdrawn]
            case "signed_off":
                return [(s.NoticeServed(method="paper", to="office"),)] * 3 + [withdrawn]
            case "served":
                return [(s.NoticeAcknowledged(),)] * 3 + ended + answers
            case "acknowledged":
                return answers * 2 + ended
            case "replied":
                again = s.ReplySentBack(
                    reason="other", reply_due=self._now + timedelta(days=3), calendar_version="test-1",
                    provisional=self.rng.random() < 0.3,
                )  # fmt: skip
                return [(again,), (accepted, discharged), (accepted,), (discharged,), withdrawn]
            case _:
                return [(discharged,)]
