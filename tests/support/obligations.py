"""What must hold of every ledger, told without the services' deciders: a plain reader of facts that knows the rules.

domain.md §4.3 A–D, §5. Each rule is an assertion; `read` holds a commit to the rules about single steps, `at_rest` holds
everything together to those about the whole once all reactions are done.
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from events.commit import Commit
from events.notice import NumberAssigned
from services.ledger import Stored

ANY_OPEN = frozenset({"issued", "signed", "in_handling", "on_hold", "return_requested", "reported"})
WORKING = frozenset({"signed", "in_handling"})
RUNNING = frozenset({"issued", "signed", "in_handling"})
GOING_ON = ANY_OPEN | {"verified"}
# fact of a referral -> the states in which it may come, and the state after; None: the same as before.
REFERRAL: dict[str, tuple[frozenset[str], str | None]] = {
    "ReferralSigned": (frozenset({"issued"}), "signed"),
    "ProgressReported": (WORKING, "in_handling"),
    "FinalReported": (WORKING, "reported"),
    "ReportVerified": (frozenset({"reported"}), "verified"),
    "ReportSentBack": (frozenset({"reported"}), "in_handling"),
    "ReferralRedone": (frozenset({"reported", "verified"}), "in_handling"),
    "ReturnRequested": (WORKING, "return_requested"),
    "ReturnGranted": (frozenset({"return_requested"}), "returned"),
    "ReturnRefused": (frozenset({"return_requested"}), "signed"),
    "ExtensionRequested": (WORKING, None),
    "ExtensionGranted": (WORKING, None),
    "ExtensionRefused": (WORKING, None),
    "ReferralHeld": (WORKING, "on_hold"),
    "ReferralResumed": (frozenset({"on_hold"}), "before the hold"),
    "DueRecomputed": (GOING_ON, None),
    "ReferralRevoked": (GOING_ON, "revoked"),
    "ReferralTransferred": (ANY_OPEN, "transferred_on"),
    "ReferralTerminated": (ANY_OPEN, "terminated"),
    "ReferralClosed": (frozenset({"verified"}), "closed"),
    "LeadChanged": (GOING_ON, None),
    "CoUnitNoted": (GOING_ON, None),
    "SignOverdue": (frozenset({"issued"}), None),
    "DueSoon": (RUNNING, None),
    "ReferralOverdue": (RUNNING, None),
}
SENT_OUT = frozenset({"served", "acknowledged"})
NOTICE: dict[str, tuple[frozenset[str], str | None]] = {
    "NoticeSignedOff": (frozenset({"drafted"}), "signed_off"),
    "ReminderIssued": (frozenset({"drafted"}), "signed_off"),
    "NoticeServed": (frozenset({"signed_off"}), "served"),
    "NoticeAcknowledged": (frozenset({"served"}), "acknowledged"),
    "ReplyReceived": (SENT_OUT, "replied"),
    "ReplyAccepted": (frozenset({"replied"}), "accepted"),
    "ReplySentBack": (frozenset({"replied"}), "served"),
    "ReplyOverdue": (SENT_OUT, None),
    "ReplyDueRecomputed": (SENT_OUT, None),
    "NoticeEscalated": (SENT_OUT | {"drafted", "signed_off", "replied"}, None),
    "NoticeWithdrawn": (SENT_OUT | {"drafted", "signed_off", "replied"}, "withdrawn"),
    "NoticeDischarged": (SENT_OUT | {"drafted", "signed_off", "replied", "accepted"}, "discharged"),
}
CAUSES = {
    "extension": "ExtensionGranted",
    "hold": "ReferralResumed",
    "calendar_published": None,
    "calendar_amended": None,
}
# No holiday and its make-up days put a first working day further from a due day than this.
SURELY_URGED = timedelta(days=20)
ENDING = ("CaseClosed", "CaseAnswered", "CaseNotAccepted")


class Life:
    """What one aggregate came to, as far as the rules need it. Facts of any kind may set what they speak of."""

    def __init__(self, **begin: Any) -> None:
        self.status: str = begin.pop("status", "")
        self.about: dict[str, Any] = begin

    def __getitem__(self, name: str) -> Any:
        return self.about.get(name)

    def __setitem__(self, name: str, value: Any) -> None:
        self.about[name] = value


class Obligations:
    """Reads a ledger, commit by commit, and raises AssertionError where a rule of the field is broken."""

    def __init__(self) -> None:
        self.contacts: dict[str, Life] = {}
        self.cases: dict[str, Life] = {}
        self.referrals: dict[str, Life] = {}
        self.notices: dict[str, Life] = {}
        self.numbers: dict[str, int] = {}
        self.written: Counter[str] = Counter()
        self.commands: Counter[tuple[str, str, str]] = Counter()
        self.secret: set[bytes] = set()
        self.to_partners: list[bytes] = []

    def read(self, stored: Stored) -> None:
        commit = stored.commit
        self.commands[commit.actor.principal, commit.command_id, stored.subject] += 1
        once = (commit.actor.principal, commit.command_id, stored.subject)
        assert self.commands[once] == 1, f"{commit.command} is on record twice"
        if commit.kind in ("referral", "notice"):
            self.to_partners.append(stored.raw)
            assert commit.causation is None and commit.correlation is None and commit.sealed is None
        step = {"contact": self._contact, "case": self._case, "referral": self._referral, "notice": self._notice}
        names = [type(fact).__name__ for fact in commit.facts]
        for n, fact in enumerate(commit.facts):
            if commit.kind in step:
                step[commit.kind](commit, names[n], fact, names[:n])
            elif isinstance(fact, NumberAssigned):
                self._series(commit.key, fact.number)

    def _contact(self, commit: Commit, name: str, fact: Any, before: list[str]) -> None:
        life = self.contacts.setdefault(commit.key, Life(status="draft"))
        assert life.status != "void", f"{name} on a void contact"
        self.secret.add(commit.key.encode())
        if name == "ContactFinalised":
            assert life.status == "draft", "a contact was finalised twice"
            life.status, life["disposition"] = "finalised", fact.primary_disposition
        elif name == "ContactVoided":
            life.status = "void"

    def _case(self, commit: Commit, name: str, fact: Any, before: list[str]) -> None:
        life = self.cases.setdefault(commit.key, Life(status="open", links=set(), tried=[]))
        self.secret.add(commit.key.encode())
        hindered = life["report"] == "required" and not life["overridden"]
        open_referrals = self.open_of(commit.key)
        match name:
            case "CaseOpened":
                assert life["contact"] is None, "a case was opened twice"
                assert self.contacts[fact.contact].status == "finalised", "a case of an unfinished contact"
                life["contact"] = fact.contact
            case "CaseTriaged":
                life["suspect"] = fact.suspect_unit
            case "TriageCorrected" if fact.field == "suspect_unit":
                life["suspect"] = fact.new
            case "MandatoryReportRequired":
                life["report"] = "required"
            case "MandatoryReportMade":
                life["report"] = "made"
            case "MandatoryReportAcknowledged":
                assert life["report"] == "made", "the police acknowledged what was not reported"
                life["report"] = "acknowledged"
            case "MandatoryReportOverridden":
                life["overridden"] = True
            case "ReferralRequested":
                assert not hindered, "work began past the report to the police"
                assert fact.unit != life["suspect"], "a referral to the unit that is complained of"
                assert not [each for each in open_referrals.values() if each["unit"] == fact.unit], (
                    "a unit holds it twice"
                )
                self.referrals[fact.referral] = Life(
                    status="requested", case=commit.key, unit=fact.unit, lead=fact.lead, replaces=fact.replaces
                )
            case "CoordinationRecorded" | "CaseAccepted":
                assert not hindered, "work began past the report to the police"
            case "CallbackAttempted":
                assert not open_referrals, "the caller was called back while a unit was at work"
            case "CaseReopened":
                life.status = "open"
            case "CaseArchived":
                assert life.status == "ended", "an open case was archived"
                life.status = "archived"
            case "CasesLinked":
                life["links"].add((fact.other, fact.relation))
            case "CasesUnlinked":
                life["links"].discard((fact.other, fact.relation))
            case _ if name in ENDING:
                assert not open_referrals, "a case ended while a referral is open"
                assert life["report"] in (None, "acknowledged"), f"a case ended with a report that is {life['report']}"
                life.status = "ended"
            case _:
                pass

    def _referral(self, commit: Commit, name: str, fact: Any, before: list[str]) -> None:
        life = self.referrals[commit.key]
        if name == "ReferralIssued":
            assert life.status == "requested" and fact.unit == life["unit"]
            life["role"], life["lead"], life["lead_unit"] = fact.role, fact.lead, fact.lead_unit
            life.status, life["due"] = "issued", fact.due_sign
            self._written(fact.referral_no)
            return
        states, after = REFERRAL[name]
        assert life.status in states, f"{name} in {life.status}"
        match name:
            case "ReferralSigned" | "ReportSentBack" | "ReferralRedone":
                life["due"] = fact.due_report
            case "DueRecomputed":
                cause = CAUSES[fact.cause]
                assert fact.old == life["due"], "a date moved from where it was not"
                assert cause is None or before[-1:] == [cause], "a date moved without its cause"
                life["due"] = fact.new
            case "SignOverdue" | "DueSoon" | "ReferralOverdue":
                assert fact.due == life["due"], f"{name} of another date"
                assert (commit.occurred > fact.due) == (name != "DueSoon"), f"{name} on the wrong side of the date"
                step = (name, fact.due, getattr(fact, "threshold", None))
                crossed = life["crossed"] or set()
                assert step not in crossed, f"{name} twice for one date"
                life["crossed"] = crossed | {step}
            case "FinalReported":
                life["reporter"] = commit.actor.principal
                # domain.md §4.2: what a unit enters counts from its entry, a paper from when it came in.
                told = commit.recorded if fact.method is None else commit.occurred
                assert fact.late == (told > life["due"]), "lateness is not what the dates say"
            case "ReportVerified":
                assert commit.actor.principal != life["reporter"], "a report was verified by who made it"
                assert commit.actor.role == "coordinator"
            case "ReturnRequested":
                assert not life["designated"], "a designated unit asked to return it again"
            case "ReturnRefused":
                life["designated"] = True
            case "ReferralHeld":
                life["before"] = life.status
            case "LeadChanged":
                life["lead"] = fact.lead
            case _:
                pass
        if after is not None:
            life.status = life["before"] if after == "before the hold" else after

    def _notice(self, commit: Commit, name: str, fact: Any, before: list[str]) -> None:
        if name == "NoticeDrafted":
            standing = [each for each in self.notices.values() if each["place"] == (fact.referral, fact.level)]
            assert not [each for each in standing if each.status not in ("withdrawn", "discharged")], (
                "two open of a level"
            )
            assert self.referrals[fact.referral].status in ANY_OPEN, "a notice about what has ended"
            self.notices[commit.key] = Life(
                status="drafted", place=(fact.referral, fact.level), level=fact.level, referral=fact.referral,
                unit=fact.unit, reply_due=fact.reply_due, escalated_from=fact.escalated_from,
            )  # fmt: skip
            return
        life = self.notices[commit.key]
        states, after = NOTICE[name]
        assert life.status in states, f"{name} in {life.status}"
        match name:
            case "NoticeSignedOff":
                self._written(fact.doc_no)
            case "NoticeServed" | "ReplySentBack" if fact.reply_due is not None:
                life["reply_due"] = fact.reply_due
            case "ReplyDueRecomputed":
                assert fact.old == life["reply_due"] and fact.cause in CAUSES, "a reply's date moved without a reason"
                life["reply_due"] = fact.new
            case "ReplyOverdue":
                assert fact.reply_due == life["reply_due"] < commit.occurred, "a reply overdue that is not"
            case "NoticeEscalated" if commit.actor.role != "service":
                assert life.status in SENT_OUT | {"replied"}, "what was not served was escalated"
                assert life["reply_due"] < commit.occurred, "escalated before the reply was due"
            case _:
                pass
        life.status = after or life.status

    def _series(self, series: str, number: int) -> None:
        assert number == self.numbers.get(series, 0) + 1, f"a gap in {series}"
        self.numbers[series] = number

    def _written(self, document: str) -> None:
        self.written[document] += 1
        assert self.written[document] == 1, f"{document} was given twice"

    def open_of(self, case: str) -> dict[str, Life]:
        """The referrals of a case that are not over yet."""
        own = {key: each for key, each in self.referrals.items() if each["case"] == case}
        return {key: each for key, each in own.items() if each.status in ANY_OPEN | {"requested"}}

    def at_rest(self, now: datetime) -> None:
        """What holds when every reaction is done."""
        for key, each in self.referrals.items():
            assert each.status != "requested", f"a referral was asked for and never issued: {key}"
            assert (each["role"] == "lead") == (each["lead"] is None)
            if each.status in ANY_OPEN and each["lead"] is not None:
                lead = self.referrals[each["lead"]]
                assert lead["role"] == "lead" and lead["case"] == each["case"], (
                    "a co-unit without a lead of its own case"
                )
            overdue = each.status in RUNNING and each["due"] + SURELY_URGED < now
            crossed = {due for name, due, _ in each["crossed"] or () if name != "DueSoon"}
            assert not overdue or each["due"] in crossed, "a date passed and nobody was told"
        for each in self.notices.values():
            standing = each.status not in ("withdrawn", "discharged")
            assert not standing or self.referrals[each["referral"]].status in ANY_OPEN, "a notice outlived its referral"
        for key, each in self.cases.items():
            assert each.status == "open" or not self.open_of(key), "a case rests while a unit works on it"
            for other, relation in each["links"]:
                assert (key, relation) in self.cases[other]["links"], "a relation that stands on one case alone"
        owners = Counter(each["contact"] for each in self.cases.values())
        for key, each in self.contacts.items():
            opens = each["disposition"] not in (None, "H1", "G1")
            assert owners[key] == opens, f"a contact of disposition {each['disposition']} opened {owners[key]} cases"
        assert sum(self.numbers.values()) == len(self.written), "a number and no document, or a document and no number"

    def partners_read_nothing_personal(self, *words: str) -> None:
        secret = self.secret | {word.encode() for word in words}
        found = [word for raw in self.to_partners for word in secret if word in raw]
        assert not found, f"a partner can read {found}"
